"""The moment in which somebody is let in: a new sitting begins, and the browser is known from now on."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from mturk.marketplace.account import device, sitting, slowdown
from mturk.marketplace.account.means import Caller, Means
from mturk.marketplace.account.secret import new_secret

MOST_ENTRIES = 60
"""So often somebody is let in within a quarter of an hour: each time leaves an entry in the audit trail. A proxy that
signs people in does so with each request of a browser that keeps no cookies."""


class Entry(NamedTuple):
    """Somebody was let in: the secrets of the new sitting, and of the browser from now on."""

    worker_id: str
    sitting: str
    device: str
    is_new: bool = False

    def __repr__(self) -> str:
        return f"<Entry of {self.worker_id}>"


def let_in(
    means: Means, database: Connection, number: int, worker_id: str, caller: Caller, step: str = "SignIn"
) -> Entry:
    """Begin a sitting, whose secret was never anybody's before; `step` is what it is known as in the audit trail.

    TooManyTries where that was often of late.
    """
    now, subjects = means.now(), [f"entry:{number}"]
    slowdown.check(database, subjects, now, most=MOST_ENTRIES)
    slowdown.count(database, subjects, now)
    secret = sitting.open_sitting(database, number, now, means.randomness, caller.browser)
    # A secret that was not made here may have been put there by somebody else.
    browser = caller.device if device.exists(database, caller.device) else new_secret(means.randomness)
    device.remember(database, browser, number, now)
    means.note(database, step, worker_id)
    return Entry(worker_id, secret, browser)
