"""What a worker has handed in, newest first: what became of it, the requester's words, and bonuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, bindparam, func, select, tuple_, union_all

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.error import NotThere
from mturk.marketplace.hit.assignment import VISIBLE

_SHOWN_OF_ONE = 3
"""So many bonuses stand with a submission: a requester may pay any number of them."""


class Submission(NamedTuple):
    """Work that was handed in, with what its HIT pays."""

    number: int
    assignment_id: str
    status: str
    submit_time: int | None
    auto_approval_time: int | None
    approval_time: int | None
    rejection_time: int | None
    requester_feedback: str | None
    hit_id: str
    title: str
    reward: int
    requester_name: str


class Extra(NamedTuple):
    """A bonus that came with a submission."""

    number: int
    assignment: int
    cents: int
    reason: str
    grant_time: int
    together: int
    """How many bonuses the submission has."""


class Submissions(NamedTuple):
    """A page of submissions, and the first bonuses of each by the submission's number."""

    rows: Sequence[Submission]
    bonuses: dict[int, list[Extra]]
    next: str | None
    """What to ask for the following page with; None on the last."""


_SHOWN = (
    select(
        *(t.assignment.c[name] for name in Submission._fields[:8]),
        t.hit.c.hit_id,
        t.hit_type.c.title,
        t.hit_type.c.reward,
        t.requester.c.name.label("requester_name"),
    )
    .join(t.hit, t.hit.c.number == t.assignment.c.hit)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .join(t.requester, t.requester.c.number == t.hit.c.requester)
)
_ORDER = t.assignment.c.submit_time, t.assignment.c.number
_NEWEST_FIRST = tuple(column.desc() for column in _ORDER)
_MARK = select(*_ORDER).where(
    t.assignment.c.assignment_id == bindparam("assignment_id"),
    t.assignment.c.worker == bindparam("of_worker"),
    t.assignment.c.status.in_(VISIBLE),
)
_OF_ONE = t.bonus.c.assignment
_RANKED = (
    select(
        *(t.bonus.c[name] for name in Extra._fields[:5]),
        func.count().over(partition_by=_OF_ONE).label("together"),
        func.row_number().over(partition_by=_OF_ONE, order_by=t.bonus.c.number).label("place"),
    )
    .where(_OF_ONE.in_(bindparam("assignments", expanding=True)))
    .subquery()
)
_EXTRAS = (
    select(*(_RANKED.c[name] for name in Extra._fields))
    .where(_RANKED.c.place <= _SHOWN_OF_ONE)
    .order_by(_RANKED.c.number)
)


def submissions(
    context: Context, worker_number: int, *, status: str | None = None, after: str | None = None, size: int = 20
) -> Submissions:
    """A page of what a worker has handed in, or of what is in one state; `after` is what the last page gave."""
    mark = None if after is None else _mark(context, worker_number, after)
    numbers = [_numbers(worker_number, one, mark, size + 1) for one in ([status] if status else VISIBLE)]
    # An index for each state: so a page is as quick for who has handed in a hundred, or a hundred thousand.
    newest = union_all(*(select(one.subquery()) for one in numbers)).subquery()
    query = _SHOWN.where(t.assignment.c.number.in_(select(newest.c.number))).order_by(*_NEWEST_FIRST)
    found = cast("Sequence[Submission]", context.database.execute(query.limit(size + 1)).all())
    rows = found[:size]
    return Submissions(rows, _bonuses(context, rows), rows[-1].assignment_id if len(found) > size else None)


def _mark(context: Context, worker_number: int, assignment_id: str) -> tuple[int, int]:
    which = {"assignment_id": assignment_id, "of_worker": worker_number}
    found = context.database.execute(_MARK, which).one_or_none()
    if found is None:
        raise NotThere("There is no such page.")
    return found.submit_time, found.number


def _numbers(worker_number: int, status: str, mark: tuple[int, int] | None, size: int) -> Select[Any]:
    listed = select(t.assignment.c.number).where(
        t.assignment.c.worker == worker_number, t.assignment.c.status == status
    )
    if mark is not None:
        listed = listed.where(tuple_(*_ORDER) < mark)
    return listed.order_by(*_NEWEST_FIRST).limit(size)


def _bonuses(context: Context, rows: Sequence[Submission]) -> dict[int, list[Extra]]:
    found: dict[int, list[Extra]] = {}
    if rows:
        which = {"assignments": [row.number for row in rows]}
        for extra in cast("Sequence[Extra]", context.database.execute(_EXTRAS, which).all()):
            found.setdefault(extra.assignment, []).append(extra)
    return found
