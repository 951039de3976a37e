"""Tries of an e-mail address: that somebody else has it tells who works here, and is not told without end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mturk.marketplace.account import slowdown
from mturk.marketplace.account.means import Means
from mturk.marketplace.account.objection import TAKEN_EMAIL, Objection


@contextmanager
def counted(means: Means, by_whom: str) -> Iterator[None]:
    """Count it if an address is refused because another has it; refuse it all if that was too often."""
    subject = f"taken:{by_whom}"
    means.store.read(lambda database: slowdown.check(database, [subject], means.now()))
    try:
        yield
    except Objection as error:
        if error.faults.get("email") == TAKEN_EMAIL:
            means.store.write(lambda database: slowdown.count(database, [subject], means.now()))
        raise
