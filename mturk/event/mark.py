"""The mark: which events are known, which are being handled, and which are done; it outlives the program."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

import attrs

from mturk.data.enumeration import EventType
from mturk.event import reviewable
from mturk.event.event import Event
from mturk.event.storage import Row, Transaction, storage

LEASE = 30.0
"""Seconds for which an event belongs to the process that began it; renewed while that process lives."""

_WAITING, _DONE, _GIVEN_UP = 0, 1, 2
# Of each HIT one event is at the head: the one that is being handled, or is the next.
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS mturk_event (
        place VARCHAR(255) NOT NULL, id VARCHAR(1100) NOT NULL, hit VARCHAR(255) NOT NULL, time BIGINT NOT NULL,
        arrival BIGINT NOT NULL, body TEXT NOT NULL, state SMALLINT NOT NULL, head SMALLINT NOT NULL,
        begun INTEGER NOT NULL, failed INTEGER NOT NULL, due DOUBLE PRECISION NOT NULL, lease DOUBLE PRECISION NOT NULL,
        holder VARCHAR(64), handled TEXT NOT NULL, error TEXT, PRIMARY KEY (place, id))""",
    "CREATE INDEX IF NOT EXISTS mturk_event_waiting ON mturk_event (place, hit, time, arrival) WHERE state = 0",
    "CREATE INDEX IF NOT EXISTS mturk_event_next ON mturk_event (place, arrival) WHERE state = 0 AND head = 1",
    "CREATE TABLE IF NOT EXISTS mturk_hit (hit VARCHAR(255) PRIMARY KEY, counters TEXT NOT NULL)",
    *reviewable.SCHEMA,
)
# What this process holds is not free for it, whatever a clock that jumped says of the lease.
_NEXT = """
    SELECT * FROM mturk_event WHERE place = :place AND state = 0 AND head = 1 AND due <= :now AND lease <= :now
    AND (holder IS NULL OR holder <> :holder) ORDER BY arrival LIMIT 1"""
_TAKE = """
    UPDATE mturk_event SET lease = :until, holder = :holder, begun = begun + 1
    WHERE place = :place AND id = :id AND state = 0"""
_RENEW = """
    UPDATE mturk_event SET lease = :until WHERE place = :place AND id = :id AND holder = :holder AND state = 0"""
_PUT = """
    INSERT INTO mturk_event (place, id, hit, time, arrival, body, state, head, begun, failed, due, lease, handled)
    VALUES (:place, :id, :hit, :time, :arrival, :body, 0, 0, 0, 0, 0, 0, '[]')"""
# A holder whose lease ran out may find that another has taken over: what that one writes counts. Of what is done the
# id is enough.
_END = """
    UPDATE mturk_event SET state = :state, head = 0, due = :due, lease = 0, holder = NULL, failed = failed + :failed,
    handled = :handled, error = :error, body = CASE WHEN :state = 1 THEN '' ELSE body END
    WHERE place = :place AND id = :id AND holder = :holder AND state = 0"""
_AT_WORK = "SELECT 1 FROM mturk_event WHERE place = :place AND hit = :hit AND state = 0 AND head = 1 AND lease > :now"
_BEHEAD = "UPDATE mturk_event SET head = 0 WHERE place = :place AND hit = :hit AND state = 0 AND head = 1"
_HEAD = """
    UPDATE mturk_event SET head = 1 WHERE place = :place AND id = (
        SELECT id FROM mturk_event WHERE place = :place AND hit = :hit AND state = 0 ORDER BY time, arrival LIMIT 1)"""


@attrs.frozen
class Claim:
    """An event that belongs to a worker of this process for a while."""

    event: Event
    failed: int
    """How often handling it failed before."""
    lost: int
    """How often it was begun by a process that came to its end before the handlers did."""
    handled: tuple[str, ...]
    """The handlers that are done with it, from earlier attempts."""


@attrs.frozen
class Outcome:
    """How handling an event ended: done, given up because of an error, or to be tried again after a pause."""

    id: str
    handled: tuple[str, ...] = ()
    error: str | None = None
    pause: float | None = None


