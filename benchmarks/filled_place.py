"""Random places in a filled marketplace: some things there can be used once, others again and again."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from filled_market import BLOCKED, FIRST, MADE, Size, worker_id

from mturk.marketplace import Marketplace, Worker
from mturk.marketplace.database import table as t
from mturk.marketplace.hit.assignment import APPROVED, SUBMITTED
from mturk.marketplace.hit.hit import ASSIGNABLE, REVIEWABLE
from mturk.marketplace.request.paging import Page

Act = Callable[[], object]
Members = dict[str, Any]

# What is used up stands apart from what is used again, which would change under it.
_ONCE = t.hit.c.number // 10 % 2 == 0
_MINE = (t.hit.c.requester == FIRST, ~t.hit.c.disposed, t.hit.c.number > MADE)
_HITS, _HITS_ONCE = (sa.select(t.hit.c.hit_id).where(*_MINE, half) for half in (~_ONCE, _ONCE))
_NUMBERS_ONCE = sa.select(t.hit.c.number).where(*_MINE, _ONCE)
_WORK = sa.select(t.assignment.c.assignment_id).join(t.hit).where(*_MINE, ~_ONCE)
_TOUCHED = t.hit.c.pending + t.hit.c.submitted + t.hit.c.approved + t.hit.c.rejected
_SUBMITTED = t.assignment.c.status == SUBMITTED
_OPEN, _REVIEWABLE = t.hit.c.status == ASSIGNABLE, t.hit.c.status == REVIEWABLE
_ASKED = t.qualification_request.c
_THINGS = {
    "HIT": _HITS,
    "open HIT": _HITS.where(_OPEN),
    "untouched HIT": _HITS_ONCE.where(_OPEN, _TOUCHED == 0),
    "Reviewable HIT": _HITS.where(_REVIEWABLE, t.hit.c.submitted > 0),
    "decided HIT": _HITS_ONCE.where(_REVIEWABLE, t.hit.c.submitted == 0),
    "reviewed HIT": _HITS.where(t.hit.c.number.in_(sa.select(t.review_entry.c.hit))),
    "HIT with a bonus": _HITS.where(t.hit.c.number.in_(sa.select(t.bonus.c.hit))),
    "assignment with a bonus": _WORK.where(t.assignment.c.number.in_(sa.select(t.bonus.c.assignment))),
    "assignment with a file": _WORK.where(t.assignment.c.number.in_(sa.select(t.upload.c.assignment))),
    "approved assignment": _WORK.where(t.assignment.c.status == APPROVED),
    "submitted assignment": _WORK.where(_SUBMITTED),
    "due assignment": sa.select(t.assignment.c.number).join(t.hit).where(*_MINE, _ONCE, _SUBMITTED, _OPEN),
    "due HIT": _NUMBERS_ONCE.where(_OPEN, _TOUCHED > 0),
    "old HIT": _NUMBERS_ONCE.where(_REVIEWABLE, t.hit.c.submitted > 0),
    "request": sa.select(_ASKED.qualification_request_id).where(_ASKED.status == "Pending"),
    "HIT type": sa.select(t.hit_type.c.hit_type_id).where(t.hit_type.c.requester == FIRST),
    "group": sa.select(t.hit_type.c.hit_group_id).where(t.hit_type.c.number > MADE),
}


class Exhausted(Exception):
    """Nothing is left to do this to."""


class Place:
    """Where the first requester's calls, workers' steps and what happens by itself take place."""

    def __init__(self, market: Marketplace, size: Size, chance: random.Random) -> None:
        self.market, self.size, self.chance = market, size, chance
        self._numbers = itertools.count(time.time_ns())
        self._found = {name: self._all(query) for name, query in _THINGS.items()}
        for all_of_one in self._found.values():
            chance.shuffle(all_of_one)
        query = sa.select(t.qualification_type.c.qualification_type_id).order_by(t.qualification_type.c.number).limit(4)
        self.careful, self.tested, self.asked, self.narrow = self._all(query)
        self.survey = self._all(sa.select(t.hit.c.hit_id).where(t.hit.c.number == 1))[0]

    def call(self, operation: str, **members: Any) -> Members:
        """Make a call of the first requester's, without HTTP, which would only hide a difference."""
        return self.market._dispatch.call(FIRST, operation, members)

    def calling(self, operation: str, **members: Any) -> Iterator[Act]:
        """The same as a step."""
        yield partial(self.call, operation, **members)

    def any(self, name: str) -> Any:
        """One that is used again."""
        return self.chance.choice(self._found[name])

    def take(self, name: str) -> Any:
        """One that is used up."""
        if not self._found[name]:
            raise Exhausted
        return self._found[name].pop()

    def number(self) -> int:
        """The number of any worker, but not of those whom the requester has blocked."""
        return self.chance.randrange(1, self.size.workers // BLOCKED) * BLOCKED + self.chance.randrange(1, BLOCKED)

    def worker_id(self) -> str:
        return worker_id(self.number())

    def worker(self) -> Worker:
        return self.market.worker(self.worker_id())

    def somewhere(self, of: sa.Table) -> int:
        """A number in the middle half of a table's."""
        (highest,) = self._all(sa.select(sa.func.max(of.c.number)))
        return self.chance.randrange(highest // 4, highest * 3 // 4 + 1)

    def new(self, what: str) -> str:
        """A name that there was never before."""
        return f"{what} {next(self._numbers)}"

    def now(self) -> int:
        """Milliseconds of market time, which is real time here."""
        return self.market._dispatch.run(lambda context: context.now, writes=False)

    def write(self, change: Callable[[sa.Connection], object]) -> None:
        self.market._store.write(change)

    def _all(self, query: sa.Select[Any]) -> list[Any]:
        return list(self.market._store.read(lambda database: database.execute(query).scalars().all()))


def after(of: tuple[object, ...], *key: int) -> str:
    """The token of the page of a list that follows the row with that key."""
    names = [str(place) for place in range(len(key))]
    last = SimpleNamespace(**dict(zip(names, key, strict=True)))
    return str(Page(of, None).token_after([last], *names)["NextToken"])


Steps = dict[str, Callable[[Place], Iterator[Act]]]
"""What can be done in a place, by what it is called."""
