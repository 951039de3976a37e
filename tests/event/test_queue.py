"""A queue is received from, held back and deleted, at moto's server and at one that says what it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from mturk import Connection, tracer
from mturk.errors import (
    AccessDenied,
    ConfigurationError,
    DoesNotExist,
    InvalidParameter,
    ServiceError,
    Throttled,
    TransportError,
    Unavailable,
    ValidationError,
)
from mturk.event.queue import Message, Queue
from tests.conftest import Time
from tests.judge import ACCESS_KEY, SECRET_KEY

MODEL = botocore.session.get_session().get_service_model("sqs")


# At moto's server.


@pytest.fixture
def queue(turk: Connection, queue_url: str, chain: None) -> Iterator[Queue]:
    queue = Queue(queue_url, turk)
    yield queue
    queue.close()


def test_what_was_sent_is_received_with_what_is_known_of_it(queue: Queue) -> None:
    sent = queue.send("Grüße 測試")
    (message,) = queue.receive(wait=1)
    assert (message.id, message.body, message.receive_count) == (sent, "Grüße 測試", 1)
    assert message.sent_at is not None
    assert abs((datetime.now(timezone.utc) - message.sent_at).total_seconds()) < 60


def test_a_message_that_is_received_again_says_how_often(queue: Queue) -> None:
    queue.send("text")
    assert [message.receive_count for _ in range(3) for message in queue.receive(wait=1, visibility=0)] == [1, 2, 3]


def test_a_message_is_held_back_until_it_is_deleted(queue: Queue) -> None:
    queue.send("text")
    messages = queue.receive(wait=1, visibility=600)
    assert queue.receive(wait=0) == []
    queue.delete(messages)
    assert queue.attributes("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible") == {
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
    }


def test_a_message_can_be_given_back_at_once(queue: Queue) -> None:
    queue.send("text")
    queue.extend(queue.receive(wait=1, visibility=600), 0)
    assert [message.body for message in queue.receive(wait=1)] == ["text"]


def test_any_number_of_messages_is_deleted_in_calls_of_ten(queue: Queue) -> None:
    for number in range(25):
        queue.send(str(number))
    messages: list[Message] = []
    while len(messages) < 25:
        messages += queue.receive(wait=1, visibility=600)
    told: list[str] = []
    with tracer(lambda attempt: told.append(attempt.operation)):
        queue.extend(messages, 900)
        queue.delete(iter(messages))
        queue.delete([])
    assert told == ["ChangeMessageVisibilityBatch"] * 3 + ["DeleteMessageBatch"] * 3
    assert queue.attributes("ApproximateNumberOfMessagesNotVisible") == {"ApproximateNumberOfMessagesNotVisible": "0"}


def test_no_more_are_received_than_asked_for(queue: Queue) -> None:
    for number in range(4):
        queue.send(str(number))
    assert len(queue.receive(wait=1, most=2)) == 2


def test_all_attributes_are_told_where_none_is_named(queue: Queue) -> None:
    queue.set_attributes({"VisibilityTimeout": "77"})
    found = queue.attributes()
    assert found["VisibilityTimeout"] == "77"
    assert found["QueueArn"].endswith(f":{queue.name}")


def test_a_message_is_there_while_it_is_waited_for(queue: Queue, queue_url: str, sqs: Any) -> None:
    timer = threading.Timer(0.3, lambda: sqs.send_message(QueueUrl=queue_url, MessageBody="late"))
    timer.start()
    assert [message.body for message in queue.receive(wait=10)] == ["late"]
    timer.join()


def test_a_queue_that_is_not_there_does_not_exist(turk: Connection, queue_url: str, chain: None) -> None:
    with pytest.raises(DoesNotExist) as caught:
        Queue(f"{queue_url}x", turk).receive(wait=0)
    assert caught.value.operation == "ReceiveMessage"


def test_an_unknown_handle_in_a_batch_is_an_error_though_the_answer_is_a_success(queue: Queue) -> None:
    queue.send("text")
    messages = queue.receive(wait=1)
    wrong = attrs.evolve(messages[0], handle="wrong")
    with pytest.raises(InvalidParameter) as caught:
        queue.delete([wrong, *messages])
    assert caught.value.code == "ReceiptHandleIsInvalid"
    assert caught.value.partial == messages


def test_another_server_may_be_named_by_the_environment(
    turk: Connection, queue_url: str, moto: str, chain: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = queue_url.rpartition("/")[2]
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", moto)
    queue = Queue(f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}", turk)
    assert queue.region == "eu-west-1"
    Queue(queue_url, turk).send("text")


# At a server that answers as it is told, and judges what it is sent.


@attrs.define
class Desk:
    """A queue's server: what it answers, and what it was asked."""

    url: str = ""
    secret: str = SECRET_KEY
    answers: list[Callable[[], tuple[int, Any, dict[str, str]]]] = attrs.field(factory=list)
    asked: list[tuple[str, dict[str, Any], dict[str, str], str]] = attrs.field(factory=list)
    objections: list[str] = attrs.field(factory=list)

    def say(self, body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.answers.append(lambda: (status, {} if body is None else body, headers or {}))


@contextmanager
def serving() -> Iterator[Desk]:
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            operation = headers["x-amz-target"].removeprefix("AmazonSQS.")
            desk.asked.append((operation, json.loads(raw), headers, self.path))
            desk.objections += objections(desk, operation, json.loads(raw), headers, raw)
            status, body, more = desk.answers.pop(0)()
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(content)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield desk
    server.shutdown()
    server.server_close()
    thread.join()


def objections(desk: Desk, operation: str, body: dict[str, Any], headers: dict[str, str], raw: bytes) -> Iterator[str]:
    """What botocore would have sent in another way."""
    if headers["content-type"] != f"application/x-amz-json-{MODEL.metadata['jsonVersion']}":
        yield headers["content-type"]
    shape = MODEL.operation_model(operation).input_shape
    yield from set(body) - set(shape.members)
    yield from set(shape.required_members) - set(body)
    credential = headers["authorization"].partition("Credential=")[2].partition(",")[0].split("/")
    signer = SigV4Auth(Credentials(credential[0], desk.secret), "sqs", credential[2])
    kept = {name: headers[name] for name in ("content-type", "host", "x-amz-date", "x-amz-target")}
    request = AWSRequest("POST", f"{desk.url}/", kept, raw)
    request.context["timestamp"] = headers["x-amz-date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    if not headers["authorization"].endswith(f"Signature={signer.signature(text, request)}"):
        yield "signature"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving() as desk:
        yield desk
        assert desk.objections == []
        assert desk.answers == []


@pytest.fixture
def own(desk: Desk, connect: Callable[..., Connection]) -> Queue:
    """A queue on the connection's own server."""
    return Queue(f"{desk.url}/queue/000000000000/turk", connect(desk.url, region="eu-west-2"))


def test_a_queue_of_the_connection_s_own_server_is_used_with_its_keys(own: Queue, desk: Desk) -> None:
    desk.say({"MessageId": "m1", "MD5OfMessageBody": "x"})
    assert own.send("text") == "m1"
    ((operation, body, headers, path),) = desk.asked
    assert (operation, path) == ("SendMessage", "/")
    assert body == {"QueueUrl": own.url, "MessageBody": "text"}
    assert f"Credential={ACCESS_KEY}/" in headers["authorization"]
    assert "/eu-west-2/sqs/aws4_request" in headers["authorization"]


def test_the_environment_s_server_is_not_for_the_connection_s_own_queues(
    own: Queue, desk: Desk, connect: Callable[..., Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9/")
    desk.say({})
    Queue(own.url, connect(desk.url)).receive(wait=0)


def test_a_queue_elsewhere_never_sees_the_keys_of_a_marketplace(
    desk: Desk, turk: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=r"No credentials found.* is not the server of the connection"):
        Queue(f"{desk.url}/1/turk", turk)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIACHAIN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    desk.secret = "other"
    desk.say({})
    Queue(f"{desk.url}/1/turk", turk).receive(wait=0)
    assert "Credential=AKIACHAIN/" in desk.asked[0][2]["authorization"]


@pytest.mark.parametrize("server", ["moto", "ftp://127.0.0.1", "http://", "http://me@127.0.0.1", "http://h/?a=b"])
def test_a_server_of_the_environment_that_is_none_is_named(
    turk: Connection, chain: None, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", server)
    with pytest.raises(ConfigurationError, match="AWS_ENDPOINT_URL_SQS"):
        Queue("https://sqs.eu-central-1.amazonaws.com/123456789012/turk", turk)


@pytest.mark.parametrize("where", ["sandbox", "production"])
def test_a_connection_to_aws_has_the_keys_for_its_queues(
    desk: Desk, connect: Callable[..., Connection], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", desk.url)
    desk.say({})
    Queue("https://sqs.eu-central-1.amazonaws.com/123456789012/turk", connect(where)).receive(wait=0)
    assert f"Credential={ACCESS_KEY}/" in desk.asked[0][2]["authorization"]
    assert "/eu-central-1/sqs/aws4_request" in desk.asked[0][2]["authorization"]


def test_this_machine_has_two_names(desk: Desk, connect: Callable[..., Connection]) -> None:
    desk.say({})
    Queue(f"{desk.url}/1/turk".replace("127.0.0.1", "localhost"), connect(desk.url)).receive(wait=0)
    assert f"Credential={ACCESS_KEY}/" in desk.asked[0][2]["authorization"]


def test_what_is_asked_for_is_sent(own: Queue, desk: Desk) -> None:
    desk.say({})
    assert own.receive(wait=7, most=3, visibility=45) == []
    assert desk.asked[0][1] == {
        "QueueUrl": own.url,
        "MaxNumberOfMessages": 3,
        "WaitTimeSeconds": 7,
        "VisibilityTimeout": 45,
        "MessageSystemAttributeNames": ["SentTimestamp", "ApproximateReceiveCount"],
    }


@pytest.mark.parametrize(
    "asked",
    [{"wait": 21}, {"wait": -1}, {"most": 0}, {"most": 11}, {"visibility": -1}, {"visibility": 43_201}, {"wait": 1.5}],
)
def test_what_the_service_would_refuse_is_not_sent(own: Queue, desk: Desk, asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(asked))):
        own.receive(**asked)
    assert desk.asked == []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no"}, DoesNotExist),
        (400, {"__type": "AWS.SimpleQueueService.NonExistentQueue", "message": "no"}, DoesNotExist),
        (403, {"__type": "com.amazon.coral.service#AccessDeniedException", "message": "no"}, AccessDenied),
        (400, {"__type": "com.amazonaws.sqs#AccessDenied", "message": "no"}, AccessDenied),
        (403, {"__type": "com.amazonaws.sqs#InvalidSecurity", "message": "no"}, AccessDenied),
        (403, {"__type": "com.amazonaws.sqs#RequestThrottled", "message": "slow"}, Throttled),
        (400, {"__type": "com.amazonaws.sqs#OverLimit", "message": "in flight"}, Throttled),
        (429, b"", Throttled),
        (500, {"__type": "InternalFailure"}, Unavailable),
        (503, b"<html>", Unavailable),
        (400, {"__type": "com.amazonaws.sqs#KmsDisabled", "message": "key"}, ServiceError),
        (400, {"__type": "com.amazonaws.sqs#ReceiptHandleIsInvalid", "message": "no"}, InvalidParameter),
        (200, b"<html>", TransportError),
        (200, {"Messages": "text"}, TransportError),
        (200, {"Messages": ["text"]}, TransportError),
        (200, {"Messages": [{"MessageId": "m", "ReceiptHandle": "h", "Body": 7}]}, TransportError),
    ],
)
def test_an_error_is_the_sdk_s_own_and_not_tried_again(
    own: Queue, desk: Desk, status: int, body: Any, kind: type[Exception]
) -> None:
    desk.say(body, status)
    with pytest.raises(kind) as caught:
        own.receive()
    assert type(caught.value) is kind
    assert len(desk.asked) == 1


def test_nobody_there_is_no_answer(turk: Connection) -> None:
    with pytest.raises(TransportError, match="ReceiveMessage: no connection"):
        Queue("http://127.0.0.1:9/1/turk", turk).receive()


@pytest.mark.parametrize(
    ("attributes", "sent_at", "count"),
    [
        ({"SentTimestamp": "1565385436000"}, datetime(2019, 8, 9, 21, 17, 16, tzinfo=timezone.utc), 1),
        ({"ApproximateReceiveCount": "7"}, None, 7),
        ({"SentTimestamp": "soon", "ApproximateReceiveCount": "²"}, None, 1),
        ({"SentTimestamp": "9" * 19, "ApproximateReceiveCount": 3}, None, 1),
        (None, None, 1),
    ],
)
def test_what_a_server_does_not_tell_is_not_needed(
    own: Queue, desk: Desk, attributes: Any, sent_at: datetime | None, count: int
) -> None:
    desk.say({"Messages": [{"MessageId": "m", "ReceiptHandle": "h", "Body": "b", "Attributes": attributes}]})
    assert own.receive() == [Message("m", "h", "b", sent_at, count)]


MESSAGES = [Message(f"m{number}", f"h{number}", "text") for number in range(12)]


def taken(ids: range) -> dict[str, Any]:
    return {"Successful": [{"Id": str(number)} for number in ids], "Failed": []}


def test_a_failure_within_a_success_is_raised_after_the_others_were_tried(own: Queue, desk: Desk) -> None:
    failed = {"Id": "0", "SenderFault": False, "Code": "InternalError", "Message": "later"}
    desk.say({"Successful": taken(range(1, 10))["Successful"], "Failed": [failed]})
    desk.say(taken(range(2)))
    with pytest.raises(Unavailable, match="later") as caught:
        own.delete(MESSAGES)
    assert caught.value.partial == MESSAGES[1:]
    assert [entry["ReceiptHandle"] for entry in desk.asked[1][1]["Entries"]] == ["h10", "h11"]


def test_a_batch_of_which_not_all_is_told_is_no_success(own: Queue, desk: Desk) -> None:
    desk.say(taken(range(1)))
    with pytest.raises(TransportError, match="what became of each message"):
        own.extend(MESSAGES[:2], 30)
    assert desk.asked[0][1]["Entries"][1] == {"Id": "1", "ReceiptHandle": "h1", "VisibilityTimeout": 30}


def test_a_wrong_clock_is_corrected(own: Queue, desk: Desk, timing: Time) -> None:
    ahead = formatdate(timing.now() + 3_600, usegmt=True)
    desk.say({"__type": "SignatureDoesNotMatch", "message": "expired"}, 403, {"Date": ahead})
    desk.say({})
    desk.say({})
    own.receive()
    own.receive()
    stamps = [time.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ") for _, _, headers, _ in desk.asked]
    assert time.mktime(stamps[1]) - time.mktime(stamps[0]) == pytest.approx(3_600, abs=2)
    assert stamps[2] == stamps[1]


def test_the_wait_for_an_answer_is_longer_than_the_service_s_own(own: Queue) -> None:
    connect_within, answer_within = own._client._transport._settings["timeout"]
    assert answer_within > 20
    assert connect_within <= 20


def test_neither_keys_nor_bodies_are_shown(own: Queue) -> None:
    shown = repr(own) + repr(own._client) + repr(Message("m", "HANDLE", "BODY"))
    assert SECRET_KEY not in shown
    assert "HANDLE" not in shown
    assert "BODY" not in shown


def test_boto3_reads_what_was_sent_and_the_other_way_round(queue: Queue, queue_url: str, sqs: Any) -> None:
    queue.send('{"Events": []}')
    (message,) = sqs.receive_message(QueueUrl=queue_url)["Messages"]
    assert message["Body"] == '{"Events": []}'
