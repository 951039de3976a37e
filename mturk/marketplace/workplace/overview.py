"""What a worker has done and earned: today, this week, and ever.

Counts are of work that was handed in then, and of what has become of it by now; earned is what was paid then, bonuses
included. Numbers of all time are kept with the worker and in the ledger; those of this week are added up by indexes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import tzinfo
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, func, literal_column, select

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.hit.assignment import ABANDONED, APPROVED, REJECTED, RETURNED, SUBMITTED, VISIBLE
from mturk.marketplace.people import ledger
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.workplace import period

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


def _since(time: ColumnElement[Any], amount: ColumnElement[Any], moment: str) -> ColumnElement[int]:
    return func.sum(case((time >= bindparam(moment), amount), else_=0)).label(moment)


_ONE = literal_column("1", Integer)
_WEEK: ColumnElement[int] = bindparam("week")


def _counts(time: ColumnElement[Any], status: ColumnElement[Any], worker: ColumnElement[Any]) -> Select[Any]:
    counted = select(status, _since(time, _ONE, "today"), func.count().label("week"))
    return counted.where(worker == bindparam("of_worker"), time >= _WEEK).group_by(status)


_HANDED_IN = _counts(t.assignment.c.submit_time, t.assignment.c.status, t.assignment.c.worker).where(
    t.assignment.c.status.in_(VISIBLE)
)
_UNDONE = _counts(t.undone.c.time, t.undone.c.status, t.undone.c.worker)
_PAID = t.transfer.c.to_kind == "earned", t.transfer.c.to_owner == bindparam("of_worker")
_EARNED = select(
    _since(t.transfer.c.time, t.transfer.c.cents, "today"), func.sum(t.transfer.c.cents).label("week")
).where(*_PAID, t.transfer.c.time >= _WEEK)
# Only requesters pay workers, so the number of who paid is a requester's.
_PAID_BY = select(t.transfer.c.from_owner, func.sum(t.transfer.c.cents)).where(*_PAID).group_by(t.transfer.c.from_owner)
_UNPAID_BY = (
    select(
        t.hit.c.requester,
        func.sum(t.hit_type.c.reward).label("ever"),
        _since(t.assignment.c.submit_time, t.hit_type.c.reward, "today"),
        _since(t.assignment.c.submit_time, t.hit_type.c.reward, "week"),
    )
    .join(t.hit, t.hit.c.number == t.assignment.c.hit)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .where(t.assignment.c.worker == bindparam("of_worker"), t.assignment.c.status == SUBMITTED)
    .group_by(t.hit.c.requester)
)


def overview(context: Context, worker_row: Worker, zone: tzinfo) -> Overview:
    """What a worker has done and earned; days and weeks begin as they do in that zone."""
    which = {
        "of_worker": worker_row.number,
        "today": period.today(context.now, zone),
        "week": period.this_week(context.now, zone),
    }
    counts = [row for query in (_HANDED_IN, _UNDONE) for row in context.database.execute(query, which)]
    today, week = context.database.execute(_EARNED, which).one()
    unpaid: list[Any] = list(context.database.execute(_UNPAID_BY, which))
    return Overview(
        _stretch({row.status: row.today for row in counts}, today, (row.today for row in unpaid)),
        _stretch({row.status: row.week for row in counts}, week, (row.week for row in unpaid)),
        _ever(context, worker_row, sum(int(row.ever) for row in unpaid)),
        _payers(context, worker_row.number, {row.requester: int(row.ever) for row in unpaid}),
    )


def _stretch(counts: dict[str, int], earned: int | None, unpaid: Iterable[int]) -> Stretch:
    of = Counter({status: int(count) for status, count in counts.items()})
    return Stretch(
        submitted=sum(of[status] for status in VISIBLE),
        approved=of[APPROVED],
        rejected=of[REJECTED],
        pending=of[SUBMITTED],
        returned=of[RETURNED],
        abandoned=of[ABANDONED],
        earned=int(earned or 0),
        unpaid=sum(map(int, unpaid)),
    )


def _ever(context: Context, worker_row: Worker, unpaid: int) -> Stretch:
    return Stretch(
        submitted=worker_row.submitted,
        approved=worker_row.approved,
        rejected=worker_row.rejected,
        pending=worker_row.submitted - worker_row.approved - worker_row.rejected,
        returned=worker_row.returned,
        abandoned=worker_row.abandoned,
        earned=ledger.balance(context.database, ledger.earned(worker_row.number)),
        unpaid=unpaid,
    )


def _payers(context: Context, worker_number: int, unpaid: dict[int, int]) -> list[Payer]:
    paid = context.database.execute(_PAID_BY, {"of_worker": worker_number})
    earned = {int(requester): int(cents) for requester, cents in paid}
    order = sorted({*earned, *unpaid}, key=lambda one: (-earned.get(one, 0), -unpaid.get(one, 0), one))
    shown, rest = order[:MOST_PAYERS], order[MOST_PAYERS:]
    names = dict(context.database.execute(select(t.requester.c.number, t.requester.c.name).where(_is_one_of(shown))))
    payers = [Payer(names[one], earned.get(one, 0), unpaid.get(one, 0)) for one in shown]
    if rest:
        payers.append(Payer("", sum(earned.get(one, 0) for one in rest), sum(unpaid.get(one, 0) for one in rest)))
    return payers


def _is_one_of(requesters: list[int]) -> ColumnElement[bool]:
    return t.requester.c.number.in_(requesters)
