"""Queues: made, found, changed and removed; each requester sees their own only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.people.requester import account_of
from mturk.marketplace.queue.queue_error import QueueError, invalid, no_such_queue

LARGEST_MESSAGE = 262_144
LONGEST_WAIT = 20
LONGEST_HIDING = 43_200
LONGEST_DELAY = 900
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_PART_OF_NAME = re.compile(r"[A-Za-z0-9_-]{0,80}")
_PLACE = re.compile(r"/queue/(?P<account>\d{12})/(?P<name>[A-Za-z0-9_-]{1,80})/?$")
_ARN = re.compile(r"arn:aws:sqs:us-east-1:(?P<account>\d{12}):(?P<name>[A-Za-z0-9_-]{1,80})")
_MOST_RECEIVES = 1000
_LONGEST_TEXT = 8192

_NUMBERS = {
    "DelaySeconds": (0, LONGEST_DELAY, 0),
    "MaximumMessageSize": (1024, LARGEST_MESSAGE, LARGEST_MESSAGE),
    "MessageRetentionPeriod": (60, 1_209_600, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, LONGEST_WAIT, 0),
    "VisibilityTimeout": (0, LONGEST_HIDING, 30),
}
"""The least, the most and the usual value of each."""
# They are kept and told, so that what sets up a queue on AWS sets up one here too; only the owner has access anyway.
_TEXTS = ("Policy", "RedriveAllowPolicy", "SqsManagedSseEnabled")
_COMPUTED = ("CreatedTimestamp", "LastModifiedTimestamp", "QueueArn")

_BY_NAME = select(t.queue).where(t.queue.c.requester == bindparam("owner"), t.queue.c.name == bindparam("name"))


class Queue(NamedTuple):
    """A queue as it stands in the database."""

    number: int
    requester: int
    name: str
    attributes: dict[str, str]
    creation_time: int
    change_time: int

    def value(self, name: str) -> int:
        """A number among its attributes, set or usual."""
        return int(self.attributes.get(name, _NUMBERS[name][2]))

    def described(self, account: str) -> dict[str, str]:
        """All attributes but the counts of messages."""
        return {
            **{name: str(self.value(name)) for name in _NUMBERS},
            **self.attributes,
            "QueueArn": arn(account, self.name),
            "CreatedTimestamp": str(self.creation_time // SECOND),
            "LastModifiedTimestamp": str(self.change_time // SECOND),
        }


ATTRIBUTES = frozenset((*_NUMBERS, *_TEXTS, *_COMPUTED, "RedrivePolicy"))
"""What `Queue.described` may tell."""


def arn(account: str, name: str) -> str:
    """The ARN of a queue, by its owner's account."""
    return f"arn:aws:sqs:us-east-1:{account}:{name}"


def path(account: str, name: str) -> str:
    """Where a queue is, below the address of the marketplace."""
    return f"/queue/{account}/{name}"


def place(url: str) -> tuple[str, str] | None:
    """The account and the name in the URL of a queue; its host is not looked at, since a server may have many names."""
    found = _PLACE.search(url)
    return (found["account"], found["name"]) if found else None


def find(database: Connection, owner: int, name: str) -> Queue | None:
    """The requester's queue of that name."""
    row = database.execute(_BY_NAME, {"owner": owner, "name": name}).one_or_none()
    return None if row is None else _queue(row)


def at(database: Connection, owner: int, url: str) -> Queue:
    """The requester's queue at a URL; somebody else's is none."""
    found = place(url)
    if found is None or found[0] != account_of(database, owner):
        raise no_such_queue()
    return _there(database, owner, found[1])


def _there(database: Connection, owner: int, name: str) -> Queue:
    queue = find(database, owner, name)
    if queue is None:
        raise no_such_queue()
    return queue


def expect_name(name: str) -> None:
    """Refuse what no queue can be called."""
    if not _NAME.fullmatch(name):
        why = "FIFO queues are not served." if name.endswith(".fifo") else "It has 1 to 80 of A-Z, a-z, 0-9, - and _."
        raise invalid("QueueName", name, why)


