"""Notifications reach queues and topics: through faults, restarts and the death of a process, and none is lost."""

from __future__ import annotations

import json
import logging
import os
import queue as queue_of_threads
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import func, select

from mturk.marketplace import Marketplace
from mturk.marketplace.clock import DAY
from mturk.marketplace.database.store import Store
from mturk.marketplace.database.table import event, outlet
from mturk.marketplace.delivery import credential, outbox
from mturk.marketplace.delivery.delivery import LONGEST_PAUSE, pause_after
from mturk.marketplace.delivery.exchange import Exchange
from mturk.marketplace.delivery.sender import Sender, Undelivered
from mturk.marketplace.signature import SignedRequest, signature
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.inbox import WAIT, Inbox
from tests.marketplace.sample import html_question, type_arguments

KEYS = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "secret", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def sqs(moto: str) -> Iterator[Any]:
    client = boto3.client("sqs", endpoint_url=moto, **KEYS)
    yield client
    client.close()


@pytest.fixture
def queue(sqs: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    url = sqs.create_queue(QueueName=f"q{time.monotonic_ns()}")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def sns(moto: str) -> Iterator[Any]:
    client = boto3.client("sns", endpoint_url=moto, **KEYS)
    yield client
    client.close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    yield inbox
    inbox.close()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    for name in ("AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_SNS", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)


def specification(destination: str, transport: str = "SQS") -> dict[str, Any]:
    return {
        "Destination": destination,
        "Transport": transport,
        "Version": "2014-08-15",
        "EventTypes": ["HITCreated"],
    }


def ping(client: Client, destination: str, transport: str = "SQS") -> None:
    client.send_test_event_notification(Notification=specification(destination, transport), TestEventType="Ping")


def publishing(client: Client, destination: str) -> Callable[..., str]:
    """A function that publishes a HIT which is told to the destination."""
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    client.update_notification_settings(HITTypeId=type_id, Notification=specification(destination))

    def publish() -> str:
        made = client.create_hit_with_hit_type(HITTypeId=type_id, LifetimeInSeconds=3600, Question=html_question())
        return made["HIT"]["HITId"]

    return publish


def received(sqs: Any, queue: str, count: int) -> list[dict[str, Any]]:
    """So many messages of the queue, as soon as they are there."""
    found = []
    deadline = time.monotonic() + WAIT
    while len(found) < count and time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def tried_again(market: Marketplace, inbox: Inbox, **step: Any) -> dict[str, Any]:
    """The next message that comes while the clock goes on; a failure is written down a moment after the answer."""
    deadline = time.monotonic() + WAIT
    while True:
        market.clock.advance(**step)
        try:
            return inbox.next(0.1)
        except queue_of_threads.Empty:
            assert time.monotonic() < deadline, "nothing was tried again"


def waiting_events(database: str) -> int:
    """How many events the outbox holds."""
    store = Store(database)
    try:
        return store.read(lambda connection: connection.execute(select(func.count()).select_from(event)).scalar_one())
    finally:
        store.close()


def test_an_sqs_queue_gets_the_message_as_its_body(client: Client, sqs: Any, queue: str) -> None:
    hit_id = publishing(client, queue)()
    (message,) = received(sqs, queue, 1)
    assert [(one["EventType"], one["HITId"]) for one in message["Events"]] == [("HITCreated", hit_id)]


def test_a_message_for_which_no_thread_can_be_started_is_sent_later(
    database: str, connect: Connect, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, refused = threading.Thread.start, threading.Event()

    def refuse_the_first(thread: threading.Thread) -> None:
        if thread.name == "mturk-sender" and not refused.is_set():
            refused.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse_the_first)
    with Marketplace(database) as market:
        ping(connect(market), inbox.url)
        assert inbox.next()["Events"][0]["EventType"] == "Ping"
        assert refused.is_set()


def test_an_sns_topic_gets_the_message_and_a_subject_of_milliseconds(
    client: Client, sqs: Any, queue: str, sns: Any, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", moto)
    topic = sns.create_topic(Name=queue.rpartition("/")[2])["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    ping(client, topic, "SNS")
    (envelope,) = received(sqs, queue, 1)
    assert envelope["TopicArn"] == topic
    assert abs(int(envelope["Subject"]) / 1000 - time.time()) < 60
    assert json.loads(envelope["Message"])["Events"][0]["EventType"] == "Ping"


def test_a_queue_is_sent_to_at_the_server_that_the_lab_names(
    client: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", inbox.url)
    ping(client, "https://queue.example.org/1/events")
    _, body = inbox.requests.get(timeout=WAIT)
    assert json.loads(body)["QueueUrl"] == "https://queue.example.org/1/events"


@pytest.mark.parametrize("token", [None, "a token"])
@pytest.mark.parametrize("named", [False, True])
def test_a_message_is_signed_with_the_keys_of_the_environment(
    client: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, token: str | None, named: bool
) -> None:
    """The token goes to a server that the lab names, and not to one that a requester does."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    if named:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", inbox.url)
    ping(client, inbox.url)
    headers, body = inbox.requests.get(timeout=WAIT)
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=AKIATEST/(\S+), SignedHeaders=(\S+), Signature=(\w+)", headers["authorization"]
    )
    scope, signed, made = found.groups()
    assert scope == f"{headers['x-amz-date'][:8]}/eu-west-1/sqs/aws4_request"
    assert {"host", "x-amz-date", "x-amz-target", "content-type"} <= set(signed.split(";"))
    assert headers.get("x-amz-security-token") == (token if named else None)
    assert ("x-amz-security-token" in signed) == bool(token and named)
    request = SignedRequest(headers, body)
    assert made == signature(request, tuple(signed.split(";")), headers["x-amz-date"], scope, "secret")


def test_botocore_would_sign_a_message_in_the_same_way(client: Client, inbox: Inbox) -> None:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    ping(client, inbox.url)
    headers, body = inbox.requests.get(timeout=WAIT)
    names = re.search("SignedHeaders=([^,]+)", headers["authorization"])[1].split(";")
    url = f"http://{headers['host']}/"
    request = AWSRequest("POST", url, {name: headers[name] for name in names if name != "x-amz-date"}, body)
    request.context["timestamp"] = headers["x-amz-date"]
    request.headers["X-Amz-Date"] = headers["x-amz-date"]
    auth = SigV4Auth(Credentials("AKIATEST", "secret"), "sqs", "us-east-1")
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    assert headers["authorization"].endswith(f"Signature={expected}")


def test_the_marketplaces_own_keys_come_before_those_of_aws(
    client: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_SQS_ACCESS_KEY_ID", "AKIAOWN")
    monkeypatch.setenv("MTURK_SQS_SECRET_ACCESS_KEY", "own")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the others")
    ping(client, inbox.url)
    headers, body = inbox.requests.get(timeout=WAIT)
    found = re.fullmatch(r".* Credential=AKIAOWN/(.+), SignedHeaders=(.+), Signature=(.+)", headers["authorization"])
    assert found
    scope, signed, made = found.groups()
    assert "x-amz-security-token" not in headers
    assert made == signature(
        SignedRequest(headers, body), tuple(signed.split(";")), headers["x-amz-date"], scope, "own"
    )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "MTURK_SQS_ACCESS_KEY_ID and MTURK_SQS_SECRET_ACCESS_KEY are not set where the marketplace runs"),
        ({"MTURK_SQS_ACCESS_KEY_ID": "a"}, "MTURK_SQS_SECRET_ACCESS_KEY is not set beside MTURK_SQS_ACCESS_KEY_ID"),
        ({"MTURK_SQS_SECRET_ACCESS_KEY": "a"}, "MTURK_SQS_ACCESS_KEY_ID is not set beside MTURK_SQS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "a"}, "MTURK_SQS_ACCESS_KEY_ID and MTURK_SQS_SECRET_ACCESS_KEY are not set"),
    ],
)
@pytest.mark.parametrize(
    ("transport", "destination"),
    [
        ("SQS", "https://sqs.us-east-1.amazonaws.com/123456789012/events"),
        ("SNS", "arn:aws:sns:us-east-1:123456789012:events"),
    ],
)
def test_what_cannot_be_signed_is_not_sent_to_aws_and_the_missing_variable_is_named(
    transport: str, destination: str, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(Undelivered, match=said):
        Sender(Exchange(), environment, time.time).send(transport, destination, "text")


def test_the_log_says_that_a_message_was_refused_unsigned(
    client: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    inbox.refuse(403, body=b"<Code>AccessDenied</Code>")
    ping(client, inbox.url)
    deadline = time.monotonic() + WAIT
    while not (lines := [record.getMessage() for record in caplog.records if "have to wait" in record.getMessage()]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert "it was unsigned, because MTURK_SQS_ACCESS_KEY_ID and MTURK_SQS_SECRET_ACCESS_KEY are not set" in lines[0]


def test_the_repr_of_a_credential_hides_the_secret() -> None:
    assert repr(credential.find({"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hush"})) == "<Credential AKIA>"


def test_without_keys_nothing_is_signed(client: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    ping(client, inbox.url)
    headers, _ = inbox.requests.get(timeout=WAIT)
    assert "authorization" not in headers


def test_what_happens_while_a_message_is_under_way_goes_together_in_the_next(client: Client, inbox: Inbox) -> None:
    inbox.hold.clear()
    publish = publishing(client, inbox.url)
    first = publish()
    assert [one["HITId"] for one in inbox.next()["Events"]] == [first]
    more = [publish() for _ in range(3)]
    inbox.hold.set()
    assert [one["HITId"] for one in inbox.next()["Events"]] == more


def test_a_long_list_is_told_in_several_messages(client: Client, inbox: Inbox) -> None:
    many = 2 * outbox.LARGEST  # some go with the first message, however quick or slow this machine is
    inbox.hold.clear()
    publish = publishing(client, inbox.url)
    made = [publish() for _ in range(many)]
    inbox.hold.set()
    documents = []
    while sum(len(one["Events"]) for one in documents) < many:
        documents.append(inbox.next())
    assert [one["HITId"] for document in documents for one in document["Events"]] == made
    assert max(len(one["Events"]) for one in documents) == outbox.LARGEST
    assert len({one["EventDocId"] for one in documents}) == len(documents)


REFUSALS = [
    (500, {}, b""),
    (403, {}, b'{"__type":"AccessDenied"}'),
    (200, {}, b"<html>Welcome</html>"),
    (302, {"location": "/elsewhere"}, b""),
    (204, {}, b""),
]


@pytest.mark.parametrize(("status", "headers", "body"), REFUSALS)
def test_a_message_that_is_not_taken_comes_again_under_its_own_id(
    market: Marketplace, client: Client, inbox: Inbox, status: int, headers: dict[str, str], body: bytes
) -> None:
    inbox.refuse(status, headers, body)
    ping(client, inbox.url)
    first = inbox.next()
    inbox.take()
    assert tried_again(market, inbox, minutes=1) == first


def test_a_destination_that_is_down_gets_everything_when_it_comes_back(
    market: Marketplace, client: Client, sqs: Any, queue: str, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody listens there: a port that was free a moment ago.
    gone = Inbox()
    nobody = gone.url.rsplit("/", 2)[0]
    gone.close()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", nobody)
    publish = publishing(client, queue)
    made = [publish() for _ in range(5)]
    market.clock.advance(hours=1)
    made += [publish() for _ in range(5)]
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", moto)
    told = []
    while len(told) < 10:
        market.clock.advance(hours=1)
        for message in received(sqs, queue, 1):
            told += [one["HITId"] for one in message["Events"]]
    assert sorted(told) == sorted(made)


def test_a_destination_that_is_down_does_not_hold_up_the_others(client: Client, inbox: Inbox) -> None:
    inbox.hold.clear()
    other = Inbox()
    try:
        ping(client, inbox.url)
        inbox.next()
        ping(client, other.url)
        assert other.next()["Events"]
    finally:
        other.close()


def test_what_was_not_delivered_is_delivered_after_a_restart(shared: str, connect: Connect, inbox: Inbox) -> None:
    inbox.refuse(500)
    with Marketplace(shared) as market:
        ping(connect(market), inbox.url)
        first = inbox.next()
    inbox.take()
    with Marketplace(shared) as market:
        assert tried_again(market, inbox, hours=1) == first


def test_a_marketplace_stops_although_a_destination_does_not_answer(
    connect: Connect, inbox: Inbox, tmp_path: Path
) -> None:
    path = tmp_path / "lab.sqlite3"
    inbox.hold.clear()
    with Marketplace(path) as market:
        ping(connect(market), inbox.url)
        first = inbox.next()
        begin = time.monotonic()
    assert time.monotonic() - begin < 10
    assert not [one for one in threading.enumerate() if one.name.startswith("mturk-")]
    inbox.hold.set()
    with Marketplace(path):
        # At once: what was broken off by a stop is nobody's failure, and no lease keeps it back.
        assert inbox.next() == first


TELL = """
import sys, time
from mturk.marketplace import Marketplace
with Marketplace(sys.argv[1]):
    print("running", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    running = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-c", TELL, *arguments], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout.readline() == "running\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_message_whose_sender_is_killed_comes_again_when_its_lease_is_over(
    shared: str, connect: Connect, child: Callable[..., subprocess.Popen[str]], inbox: Inbox
) -> None:
    inbox.refuse(500)
    with Marketplace(shared) as market:
        ping(connect(market), inbox.url)
        first = inbox.next()
        market.clock.advance(minutes=1)
    while not inbox.requests.empty():
        inbox.requests.get()
    inbox.hold.clear()
    process = child(shared)
    assert inbox.next() == first
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    inbox.take()
    inbox.hold.set()
    later = outbox.LEASE / 1000 + 1
    with Marketplace(shared, real_time=lambda: time.time() + later):
        assert inbox.next() == first
    assert inbox.requests.empty()


def test_several_processes_deliver_each_message_once(
    shared: str, connect: Connect, child: Callable[..., subprocess.Popen[str]], sqs: Any, queue: str
) -> None:
    with ExitStack() as stack:
        markets = [stack.enter_context(Marketplace(shared)) for _ in range(2)]
        child(shared)
        publish = [publishing(connect(market), queue) for market in markets]
        made = [publish[number % 2]() for number in range(40)]
        told, documents = [], []
        while len(told) < 40:
            found = received(sqs, queue, 1)
            assert found
            documents += [message["EventDocId"] for message in found]
            told += [one["HITId"] for message in found for one in message["Events"]]
    assert sorted(told) == sorted(made)
    assert len(set(documents)) == len(documents)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=0)
    assert waiting_events(shared) == 0


def test_the_death_of_a_destination_is_told_once_and_its_return_too(
    market: Marketplace, client: Client, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.refuse(500, {}, b"out\nof order")
    ping(client, inbox.url)
    inbox.next()
    for _ in range(3):
        tried_again(market, inbox, hours=1)
    inbox.take()
    tried_again(market, inbox, hours=1)
    # One sender does one thing after another, so what it had to say is said when the next message comes.
    ping(client, inbox.url)
    inbox.next()
    said = [one.getMessage() for one in caplog.records if one.name == "mturk.marketplace.delivery.delivery"]
    assert said == [
        f"notifications to {inbox.url} have to wait: the answer was 500 'out\\nof order'",
        f"notifications to {inbox.url} go through again",
    ]


def test_notifications_are_given_up_after_14_days_with_a_line_in_the_log(
    shared: str, connect: Connect, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.refuse(500)
    with Marketplace(shared) as market:
        ping(connect(market), inbox.url)
        tries = 0
        deadline = time.monotonic() + WAIT
        while waiting_events(shared):
            assert time.monotonic() < deadline
            market.clock.advance(days=1)
            try:
                inbox.next(0.1)
                tries += 1
            except queue_of_threads.Empty:
                pass
    assert tries + inbox.requests.qsize() >= outbox.LEAST_TRIES
    (line,) = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert line == f"gave up 1 notifications to {inbox.url}, which has failed for 14 days: the answer was 500 ''"


def test_a_leap_of_the_clock_alone_gives_nothing_up(market: Marketplace, client: Client, inbox: Inbox) -> None:
    inbox.refuse(500)
    ping(client, inbox.url)
    first = inbox.next()
    assert tried_again(market, inbox, days=100) == first
    inbox.take()
    assert tried_again(market, inbox, days=1) == first


@pytest.mark.parametrize(
    ("attempts", "longest"), [(1, 1), (2, 2), (5, 16), (10, 512), (11, LONGEST_PAUSE), (10_000, LONGEST_PAUSE)]
)
def test_pauses_double_up_to_a_quarter_of_an_hour_and_half_of_each_is_chance(
    attempts: int, longest: float | int
) -> None:
    assert [pause_after(attempts, chance) for chance in (0, 0.5, 1)] == [longest / 2, longest * 0.75, longest]


def test_no_event_is_lost_or_told_twice_though_the_destination_fails_at_random(
    market: Marketplace, client: Client, inbox: Inbox
) -> None:
    chance = random.Random(5)
    inbox.answer = lambda: (200, {}, b'{"MessageId":"1"}') if chance.random() < 0.5 else (500, {}, b"")
    publish = publishing(client, inbox.url)
    made = [publish() for _ in range(20)]
    seen = {}
    while {hit for hits in seen.values() for hit in hits} != set(made):
        document = tried_again(market, inbox, minutes=1)
        hits = [one["HITId"] for one in document["Events"]]
        assert seen.setdefault(document["EventDocId"], hits) == hits
    assert sorted(hit for hits in seen.values() for hit in hits) == sorted(made)


class Box:
    """An outbox with one destination, and what is done with it at times of one's own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, *times: int) -> None:
        rows = [{"outlet": 1, "event_type": "Ping", "time": one, "hit_type_id": "3T", "hit_id": "3H"} for one in times]
        self._store.write(lambda connection: connection.execute(event.insert(), rows))

    def add_destination(self) -> None:
        row = {"number": 2, "requester": 1, "transport": "SQS", "destination": "y"}
        told = {"outlet": 2, "event_type": "Ping", "time": 0, "hit_type_id": "3T", "hit_id": "3H"}
        self._store.write(lambda connection: connection.execute(outlet.insert(), row))
        self._store.write(lambda connection: connection.execute(event.insert(), told))

    def claim(self, holder: str, now: int) -> Any:
        return self._store.write(lambda connection: outbox.claim(connection, 1, now, holder, lambda: holder * 40))

    def fail(self, document: outbox.Document, now: int) -> int:
        return self._store.write(lambda connection: outbox.failed(connection, document, now, 0))

    def deliver(self, document: outbox.Document, now: int) -> None:
        self._store.write(lambda connection: outbox.delivered(connection, document, now, lambda: "z" * 40))

    def waiting(self, now: int) -> list[int]:
        return self._store.read(lambda connection: outbox.waiting(connection, now, 9))

    def times(self) -> list[int]:
        return list(self._store.read(lambda connection: connection.execute(select(event.c.time)).scalars().all()))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    market = Marketplace(tmp_path / "lab.sqlite3")
    assert market.access_key
    store = Store(tmp_path / "lab.sqlite3")
    first = {"number": 1, "requester": 1, "transport": "SQS", "destination": "x"}
    store.write(lambda connection: connection.execute(outlet.insert(), first))
    yield Box(store)
    store.close()
    market.stop()


def test_a_lease_keeps_others_from_an_outlet_until_it_ends(box: Box) -> None:
    box.put(0)
    first = box.claim("a", 1000)
    assert box.waiting(1000 + outbox.LEASE - 1) == []
    assert box.claim("b", 1000 + outbox.LEASE - 1) is None
    assert box.waiting(1000 + outbox.LEASE) == [1]
    second = box.claim("b", 1000 + outbox.LEASE)
    assert second.event_doc_id == first.event_doc_id == "a" * 40
    assert second.text == first.text


def test_who_took_longer_than_the_lease_has_delivered_and_changes_nothing_else(box: Box) -> None:
    box.put(0)
    late = box.claim("a", 1000)
    box.claim("b", 1000 + outbox.LEASE)
    assert box.fail(late, 1001 + outbox.LEASE) == 0
    assert box.claim("c", 1001 + outbox.LEASE) is None
    box.deliver(late, 1001 + outbox.LEASE)
    assert box.times() == []


def test_many_failures_within_14_days_give_nothing_up(box: Box) -> None:
    box.put(0)
    for number in range(2 * outbox.LEAST_TRIES):
        now = 20 * DAY + number
        assert box.fail(box.claim("a", now), now) == 0
    assert box.times() == [0]


def test_what_is_younger_than_14_days_is_not_given_up_with_the_rest(box: Box) -> None:
    box.put(0, DAY, 10 * DAY)
    for number in range(outbox.LEAST_TRIES):
        now = number * 16 * DAY // (outbox.LEAST_TRIES - 1)
        dropped = box.fail(box.claim("a", now), now)
    assert dropped == 2
    assert box.times() == [10 * DAY]
    # A document is never sent in two forms.
    assert box.claim("b", 16 * DAY).event_doc_id == "b" * 40


def test_a_destination_that_was_just_served_waits_behind_the_others(box: Box) -> None:
    box.put(0)
    box.deliver(box.claim("a", 10), 10)
    box.put(0)
    box.add_destination()
    assert box.waiting(20) == [2, 1]


def test_a_destination_that_was_just_served_is_served_again_when_there_is_no_other(box: Box) -> None:
    box.put(0)
    box.deliver(box.claim("a", 10), 10)
    box.put(0)
    assert box.waiting(20) == [1]


def test_a_destination_that_has_taken_something_begins_anew(box: Box) -> None:
    box.put(0)
    for _ in range(outbox.LEAST_TRIES):
        box.fail(box.claim("a", DAY), DAY)
    box.deliver(box.claim("a", DAY), DAY)
    box.put(DAY)
    assert box.fail(box.claim("a", 30 * DAY), 30 * DAY) == 0
    assert box.claim("a", 30 * DAY).attempts == 1


def test_a_queue_at_an_address_that_is_not_this_machine_is_never_sent_to() -> None:
    sender = Sender(Exchange(), {}, time.time, private=True)
    with pytest.raises(Undelivered, match="stands for an address that nothing may be sent to"):
        sender.send("SQS", "http://10.1.2.3:9/1/events", "text")


def test_a_queue_on_this_machine_is_not_sent_to_where_that_is_not_allowed(inbox: Inbox) -> None:
    with pytest.raises(Undelivered, match="stands for an address that nothing may be sent to"):
        Sender(Exchange(), {}, time.time).send("SQS", inbox.url, "text")
    assert inbox.requests.empty()
