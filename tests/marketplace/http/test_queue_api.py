"""Who may call the queues, by which addresses, and in which words they are refused."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from mturk.marketplace import Marketplace
from mturk.marketplace.signature import DATE_FORM, SignedRequest, sign
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.http.test_public_address import as_a_proxy_hands_it_on, hosted

OLD = "AWS.SimpleQueueService."


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace() as market:
        yield market


@pytest.fixture
def sqs(market: Marketplace, connect_queues: Connect) -> Client:
    return connect_queues(market)


def post(
    market: Marketplace, operation: str, body: bytes, path: str = "/", service: str = "sqs", **more: str
) -> requests.Response:
    """Send a signed request; headers that are added are signed too."""
    headers = {
        "host": market.url.partition("//")[2],
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"AmazonSQS.{operation}",
        "x-amz-date": time.strftime(DATE_FORM, time.gmtime()),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    signed = SignedRequest(headers, body, path=path)
    headers["authorization"] = sign(signed, market.access_key, market.secret_key, "eu-west-1", service)
    return requests.post(f"{market.url}{path}", body, headers=headers, timeout=20)


def refused(method: Any, **members: Any) -> tuple[int, str, str]:
    """The status, and the code in its old and its new form."""
    bodies: list[bytes] = []
    keep = lambda response_dict, **_: bodies.append(response_dict["body"])  # noqa: E731 - needs a name
    method.__self__.meta.events.register("response-received.sqs.*", keep)
    with pytest.raises(ClientError) as caught:
        method(**members)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], json.loads(bodies[-1])["__type"]


def test_who_has_no_key_gets_nothing(market: Marketplace) -> None:
    headers = {"x-amz-target": "AmazonSQS.ListQueues", "content-type": "application/x-amz-json-1.0"}
    for path in ("/", "/queue/123456789012/events"):
        answer = requests.post(f"{market.url}{path}", "{}", headers=headers, timeout=20)
        assert answer.status_code == 403
        assert answer.json()["__type"].endswith("#MissingAuthenticationTokenException")
        assert "x-amzn-query-error" not in answer.headers


def test_who_has_no_key_does_not_wait_either(market: Marketplace) -> None:
    body = json.dumps({"QueueUrl": market.queue("events").url, "WaitTimeSeconds": 20})
    started = time.monotonic()
    answer = requests.post(market.url, body, headers={"x-amz-target": "AmazonSQS.ReceiveMessage"}, timeout=30)
    assert answer.status_code == 403
    assert time.monotonic() - started < 10


def test_a_key_that_is_not_known_and_one_that_is_wrong_are_refused(
    market: Marketplace, connect_queues: Connect
) -> None:
    unknown = connect_queues(market, aws_access_key_id="AKIANOBODY")
    assert refused(unknown.list_queues)[:2] == (403, "InvalidClientTokenId")
    wrong = connect_queues(market, aws_secret_access_key="wrong")
    assert refused(wrong.list_queues)[:2] == (403, "SignatureDoesNotMatch")


def test_a_key_that_was_revoked_is_refused(market: Marketplace, sqs: Client) -> None:
    market.queue("events")
    assert sqs.list_queues()["QueueUrls"]
    market.revoke_key(market.access_key)
    assert refused(sqs.list_queues)[:2] == (403, "InvalidClientTokenId")


def test_a_signature_for_the_api_is_none_for_the_queues(market: Marketplace, connect: Connect) -> None:
    answer = post(market, "ListQueues", b"{}", service="mturk-requester")
    assert (answer.status_code, answer.json()["__type"].rpartition("#")[2]) == (403, "InvalidSignatureException")
    api = connect(market)
    api._request_signer._signing_name = "sqs"
    with pytest.raises(ClientError, match="correct service"):
        api.get_account_balance()


def test_errors_have_sqss_codes_of_today_and_of_before(sqs: Client) -> None:
    status, old, new = refused(sqs.get_queue_url, QueueName="nowhere")
    assert (status, old, new) == (400, f"{OLD}NonExistentQueue", "com.amazonaws.sqs#QueueDoesNotExist")
    _, old, new = refused(sqs.purge_queue)
    assert (old, new) == ("MissingParameter", "com.amazonaws.sqs#MissingParameter")


def test_old_codes_come_only_where_they_are_asked_for(market: Marketplace) -> None:
    body = b'{"QueueName": "nowhere"}'
    assert "x-amzn-query-error" not in post(market, "GetQueueUrl", body).headers
    told = post(market, "GetQueueUrl", body, x_amzn_query_mode="true").headers["x-amzn-query-error"]
    assert told == f"{OLD}NonExistentQueue;Sender"


@pytest.mark.parametrize("body", [b"[]", b"{", b"[" * 100_000, b'{"QueueName": NaN}', b'{"QueueName": 1}', b"\xff"])
def test_a_body_that_is_no_call_is_refused(market: Marketplace, body: bytes) -> None:
    answer = post(market, "GetQueueUrl", body)
    assert (answer.status_code, answer.json()["__type"].rpartition("#")[2]) == (400, "SerializationException")


def test_a_text_that_no_database_takes_is_refused(market: Marketplace) -> None:
    for operation, member in [("GetQueueUrl", "QueueName"), ("PurgeQueue", "QueueUrl"), ("ListQueues", "NextToken")]:
        for text in ("\0", "\ud800", "/queue/000000000000/\ud800"):
            answer = post(market, operation, json.dumps({member: text}).encode())
            assert answer.status_code < 500


def test_a_call_may_be_sent_to_the_url_of_the_queue(market: Marketplace, sqs: Client) -> None:
    url = market.queue("events").url
    body = json.dumps({"QueueUrl": url, "MessageBody": "one"}).encode()
    assert post(market, "SendMessage", body, path=url.removeprefix(market.url)).status_code == 200
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "one"


@pytest.mark.parametrize("host", [b"", b"[", b"a b", b"\xff", b"a:99999999", b"a/b?c"])
def test_a_host_that_is_none_is_refused_as_any_other_without_a_key(market: Marketplace, host: bytes) -> None:
    where = market.url.removeprefix("http://").split(":")
    head = b"POST / HTTP/1.1\r\nX-Amz-Target: AmazonSQS.ListQueues\r\nContent-Length: 2\r\nConnection: close\r\n"
    with socket.create_connection((where[0], int(where[1])), timeout=20) as line:
        line.sendall(head + b"Host: " + host + b"\r\n\r\n{}")
        assert line.recv(4096).startswith(b"HTTP/1.1 403 ")


def test_the_url_of_a_queue_is_not_the_api(market: Marketplace) -> None:
    path = market.queue("events").url.removeprefix(market.url)
    assert requests.get(f"{market.url}{path}", timeout=20).status_code == 405
    target = "MTurkRequesterServiceV20170117.GetAccountBalance"
    answer = post(market, "", b"{}", path=path, service="mturk-requester", x_amz_target=target)
    assert answer.json()["__type"].rpartition("#")[2] == "InvalidSignatureException"
    answer = post(market, "", b"{}", path=path, x_amz_target=target)
    assert answer.json()["__type"].rpartition("#")[2] == "UnknownOperationException"


def test_a_queue_has_the_public_address_behind_a_proxy(connect_queues: Connect) -> None:
    with hosted(lambda url: _mounted(url)) as address:
        market = _mounted.market  # type: ignore[attr-defined]  # made when the address was known
        client = connect_queues(market, endpoint_url=f"{address}/turk")
        url = client.create_queue(QueueName="events")["QueueUrl"]
        assert url.startswith(f"{address}/turk/queue/")
        client.send_message(QueueUrl=url, MessageBody="one")
        at_the_queue = connect_queues(market, endpoint_url=url)
        assert at_the_queue.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "one"
        market.stop()


def _mounted(address: str) -> Any:
    """A proxy that serves a marketplace below /turk, and hands the rest of the path on."""
    market = Marketplace(public_url=f"{address}/turk")
    _mounted.market = market  # type: ignore[attr-defined]  # see above
    inner = as_a_proxy_hands_it_on(market, HTTP_HOST="inside:8080")

    def proxy(environ: dict[str, Any], start_response: Any) -> Any:
        return inner({**environ, "PATH_INFO": environ["PATH_INFO"].removeprefix("/turk")}, start_response)

    return proxy


@pytest.mark.system
def test_the_aws_command_line_uses_a_queue(market: Marketplace, tmp_path: Path) -> None:
    environment = {
        "AWS_ACCESS_KEY_ID": market.access_key,
        "AWS_SECRET_ACCESS_KEY": market.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }

    def call(*arguments: str) -> dict[str, Any]:
        program = [
            sys.executable,
            str(Path(sysconfig.get_path("scripts")) / "aws"),
            "--endpoint-url",
            market.url,
            "sqs",
            *arguments,
        ]
        ran = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=120, check=True)
        answer: dict[str, Any] = json.loads(ran.stdout or "{}")
        return answer

    url = call("create-queue", "--queue-name", "events")["QueueUrl"]
    call("send-message", "--queue-url", url, "--message-body", "hello")
    (message,) = call("receive-message", "--queue-url", url, "--wait-time-seconds", "2")["Messages"]
    assert message["Body"] == "hello"
    call("delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"])
    found = call("get-queue-attributes", "--queue-url", url, "--attribute-names", "All")["Attributes"]
    assert found["ApproximateNumberOfMessagesNotVisible"] == "0"
