"""The messages of queues: sent, received by one at a time, hidden meanwhile, deleted; old ones go by themselves.

Times are the real clock's, since they are about programs: a receiver that died must not wait for market time.
"""

from __future__ import annotations

import json
import re
import secrets
import time
import uuid
from collections.abc import Collection
from hashlib import md5
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, tuple_

from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import at_least, octets
from mturk.marketplace.people.requester import account_of
from mturk.marketplace.queue import message_attribute
from mturk.marketplace.queue.message_attribute import Attributes
from mturk.marketplace.queue.queue import LARGEST_MESSAGE, Queue, arn, dead_letters
from mturk.marketplace.queue.queue_error import QueueError, invalid
from mturk.marketplace.quota import LEAST_MESSAGE

_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RECEIPT = re.compile(r"(?P<number>[0-9]{1,18})-(?P<secret>[0-9a-f]{32})")
_SOME = 1000  # old messages that are removed at once
_MOST_GIVEN_UP = 100  # messages at once: who receives comes again, and meanwhile others get their turn
_AT_ONCE = 100  # messages that are purged by one statement; each may have a quarter of a megabyte
_TURN = 0.1  # seconds after which who purges lets others write
_HIDDEN = (t.queue_message.c.visible_at > bindparam("real"), t.queue_message.c.queue == bindparam("of_queue"))

_NEXT = select(func.min(t.queue_message.c.visible_at)).where(t.queue_message.c.queue == bindparam("of_queue"))
_VISIBLE = (
    select(t.queue_message)
    .where(t.queue_message.c.queue == bindparam("of_queue"), t.queue_message.c.visible_at <= bindparam("real"))
    .order_by(t.queue_message.c.visible_at, t.queue_message.c.number)
    .limit(bindparam("most"))
)
_OLD = (
    select(t.queue_message.c.number)
    .where(t.queue_message.c.queue == bindparam("of_queue"), t.queue_message.c.sent <= bindparam("before"))
    .limit(_SOME)
)
_PLACE = t.queue_message.c.visible_at, t.queue_message.c.number
_BEHIND = (
    select(*_PLACE)
    .where(
        t.queue_message.c.queue == bindparam("of_queue"),
        tuple_(*_PLACE) > tuple_(bindparam("visible_at"), bindparam("number")),
    )
    .order_by(*_PLACE)
    .limit(_AT_ONCE)
)
_SENT = select(func.count()).select_from(t.queue_message).where(t.queue_message.c.queue == bindparam("of_queue"))


class Message(NamedTuple):
    """A message as who receives it sees it."""

    message_id: str
    receipt: str
    body: str
    attributes: Attributes
    system: dict[str, str]


class Letter(NamedTuple):
    """What is sent."""

    body: str
    attributes: Attributes
    delay: int | None = None
    """Seconds in which nobody receives it; None is what the queue says."""


def check(queue: Queue, letter: Letter) -> int:
    """The size of a letter in bytes; refused if it is nothing to be sent to this queue."""
    values = (value.get("StringValue", "") for value in letter.attributes.values())
    if any(_UNFIT.search(text) for text in (letter.body, *values)):
        text = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to "
        raise QueueError("InvalidMessageContents", f"{text}#xFFFD | #x10000 to #x10FFFF")
    size = len(letter.body.encode()) + message_attribute.size(letter.attributes)
    most = min(queue.value("MaximumMessageSize"), LARGEST_MESSAGE)
    if size > most:
        raise invalid("MessageBody", f"of {size} bytes", f"Message must be shorter than {most} bytes.")
    return size


def send(database: Connection, queue: Queue, letter: Letter, sender: str, real: int) -> str:
    """Put a letter that was checked into a queue, and say its id."""
    delay = queue.value("DelaySeconds") if letter.delay is None else letter.delay
    message_id = str(uuid.uuid4())
    new = {
        "queue": queue.number,
        "message_id": message_id,
        "body": letter.body,
        "attributes": json.dumps(letter.attributes) if letter.attributes else None,
        "sender": sender,
        "sent": real,
        "visible_at": real + delay * SECOND,
    }
    database.execute(t.queue_message.insert(), new)
    _remove_old(database, queue, real)
    return message_id


def next_time(database: Connection, queue: Queue) -> int | None:
    """When there is something to receive, as far as is known now; None for an empty queue."""
    found: int | None = database.execute(_NEXT, {"of_queue": queue.number}).scalar_one()
    return found


def receive(database: Connection, queue: Queue, most: int, hiding: int, real: int) -> list[Message]:
    """Take up to so many messages, which nobody else receives for so many seconds."""
    _remove_old(database, queue, real)
    wanted = {"of_queue": queue.number, "real": real, "most": most}
    dead = dead_letters(database, queue)
    left = _MOST_GIVEN_UP
    while left > 0:
        rows = list(database.execute(lock.free(database, _VISIBLE, t.queue_message), wanted))
        given_up = [row.number for row in rows if dead and row.received >= dead[1]]
        if not given_up or dead is None:
            return [_take(database, row, real, real + hiding * SECOND) for row in rows]
        _move(database, queue, dead[0], given_up, real)
        left -= len(given_up)
    return []