def make(
    database: Connection,
    owner: int,
    name: str,
    given: Mapping[str, Any],
    real: int,
    note: Callable[[], object] = lambda: None,
) -> Queue:
    """The requester's queue of that name, made and noted if there is none; one with other attributes is in the way."""
    expect_name(name)
    attributes = _checked(database, owner, given)
    queue = find(database, owner, name)
    if queue is not None:
        there = queue.described(account_of(database, owner))
        differing = [one for one, value in attributes.items() if there.get(one) != value]
        if differing:
            text = f"A queue already exists with the same name and a different value for attribute {differing[0]}"
            raise QueueError("QueueNameExists", text)
        return queue
    row = {"requester": owner, "name": name, "attributes": json.dumps(attributes)}
    t.add_row(database, t.queue, {**row, "creation_time": real, "change_time": real})
    note()
    return _there(database, owner, name)


def change(database: Connection, queue: Queue, given: Mapping[str, Any], real: int) -> None:
    """Set some attributes; an empty RedrivePolicy takes it away."""
    merged = {**queue.attributes, **_checked(database, queue.requester, given)}
    values = {"attributes": json.dumps({name: value for name, value in merged.items() if value}), "change_time": real}
    database.execute(t.queue.update().where(t.queue.c.number == queue.number).values(values))


def remove(database: Connection, queue: Queue) -> None:
    """Remove a queue that has no messages any more."""
    database.execute(t.queue.delete().where(t.queue.c.number == queue.number))


def names(database: Connection, owner: int, prefix: str, after: str, most: int) -> list[str]:
    """The names of a requester's queues, in order, from behind a name on."""
    mine = select(t.queue.c.name).where(t.queue.c.requester == owner, t.queue.c.name > after)
    if not _PART_OF_NAME.fullmatch(prefix) or not _PART_OF_NAME.fullmatch(after):
        return []
    like = t.queue.c.name.startswith(prefix, autoescape=True)
    return list(database.execute(mine.where(like).order_by(t.queue.c.name).limit(most)).scalars())


def dead_letters(database: Connection, queue: Queue) -> tuple[Queue, int] | None:
    """Where its messages go that were received so often and not deleted."""
    policy = queue.attributes.get("RedrivePolicy")
    if not policy:
        return None
    read = json.loads(policy)
    target = find(database, queue.requester, str(read["deadLetterTargetArn"]).rpartition(":")[2])
    return None if target is None else (target, int(read["maxReceiveCount"]))


def _queue(row: Any) -> Queue:
    values = row._mapping
    return Queue(**{**values, "attributes": json.loads(values["attributes"])})


def _checked(database: Connection, owner: int, given: Mapping[str, Any]) -> dict[str, str]:
    for name, value in given.items():
        if name not in ATTRIBUTES or name in _COMPUTED:
            raise QueueError("InvalidAttributeName", f"Unknown Attribute {name[:100]}.")
        if not _fits(database, owner, name, value):
            shown = str(value)[:100]
            raise QueueError("InvalidAttributeValue", f"Invalid value for the parameter {name}: {shown}.")
    return {name: _plain(name, value) for name, value in given.items()}


def _fits(database: Connection, owner: int, name: str, value: object) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or "\0" in value:
        return False
    if name == "RedrivePolicy":
        return not value or _is_policy(database, owner, value)
    if name in _TEXTS:
        return True
    least, most, _ = _NUMBERS[name]
    return value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most


def _plain(name: str, value: str) -> str:
    return str(int(value)) if name in _NUMBERS else value


def _is_policy(database: Connection, owner: int, text: str) -> bool:
    try:
        policy = json.loads(text)
        found = _ARN.fullmatch(str(policy["deadLetterTargetArn"]))
        most = int(policy["maxReceiveCount"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return False
    if found is None or found["account"] != account_of(database, owner) or not 1 <= most <= _MOST_RECEIVES:
        return False
    return find(database, owner, found["name"]) is not None


def known(names: Iterable[str], counts: Iterable[str]) -> None:
    """Refuse what is no attribute of a queue."""
    for name in names:
        if name != "All" and name not in ATTRIBUTES and name not in counts:
            raise QueueError("InvalidAttributeName", f"Unknown Attribute {name[:100]}.")
