"""Notifications: being told of events by a queue or a topic."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from mturk.alters_data import alters_data
from mturk.connection.connection import current
from mturk.data import limit, wire
from mturk.data.enumeration import EventType, NotificationTransport
from mturk.errors import ValidationError

if TYPE_CHECKING:
    from mturk.connection.connection import Connection


def _transport(value: str) -> NotificationTransport:
    return limit.choice("transport", value, NotificationTransport)


def _destination(value: str) -> str:
    return limit.text("destination", value, None, 1)


def _events(values: Iterable[str]) -> tuple[EventType, ...]:
    if not isinstance(values, Iterable):
        raise ValidationError(f"event_types must be a list of events, not {values!r}")
    events = tuple(
        limit.choice("event_types", value, EventType) for value in ([values] if isinstance(values, str) else values)
    )
    if not events:
        raise ValidationError("event_types must name at least one event")
    return events


_HOW = (
    "write the URL of a queue (https://sqs.us-east-1.amazonaws.com/123456789012/turk) or the ARN of a topic "
    "(arn:aws:sns:us-east-1:123456789012:turk)"
)
# As AWS and the servers that stand in for it write the URLs of queues.
_QUEUE = re.compile(
    r"https?://([^/@?#]*\.)?((sqs|queue)[^/@?#]*/.*|[^/@?#]+/([^@?#]*/)?(queue|\d{12})/[A-Za-z0-9_-]{1,80})"
)


def guess_transport(destination: str, *, amazon: bool) -> NotificationTransport:
    """How events get to a destination; with `amazon` only what AWS itself sends to is one."""
    if not isinstance(destination, str):
        raise ValidationError(f"destination must be a text, not {destination!r}: {_HOW}")
    if destination.startswith("arn:") and destination.split(":")[2:3] == ["sns"]:
        return NotificationTransport.SNS
    if _QUEUE.fullmatch(destination):
        return NotificationTransport.SQS
    if destination.startswith(("http://", "https://")) and not amazon:
        return NotificationTransport.SNS
    raise ValidationError(f"nothing can be sent to {destination!r}: {_HOW}")


@attrs.frozen
class Notification:
    """Where events are sent: the URL of an SQS queue or the ARN of an SNS topic, and which events.

        tell = Notification(queue_url, "SQS", ["AssignmentSubmitted", "HITReviewable"])
        hit_type.set_notification(tell)

    The queue or topic must let the principal `mturk-requester.amazonaws.com` send to it.
    """

    destination: str = attrs.field(metadata=wire.named("Destination"), converter=_destination)
    transport: NotificationTransport = attrs.field(converter=_transport, metadata=wire.named("Transport"))
    event_types: tuple[EventType, ...] = attrs.field(converter=_events, metadata=wire.named("EventTypes"))
    # The service's model speaks of 2006-05-05; this is what works with queues and topics.
    version: str = attrs.field(default="2014-08-15", metadata=wire.named("Version"))

    @alters_data
    def send_test(self, event_type: EventType | str, *, connection: Connection | None = None) -> None:
        """Have the service send one made-up event of this type now.

        A test whose answer was lost is not sent again. One call, SendTestEventNotification.
        """
        (connection or current()).call(
            "SendTestEventNotification",
            Notification=self,
            TestEventType=limit.choice("event_type", event_type, EventType),
        )
