"""What a worker has done and earned: today, this week, and ever.

Counts are of work that was handed in then, and of what has become of it by now; earned is what was paid then, bonuses
included. All is added up by indexes when it is asked for, except the counts of all time, which the worker's row has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, func, literal_column, select, union_all

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.hit.assignment import ABANDONED, APPROVED, REJECTED, RETURNED, SUBMITTED, VISIBLE
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.workplace import period
from mturk.marketplace.workplace.earning import Day, by_day

MOST_PAYERS = 20
"""More requesters are told of as one."""


class Stretch(NamedTuple):
    """A stretch of time: the work that was handed in or let go in it, and its money in cents."""

    submitted: int
    approved: int
    rejected: int
    pending: int
    returned: int
    abandoned: int
    earned: int
    unpaid: int
    """What the pending work brings if it is approved."""

    @property
    def approval_rate(self) -> int | None:
        """How much of the work that was decided was approved, in percent; None where none was."""
        decided = self.approved + self.rejected
        return self.approved * 100 // decided if decided else None


class Payer(NamedTuple):
    """A requester, or with an empty name all others together: what they have paid, and may still pay."""

    name: str
    earned: int
    unpaid: int


class Overview(NamedTuple):
    """What stands at the top of a worker's dashboard."""

    today: Stretch
    week: Stretch
    ever: Stretch
    payers: list[Payer]
    """Who paid most comes first."""
    days: list[Day]
    """The last thirty, oldest first."""


def _since(time: ColumnElement[Any], amount: ColumnElement[Any], moment: str) -> ColumnElement[int]:
    return func.sum(case((time >= bindparam(moment), amount), else_=0)).label(moment)


_WEEK: ColumnElement[int] = bindparam("week")


def _counts(time: ColumnElement[Any], status: ColumnElement[Any], worker: ColumnElement[Any]) -> Select[Any]:
    one = literal_column("1", Integer)
    counted = select(status.label("status"), _since(time, one, "today"), func.count().label("week"))
    return counted.where(worker == bindparam("of_worker"), time >= _WEEK).group_by(status)


_COUNTS = union_all(
    _counts(t.assignment.c.submit_time, t.assignment.c.status, t.assignment.c.worker).where(
        t.assignment.c.status.in_(VISIBLE)
    ),
    _counts(t.undone.c.time, t.undone.c.status, t.undone.c.worker),
)
# Only requesters pay workers, so the number of who paid is a requester's.
_PAID = (
    select(t.transfer.c.from_owner.label("requester"), func.sum(t.transfer.c.cents).label("ever"))
    .where(t.transfer.c.to_kind == "earned", t.transfer.c.to_owner == bindparam("of_worker"))
    .group_by(t.transfer.c.from_owner)
    .subquery()
)
_UNPAID = (
    select(
        t.hit.c.requester,
        func.sum(t.hit_type.c.reward).label("ever"),
        _since(t.assignment.c.submit_time, t.hit_type.c.reward, "today"),
        _since(t.assignment.c.submit_time, t.hit_type.c.reward, "week"),
    )
    .select_from(t.assignment)
    .join(t.hit, t.hit.c.number == t.assignment.c.hit)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .where(
        t.assignment.c.worker == bindparam("of_worker"),
        t.assignment.c.status == SUBMITTED,
        ~t.assignment.c.elsewhere,
    )
    .group_by(t.hit.c.requester)
    .subquery()
)
_PAID_BY, _UNPAID_BY = (
    select(sums, t.requester.c.name).join(t.requester, t.requester.c.number == sums.c.requester)
    for sums in (_PAID, _UNPAID)
)


def overview(context: Context, worker_row: Worker, zone: tzinfo) -> Overview:
    """What a worker has done and earned; days and weeks begin as they do in that zone."""
    week = period.this_week(context.now, zone)
    which = {"of_worker": worker_row.number, "today": period.today(context.now, zone), "week": week}
    counts, paid, unpaid = (context.database.execute(one, which).all() for one in (_COUNTS, _PAID_BY, _UNPAID_BY))
    days = by_day(context, worker_row.number, zone)
    monday = period.day_of(week, zone)
    return Overview(
        today=_stretch({row.status: row.today for row in counts}, days[-1:], (row.today for row in unpaid)),
        week=_stretch(
            {row.status: row.week for row in counts},
            [one for one in days if one.day >= monday],
            (row.week for row in unpaid),
        ),
        ever=_ever(worker_row, sum(int(row.ever) for row in paid), sum(int(row.ever) for row in unpaid)),
        payers=_payers(paid, unpaid),
        days=days,
    )


def _stretch(counts: dict[str, int], days: list[Day], unpaid: Iterable[int]) -> Stretch:
    of = Counter({status: int(count) for status, count in counts.items()})
    return Stretch(
        submitted=sum(of[status] for status in VISIBLE),
        approved=of[APPROVED],
        rejected=of[REJECTED],
        pending=of[SUBMITTED],
        returned=of[RETURNED],
        abandoned=of[ABANDONED],
        earned=sum(one.earned for one in days),
        unpaid=sum(map(int, unpaid)),
    )


def _ever(worker_row: Worker, earned: int, unpaid: int) -> Stretch:
    return Stretch(
        submitted=worker_row.submitted,
        approved=worker_row.approved,
        rejected=worker_row.rejected,
        pending=worker_row.submitted - worker_row.approved - worker_row.rejected,
        returned=worker_row.returned,
        abandoned=worker_row.abandoned,
        earned=earned,
        unpaid=unpaid,
    )


def _payers(paid: Sequence[Any], unpaid: Sequence[Any]) -> list[Payer]:
    earned, waiting = ({row.requester: int(row.ever) for row in rows} for rows in (paid, unpaid))
    names = {row.requester: str(row.name) for row in (*paid, *unpaid)}
    payers = [Payer(name, earned.get(one, 0), waiting.get(one, 0)) for one, name in names.items()]
    payers.sort(key=lambda one: (-one.earned, -one.unpaid, one.name))
    rest = payers[MOST_PAYERS:]
    others = [Payer("", sum(one.earned for one in rest), sum(one.unpaid for one in rest))] if rest else []
    return payers[:MOST_PAYERS] + others
