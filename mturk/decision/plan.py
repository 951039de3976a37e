"""Plans: what would be approved, rejected or paid, and why, to be looked at before it is done."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mturk.alters_data import alters_data
from mturk.data import csv_file
from mturk.data.enumeration import AssignmentStatus
from mturk.data.formula import Formulas
from mturk.decision.errand import Errand
from mturk.errors import ConfirmationNeeded, InsufficientFunds, InvalidState, MTurkError, RequestError, ValidationError
from mturk.parallel.hands import ahead, elsewhere, how_many
from mturk.parallel.progress import Mark, Progress
from mturk.parallel.tally import Refusal
from mturk.record.display import NO_FORMULAS, Table

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

Counting = Callable[[int, int], None]
"""Is told how many steps are done, and how many there are."""
APPROVE, REJECT, BONUS = "approve", "reject", "bonus"
DECIDED = {APPROVE: AssignmentStatus.APPROVED, REJECT: AssignmentStatus.REJECTED}
"""The state that a decision leads to."""

_COLUMNS = ("kind", "key", "assignment_id", "worker_id", "reason", "cost")
_SHOWN = 30  # workers that a notebook shows


@attrs.frozen
class Step:
    """One thing that would be done: to which submission, of which worker, why, and what it costs in US dollars."""

    kind: str
    """approve, reject or bonus."""
    assignment_id: str
    worker_id: str
    reason: str | None = None
    """What the worker is told."""
    cost: Decimal = Decimal(0)
    """What is paid with its fee. Approved work costs what was held for it when it was published."""
    key: str = ""
    """The row that the submission is for."""
    _errand: Errand | None = attrs.field(default=None, repr=False, eq=False)
    _note: Callable[[], None] | None = attrs.field(default=None, repr=False, eq=False)
    """Writes down that it is done."""


@attrs.frozen(repr=False)
class Applied:
    """What came of a plan: how many steps are done, and which were refused."""

    done: int
    before: int = 0
    """Steps that were done already."""
    refused: tuple[Refusal, ...] = ()
    left: int = 0
    cost: Decimal = Decimal(0)
    """What the bonuses of this call cost with fees, in US dollars."""

    def __repr__(self) -> str:
        before = f", {self.before} were before" if self.before else ""
        return f"<Applied {self.done} steps{before}, {len(self.refused)} refused, {self.left} left>"

    @property
    def total(self) -> int:
        """All steps of the plan."""
        return self.done + self.before + len(self.refused) + self.left

    def _after(self, step: Step, came: bool | RequestError) -> Applied:
        """How far it is with one step more: done now, done before, or refused."""
        if isinstance(came, RequestError):
            refusal = Refusal(step.assignment_id, str(came))
            return attrs.evolve(self, refused=(*self.refused, refusal), left=self.left - 1)
        if not came:
            return attrs.evolve(self, before=self.before + 1, left=self.left - 1)
        return attrs.evolve(self, done=self.done + 1, left=self.left - 1, cost=self.cost + step.cost)

    def _mark(self) -> Mark:
        before = f", {self.before} were before" if self.before else ""
        left = f", {self.left} are left" if self.left else ""
        refused = f" ({len(self.refused)} refused)" if self.refused else ""
        words = f"{self.done} of {self.total} steps are done now{before}{left}{refused}; {self.cost} USD"
        return Mark(self.done + len(self.refused), self.before, self.left, self.cost, words)


class Plan:
    """Steps that nothing has been done of yet: iterate over it, look at `summary()`, then `apply()`."""

    def __init__(self, steps: Iterable[Step], connection: Connection, notes: Iterable[str] = ()) -> None:
        self._steps = list(steps)
        self._connection = connection
        self.notes = list(notes)
        """What is left out, and why."""
        self.applied = Applied(0, left=len(self._steps))
        """How far the last `apply()` came, if Ctrl-C stopped it too."""

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)

    def __repr__(self) -> str:
        kinds = Counter(step.kind for step in self._steps)
        names = {APPROVE: "to approve", REJECT: "to reject", BONUS: "bonus" if kinds[BONUS] == 1 else "bonuses"}
        told = [f"{kinds[kind]} {name}" for kind, name in names.items() if kinds[kind]]
        return f"<Plan: {', '.join(told) or 'nothing to do'}>"

    def __str__(self) -> str:
        return "\n".join([repr(self.summary()), *self.notes])

    def _repr_html_(self) -> str:
        table = self.summary()
        first = attrs.evolve(table, rows=table.rows[:_SHOWN])
        more = [f"and {len(table.rows) - _SHOWN} more workers, see summary()"] if len(table.rows) > _SHOWN else []
        return first._repr_html_() + "".join(f"<p {NO_FORMULAS}>{escape(line)}</p>" for line in (*more, *self.notes))

    @property
    def cost(self) -> Decimal:
        """What all steps cost, with fees."""
        return sum((step.cost for step in self._steps), Decimal(0))

    def summary(self) -> Table:
        """What would be done to each worker's work, most rejections first, with their share of what is decided here."""
        workers: dict[str, Counter[str]] = {}
        paid: dict[str, Decimal] = {}
        for step in self._steps:
            workers.setdefault(step.worker_id, Counter())[step.kind] += 1
            paid[step.worker_id] = paid.get(step.worker_id, Decimal(0)) + step.cost
        order = sorted(workers, key=lambda worker: (-workers[worker][REJECT], worker))
        return Table(
            ("worker", "approve", "reject", "rejected", "bonuses", "cost"),
            [_line(worker, workers[worker], paid[worker]) for worker in order],
            caption=f"{self!r}, {self.cost} USD",
        )

    def to_records(self) -> list[dict[str, Any]]:
        """The steps as dicts: what would be done to which submission, of which row and worker, why, and its cost."""
        return [{name: getattr(step, name) for name in _COLUMNS} for step in self._steps]

    @alters_data
    def to_csv(self, path: str | os.PathLike[str], *, formulas: Formulas = "quote") -> int:
        """Write the steps to a file, to be looked at before `apply()`, and say how many they are.

        A cell that a spreadsheet would run as a formula gets an apostrophe in front, unless formulas="keep".
        """
        lines = ([step[name] for name in _COLUMNS] for step in self.to_records())
        return csv_file.write(Path(path).expanduser(), _COLUMNS, lines, formulas)

    @alters_data
    def apply(
        self,
        progress: Counting | bool | None = None,
        *,
        confirm: int | None = None,
        executor: Executor | None = None,
        threads: int = 8,
    ) -> Applied:
        """Do it, and say how much was done; a plan that was applied before does nothing again.

        On the live service a plan with rejections asks for their number first: `confirm=12`. A step that the service
        refuses stops nothing, and is in `refused`. No money, no connection or Ctrl-C stops it; the same plan, or the
        same made anew, goes on. How far it came is in `plan.applied` then; calls that were under way may be done too.
        `progress=True` shows a bar in a terminal or notebook, and a line each minute in a log;
        a function is called with the number of steps that are done and of all. `threads` calls are under way at once,
        made by an `executor` if you give one, see `Batch.publish`. One call for each decision, two for each bonus.
        """
        self._confirmed(confirm)
        self.applied = Applied(0, left=len(self))
        hands = None if executor is None else elsewhere(executor, self._connection)
        with _showing(progress) as told:
            try:
                errands = [(step.kind, step._errand) for step in self._steps]
                for step, came in zip(self._steps, ahead(_done, errands, how_many(threads), hands), strict=True):
                    if step._note is not None and not isinstance(came, RequestError):
                        step._note()
                    self.applied = self.applied._after(step, came)
                    told(self.applied)
            except MTurkError as error:
                error.partial = self.applied
                raise
        return self.applied

    def _confirmed(self, confirm: int | None) -> None:
        rejections = sum(step.kind == REJECT for step in self._steps)
        if confirm is not None and confirm != rejections:
            raise ConfirmationNeeded(f"confirm={confirm}, but the plan rejects {rejections}: nothing was done")
        if confirm is None and rejections and self._connection.is_live:
            raise ConfirmationNeeded(
                f"the plan rejects {rejections} submissions on the live service, which hurts their workers: nothing "
                f"was done. Look at its summary(), and repeat the call with confirm={rejections}"
            )


