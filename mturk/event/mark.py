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
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS mturk_event (
        id VARCHAR(1100) PRIMARY KEY, hit VARCHAR(255) NOT NULL, time BIGINT NOT NULL, arrival BIGINT NOT NULL,
        body TEXT NOT NULL, state SMALLINT NOT NULL, attempts SMALLINT NOT NULL, due DOUBLE PRECISION NOT NULL,
        lease DOUBLE PRECISION NOT NULL, holder VARCHAR(64), handled TEXT NOT NULL, error TEXT)""",
    "CREATE INDEX IF NOT EXISTS mturk_event_waiting ON mturk_event (hit, time, arrival) WHERE state = 0",
    "CREATE INDEX IF NOT EXISTS mturk_event_next ON mturk_event (arrival) WHERE state = 0",
    "CREATE TABLE IF NOT EXISTS mturk_hit (hit VARCHAR(255) PRIMARY KEY, counters TEXT NOT NULL)",
    *reviewable.SCHEMA,
)
# The first that waits of each HIT, while nothing of that HIT is being handled: one HIT's events go in order.
_NEXT = """
    SELECT * FROM mturk_event e WHERE state = 0 AND due <= :now AND lease <= :now AND NOT EXISTS (
        SELECT 1 FROM mturk_event o WHERE o.state = 0 AND o.hit = e.hit AND o.id <> e.id AND (
            o.lease > :now OR o.time < e.time OR (o.time = e.time AND o.arrival < e.arrival)))
    ORDER BY arrival LIMIT 1"""
_TAKE = """
    UPDATE mturk_event SET lease = :until, holder = :holder, attempts = attempts + 1
    WHERE id = :id AND state = 0 AND lease <= :now"""
_RENEW = """
    UPDATE mturk_event SET lease = :until WHERE id = :id AND holder = :holder AND state = 0 AND lease > 0"""
_PUT = """
    INSERT INTO mturk_event (id, hit, time, arrival, body, state, attempts, due, lease, handled)
    VALUES (:id, :hit, :time, :arrival, :body, 0, 0, 0, 0, '[]')"""


@attrs.frozen
class Claim:
    """An event that belongs to a worker of this process for a while."""

    event: Event
    attempts: int
    """How often it was begun, this time included."""
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
    """Events by their ids, in an SQLite file or a shared database.

    Whatever a source brings is put here first, so that it is safe when `put` returns. Workers of all processes that
    share the mark claim events one by one.
    """

    def __init__(self, place: str | os.PathLike[str], *, now: Callable[[], float]) -> None:
        self._storage = storage(place, _SCHEMA)
        self._now = now
        self.holder = uuid.uuid4().hex
        """The name under which this process claims."""

    def __repr__(self) -> str:
        return f"<Mark {self._storage!r}>"

    def put(self, events: Iterable[Event], *, sent: float | None = None) -> list[Event]:
        """Keep events that are not known yet; returns all of them, with their ids complete.

        `sent` is when, in real time, their message was sent; now if nobody says.
        """
        now = self._now()
        with self._storage.transaction() as transaction:
            named = [_named(transaction, event, now if sent is None else sent) for event in events]
            for place, event in enumerate(named):
                if not transaction.rows("SELECT 1 FROM mturk_event WHERE id = :id", id=event.id):
                    transaction.change(_PUT, **_columns(event, int(now * 1_000_000) + place))
        return named

    def sight(self, event: Event, most: int | None, taken: int | None) -> Event | None:
        """Keep the HITReviewable of a HIT that a list shows; None if that time was known already."""
        now = self._now()
        with self._storage.transaction() as transaction:
            number = reviewable.by_sight(transaction, event.hit_id or "", most, taken, now)
            if number is None:
                return None
            named = attrs.evolve(event, id=f"{event.id}:{number}")
            transaction.change(_PUT, **_columns(named, int(now * 1_000_000)))
        return named

    def turn(self, ended: Outcome | None) -> Claim | None:
        """Write down how the last event ended, and claim the next that is due, if there is one."""
        now = self._now()
        with self._storage.transaction() as transaction:
            if ended is not None:
                self._write(transaction, ended, now)
            found = transaction.rows(_NEXT, now=now)
            if not found:
                return None
            row = found[0]
            transaction.change(_TAKE, id=row["id"], now=now, until=now + LEASE, holder=self.holder)
        return Claim(_event(row), row["attempts"] + 1, tuple(json.loads(row["handled"])))

    def end(self, ended: Outcome) -> None:
        """Write down how an event ended."""
        with self._storage.transaction() as transaction:
            self._write(transaction, ended, self._now())

    def renew(self, ids: Sequence[str]) -> None:
        """Go on holding events that this process is at."""
        with self._storage.transaction() as transaction:
            for event_id in ids:
                transaction.change(_RENEW, until=self._now() + LEASE, id=event_id, holder=self.holder)

    def has_work(self) -> bool:
        """Whether an event can be claimed now, or is being handled by this process."""
        with self._storage.transaction() as transaction:
            query = "SELECT 1 FROM mturk_event WHERE state = 0 AND lease > 0 AND holder = :holder"
            return bool(transaction.rows(query, holder=self.holder) or transaction.rows(_NEXT, now=self._now()))

    def unfinished(self, ids: Sequence[str]) -> set[str]:
        """Those of the events that are neither done nor given up."""
        if not ids:
            return set()
        names = {f"id{number}": event_id for number, event_id in enumerate(ids)}
        listed = ", ".join(f":{name}" for name in names)
        with self._storage.transaction() as transaction:
            # Nothing but the names of parameters is put into the statement.
            query = f"SELECT id FROM mturk_event WHERE state = 0 AND id IN ({listed})"  # noqa: S608
            return {row["id"] for row in transaction.rows(query, **names)}

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

    def _write(self, transaction: Transaction, ended: Outcome, now: float) -> None:
        if ended.pause is not None:
            state, due = _WAITING, now + ended.pause
        else:
            state, due = (_DONE if ended.error is None else _GIVEN_UP), 0.0
        # A holder whose lease ran out may find that another has taken over: what that one writes counts.
        transaction.change(
            # Of what is done the id is enough.
            "UPDATE mturk_event SET state = :state, due = :due, lease = 0, handled = :handled, error = :error,"
            " body = CASE WHEN :state = 1 THEN '' ELSE body END WHERE id = :id AND holder = :holder AND state = 0",
            state=state,
            due=due,
            handled=json.dumps(ended.handled),
            error=ended.error,
            id=ended.id,
            holder=self.holder,
        )


def _named(transaction: Transaction, event: Event, sent: float) -> Event:
    if event.type != EventType.HIT_REVIEWABLE:
        return event
    number = reviewable.by_message(transaction, event.hit_id or "", event.time.timestamp(), sent)
    return attrs.evolve(event, id=f"{event.id}:{number}")


def _columns(event: Event, arrival: int) -> dict[str, Any]:
    body = {
        "type": str(event.type),
        "hit_id": event.hit_id,
        "hit_type_id": event.hit_type_id,
        "assignment_id": event.assignment_id,
        "source": event.source,
        "raw": event.raw,
    }
    return {
        "id": event.id,
        # An event without a HIT waits for nobody.
        "hit": event.hit_id or event.id[:255],
        "time": int(event.time.timestamp() * 1000),
        "arrival": arrival,
        "body": json.dumps(body),
    }


def _event(row: Row) -> Event:
    body = json.loads(row["body"])
    kind = body.pop("type")
    return Event(
        type=EventType._value2member_map_.get(kind, kind),
        time=datetime.fromtimestamp(row["time"] / 1000, timezone.utc),
        id=row["id"],
        **body,
    )
