"""Where events are sent."""

from __future__ import annotations

from typing import Any

import pytest

from mturk import Connection, EventType, Notification, NotificationTransport, ValidationError
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