@contextmanager
def _showing(progress: Counting | bool | None) -> Iterator[Callable[[Applied], None]]:
    """What is to be told after each step: the user's own function, a display, or nothing."""
    if progress is True:
        with Progress(name="Applying") as display:
            yield lambda applied: display.reach(applied._mark())
    elif callable(progress):
        count = progress
        yield lambda applied: count(applied.total - applied.left, applied.total)
    elif progress is None or progress is False:
        yield lambda applied: None
    else:
        raise ValidationError(
            f"progress: {progress!r}; expected True, or a function that takes the numbers of steps done and of all"
        )


def _line(worker: str, kinds: Counter[str], cost: Decimal) -> tuple[Any, ...]:
    decided = kinds[APPROVE] + kinds[REJECT]
    share = f"{kinds[REJECT] / decided:.0%}" if decided else ""
    return worker, kinds[APPROVE], kinds[REJECT], share, kinds[BONUS], cost


def _done(one: tuple[str, Errand | None]) -> bool | RequestError:
    """Do it: True if it was done now, False if it was before, and the error if it is refused."""
    kind, errand = one
    try:
        return errand is None or errand.carry_out()
    except InsufficientFunds:
        raise
    except RequestError as error:
        is_so = isinstance(error, InvalidState) and error.state == DECIDED.get(kind)
        return False if is_so else error
