"""How a batch stands: how many of its HITs are out, what workers have done of them, and when they may be through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import attrs

from mturk.batch.batch_estimate import held
from mturk.data.enumeration import HITStatus
from mturk.journal.journal import PUBLISHED, REFUSED, Journal
from mturk.model.hit import HIT
from mturk.model.hit_type import HITType
from mturk.record.display import Table


@attrs.frozen(repr=False)
class BatchStatus:
    """Counts of a batch's HITs and of their assignments; the service tells them with some delay."""

    rows: int
    left: int
    """HITs that are not published yet."""
    refused: int
    """Of these, those that the service refused."""
    on_offer: int
    """HITs that workers can still accept."""
    ended: int
    """HITs that are full, expired or reviewed."""
    gone: int
    """HITs that were deleted."""
    assignments: int
    """All that are asked for, of published HITs."""
    available: int
    pending: int
    """Accepted, and not submitted yet."""
    submitted: int
    """Submitted, and not decided yet."""
    decided: int
    """Approved or rejected."""
    cost: Decimal
    """What the published HITs hold or have cost, with fees, if all work is approved; in US dollars."""
    expected_end: datetime | None
    """When all will be submitted, at the pace so far; None while that cannot be told."""

    def __repr__(self) -> str:
        done = self.submitted + self.decided
        return f"<BatchStatus {done} of {self.assignments} assignments are in, {self.left} HITs to be published>"

    def __str__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()

    def _table(self) -> Table:
        end = "" if self.expected_end is None else f"{self.expected_end:%Y-%m-%d %H:%M} UTC"
        return Table(
            ("what", "number"),
            [
                ("rows", self.rows),
                ("HITs to be published", self.left),
                ("HITs refused", self.refused),
                ("HITs on offer", self.on_offer),
                ("HITs ended", self.ended + self.gone),
                ("assignments", self.assignments),
                ("to be accepted", self.available),
                ("at work", self.pending),
                ("to be decided", self.submitted),
                ("decided", self.decided),
                ("cost", f"{self.cost} USD"),
                ("expected end", end),
            ],
        )


def status(hits: Iterable[HIT], journal: Journal, hit_type: HITType, now: datetime) -> BatchStatus:
    """The status out of the HITs that are still there."""
    counts = journal.counts()
    published = counts.get(PUBLISHED, (0, 0))[0]
    found: Counter[str] = Counter()
    begun: datetime | None = None
    for hit in hits:
        found["hits"] += 1
        found["on_offer"] += hit.status == HITStatus.ASSIGNABLE
        found["assignments"] += hit.max_assignments
        found["available"] += hit.assignments_available
        found["pending"] += hit.assignments_pending
        found["decided"] += hit.assignments_completed
        begun = hit.creation_time if begun is None else min(begun, hit.creation_time)
    # Submitted work that is not decided is in none of the three counts.
    submitted = max(0, found["assignments"] - found["available"] - found["pending"] - found["decided"])
    return BatchStatus(
        rows=journal.row_count(),
        left=sum(number for number, _ in counts.values()) - published,
        refused=counts.get(REFUSED, (0, 0))[0],
        on_offer=found["on_offer"],
        ended=found["hits"] - found["on_offer"],
        gone=published - found["hits"],
        assignments=found["assignments"],
        available=found["available"],
        pending=found["pending"],
        submitted=submitted,
        decided=found["decided"],
        cost=held(journal.sizes(), hit_type),
        expected_end=_end(submitted + found["decided"], found["assignments"], begun, now),
    )


def overview(journal: Journal, hit_type: HITType) -> Table:
    """What the journal alone tells. No call."""
    states = [(f"HITs {state}", number) for state, (number, _) in sorted(journal.counts().items())]
    cost = held(journal.sizes(), hit_type)
    lines = [("HIT type", hit_type.title), ("reward", hit_type.reward), ("rows", journal.row_count()), *states]
    return Table(("what", "number"), [*lines, ("cost", f"{cost} USD")], caption=f"Batch {journal.id}")


def _end(done: int, wanted: int, begun: datetime | None, now: datetime) -> datetime | None:
    if not done or begun is None or now <= begun:
        return None
    if done >= wanted:
        return now
    left = (now - begun) * ((wanted - done) / done)
    return now + min(left, timedelta(days=3650))