class Mark:
    """Events by their ids, in an SQLite file or a shared database; those of one service in sight, if there are more.

    Whatever a source brings is put here first, so that it is safe when `put` returns. Workers of all processes that
    share the mark claim events one by one. Without `now` the clock is the file's machine's, or the database's own.
    """

    def __init__(
        self, place: str | os.PathLike[str], service: str = "", *, now: Callable[[], float] | None = None
    ) -> None:
        self._storage = storage(place, _SCHEMA)
        self._service = service[:255]
        self._clock = now
        self._holder = uuid.uuid4().hex

    def __repr__(self) -> str:
        return f"<Mark {self._storage!r}>"

    def put(self, events: Iterable[Event], *, sent: float | None = None) -> list[Event]:
        """Keep events that are not known yet; returns all of them, with their ids complete.

        `sent` is when, in real time, their message was sent; now if nobody says.
        """
        with self._storage.transaction() as transaction:
            now = self._now(transaction)
            named = [_named(transaction, event, now if sent is None else sent) for event in events]
            known = "SELECT 1 FROM mturk_event WHERE place = :place AND id = :id"
            new = [one for one in dict.fromkeys(named) if not self._rows(transaction, known, id=one.id)]
            self._add(transaction, new, now)
        return named

    def sight(self, event: Event, most: int | None, taken: int | None) -> Event | None:
        """Keep the HITReviewable of a HIT that a list shows; None if that time was known already."""
        with self._storage.transaction() as transaction:
            now = self._now(transaction)
            number = reviewable.by_sight(transaction, event.hit_id or "", most, taken, now)
            if number is None:
                return None
            named = attrs.evolve(event, id=f"{event.id.partition('|')[0]}:{number}")
            self._add(transaction, [named], now)
        return named

    def lose_sight(self, hit_id: str) -> None:
        """Note that a list shows a HIT that is not reviewable any more, so that the next time is another one."""
        with self._storage.transaction() as transaction:
            reviewable.left(transaction, hit_id)

    def turn(self, ended: Outcome | None) -> Claim | None:
        """Write down how the last event ended, and claim the next that is due, if there is one."""
        with self._storage.transaction() as transaction:
            now = self._now(transaction)
            if ended is not None:
                self._end(transaction, ended, now)
            found = self._rows(transaction, _NEXT, now=now, holder=self._holder)
            if not found:
                return None
            row = found[0]
            self._change(transaction, _TAKE, id=row["id"], until=now + LEASE, holder=self._holder)
        handled = tuple(json.loads(row["handled"]))
        return Claim(_event(row), row["failed"], row["begun"] - row["failed"], handled)

    def end(self, ended: Outcome) -> None:
        """Write down how an event ended."""
        with self._storage.transaction() as transaction:
            self._end(transaction, ended, self._now(transaction))

    def renew(self, ids: Sequence[str]) -> None:
        """Go on holding events that this process is at."""
        with self._storage.transaction() as transaction:
            until = self._now(transaction) + LEASE
            for event_id in ids:
                self._change(transaction, _RENEW, until=until, id=event_id, holder=self._holder)

    def has_work(self) -> bool:
        """Whether an event can be claimed now, or is being handled by this process."""
        held = "SELECT 1 FROM mturk_event WHERE place = :place AND state = 0 AND head = 1 AND holder = :holder"
        with self._storage.transaction() as transaction:
            now = self._now(transaction)
            return any(
                (
                    self._rows(transaction, held, holder=self._holder),
                    self._rows(transaction, _NEXT, now=now, holder=self._holder),
                )
            )

    def unfinished(self, ids: Sequence[str]) -> set[str]:
        """Those of the events that are neither done nor given up."""
        if not ids:
            return set()
        names = {f"id{number}": event_id for number, event_id in enumerate(ids)}
        listed = ", ".join(f":{name}" for name in names)
        with self._storage.transaction() as transaction:
            # Nothing but the names of parameters is put into the statement.
            query = f"SELECT id FROM mturk_event WHERE place = :place AND state = 0 AND id IN ({listed})"  # noqa: S608 - names only
            return {row["id"] for row in self._rows(transaction, query, **names)}

    def counters(self, hit_id: str) -> str | None:
        """What a list said of a HIT when its assignments were last read."""
        with self._storage.transaction() as transaction:
            found = transaction.rows("SELECT counters FROM mturk_hit WHERE hit = :hit", hit=hit_id)
        return found[0]["counters"] if found else None

    def keep_counters(self, hit_id: str, counters: str) -> None:
        """Remember what a list says of a HIT whose assignments are all put here."""
        with self._storage.transaction() as transaction:
            if not transaction.change("UPDATE mturk_hit SET counters = :c WHERE hit = :hit", c=counters, hit=hit_id):
                transaction.change("INSERT INTO mturk_hit (hit, counters) VALUES (:hit, :c)", hit=hit_id, c=counters)

    def close(self) -> None:
        """Let go of the database."""
        self._storage.close()

    def _now(self, transaction: Transaction) -> float:
        # Read when the database is ours: whoever had to wait for it must not hold a lease that is over.
        return self._clock() if self._clock is not None else transaction.now()

    def _rows(self, transaction: Transaction, statement: str, **values: Any) -> Sequence[Row]:
        return transaction.rows(statement, place=self._service, **values)

    def _change(self, transaction: Transaction, statement: str, **values: Any) -> int:
        return transaction.change(statement, place=self._service, **values)

    def _add(self, transaction: Transaction, events: Sequence[Event], now: float) -> None:
        for number, event in enumerate(events):
            self._change(transaction, _PUT, **_columns(event, int(now * 1_000_000) + number))
        for hit in {_hit(event) for event in events}:
            if not self._rows(transaction, _AT_WORK, hit=hit, now=now):
                self._choose_head(transaction, hit)

    def _end(self, transaction: Transaction, ended: Outcome, now: float) -> None:
        again = ended.pause is not None
        wrote = self._change(
            transaction,
            _END,
            state=_WAITING if again else _DONE if ended.error is None else _GIVEN_UP,
            due=now + (ended.pause or 0.0) if again else 0.0,
            failed=1 if again else 0,
            handled=json.dumps(ended.handled),
            error=ended.error,
            id=ended.id,
            holder=self._holder,
        )
        if wrote:
            query = "SELECT hit FROM mturk_event WHERE place = :place AND id = :id"
            (row,) = self._rows(transaction, query, id=ended.id)
            self._choose_head(transaction, row["hit"])

    def _choose_head(self, transaction: Transaction, hit: str) -> None:
        self._change(transaction, _BEHEAD, hit=hit)
        self._change(transaction, _HEAD, hit=hit)


