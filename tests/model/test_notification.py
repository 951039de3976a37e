"""Where events are sent."""

from __future__ import annotations

from typing import Any

import pytest

from mturk import Connection, EventType, Notification, NotificationTransport, ValidationError
from mturk.model.notification import guess_transport
from tests.judge import Judge

QUEUE = "https://sqs.us-east-1.amazonaws.com/1/q"


def test_a_notification_is_a_value_of_the_service_s_words() -> None:
    tell = Notification(QUEUE, "SQS", ["Ping", EventType.HIT_REVIEWABLE])
    assert tell.transport is NotificationTransport.SQS
    assert tell.event_types == (EventType.PING, EventType.HIT_REVIEWABLE)
    assert tell == Notification(QUEUE, NotificationTransport.SQS, ("Ping", "HITReviewable"))
    assert Notification(QUEUE, "SQS", "Ping").event_types == (EventType.PING,)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((QUEUE, "Pigeon", ["Ping"]), "transport must be one of Email, SQS, SNS, not 'Pigeon'"),
        ((QUEUE, "SQS", ["Pong"]), "event_types must be one of .* not 'Pong'"),
        ((QUEUE, "SQS", []), "event_types must name at least one event"),
        ((QUEUE, "SQS", [7]), "event_types must be one of .* not 7"),
        ((QUEUE, "SQS", 7), "event_types must be"),
        (("", "SQS", ["Ping"]), "destination must have at least 1 character"),
        ((7, "SQS", ["Ping"]), "destination must be a str, not 7"),
    ],
)
def test_a_notification_that_cannot_be_is_refused(arguments: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Notification(*arguments)


@pytest.mark.parametrize("event", EventType)
def test_any_event_can_be_tried(event: EventType, judge: Judge, default: Connection) -> None:
    Notification(QUEUE, "SQS", ["Ping"]).send_test(event)
    assert judge.calls[0].body["TestEventType"] == event.value


def test_an_event_that_is_none_is_refused_before_any_call(judge: Judge, default: Connection) -> None:
    with pytest.raises(ValidationError, match="event_type must be one of"):
        Notification(QUEUE, "SQS", ["Ping"]).send_test("Pong")
    assert judge.arrived == 0


@pytest.mark.parametrize(
    ("destination", "transport"),
    [
        ("https://sqs.us-east-1.amazonaws.com/123456789012/turk", "SQS"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/turk", "SQS"),
        ("http://127.0.0.1:5000/123456789012/turk", "SQS"),
        ("http://localhost:9324/queue/turk", "SQS"),
        ("https://turk.my-lab.org/queue/000000000007/turk", "SQS"),
        ("https://my-lab.org/turk/queue/000000000007/turk", "SQS"),
        ("http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/turk", "SQS"),
        ("arn:aws:sns:us-east-1:123456789012:turk", "SNS"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:turk", "SNS"),
        ("https://my-app.org/events", "SNS"),
        ("http://127.0.0.1:8000/mturk/sns", "SNS"),
        ("https://my-app.org/?to=/queue/turk", "SNS"),
    ],
)
def test_the_transport_is_guessed_from_the_destination(destination: str, transport: str) -> None:
    assert guess_transport(destination, amazon=False) == transport


@pytest.mark.parametrize(
    "destination", ["", "turk", "arn:aws:sqs:us-east-1:123456789012:turk", "me@my-lab.org", "ftp://x/queue/turk", None]
)
def test_a_destination_that_is_none_says_what_to_write(destination: str) -> None:
    with pytest.raises(ValidationError, match=r"write the URL of a queue .* or the ARN of a topic"):
        guess_transport(destination, amazon=False)


def test_aws_posts_to_topics_only() -> None:
    with pytest.raises(ValidationError, match="write the URL of a queue"):
        guess_transport("https://my-app.org/events", amazon=True)
