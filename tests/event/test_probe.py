"""A test event must arrive; where it does not, it is said why. With a marketplace, its own queues and moto's."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import mturk
from mturk import Connection, HITType, HTMLQuestion, Notification, ValidationError
from mturk.errors import InvalidParameter
from mturk.event.probe import _is_test, check, diagnosis
from mturk.event.queue import Message, Queue
from mturk.marketplace import Marketplace
from tests.event import moto as motos
from tests.page import PAGE

EVENTS = ["AssignmentSubmitted", "HITReviewable"]


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> Iterator[Marketplace]:
    with Marketplace(database=":memory:") as market:
        yield market


@pytest.fixture
def connection(market: Marketplace) -> Iterator[Connection]:
    with Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection:
        yield connection


@pytest.fixture
def photos(connection: Connection) -> HITType:
    return HITType.create("Label", "Say what is in the picture", "0.05", 600, connection=connection)


@pytest.fixture
def own(market: Marketplace) -> str:
    url: str = market.queue("turk").url
    return url


def depth(url: str, connection: Connection) -> int:
    queue = Queue(url, connection)
    try:
        found = queue.attributes("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    finally:
        queue.close()
    return sum(int(number) for number in found.values())


def test_a_test_event_arrives_in_a_queue_of_the_marketplace_and_is_taken_out(
    photos: HITType, own: str, connection: Connection
) -> None:
    photos.notify(own, EVENTS, check=True, timeout=20)
    assert depth(own, connection) == 0


def test_events_arrive_after_notify(photos: HITType, own: str, connection: Connection, market: Marketplace) -> None:
    photos.notify(own, "HITCreated")
    hit = photos.create_hit(HTMLQuestion(PAGE), 3_600)
    queue = Queue(own, connection)
    (message,) = queue.receive(wait=20)
    queue.close()
    assert json.loads(message.body)["Events"][0]["HITId"] == hit.id


def test_a_test_event_arrives_at_another_server(
    photos: HITType, connection: Connection, queue_url: str, chain: None, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", moto)
    photos.notify(queue_url, EVENTS, check=True, timeout=20)
    assert depth(queue_url, connection) == 0


def test_other_messages_are_left_for_whom_they_are_for(photos: HITType, own: str, connection: Connection) -> None:
    queue = Queue(own, connection)
    others = {f'{{"Events": [{{"EventType": "AssignmentSubmitted"}}], "EventDocId": "{n}"}}' for n in range(12)}
    for other in others:
        queue.send(other)
    photos.notify(own, EVENTS, check=True, timeout=20)
    found: list[Message] = []
    while len(found) < len(others):
        received = queue.receive(wait=5)
        assert received
        found += received
    assert {message.body for message in found} == others
    queue.close()


@pytest.fixture
def deaf(judge: Any, connect: Callable[..., Connection]) -> Connection:
    """A connection to a service that takes everything and sends nothing."""
    judge.answer_with(lambda operation, sent: {})
    return connect(judge.url)


def test_a_test_event_that_does_not_arrive_says_that_the_policy_is_missing(
    deaf: Connection, queue_url: str, chain: None
) -> None:
    with pytest.raises(TimeoutError, match="has no policy") as caught:
        HITType("3TYPE000000000000000000000", connection=deaf).notify(queue_url, EVENTS, check=True, timeout=0.2)
    assert "mturk.sqs.create_queue" in str(caught.value)
    assert queue_url in str(caught.value)


def test_nothing_is_set_where_the_test_event_does_not_arrive(
    deaf: Connection, judge: Any, queue_url: str, chain: None
) -> None:
    with pytest.raises(TimeoutError):
        HITType("3TYPE000000000000000000000", connection=deaf).notify(queue_url, EVENTS, check=True, timeout=0.2)
    assert [call.operation for call in judge.calls] == ["SendTestEventNotification"]


def test_a_test_event_that_does_not_arrive_says_that_the_principal_is_wrong(
    deaf: Connection, queue_url: str, sqs: Any, chain: None
) -> None:
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    held = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn}]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": held})
    with pytest.raises(TimeoutError, match=r"wrong principal: it lets sns\.amazonaws\.com send"):
        check(deaf, Notification(queue_url, "SQS", EVENTS), 0.2)


def test_a_queue_that_is_not_there_is_named(deaf: Connection, queue_url: str, chain: None) -> None:
    name = f"{queue_url}-gone".rpartition("/")[2]
    with pytest.raises(TimeoutError, match=f"There is no queue {name} for these keys"):
        check(deaf, Notification(f"{queue_url}-gone", "SQS", EVENTS), 20)


def test_where_nothing_is_wrong_it_is_said_what_to_look_at(
    deaf: Connection, moto: str, monkeypatch: pytest.MonkeyPatch, chain: None
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", moto)
    url = mturk.sqs.create_queue(motos.new_name(), connection=deaf)
    with pytest.raises(TimeoutError, match=r"within 0\.2 seconds\. Look at: the queue's policy") as caught:
        check(deaf, Notification(url, "SQS", EVENTS), 0.2)
    assert "a program that listens to this queue" in str(caught.value)


def test_a_queue_in_another_region_than_its_url_says_is_in_the_wrong_region(
    deaf: Connection, queue_url: str, moto: str, monkeypatch: pytest.MonkeyPatch, chain: None
) -> None:
    class Elsewhere(Queue):
        def attributes(self, *names: str) -> dict[str, str]:
            return {"QueueArn": "arn:aws:sqs:eu-west-1:123456789012:turk"}

    queue = Elsewhere(queue_url, deaf)
    assert "wrong region: it is in eu-west-1" in (diagnosis(queue) or "")


def test_a_queue_of_the_marketplace_s_own_needs_no_policy(own: str, connection: Connection) -> None:
    queue = Queue(own, connection)
    assert diagnosis(queue) is None
    queue.close()


def test_an_encrypted_queue_names_its_key(deaf: Connection, moto: str, sqs: Any, chain: None, monkeypatch: Any) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", moto)
    url = mturk.sqs.create_queue(motos.new_name(), connection=deaf)
    # Those that are not named are forgotten by moto.
    held = Queue(url, deaf).attributes("Policy")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={**held, "KmsMasterKeyId": "alias/aws/sqs"})
    assert "encrypted with alias/aws/sqs" in (diagnosis(Queue(url, deaf)) or "")


def test_a_destination_that_the_service_refuses_says_why(
    photos: HITType, market: Marketplace, connection: Connection
) -> None:
    missing = market.queue("turk").url + "-gone"
    with pytest.raises((TimeoutError, InvalidParameter), match=r"gone|no queue"):
        photos.notify(missing, EVENTS, check=True, timeout=5)


def test_a_service_that_refuses_the_destination_is_heard_where_the_queue_is_fine(
    judge: Any, connect: Callable[..., Connection], moto: str, monkeypatch: pytest.MonkeyPatch, chain: None
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", moto)
    connection = connect(judge.url)
    url = mturk.sqs.create_queue(motos.new_name(), connection=connection)
    from tests.judge import Refusal

    def refuse(operation: str, sent: Any) -> Any:
        raise Refusal(turk_code="InvalidTransportEndpoint", message="not this one")

    judge.answer_with(refuse)
    with pytest.raises(InvalidParameter, match="not this one"):
        check(connection, Notification(url, "SQS", EVENTS), 5)


def test_a_topic_cannot_be_looked_into_which_is_said(deaf: Connection, judge: Any) -> None:
    with pytest.warns(UserWarning, match="nobody can look from here"):
        HITType("3TYPE000000000000000000000", connection=deaf).notify(
            "arn:aws:sns:us-east-1:123456789012:turk", EVENTS, check=True
        )
    assert [call.operation for call in judge.calls] == ["SendTestEventNotification", "UpdateNotificationSettings"]


@pytest.mark.parametrize("timeout", [0, -1, 3_601, True, "20", None])
def test_the_time_to_wait_is_checked(deaf: Connection, judge: Any, timeout: float) -> None:
    with pytest.raises(ValidationError, match="timeout"):
        check(deaf, Notification("https://sqs.us-east-1.amazonaws.com/1/turk", "SQS", EVENTS), timeout)
    assert judge.calls == []


def test_an_event_that_comes_late_is_waited_for(deaf: Connection, queue_url: str, sqs: Any, chain: None) -> None:
    ping = json.dumps({"Events": [{"EventType": "Ping"}], "EventDocId": "d"})
    timer = threading.Timer(0.5, lambda: sqs.send_message(QueueUrl=queue_url, MessageBody=ping))
    timer.start()
    check(deaf, Notification(queue_url, "SQS", EVENTS), 20)
    timer.join()


NOW = datetime(2026, 8, 9, tzinfo=timezone.utc)
PING = '{"Events": [{"EventType": "Ping"}]}'


@pytest.mark.parametrize(
    ("body", "sent_at", "is_test"),
    [
        (PING, NOW, True),
        (PING, None, True),
        (PING, NOW - timedelta(seconds=1), False),
        ('{"Events": [{"EventType": "HITExpired"}]}', NOW, False),
        ('{"Events": []}', NOW, False),
        ("Ping", NOW, False),
        ("[]", NOW, False),
        ('{"Events": 7}', NOW, False),
        ('{"Events": ["Ping"]}', NOW, False),
        ("[" * 100_000, NOW, False),
    ],
)
def test_only_a_recent_ping_is_the_test_event(body: str, sent_at: datetime | None, is_test: bool) -> None:
    assert _is_test(Message("m", "h", body, sent_at), NOW) is is_test
