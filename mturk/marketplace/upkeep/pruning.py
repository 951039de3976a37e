"""The end of what is old: HITs that were disposed of long ago, with all that belongs to them, and what was told then.

The ledger stays whole, and so do balances, payouts and the records of workers. It goes on naming HITs and assignments
by their numbers; the last of each is kept, so that SQLite gives no number out again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, exists, func, literal, or_, select, tuple_

from mturk.marketplace.call import Deed
from mturk.marketplace.clock import SECOND, as_datetime
from mturk.marketplace.database import table as t
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.diagnosis import explained
from mturk.marketplace.database.engine import make_engine
from mturk.marketplace.database.store import Store, pulse
from mturk.marketplace.error import SettingError
from mturk.marketplace.hit.assignment import ACCEPTED, SUBMITTED
from mturk.marketplace.watch import trail as audit_trail
from mturk.marketplace.workplace import notice

LEAST = timedelta(days=30)
"""What is younger is never pruned: automatic approval takes as long, and overviews tell of a month."""
_WORK_AT_ONCE = 200
"""So many assignments are removed in one transaction, or one HIT."""
_ROWS_AT_ONCE = 500
_HITS_READ = 1000
_PATIENCE = 30.0
_REST = 2.0
"""After each transaction others have so many times as long as it took."""
Pause = Callable[[float], object]


class Pruning(NamedTuple):
    """How much is old, or was removed: rows by the name of their table, and the bytes of texts in them, about."""

    rows: dict[str, int]
    bytes: int
    longest: float = 0
    """Seconds that the longest transaction took, for which others waited."""
    kept_entries: int = 0
    """How many entries of the audit trail are old, and stay because nobody said that they may go."""


class _Aged(NamedTuple):
    """A table whose rows are old by a time of their own: in market time, or else in real time."""

    time: Column[Any]
    by_market: bool

    @property
    def table(self) -> Table:
        table: Table = self.time.table
        return table


AGED: Final = (
    _Aged(t.message.c.time, True),
    _Aged(t.letter.c.time, True),
    _Aged(t.event.c.time, True),
    _Aged(t.mail.c.end, False),
    _Aged(t.invitation.c.end, False),
    _Aged(t.account_link.c.end, False),
    _Aged(t.attempt.c.time, False),
)
"""What goes when its own time is past, whatever it belongs to."""
_HIT, _WORK = t.hit.c, t.assignment.c
_OF_WORK: Final = ((notice.REJECTION, t.assignment), (notice.APPROVAL, t.assignment), (notice.BONUS, t.bonus))


def prune(
    database: str | os.PathLike[str],
    older: timedelta,
    *,
    dry_run: bool = True,
    trail: bool = False,
    vacuum: bool = False,
    real_time: Callable[[], float] = time.time,
    pause: Pause = time.sleep,
) -> Pruning:
    """Remove what is older than that, beside a marketplace that runs; by default only say how much it is.

    HITs go that were disposed of before, with their assignments, answers, files, bonuses, reviews and reports, if
    nothing has happened to them since; messages, letters, events, mail and invitations go by their own age. HITs that
    were not disposed of stay, and so do the ledger, workers and their records, types and qualifications. It is many
    short transactions; broken off, it goes on when it is done again. The audit trail stays too, unless `trail`: then
    its entries of that age go, in real time, and one stays that says so. `vacuum` then gives the room back to the disk,
    for which all others wait on SQLite.
    """
    if older < LEAST:
        raise SettingError(f"older is a timedelta of {LEAST.days} days or more, not {older!r}.")
    store = Store(database)
    try:
        store.prepare(None)
        before = _Before.of(store.read(lambda connection: pulse(connection)[0]), real_time(), older)
        if dry_run:
            return store.read(partial(before.counted, trail=trail))
        removed = _Removal(store, before, pause, real_time).run(trail=trail)
        if vacuum:
            give_room_back(database)
        return removed
    finally:
        store.close()


def give_room_back(database: str | os.PathLike[str]) -> None:
    """Make an SQLite file as small as what is in it; on PostgreSQL let the room be used again."""
    address = Address(database)
    engine = make_engine(address, _PATIENCE)
    try:
        with explained(address), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            if address.sqlite:
                # Else all of it would stand in the log until somebody writes again.
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
    finally:
        engine.dispose()


class _Before(NamedTuple):
    """What is old: everything before these moments."""

    market: int
    real: int

    @classmethod
    def of(cls, shift: int, now: float, older: timedelta) -> _Before:
        real = int(now * SECOND) - older // timedelta(milliseconds=1)
        return cls(real + shift, real)

    def hits(self) -> Select[Any]:
        """The HITs that may go, by number: all that ever happened to them is old."""
        mine = t.assignment.c.hit == _HIT.number
        recent = [
            exists().where(table.c.hit == _HIT.number, column >= self.market)
            for table, column in (
                (t.bonus, t.bonus.c.grant_time),
                (t.report, t.report.c.time),
                (t.letter, t.letter.c.time),
                (t.undone, t.undone.c.time),
                *((t.assignment, _WORK[name]) for name in ("submit_time", "approval_time", "rejection_time")),
            )
        ]
        at_work = exists().where(mine, _WORK.status.in_((ACCEPTED, SUBMITTED)))
        # Its number must not be given out again, while the ledger names it.
        last = or_(
            _HIT.number == _last(t.hit),
            exists().where(mine, _WORK.number == _last(t.assignment)),
        )
        return select(_HIT.number).where(
            _HIT.disposed, _HIT.status_time < self.market, ~at_work, ~last, *map(_not, recent)
        )

    def aged(self, one: _Aged) -> ColumnElement[bool]:
        """Whether a row of such a table is old."""
        return one.time < (self.market if one.by_market else self.real)

    def counted(self, database: Connection, *, trail: bool) -> Pruning:
        """How much of it there is."""
        gone = self.hits().subquery()
        hits = select(gone.c.number)
        rows = {"hit": _count(database, select(func.count()).select_from(gone))}
        for table in (t.assignment, t.bonus, t.report):
            rows[table.name] = _count(database, select(func.count()).where(table.c.hit.in_(hits)))
        for one in AGED:
            rows[one.table.name] = _count(database, select(func.count()).select_from(one.table).where(self.aged(one)))
        answers = select(func.sum(func.length(_WORK.answer))).where(_WORK.hit.in_(hits))
        questions = select(func.sum(func.length(t.hit_content.c.question))).where(t.hit_content.c.hit.in_(hits))
        entries = select(func.count()).select_from(t.audit_entry).where(t.audit_entry.c.time < self.real)
        kept = _count(database, entries)
        if trail:
            rows[t.audit_entry.name], kept = kept, 0
        return Pruning(rows, _count(database, answers) + _count(database, questions), kept_entries=kept)


class _Removal:
    """Removes it, some at a time."""

    def __init__(self, store: Store, before: _Before, pause: Pause, real_time: Callable[[], float]) -> None:
        self._store = store
        self._before = before
        self._pause = pause
        self._real_time = real_time
        self._rows: dict[str, int] = {}
        self._bytes = 0
        self._longest = 0.0

    def run(self, *, trail: bool) -> Pruning:
        """Remove all of it, and say how much it was."""
        expected = self._store.read(partial(self._before.counted, trail=trail))
        self._store.write(partial(self._note, trail=trail))
        after = 0
        while hits := self._store.read(partial(self._read, after=after)):
            self._remove_hits(hits)
            after = hits[-1][0]
        for one in AGED:
            while self._shortly(partial(self._remove_aged, one=one)):
                pass
        while trail and self._shortly(self._remove_entries):
            pass
        return Pruning(self._rows, expected.bytes, self._longest, expected.kept_entries)

    def _note(self, database: Connection, *, trail: bool) -> None:
        before = as_datetime(self._before.real).isoformat(timespec="seconds")
        audit_trail.note(database, self._real_time, Deed("Prune", {"Before": before, "Trail": trail}))

    def _remove_entries(self, database: Connection) -> int:
        removed = audit_trail.prune(database, self._before.real, _ROWS_AT_ONCE)
        self._rows[t.audit_entry.name] = self._rows.get(t.audit_entry.name, 0) + removed
        return removed

    def _read(self, database: Connection, *, after: int) -> Sequence[tuple[int, int]]:
        """Some of the HITs that may go, and how many assignments each has."""
        work = select(func.count()).where(_WORK.hit == _HIT.number).correlate(t.hit).scalar_subquery()
        query = self._before.hits().add_columns(work).where(_HIT.number > after).order_by(_HIT.number)
        return [(int(number), int(size)) for number, size in database.execute(query.limit(_HITS_READ))]

    def _remove_hits(self, hits: Sequence[tuple[int, int]]) -> None:
        some: list[int] = []
        room = _WORK_AT_ONCE
        for number, size in hits:
            if size > room and some:
                self._shortly(partial(self._remove, hits=some))
                some, room = [], _WORK_AT_ONCE
            while size > _WORK_AT_ONCE:
                size -= self._shortly(partial(self._thin, hit=number)) or size
            some.append(number)
            room -= size + 1
        self._shortly(partial(self._remove, hits=some))

    def _shortly(self, work: Callable[[Connection], int]) -> int:
        """One short transaction, and a rest in which others write."""
        start = time.monotonic()
        done = self._store.write(work)
        took = time.monotonic() - start
        self._longest = max(self._longest, took)
        self._pause(took * _REST)
        return done

    def _thin(self, database: Connection, *, hit: int) -> int:
        """Remove some assignments of a HIT that may go; the number of them."""
        # Somebody may have done something with it since it was read.
        its_own = select(_WORK.number).where(_WORK.hit.in_(self._before.hits().where(_HIT.number == hit)))
        numbers = database.execute(its_own.order_by(_WORK.number).limit(_WORK_AT_ONCE)).scalars().all()
        return self._remove_work(database, numbers)

    def _remove(self, database: Connection, *, hits: Sequence[int]) -> int:
        still = database.execute(self._before.hits().where(_HIT.number.in_(hits))).scalars().all()
        work = database.execute(select(_WORK.number).where(_WORK.hit.in_(still))).scalars().all()
        self._remove_work(database, work)
        for table in (t.upload, t.bonus, t.review_entry, t.undone, t.report, t.letter, t.origin, t.hit_content):
            self._delete(database, table, table.c.hit.in_(still))
        return self._delete(database, t.hit, _HIT.number.in_(still))

    def _remove_work(self, database: Connection, work: Sequence[int]) -> int:
        for kind, table in _OF_WORK:
            of = _WORK.number if table is t.assignment else t.bonus.c.assignment
            self._close(database, kind, table, of.in_(work))
        files = select(t.upload.c.number).where(t.upload.c.assignment.in_(work))
        self._delete(database, t.upload_content, t.upload_content.c.upload.in_(files))
        self._delete(database, t.upload, t.upload.c.assignment.in_(work))
        self._delete(database, t.bonus, t.bonus.c.assignment.in_(work))
        return self._delete(database, t.assignment, _WORK.number.in_(work))

    def _close(self, database: Connection, kind: str, table: Table, which: ColumnElement[bool]) -> None:
        """Forget that notices were opened which are going to be removed."""
        told = select(table.c.worker, literal(kind), table.c.number).where(which, table.c.worker.is_not(None))
        opened = t.opened_notice.c
        self._delete(database, t.opened_notice, tuple_(opened.worker, opened.kind, opened.subject).in_(told))

    def _remove_aged(self, database: Connection, *, one: _Aged) -> int:
        (name,) = one.table.primary_key
        old = select(name).where(self._before.aged(one)).order_by(name).limit(_ROWS_AT_ONCE)
        keys = database.execute(old).scalars().all()
        if one.table is t.message:
            self._close(database, notice.MESSAGE, t.message, name.in_(keys))
        return self._delete(database, one.table, name.in_(keys))

    def _delete(self, database: Connection, table: Table, *which: ColumnElement[bool]) -> int:
        number = database.execute(table.delete().where(*which)).rowcount
        self._rows[table.name] = self._rows.get(table.name, 0) + number
        return number


def _last(table: Table) -> ColumnElement[Any]:
    all_rows = table.alias()
    return select(func.max(all_rows.c.number)).scalar_subquery()


def _not(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~condition


def _count(database: Connection, query: Select[Any]) -> int:
    return int(database.execute(query).scalar_one() or 0)
