"""Links that are opened once: for a new password, to confirm an e-mail address, to be let in without a password."""

from __future__ import annotations

import random
from typing import NamedTuple

from sqlalchemy import Connection, select

from mturk.marketplace.account.secret import digest, new_secret
from mturk.marketplace.clock import DAY, HOUR
from mturk.marketplace.database import table as t
from mturk.marketplace.error import WorkerError, told

RESET, CONFIRMATION, ENTRY = "reset", "confirmation", "entry"
OPENING = (RESET, ENTRY)
"""Kinds with which somebody gets into an account."""
LIFE_FROM_OPERATOR = DAY
LIFE_BY_MAIL = HOUR
LIFE_OF_CONFIRMATION = 7 * DAY
LIFE_OF_ENTRY = HOUR // 6
BAD = told("This link is not good any more. It may be too old, or used already. Ask for a new one.")


class AccountLink(NamedTuple):
    """A link that was sent to a person."""

    digest: str
    kind: str
    worker: int | None
    email_key: str | None
    end: int

    def __repr__(self) -> str:
        return f"<AccountLink {self.kind}>"


def make(
    database: Connection,
    kind: str,
    number: int | None,
    now: int,
    life: int,
    randomness: random.Random,
    email_key: str | None = None,
) -> str:
    """Make a link for a worker, and say its secret."""
    database.execute(t.account_link.delete().where(t.account_link.c.end <= now))
    secret = new_secret(randomness)
    row = {"digest": digest(secret), "kind": kind, "worker": number, "email_key": email_key, "end": now + life}
    database.execute(t.account_link.insert(), row)
    return secret


def good(database: Connection, kind: str, secret: str, now: int) -> AccountLink:
    """The link that has this secret, while it is good."""
    column = t.account_link.c
    which = column.digest == digest(secret), column.kind == kind, column.end > now
    found = database.execute(select(t.account_link).where(*which)).one_or_none()
    if found is None:
        raise WorkerError(BAD)
    return AccountLink._make(found)


def use(database: Connection, link: AccountLink) -> None:
    """Use a link: neither it nor any other of its kind that the worker has is good any more."""
    if database.execute(t.account_link.delete().where(t.account_link.c.digest == link.digest)).rowcount != 1:
        raise WorkerError(BAD)
    if link.worker is not None:
        forget(database, link.worker, link.kind)


def forget(database: Connection, number: int, *kinds: str) -> None:
    """Take all links of these kinds that a worker has out of use."""
    database.execute(t.account_link.delete().where(t.account_link.c.worker == number, t.account_link.c.kind.in_(kinds)))
