"""A test event: sent, waited for, and where it does not arrive, why."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mturk.data.enumeration import EventType, NotificationTransport
from mturk.doubt import warn
from mturk.errors import AccessDenied, DoesNotExist, MTurkError, RequestError, ValidationError
from mturk.event.queue import LONGEST_WAIT, Message, Queue
from mturk.event.queue_policy import PRINCIPAL, problem
from mturk.model.notification import Notification

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

logger = logging.getLogger("mturk")

# An event of an earlier check that was this late shows as well that events arrive.
_MARGIN = timedelta(minutes=5)
_LOOK = (
    f"Look at: the queue's policy, which must let the service {PRINCIPAL} do sqs:SendMessage; whether the queue is in "
    "the region and account that its URL says; a program that listens to this queue and has taken the test event; a "
    "delay of the queue's. Settings may take five minutes to begin."
)


def check(
    connection: Connection,
    notification: Notification,
    timeout: float = 60.0,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Send a test event, and wait until it is in the queue, out of which it is taken.

    Other messages are held back while it is waited for, and then let go. TimeoutError: it has not arrived after
    `timeout` seconds, or cannot; the text says what is wrong where that can be told. Nobody can look into a topic: a
    test event is sent, and a warning says so. SendTestEventNotification, ReceiveMessage and DeleteMessageBatch, and if
    need be GetQueueAttributes.
    """
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout <= 3_600:
        raise ValidationError(f"timeout must be more than 0 and at most 3,600 seconds, not {timeout!r}")
    if notification.transport != NotificationTransport.SQS:
        notification.send_test(EventType.PING, connection=connection)
        warn(
            f"A test event was sent to {notification.destination}, and nobody can look from here whether it arrives: "
            "see that the topic has a confirmed subscription, and that the test event comes out of it."
        )
        return
    queue = Queue(notification.destination, connection)
    try:
        _check_queue(connection, notification, queue, monotonic() + timeout, timeout, monotonic)
    finally:
        queue.close()


def diagnosis(queue: Queue) -> str | None:
    """What keeps events from a queue, as far as its attributes tell."""
    try:
        found = queue.attributes()  # by name a server refuses what it does not know, such as keys for encryption
    except DoesNotExist:
        return (
            f"There is no queue {queue.name} for these keys at {queue.url} in the region {queue.region}: was it "
            "deleted, or is it in another region or account?"
        )
    except AccessDenied:
        return f"The keys may not read the queue's attributes (sqs:GetQueueAttributes), so look yourself. {_LOOK}"
    except MTurkError as error:
        return f"The queue's attributes cannot be read: {error}"
    arn = found.get("QueueArn", "")
    region = (arn.split(":") + [""] * 4)[3]
    if region and region != queue.region:
        return f"The queue is in the wrong region: it is in {region}, and its URL says {queue.region}."
    if not queue.is_own and (lacking := problem(found.get("Policy"), arn)):
        return f"{lacking} mturk.sqs.create_queue({queue.name!r}) adds what is missing."
    if key := found.get("KmsMasterKeyId"):
        return f"The queue is encrypted with {key}: {PRINCIPAL} must be allowed to use that key (kms:GenerateDataKey)."
    return None


def _check_queue(
    connection: Connection,
    notification: Notification,
    queue: Queue,
    until: float,
    timeout: float,
    monotonic: Callable[[], float],
) -> None:
    since = connection.now() - _MARGIN
    try:
        notification.send_test(EventType.PING, connection=connection)
    except RequestError as error:
        cause = diagnosis(queue)
        if cause is None:
            raise
        raise TimeoutError(f"The test event cannot arrive in {queue.url}. {cause}") from error
    if not _arrives(queue, since, until, monotonic):
        cause = diagnosis(queue) or _LOOK
        raise TimeoutError(f"The test event did not arrive in {queue.url} within {timeout:g} seconds. {cause}")


def _arrives(queue: Queue, since: datetime, until: float, monotonic: Callable[[], float]) -> bool:
    with _let_go(queue) as others:
        while (left := until - monotonic()) > 0:
            wait = min(LONGEST_WAIT, int(left) + 1)
            try:
                found = queue.receive(wait=wait, visibility=int(left) + LONGEST_WAIT)
            except (DoesNotExist, AccessDenied):
                return False  # the diagnosis says it
            ours = [message for message in found if _is_test(message, since)]
            others += [message for message in found if message not in ours]
            if ours:
                queue.delete(ours)
                return True
    return False


@contextmanager
def _let_go(queue: Queue) -> Iterator[list[Message]]:
    """Messages that are not ours: let go at the end, so that whoever they are for gets them."""
    others: list[Message] = []
    try:
        yield others
    finally:
        try:
            queue.extend(others, 0)
        except MTurkError as error:
            logger.warning("Messages of %s come back only when their time is up: %s", queue.url, error)


def _is_test(message: Message, since: datetime) -> bool:
    if message.sent_at is not None and message.sent_at < since:
        return False
    try:
        document = json.loads(message.body)
        return any(event["EventType"] == EventType.PING for event in document["Events"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
