"""How a marketplace stands: what is overdue, and what waits to be sent, as the database has it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, func, select

from mturk.marketplace.clock import SECOND, Clock
from mturk.marketplace.database import table as t
from mturk.marketplace.database.store import Store, pulse

MOST: Final = 100_000
"""So far things are counted: a longer row of them is told as this long."""
LEVELS: Final = {
    "database_up": "Whether the database answers: 1 or 0. Where it is 0 the others below are not told.",
    "agenda_lag_seconds": "How long the earliest thing on the agenda is overdue.",
    "outbox_events": f"Events that wait to be sent, counted up to {MOST}.",
    "outbox_age_seconds": "How long the oldest of them has waited.",
    "outbox_mail": f"E-mail that waits to be sent, counted up to {MOST}.",
}
"""What is told, and what it is."""

_OLDEST_EVENT = select(t.event.c.time).order_by(t.event.c.number).limit(1)
_EVENTS = select(func.count()).select_from(select(t.event.c.number).limit(MOST).subquery())
_MAIL = select(func.count()).select_from(select(t.mail.c.number).limit(MOST).subquery())


def levels(store: Store, clock: Clock) -> dict[str, float]:
    """The levels now, on one snapshot of the database."""
    return store.read(lambda database: _levels(database, clock))


def _levels(database: Connection, clock: Clock) -> dict[str, float]:
    shift, reached, due = pulse(database)
    now = clock.at(shift, reached)
    oldest = database.execute(_OLDEST_EVENT).scalar_one_or_none()
    return {
        "database_up": 1,
        "agenda_lag_seconds": _since(due, now),
        "outbox_events": database.execute(_EVENTS).scalar_one(),
        "outbox_age_seconds": _since(oldest, now),
        "outbox_mail": database.execute(_MAIL).scalar_one(),
    }


def _since(time: int | None, now: int) -> float:
    return 0.0 if time is None else max(0, now - time) / SECOND
