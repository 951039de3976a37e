"""Invitations: links with which somebody becomes a worker, each good once and until its end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from mturk.marketplace.account import person
from mturk.marketplace.account.secret import digest, new_secret
from mturk.marketplace.clock import DAY
from mturk.marketplace.database import table as t
from mturk.marketplace.error import MarketplaceError, WorkerError, told
from mturk.marketplace.identifier import Identifiers
from mturk.marketplace.people import worker

_KEPT = 90 * DAY
"""How long after its end an invitation is remembered."""
OVER = told("This invitation has ended. Ask whoever sent it for a new one.")
USED = told("This invitation was used already. If it was you, sign in.")
UNKNOWN = told("This invitation is not known here. Copy the whole link.")


class Used(WorkerError):
    """An invitation that was used already, or whose worker has an account; `worker_id` is who used it."""

    def __init__(self, worker_id: str | None) -> None:
        super().__init__(USED)
        self.worker_id = worker_id


class Invitation(NamedTuple):
    """An invitation, with what the operator said of the worker that it is for if it is for one."""

    number: int
    digest: str
    worker: int | None
    promised: str | None
    creation_time: int
    end: int
    used: bool
    worker_id: str | None
    country: str | None
    subdivision: str | None
    adult: bool | None

    def __repr__(self) -> str:
        return f"<Invitation {self.number}{f' for {self.worker_id}' if self.worker_id else ''}>"

    @property
    def future_id(self) -> str | None:
        """Under which worker id somebody will work who signs up by it; the same each time it is opened."""
        return self.worker_id or self.promised


_BY_DIGEST = (
    select(t.invitation, *(t.worker.c[name] for name in ("worker_id", "country", "subdivision", "adult")))
    .outerjoin(t.worker, t.worker.c.number == t.invitation.c.worker)
    .where(t.invitation.c.digest == bindparam("of_digest"))
)


def invite(
    database: Connection, worker_ids: Sequence[str | None], now: int, end: int, randomness: random.Random
) -> list[str]:
    """Make invitations, each for a worker that is known or (None) for a new one, and say their secrets."""
    database.execute(t.invitation.delete().where(t.invitation.c.end < now - _KEPT))
    numbers = [None if worker_id is None else to_be_invited(database, worker_id) for worker_id in worker_ids]
    secrets = [new_secret(randomness) for _ in numbers]
    new_id = Identifiers(randomness).customer
    rows = [
        {
            "digest": digest(secret),
            "worker": number,
            "promised": new_id() if number is None else None,
            "creation_time": now,
            "end": end,
        }
        for number, secret in zip(numbers, secrets, strict=True)
    ]
    database.execute(t.invitation.insert(), rows)
    return secrets


def good(database: Connection, secret: str, now: int) -> Invitation:
    """The invitation that has this secret; WorkerError says why it is not good any more."""
    row = database.execute(_BY_DIGEST, {"of_digest": digest(secret)}).one_or_none()
    if row is None:
        raise WorkerError(UNKNOWN)
    found = Invitation._make(row)
    if found.used or (found.worker is not None and person.is_taken(database, found.worker)):
        raise Used(found.worker_id)
    if found.end <= now:
        raise WorkerError(OVER)
    return found


def use(database: Connection, invitation: Invitation, number: int) -> None:
    """Use an invitation for this worker; if somebody else was quicker it is refused."""
    unused = t.invitation.c.number == invitation.number, ~t.invitation.c.used
    if database.execute(t.invitation.update().where(*unused).values(used=True, worker=number)).rowcount != 1:
        raise Used(None)


def to_be_invited(database: Connection, worker_id: str) -> int:
    """The worker, who has no account yet; MarketplaceError says why there can be no invitation."""
    found = worker.find(database, worker_id)
    if found is None:
        raise MarketplaceError(f"There is no worker {worker_id}. Make one by mturk worker add, or name none.")
    if person.is_closed(database, found.number):
        raise MarketplaceError(f"{worker_id} has closed the account, and cannot come back under this id.")
    if person.is_taken(database, found.number):
        raise MarketplaceError(f"{worker_id} has an account. For a new password: mturk worker reset {worker_id}")
    return found.number
