"""A random workload: made-up workers who come over market time and do the HITs that are on offer.

Everything is drawn from one seed, and the clock is moved from one step to the next. So the same seed on the same
marketplace is the same run, as long as it runs faster than the time that it simulates.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import NamedTuple, cast

from sqlalchemy import Select, bindparam, exists, func, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import Clock
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import SettingError, WorkerError
from mturk.marketplace.hit import hit, work
from mturk.marketplace.hit.hit import ASSIGNABLE, HIT
from mturk.marketplace.people import worker
from mturk.marketplace.simulation.crowd import Crowd, Member
from mturk.marketplace.simulation.field import fields_of
from mturk.marketplace.simulation.posting import posted

HOUR = 3600
_SPREAD = 0.5  # of how long work takes: most takes between half and twice the usual time

_RANGE = select(func.min(t.hit_group.c.hit_type), func.max(t.hit_group.c.hit_type)).where(t.hit_group.c.hits > 0)
_GROUP = (
    select(t.hit_group.c.hit_type)
    .where(t.hit_group.c.hits > 0, t.hit_group.c.hit_type >= bindparam("pivot"))
    .order_by(t.hit_group.c.hit_type)
    .limit(1)
)
_OFFERED = select(t.hit.c.hit_id, t.hit.c.number).where(
    t.hit.c.hit_type == bindparam("group"), t.hit.c.status == ASSIGNABLE, t.hit.c.number >= bindparam("start")
)
_EXTENT = select(func.min(t.hit.c.number), func.max(t.hit.c.number)).where(
    t.hit.c.hit_type == bindparam("group"), t.hit.c.status == ASSIGNABLE
)


def _next(query: Select[tuple[str, int]]) -> Select[tuple[str, int]]:
    done = (
        exists()
        .where(t.assignment.c.hit == t.hit.c.number, t.assignment.c.worker == t.worker.c.number)
        .where(t.worker.c.worker_id == bindparam("worker"))
    )
    return query.where(~done).order_by(t.hit.c.number).limit(1)


_NEXT = _next(_OFFERED)


class _Found(NamedTuple):
    """A HIT that a worker has not had yet."""

    hit_id: str
    number: int


@dataclass
class Tally:
    """What happened in a simulation.

    Of those who came, `idle` found nothing to do, and `refused` could not have the HIT that they found. Of the
    HITs that were accepted, `late` are those whose time was over before they were handed in.
    """

    arrivals: int = 0
    idle: int = 0
    accepted: int = 0
    submitted: int = 0
    returned: int = 0
    abandoned: int = 0
    late: int = 0
    refused: int = 0

    @property
    def open(self) -> int:
        """Accepted HITs that were still worked on at the end."""
        return self.accepted - self.submitted - self.returned - self.abandoned - self.late


@dataclass
class _Visit:
    """A worker at work in one group of HITs, who goes on from one HIT to the next."""

    member: Member
    group: int
    start: int
    left: int


class Simulation:
    """One run of a crowd on a marketplace."""

    def __init__(self, dispatch: Dispatch, clock: Clock, crowd: Crowd, seed: int) -> None:
        self._dispatch = dispatch
        self._clock = clock
        self._crowd = crowd
        self._seed = seed
        self._chance = random.Random(seed)  # noqa: S311 - play
        self._members: dict[int, Member] = {}
        self._plan: list[tuple[int, int, Callable[[], None]]] = []
        self._planned = 0
        self._at = 0
        self.tally = Tally()

    def run(self, length: timedelta) -> Tally:
        """Play that much market time, which is over when this returns."""
        seconds = length // timedelta(seconds=1)
        if seconds < 1:
            raise SettingError(f"A simulation takes a second or more, not {length}.")
        start = self._clock.now()
        self._after(self._until_next(), self._arrive)
        while self._plan and self._plan[0][0] <= seconds:
            self._at, _, step = heapq.heappop(self._plan)
            self._clock.follow(start + timedelta(seconds=self._at))
            step()
        self._clock.follow(start + length)
        self._dispatch.catch_up()
        return self.tally

    def _after(self, seconds: int, step: Callable[[], None]) -> None:
        # The number keeps what is planned for one second in order, and steps from being compared.
        self._planned += 1
        heapq.heappush(self._plan, (self._at + seconds, self._planned, step))

    def _until_next(self) -> int:
        return round(self._chance.expovariate(self._crowd.arrivals / HOUR))

    def _arrive(self) -> None:
        self._after(self._until_next(), self._arrive)
        member = self._member(self._chance.randrange(self._crowd.workers))
        if member.busy:
            return
        self.tally.arrivals += 1
        # Drawn whether they are needed or not, so that what is on offer does not change what is drawn later.
        where, how_far, length = self._chance.random(), self._chance.random(), self._chance.expovariate(1)
        found = self._dispatch.run(lambda context: _look(context, where, how_far), writes=False)
        if found is None:
            self.tally.idle += 1
            return
        member.busy = True
        self._go_on(_Visit(member, *found, left=1 + int(length * (self._crowd.visit - 1))))

    def _member(self, number: int) -> Member:
        if number not in self._members:
            self._members[number] = Member(self._crowd, self._seed, number)
        return self._members[number]

    def _go_on(self, visit: _Visit) -> None:
        """Take on the next HIT of the group, and plan how it ends; or leave."""
        visit.member.busy = False
        if not visit.left:
            return
        visit.left -= 1
        try:
            taken = self._dispatch.run(lambda context: _take(context, visit))
        except WorkerError:
            self.tally.refused += 1
            return
        visit.member.known = True  # not earlier: what is refused is undone, the registration with it
        if taken is None:
            return
        assignment_id, hit_row = taken
        visit.member.busy = True
        self.tally.accepted += 1
        fate = self._chance.random()
        seconds = self._seconds(hit_row)
        if fate < self._crowd.abandons:
            self._after(seconds, partial(self._forget, visit))
        elif fate < self._crowd.abandons + self._crowd.returns:
            self._after(seconds, partial(self._return, visit, assignment_id))
        else:
            self._after(seconds, partial(self._submit, visit, assignment_id, hit_row.question))

    def _seconds(self, hit_row: HIT) -> int:
        needed = self._chance.lognormvariate(math.log(self._crowd.seconds), _SPREAD)
        return max(1, min(round(needed), int(hit_row.assignment_duration) - 1))

    def _forget(self, visit: _Visit) -> None:
        # Nothing happens until the time for the assignment is over.
        self.tally.abandoned += 1
        visit.member.busy = False

    def _return(self, visit: _Visit, assignment_id: str) -> None:
        if self._ends(visit, lambda context: work.give_back(context, visit.member.id, assignment_id)):
            self.tally.returned += 1
        self._go_on(visit)

    def _submit(self, visit: _Visit, assignment_id: str, question: str) -> None:
        fields = fields_of(question)
        answers = posted(question, fields, visit.member.answer(question, fields, self._chance))
        # Whoever is made up knows nothing of what a form demands of its answers.
        if self._ends(visit, lambda context: work.submit(context, visit.member.id, assignment_id, answers)):
            self.tally.submitted += 1
        self._go_on(visit)

    def _ends(self, visit: _Visit, step: Callable[[Context], None]) -> bool:
        try:
            self._dispatch.run(step)
        except WorkerError:  # somebody else moved the clock on
            self.tally.late += 1
            visit.left = 0
            return False
        return True


def _look(context: Context, where: float, how_far: float) -> tuple[int, int] | None:
    """Some group of HITs, and a HIT in it to begin with; `where` and `how_far` are chances from 0 to 1."""
    first, last = context.database.execute(_RANGE).one()
    if first is None:
        return None
    pivot = first + int(where * (last - first + 1))
    group = context.database.execute(_GROUP, {"pivot": pivot}).scalar_one()
    low, high = context.database.execute(_EXTENT, {"group": group}).one()
    return group, low + int(how_far * (high - low + 1))


def _take(context: Context, visit: _Visit) -> tuple[str, HIT] | None:
    """Accept the next HIT of the group that the worker has not had; None if there is no more."""
    member = visit.member
    found = _next_hit(context, visit)
    if found is not None:
        # Before the worker, as everywhere.
        lock.hold(context.database, t.hit, t.hit.c.number == found.number)
    if not member.known:
        worker.register(context, member.id, country=member.country, adult=member.adult)
    if found is None:
        return None
    visit.start = found.number + 1
    return work.accept(context, member.id, found.hit_id), hit.by_number(context, found.number)


def _next_hit(context: Context, visit: _Visit) -> _Found | None:
    for start in (visit.start, 0):
        which = {"group": visit.group, "start": start, "worker": visit.member.id}
        found = context.database.execute(_NEXT, which).one_or_none()
        if found is not None:
            return cast(_Found, found)
    return None
