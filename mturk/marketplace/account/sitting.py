"""Sittings: where and since when a worker is signed in. Each has a secret of its own and can be ended by itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, exists, select

from mturk.marketplace.account.secret import digest, new_secret
from mturk.marketplace.clock import DAY, HOUR
from mturk.marketplace.database import table as t

LONGEST = 30 * DAY
LONGEST_SILENCE = 7 * DAY
_NOTED = HOUR
"""How exactly it is known when somebody was here last: a page view writes no more often."""
_NAME_OF_BROWSER = 255
_MOST = 20
"""Sittings of one worker at the same time; a further one ends the oldest."""


class Sitting(NamedTuple):
    """One sign-in that has not ended, and whose it is."""

    number: int
    digest: str
    worker: int
    start: int
    last_seen: int
    browser: str
    worker_id: str
    terms: str | None

    def __repr__(self) -> str:
        return f"<Sitting {self.number} of {self.worker_id}>"


# A sitting without a person belongs to nobody: an account that was closed in the meantime has none.
_WHOLE = (
    select(t.sitting, t.worker.c.worker_id, t.person.c.terms)
    .join(t.worker, t.worker.c.number == t.sitting.c.worker)
    .join(t.person, t.person.c.worker == t.sitting.c.worker)
    .where(t.sitting.c.start > bindparam("started"), t.sitting.c.last_seen > bindparam("heard_of"))
)
_BY_DIGEST = _WHOLE.where(t.sitting.c.digest == bindparam("of_digest"))
_LISTED = _WHOLE.where(t.sitting.c.worker == bindparam("of_worker")).order_by(t.sitting.c.number.desc())


def open_sitting(database: Connection, number: int, now: int, randomness: random.Random, browser: str) -> str:
    """Let a worker in, and say the secret of the new sitting; those that have ended are forgotten."""
    over = (t.sitting.c.start <= now - LONGEST) | (t.sitting.c.last_seen <= now - LONGEST_SILENCE)
    database.execute(t.sitting.delete().where(t.sitting.c.worker == number, over))
    secret = new_secret(randomness)
    named = "".join(letter if letter.isprintable() else " " for letter in browser[:_NAME_OF_BROWSER])
    row = {"digest": digest(secret), "worker": number, "start": now, "last_seen": now, "browser": named}
    t.add_row(database, t.sitting, row)
    mine = t.sitting.c.worker == number
    latest = select(t.sitting.c.number).where(mine).order_by(t.sitting.c.number.desc()).limit(_MOST)
    database.execute(t.sitting.delete().where(mine, t.sitting.c.number.not_in(latest)))
    return secret


def found(database: Connection, secret: str, now: int) -> Sitting | None:
    """The sitting that has this secret, if it has not ended."""
    which = {"of_digest": digest(secret), **_since(now)}
    row = database.execute(_BY_DIGEST, which).one_or_none()
    return None if row is None else Sitting._make(row)


def is_stale(sitting: Sitting, now: int) -> bool:
    """Whether it should be written down that the worker is here."""
    return sitting.last_seen <= now - _NOTED


def note(database: Connection, sitting: Sitting, now: int) -> None:
    """Write down that the worker is here."""
    database.execute(t.sitting.update().where(t.sitting.c.number == sitting.number).values(last_seen=now))


def listed(database: Connection, number: int, now: int) -> Sequence[Sitting]:
    """A worker's sittings that have not ended, the latest first."""
    rows = database.execute(_LISTED, {"of_worker": number, **_since(now)})
    return [Sitting._make(row) for row in rows]


def end(database: Connection, number: int, *which: ColumnElement[bool]) -> int:
    """End a worker's sittings, all or some, and say how many."""
    return database.execute(t.sitting.delete().where(t.sitting.c.worker == number, *which)).rowcount


def only(number: int) -> ColumnElement[bool]:
    """That it is this sitting."""
    return t.sitting.c.number == number


def all_but(number: int) -> ColumnElement[bool]:
    """That it is another sitting than this."""
    return t.sitting.c.number != number


def is_open(database: Connection, sitting: Sitting) -> bool:
    """Whether a sitting was not ended since it was read."""
    return bool(database.execute(select(exists().where(t.sitting.c.digest == sitting.digest))).scalar_one())


def _since(now: int) -> dict[str, int]:
    return {"started": now - LONGEST, "heard_of": now - LONGEST_SILENCE}
