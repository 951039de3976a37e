"""The audit trail: who did what, from where and when; written in the transaction that does it, read by operators."""

from __future__ import annotations

import getpass
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, select

from mturk.marketplace.call import Deed
from mturk.marketplace.clock import SECOND, as_datetime, as_milliseconds
from mturk.marketplace.database import ending
from mturk.marketplace.database import table as t
from mturk.marketplace.database.store import pulse
from mturk.marketplace.paged_list import PAGE, page
from mturk.marketplace.watch import visit
from mturk.marketplace.watch.attempt import Attempts
from mturk.marketplace.watch.visit import Visit

REQUESTER: Final = "requester"
WORKER: Final = "worker"
OPERATOR: Final = "operator"
PROGRAM: Final = "program"
NOBODY: Final = "nobody"
"""Who did something; a program did it in a worker's name, and nobody is who was not let in."""
_LONGEST = 255
# Without the number of the new row, which nobody asks for.
_ADD = t.audit_entry.insert().inline()
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class AuditEntry:
    """One thing that was done: when, by whom, from where, what, and about which ids.

    `actor` is "requester", "worker", "operator", "program" for what Python did in a worker's name, or "nobody" for a
    sign-in that failed; `result` is "OK", or the reason why it was refused. `address` is where the request came from;
    of an operator and a program it is the name of the machine, and `operator` who runs it there. `subjects` are ids by
    their names. `request_id` is the one that the caller was told.
    """

    time: datetime
    market_time: datetime
    actor: str
    requester: str | None
    access_key: str | None
    worker_id: str | None
    operator: str | None
    address: str
    operation: str
    subjects: Mapping[str, object]
    result: str
    request_id: str | None


class Wanted(NamedTuple):
    """Which entries are read: those in a time from `since` until before `until`, in real time, and of these people."""

    since: datetime | None = None
    until: datetime | None = None
    requester: str | None = None
    worker_id: str | None = None
    operation: str | None = None


_COLUMNS = tuple(field.name for field in fields(AuditEntry))
_LISTED = (
    select(
        t.audit_entry.c.number,
        *(t.requester.c.name if name == "requester" else t.audit_entry.c[name] for name in _COLUMNS),
    )
    .outerjoin(t.requester, t.requester.c.number == t.audit_entry.c.requester)
    .where(t.audit_entry.c.number > bindparam("after"))
    .order_by(t.audit_entry.c.number)
    .limit(PAGE + 1)
)


class Trail:
    """Adds to the trail what is done, and what was refused."""

    def __init__(self, real_time: Callable[[], float], now: Callable[[], float] = time.monotonic) -> None:
        self._real_time = real_time
        self.attempts = Attempts(now)
        """What was refused, and is to be written down."""

    def add(self, database: Connection, market_time: int, deed: Deed) -> None:
        """Add a deed of whoever asks now, in the transaction that does it."""
        self.write(database, market_time, [self._row(deed)])

    def refuse(self, requester: int, deed: Deed, subjects: Callable[[], Mapping[str, object]]) -> None:
        """Keep a call that was refused in `attempts`; `subjects` is asked only where it is to be an entry."""
        asks = visit.current()
        kind = (asks and asks.access_key, asks and asks.address, deed.step, deed.result)
        self.attempts.tell(requester, kind, lambda: self._row(deed._replace(subjects=subjects())))

    def write(self, database: Connection, market_time: int, rows: Sequence[Mapping[str, object]]) -> None:
        """Add entries, as of now."""
        times = {"time": int(self._real_time() * SECOND), "market_time": market_time}
        for row in rows:
            ending.change(database, _ADD, {**times, **row})

    def _row(self, deed: Deed) -> dict[str, object]:
        return {
            **self._actor(visit.current(), deed),
            "operation": deed.step,
            "subjects": _JSON.encode({name: value for name, value in deed.subjects.items() if value is not None}),
            "result": deed.result,
        }

    def _actor(self, asks: Visit | None, deed: Deed) -> dict[str, object]:
        requester = access_key = worker_id = operator = None
        if asks is not None and asks.requester is not None:
            actor, requester, access_key = REQUESTER, asks.requester, asks.access_key
        elif asks is None:
            worker_id, operator = deed.worker_id, self._user
            actor = OPERATOR if worker_id is None else PROGRAM
        elif worker_id := deed.worker_id or asks.worker_id:
            actor = WORKER if deed.result == "OK" else NOBODY
        else:
            actor = NOBODY
        return {
            "actor": actor,
            "requester": requester,
            "access_key": access_key,
            "worker_id": worker_id,
            "operator": operator,
            "address": (self._machine if asks is None else asks.address)[:_LONGEST],
            "request_id": asks and asks.id,
        }

    @cached_property
    def _user(self) -> str:
        """Who runs this program, as the system names them."""
        try:
            return getpass.getuser()[:_LONGEST]
        except (ImportError, KeyError, OSError):  # a user without a name, as in some containers
            return ""

    @cached_property
    def _machine(self) -> str:
        return socket.gethostname()


def entries(database: Connection, wanted: Wanted, after: int | None = None) -> tuple[list[AuditEntry], int | None]:
    """A page of the trail in the order in which it was written, and where it ends."""
    found = database.execute(_LISTED.where(*_conditions(wanted)), {"after": after or 0}).all()
    rows, end = page(found, lambda row: int(row.number))
    return [_entry(row) for row in rows], end


def walk(read: Callable[[int | None], tuple[list[AuditEntry], int | None]]) -> Iterator[AuditEntry]:
    """All entries, of which `read` gives the page after a place and where it ends."""
    after = None
    while True:
        found, after = read(after)
        yield from found
        if after is None:
            return


def note(database: Connection, real_time: Callable[[], float], deed: Deed) -> None:
    """Add what an operator does to a database that no marketplace of this process serves, if a trail is kept in it."""
    shift, reached, _ = pulse(database)
    if database.execute(select(t.audit_entry.c.number).limit(1)).first() is not None:
        Trail(real_time).add(database, max(reached, int(real_time() * SECOND) + shift), deed)


def prune(database: Connection, before: int, most: int) -> int:
    """Remove so many of what is older than a real time, and say how many; the trail begins there from now on."""
    later = t.market.c.trail_start < before
    database.execute(t.market.update().where(later).values(trail_start=before))
    column = t.audit_entry.c
    old = select(column.number).where(column.time < before).order_by(column.time).limit(most)
    numbers = database.execute(old).scalars().all()
    return database.execute(t.audit_entry.delete().where(column.number.in_(numbers))).rowcount


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    column = t.audit_entry.c
    given: list[ColumnElement[bool] | None] = [
        None if wanted.since is None else column.time >= as_milliseconds(wanted.since),
        None if wanted.until is None else column.time < as_milliseconds(wanted.until),
        None if wanted.requester is None else t.requester.c.name == wanted.requester,
        None if wanted.worker_id is None else column.worker_id == wanted.worker_id,
        None if wanted.operation is None else column.operation == wanted.operation,
    ]
    return [one for one in given if one is not None]


def _entry(row: Any) -> AuditEntry:
    facts = dict(zip(_COLUMNS, row[1:], strict=True))
    times = {name: as_datetime(facts[name]) for name in ("time", "market_time")}
    return AuditEntry(**{**facts, **times, "subjects": json.loads(facts["subjects"])})
