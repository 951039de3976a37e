"""One import: what was done elsewhere is read as a whole, judged, and brought in, step by step.

Each step is a transaction of its own that is right by itself; so what was broken off goes on when it is done again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from mturk.marketplace.call import Call, Context
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.hit.assignment import SUBMITTED
from mturk.marketplace.importing import past_thing, people_step, type_step, work_step
from mturk.marketplace.importing.known_name import KnownNames
from mturk.marketplace.importing.past_thing import KINDS, UNREAD, NotReadable, PastThing, Thing
from mturk.marketplace.importing.people_step import Comes
from mturk.marketplace.importing.staging import Staging
from mturk.marketplace.importing.verdict import CHANGED, NEW, REFUSED, THERE, Importation, Outcome, Remark, Verdict
from mturk.marketplace.people import requester

Result = TypeVar("Result")
Step = Callable[[Call, Sequence[PastThing], bool, Comes], list[Verdict]]
_LONGEST_SOURCE = 255

AT_ONCE: Final = 200
"""So many things in one transaction: others wait for it."""
_REST = 1.0
"""After each transaction others have so many times as long as it took."""
_STEPS: Final[dict[str, Step]] = {
    past_thing.BLOCK: people_step.blocks,
    past_thing.QUALIFICATION_TYPE: people_step.qualification_types,
    past_thing.QUALIFICATION: people_step.qualifications,
    past_thing.HIT_TYPE: type_step.hit_types,
    past_thing.ASSIGNMENT: work_step.assignments,
    past_thing.BONUS: work_step.bonuses,
}


class Run(Protocol):
    """Does a step in one transaction at the present market time."""

    def __call__(self, step: Callable[[Context], Result], *, writes: bool = True) -> Result: ...


def bring(
    run: Run,
    things: Iterable[Thing],
    requester_name: str,
    names: KnownNames,
    *,
    source: str,
    mark: str | None,
    dry_run: bool,
    tell: Callable[[Remark], object],
    plan: str | None = None,
    begin: Callable[[], object] = lambda: None,
    pause: Callable[[float], object] = time.sleep,
) -> Importation:
    """Bring in what was done elsewhere for a requester, and say how much that was; others write in the pauses.

    `begin` is called before the first of it is brought, and nothing is where the source is not that of the `plan`.
    """
    number = run(lambda context: _requester(context.database, requester_name), writes=False)
    if mark is not None:
        _expect_name(mark)
    staging = Staging()
    try:
        importing = _Importing(run, staging, number, source[:_LONGEST_SOURCE], names, not dry_run, tell, pause)
        importing.read(things)
        if mark is not None:
            staging.mark(mark)
        importing.expect(plan)
        if not dry_run:
            names.get_ready()
            begin()
        for kind in KINDS:
            importing.bring(kind)
        return importing.result()
    finally:
        staging.close()


def _requester(database: Connection, name: str) -> int:
    number = requester.find(database, name)
    if number is None:
        raise MarketplaceError(f"There is no requester {name!r}. Make one first: mturk requester add {name}.")
    return number


def _expect_name(mark: str) -> None:
    try:
        past_thing.read((past_thing.QUALIFICATION_TYPE, {"Name": mark}, ""))
    except NotReadable as error:
        raise MarketplaceError(f"A qualification cannot be called {mark!r:.60}: {error}") from None


class _Importing:
    """What came of an import so far."""

    def __init__(
        self,
        run: Run,
        staging: Staging,
        requester_number: int,
        source: str,
        names: KnownNames,
        writes: bool,
        tell: Callable[[Remark], object],
        pause: Callable[[float], object],
    ) -> None:
        self._run = run
        self._pause = pause
        self._staging = staging
        self._requester = requester_number
        self._writes = writes
        self._tell = tell
        self._names = names
        self._undecided = 0
        self._steps: dict[str, Step] = {
            **_STEPS,
            past_thing.WORKER: partial(people_step.workers, names=names),
            past_thing.HIT: partial(type_step.hits, source=source),
        }
        self._counts: dict[Outcome, Counter[str]] = {one: Counter() for one in (NEW, THERE, CHANGED, REFUSED)}

    def read(self, things: Iterable[Thing]) -> None:
        """Read everything, before anything is brought."""
        renamed: set[str] = set()
        for thing in things:
            kind, members, place = thing
            if kind == UNREAD:
                self._refuse(Remark(place, str(members.get("What", "it")), str(members["Error"])), UNREAD)
                continue
            try:
                found = past_thing.read(thing, self._names.worker_id)
            except NotReadable as error:
                self._refuse(Remark(place, _called(kind, members), str(error)), kind)
                continue
            why = self._staging.add(found)
            if why:
                self._refuse(Remark(place, found.name, why), kind)
            for new, old in found.renamed.items():
                if new.startswith("A") and new not in renamed:
                    renamed.add(new)
                    self._tell(Remark(place, f"worker {old}", f"is {new} here", False))

    def expect(self, plan: str | None) -> None:
        """Refuse to go on where what was read is not what was planned."""
        if plan is not None and plan != self._staging.digest:
            raise MarketplaceError(
                f"What was read is not what was planned: {self._staging.digest}, and not {plan}. "
                "Nothing was brought in. Look at it again, without --yes."
            )

    def bring(self, kind: str) -> None:
        """Bring all things of a kind, some in each transaction."""
        for part in self._staging.parts(kind, AT_ONCE):
            begun = time.monotonic()
            verdicts = self._run(partial(self._step, kind, part), writes=self._writes)
            if self._writes:
                self._pause((time.monotonic() - begun) * _REST)
            for thing, verdict in zip(part, verdicts, strict=True):
                self._note(thing, verdict)

    def result(self) -> Importation:
        """How much it was."""
        new, there, changed, refused = (dict(self._counts[one]) for one in (NEW, THERE, CHANGED, REFUSED))
        return Importation(
            new, there, changed, sum(refused.values()), not self._writes, self._undecided, self._staging.digest
        )

    def _step(self, kind: str, part: Sequence[PastThing], context: Context) -> list[Verdict]:
        call = Call.of(self._requester, context)
        return self._steps[kind](call, part, self._writes, self._staging.comes)

    def _note(self, thing: PastThing, verdict: Verdict) -> None:
        if verdict.outcome == REFUSED:
            self._staging.refuse(thing)
            self._refuse(Remark(thing.place, thing.name, verdict.words), thing.kind)
            return
        self._counts[verdict.outcome][thing.kind] += 1
        self._undecided += verdict.outcome == NEW and thing.members.get("AssignmentStatus") == SUBMITTED
        if verdict.words:
            self._tell(Remark(thing.place, thing.name, verdict.words, False))

    def _refuse(self, remark: Remark, kind: str) -> None:
        self._counts[REFUSED][kind] += 1
        self._tell(remark)


def _called(kind: str, members: Any) -> str:
    own = {"HIT": "HITId", "HITType": "HITTypeId", "Assignment": "AssignmentId"}.get(kind, "WorkerId")
    return f"{kind} {members.get(own) or '?'}"
