"""The outbox: events are stored in the transaction that causes them, until their destinations have accepted them.

An outlet is a requester's destination. Several processes may deliver from one database: a process takes a lease on an
outlet, and is then the only one that sends to it. If it dies, its lease expires, and another process sends the same
document again, under the same EventDocId.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, bindparam, exists, or_, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import DAY, SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import count
from mturk.marketplace.database.store import announce
from mturk.marketplace.people.requester import account
from mturk.marketplace.quota import DESTINATIONS

NEWS = "outbox"
"""What is announced when an event is written."""
VERSION = "2014-08-15"
REST = "REST"
"""The old API's transport to an address on the web."""
QUEUE, TOPIC = "queue", "topic"
"""Transports of the marketplace itself, whose destinations are names; the others are AWS's words."""
LEASE = 60 * SECOND
"""How long, in real time, one process may take for one document; far longer than a request may take."""
LARGEST = 100
"""Events in one document, which keeps it far below the 256 KB that queues and topics accept."""
LARGEST_QUERY = 20
"""The same where they stand in an address, of which many servers take 8 KB."""
PATIENCE = 14 * DAY
LEAST_TRIES = 10
"""Events are given up once their destination has failed for this long, and this often in a row."""

ASKING = 3 * DAY
"""How long, in market time, the address of a topic is asked to confirm."""
_MARKET_TIME = select(t.market.c.shift).scalar_subquery() + bindparam("real")
_ASKING = exists().where(
    t.outlet.c.transport == TOPIC,
    t.topic.c.requester == t.outlet.c.requester,
    t.topic.c.name == t.outlet.c.destination,
    t.topic.c.state == "pending",
    t.topic.c.asked > _MARKET_TIME - ASKING,
)
# Between, because PostgreSQL takes an index for that. For an equal number, which most events may have, it reads through
# all events, and comes to those of another outlet last.
_HAS_EVENTS = exists().where(t.event.c.outlet.between(t.outlet.c.number, t.outlet.c.number))
_WAITING = (
    select(t.outlet.c.number)
    .where(
        t.outlet.c.due <= _MARKET_TIME,
        t.outlet.c.lease <= bindparam("real"),
        t.outlet.c.requester.not_in(bindparam("without", expanding=True)),
        or_(_HAS_EVENTS, _ASKING),
    )
    .order_by(t.outlet.c.due, t.outlet.c.number)
    .limit(bindparam("most"))
)
_OWN = _WAITING.where(t.outlet.c.transport == QUEUE)
_OTHERS = _WAITING.where(t.outlet.c.transport != QUEUE)
_OUTLET = (
    select(t.outlet, t.requester.c.customer_id, _ASKING.label("asking"))
    .join(t.requester, t.requester.c.number == t.outlet.c.requester)
    .where(t.outlet.c.number == bindparam("outlet_number"))
)


@dataclass(frozen=True)
class EventDocument:
    """A message to one destination: some events under one EventDocId; without text an address is asked to confirm."""

    outlet: int
    holder: str
    event_doc_id: str
    requester: int
    transport: str
    destination: str
    attempts: int
    text: str


class Event(NamedTuple):
    """Something that happened, and the outlet that it is told to."""

    outlet: int
    event_type: str
    time: int
    hit_type_id: str
    hit_id: str
    assignment_id: str | None


def outlet_of(context: Context, of: int, transport: str, destination: str) -> int:
    """The number of the outlet for a requester's destination, which is made if it is new."""
    values = {"requester": of, "transport": transport, "destination": destination}
    same = [t.outlet.c[name] == value for name, value in values.items()]
    found = context.database.execute(select(t.outlet.c.number).where(*same)).scalar_one_or_none()
    if found is not None:
        return int(found)
    context.expect_room(DESTINATIONS, 1, lambda: count(context.database, t.outlet, t.outlet.c.requester == of))
    return t.add_row(context.database, t.outlet, values)


def write(
    context: Context, to: int, event_type: str, hit_type_id: str, hit_id: str, assignment_id: str | None = None
) -> None:
    """Store an event, in the transaction that causes it."""
    write_all(context, [Event(to, event_type, context.now, hit_type_id, hit_id, assignment_id)])


def write_all(context: Context, events: Sequence[Event]) -> None:
    """Store events, in the order in which they happened."""
    if events:
        context.database.execute(t.event.insert(), [one._asdict() for one in events])
        announce(context.database, NEWS)


def waiting(
    database: Connection, real: int, most: int, *, own: bool = False, without: Collection[int] = ()
) -> list[int]:
    """Outlets that have events, are due, and have no lease; `most` at most, none of the requesters `without`.

    They are queues of our `own`, or what is reached by the network.
    """
    wanted = {"real": real, "most": most, "without": list(without)}
    return list(database.execute(_OWN if own else _OTHERS, wanted).scalars())


def claim(
    database: Connection, number: int, real: int, holder: str, new_document: Callable[[], str]
) -> EventDocument | None:
    """Take a lease on an outlet, and return its next document; None if another process was quicker."""
    free = t.outlet.update().where(t.outlet.c.number == number, t.outlet.c.lease <= real)
    if database.execute(free.values(holder=holder, lease=real + LEASE)).rowcount == 0:
        return None
    return _next(database, number, real, holder, new_document)