def _take(database: Connection, row: Any, real: int, until: int) -> Message:
    secret = secrets.token_hex(16)
    first = real if row.first_received is None else row.first_received
    changes = {"visible_at": until, "received": row.received + 1, "first_received": first, "receipt": secret}
    database.execute(t.queue_message.update().where(t.queue_message.c.number == row.number).values(changes))
    system = {
        "SenderId": row.sender,
        "SentTimestamp": str(row.sent),
        "ApproximateReceiveCount": str(row.received + 1),
        "ApproximateFirstReceiveTimestamp": str(first),
        **({"DeadLetterQueueSourceArn": row.source} if row.source else {}),
    }
    attributes = json.loads(row.attributes) if row.attributes else {}
    return Message(row.message_id, f"{row.number}-{secret}", row.body, attributes, system)


def _move(database: Connection, queue: Queue, to: Queue, numbers: list[int], real: int) -> None:
    source = arn(account_of(database, queue.requester), queue.name)
    # Each queue counts anew: else it would leave one with a RedrivePolicy of its own at once.
    there = {"queue": to.number, "visible_at": real, "receipt": None, "source": source, "received": 0}
    database.execute(t.queue_message.update().where(t.queue_message.c.number.in_(numbers)).values(there))


def delete(database: Connection, queue: Queue, receipt: str) -> None:
    """Delete what was received; nothing happens if somebody else has received it since."""
    number, secret = _read(receipt)
    database.execute(t.queue_message.delete().where(*_received(queue, number, secret)))


def hide(database: Connection, queue: Queue, receipt: str, hiding: int, real: int) -> bool:
    """Hide what was received for so many seconds from now; says whether it can be received at once by that."""
    number, secret = _read(receipt)
    which = _received(queue, number, secret)
    until = database.execute(select(t.queue_message.c.visible_at).where(*which)).scalar_one_or_none()
    if until is None:
        reason = "Message does not exist or is not available for visibility timeout change."
        raise invalid("ReceiptHandle", receipt, reason)
    if until <= real:
        raise QueueError("MessageNotInflight", "The message referred to is not in flight.")
    database.execute(t.queue_message.update().where(*which).values(visible_at=real + hiding * SECOND))
    return hiding == 0


def order(receipts: Collection[str]) -> list[str]:
    """Receipts in the order in which their messages are locked; those that are none come last."""
    return sorted(receipts, key=lambda one: int(found["number"]) if (found := _RECEIPT.fullmatch(one)) else 1 << 63)


def purge(database: Connection, queue: Queue) -> bool:
    """Delete messages of a queue for a moment, and say whether that were all: there may be a gigabyte."""
    end = time.monotonic() + _TURN
    # From place to place: PostgreSQL would look at all that were deleted before each time.
    place = {"visible_at": -1, "number": -1}
    while some := list(database.execute(_BEHIND, {"of_queue": queue.number, **place}).mappings()):
        database.execute(t.queue_message.delete().where(t.queue_message.c.number.in_([row["number"] for row in some])))
        place = dict(some[-1])
        if time.monotonic() > end:
            return False
    return True


COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


def counts(database: Connection, queue: Queue, real: int) -> dict[str, str]:
    """How many messages can be received, will be, and are in somebody's hands."""
    of_queue = {"of_queue": queue.number}
    total = database.execute(_SENT, of_queue).scalar_one()
    hidden = select(func.count()).select_from(t.queue_message).where(*_HIDDEN)
    held = database.execute(hidden.where(t.queue_message.c.received > 0), {**of_queue, "real": real}).scalar_one()
    delayed = database.execute(hidden.where(t.queue_message.c.received == 0), {**of_queue, "real": real}).scalar_one()
    return dict(zip(COUNTS, map(str, (total - held - delayed, delayed, held)), strict=True))


def held(database: Connection, owner: int) -> int:
    """How many bytes the messages in a requester's queues count for; it reads all of them."""
    body, attributes = t.queue_message.c.body, func.coalesce(t.queue_message.c.attributes, "")
    size = at_least(octets(database, body) + octets(database, attributes), LEAST_MESSAGE)
    all_bytes = func.coalesce(func.sum(size), 0)
    of_owner = t.queue_message.c.queue.in_(select(t.queue.c.number).where(t.queue.c.requester == owner))
    return int(database.execute(select(all_bytes).where(of_owner)).scalar_one())


def digest(body: str) -> str:
    """The MD5 of a body, which clients compare with their own."""
    return md5(body.encode(), usedforsecurity=False).hexdigest()


def _received(queue: Queue, number: int, secret: str) -> tuple[Any, ...]:
    mine = t.queue_message.c.number == number, t.queue_message.c.queue == queue.number
    return (*mine, t.queue_message.c.receipt == secret)


def _read(receipt: str) -> tuple[int, str]:
    found = _RECEIPT.fullmatch(receipt)
    if found is None:
        raise QueueError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
    return int(found["number"]), found["secret"]


def _remove_old(database: Connection, queue: Queue, real: int) -> None:
    before = real - queue.value("MessageRetentionPeriod") * SECOND
    query = lock.free(database, _OLD, t.queue_message)
    old = list(database.execute(query, {"of_queue": queue.number, "before": before}).scalars())
    if old:
        database.execute(t.queue_message.delete().where(t.queue_message.c.number.in_(old)))