def _named(transaction: Transaction, event: Event, sent: float) -> Event:
    if event.type != EventType.HIT_REVIEWABLE:
        return event
    plain, _, occasion = event.id.partition("|")
    told = f"{event.source} {occasion}"
    number = reviewable.by_message(transaction, event.hit_id or "", event.time.timestamp(), sent, told)
    return attrs.evolve(event, id=f"{plain}:{number}")


def _hit(event: Event) -> str:
    # An event without a HIT waits for nobody.
    return event.hit_id or event.id[:255]


def _columns(event: Event, arrival: int) -> dict[str, Any]:
    body = {
        "type": str(event.type),
        "hit_id": event.hit_id,
        "hit_type_id": event.hit_type_id,
        "assignment_id": event.assignment_id,
        "source": event.source,
        "raw": event.raw,
    }
    time = int(event.time.timestamp() * 1000)
    return {"id": event.id, "hit": _hit(event), "time": time, "arrival": arrival, "body": json.dumps(body)}


def _event(row: Row) -> Event:
    body = json.loads(row["body"])
    kind = body.pop("type")
    return Event(
        type=EventType._value2member_map_.get(kind, kind),
        time=datetime.fromtimestamp(row["time"] / 1000, timezone.utc),
        id=row["id"],
        **body,
    )