def delivered(
    database: Connection, document: EventDocument, real: int, new_document: Callable[[], str]
) -> EventDocument | None:
    """Delete the events of a document that was accepted, and return the next document of the outlet, if any."""
    database.execute(t.event.delete().where(t.event.c.document == document.event_doc_id))
    # The outlet that was served last goes to the end of the queue, so that a slow one does not delay the others.
    now = int(database.execute(select(_MARKET_TIME), {"real": real}).scalar_one())
    fine = {"document": None, "attempts": 0, "failing_since": None, "due": now, "lease": real + LEASE}
    if database.execute(_held(document).values(fine)).rowcount == 0:
        return None  # the lease expired, and another process has taken over
    return _next(database, document.outlet, real, document.holder, new_document)


def failed(database: Connection, document: EventDocument, real: int, pause: int) -> int:
    """Set the time of the next retry. Returns how many events were given up, after too many failures."""
    now = int(database.execute(select(_MARKET_TIME), {"real": real}).scalar_one())
    row = database.execute(_OUTLET, {"outlet_number": document.outlet, "real": real}).one()
    if row.holder != document.holder:
        return 0
    since = row.failing_since if row.failing_since is not None else now
    tried = {"attempts": row.attempts + 1, "failing_since": since, "due": now + pause}
    database.execute(_held(document).values(**tried, **_FREE))
    if row.attempts + 1 < LEAST_TRIES or now - since < PATIENCE:
        return 0
    return _give_up(database, document, now - PATIENCE)


def put_off(database: Connection, outlet: int, real: int, pause: int) -> None:
    """Have an outlet that nobody serves wait for so many milliseconds."""
    later = t.outlet.update().where(t.outlet.c.number == outlet, t.outlet.c.lease <= real)
    database.execute(later.values(due=_MARKET_TIME + pause), {"real": real})


def begin_anew(database: Connection, outlet: int) -> None:
    """Have an outlet tried at once, as if it had never failed."""
    fresh = {"due": 0, "attempts": 0, "failing_since": None}
    database.execute(t.outlet.update().where(t.outlet.c.number == outlet).values(fresh))


def is_held(database: Connection, document: EventDocument) -> bool:
    """Whether the lease is still ours; nobody else can take it before this transaction ends."""
    return database.execute(_held(document).values(holder=document.holder)).rowcount > 0


def release(database: Connection, document: EventDocument) -> None:
    """Give the lease back, so that another process can go on."""
    database.execute(_held(document).values(_FREE))


_FREE = {"holder": None, "lease": 0}


def _held(document: EventDocument) -> Any:
    return t.outlet.update().where(t.outlet.c.number == document.outlet, t.outlet.c.holder == document.holder)


def _next(
    database: Connection, number: int, real: int, holder: str, new_document: Callable[[], str]
) -> EventDocument | None:
    row = database.execute(_OUTLET, {"outlet_number": number, "real": real}).one()
    # A document that a process was sending when it died is sent again unchanged.
    most = LARGEST_QUERY if row.transport == REST else LARGEST
    again = _events(database, t.event.c.document == row.document, most) if row.document else []
    events = again or _events(database, t.event.c.outlet == number, most)
    if not events and row.asking:
        return EventDocument(number, holder, "", row.requester, row.transport, row.destination, row.attempts, "")
    if not events:
        database.execute(t.outlet.update().where(t.outlet.c.number == number).values(_FREE))
        return None
    document = row.document if again else new_document()
    if not again:
        chosen = t.event.c.number.in_([one.number for one in events])
        database.execute(t.event.update().where(chosen).values(document=document))
        database.execute(t.outlet.update().where(t.outlet.c.number == number).values(document=document))
    text = written(row.customer_id, document, events)
    to = row.requester, row.transport, row.destination
    return EventDocument(number, holder, document, *to, row.attempts, text)


def _events(database: Connection, which: ColumnElement[bool], most: int) -> list[Row[Any]]:
    return list(database.execute(select(t.event).where(which).order_by(t.event.c.number).limit(most)))


def _give_up(database: Connection, document: EventDocument, before: int) -> int:
    old = t.event.delete().where(t.event.c.outlet == document.outlet, t.event.c.time <= before)
    dropped = database.execute(old).rowcount
    # Its remaining events go into a new document: no document is ever sent with two contents.
    database.execute(t.event.update().where(t.event.c.document == document.event_doc_id).values(document=None))
    database.execute(t.outlet.update().where(t.outlet.c.number == document.outlet).values(document=None))
    return dropped


def written(customer_id: str, event_doc_id: str, events: Sequence[Row[Any] | Event]) -> str:
    """The text that a requester is told some events by."""
    message = {
        "Events": [_describe(one) for one in events],
        "EventDocId": event_doc_id,
        "SourceAccount": account(customer_id),
        "CustomerId": customer_id,
        "EventDocVersion": VERSION,
    }
    return json.dumps(message, separators=(",", ":"))


def _describe(one: Row[Any] | Event) -> dict[str, str]:
    shown = {
        "EventType": one.event_type,
        "EventTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(one.time / SECOND)),
        "HITTypeId": one.hit_type_id,
        "HITId": one.hit_id,
        "AssignmentId": one.assignment_id,
    }
    return {name: value for name, value in shown.items() if value is not None}
