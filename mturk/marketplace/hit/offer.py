"""What workers are offered: the groups of HITs that they may find, newest first, and a look at one HIT.

A group is all HITs of one type. Only groups with open HITs are looked at, one probe of an index each, however
many HITs there are in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple, cast

from sqlalchemy import bindparam, exists, func, select

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.error import NotAllowed, NotThere
from mturk.marketplace.hit import hit
from mturk.marketplace.hit.hit import ASSIGNABLE, HIT
from mturk.marketplace.hit.hit_type import HITType, requirements_of
from mturk.marketplace.people import block, worker
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.qualification.eligibility import Eligibility, eligibilities, eligibility

MOST_COUNTED = 1000
"""More HITs of one group are not counted: a worker sees "1000 or more"."""

# The open groups after one, each found from the one before: a plain DISTINCT would walk over all their HITs.
_NEWEST = (
    select(func.max(t.hit.c.hit_type).label("number"))
    .where(t.hit.c.status == ASSIGNABLE, t.hit.c.hit_type < bindparam("before"))
    .cte("open_group", recursive=True)
)
_NEXT = (
    select(func.max(t.hit.c.hit_type))
    .where(t.hit.c.status == ASSIGNABLE, t.hit.c.hit_type < _NEWEST.c.number)
    .correlate(_NEWEST)
    .scalar_subquery()
)
_OPEN_GROUPS = _NEWEST.union_all(select(_NEXT).where(_NEWEST.c.number.is_not(None)))
_AT_ONCE = 50
_NUMBERS = select(_OPEN_GROUPS.c.number).where(_OPEN_GROUPS.c.number.is_not(None)).limit(_AT_ONCE)
_TAKEN = exists().where(t.assignment.c.hit == t.hit.c.number, t.assignment.c.worker == bindparam("of_worker"))
_LEFT = t.hit.c.hit_type == bindparam("of_type"), t.hit.c.status == ASSIGNABLE, ~_TAKEN
_FIRST_LEFT = select(t.hit.c.hit_id).where(*_LEFT).order_by(t.hit.c.number).limit(1)
_COUNT_LEFT = select(func.count()).select_from(select(t.hit.c.number).where(*_LEFT).limit(MOST_COUNTED).subquery())
_END = 2**63 - 1


class Offer(NamedTuple):
    """A group of HITs as one worker sees it."""

    group: HITType
    eligibility: Eligibility
    hits: int
    """How many HITs of it the worker has not accepted yet, up to MOST_COUNTED."""


def offers(
    context: Context, worker_id: str, *, before: int | None = None, size: int | None = 20, acceptable: bool = False
) -> list[Offer]:
    """A page of the groups that a worker may find and has HITs left in; the next goes `before` the last's number.

    With `acceptable` only those whose HITs the worker may accept.
    """
    worker_row = worker.on_site(context, worker_id)
    walk = (
        Offer(group, allowed, _count(context, worker_row, group))
        for group, allowed in _walk(context, worker_row, _END if before is None else before)
        if (_may_accept(context, worker_row, group, allowed) if acceptable else allowed.can_discover)
        and _first(context, worker_row, group)
    )
    return list(islice(walk, size))


def offer(context: Context, worker_id: str, group_id: str) -> Offer:
    """The group with that id, or with that HIT type id, as a worker sees it; NotThere if they may not find it."""
    worker_row = worker.on_site(context, worker_id)
    is_it = (t.hit_type.c.hit_group_id == group_id) | (t.hit_type.c.hit_type_id == group_id)
    group = cast("HITType | None", context.database.execute(select(t.hit_type).where(is_it)).one_or_none())
    allowed = eligibility(context, worker_row, requirements_of(group)) if group else None
    if group is None or allowed is None or not allowed.can_discover:
        raise NotThere("There are no more available HITs in this group.")
    return Offer(group, allowed, _count(context, worker_row, group))


def preview(context: Context, worker_id: str, hit_id: str) -> HIT:
    """A HIT that the worker may look at before accepting it."""
    worker_row = worker.on_site(context, worker_id)
    hit_row = hit.by_id(context, hit_id)
    if hit_row is None or hit_row.disposed:
        raise NotThere(f"There is no HIT {hit_id}.")
    if not eligibility(context, worker_row, requirements_of(hit_row)).can_preview:
        raise NotAllowed("Your Qualifications do not meet the requirements to preview HITs in this group.")
    return hit_row


def _may_accept(context: Context, worker_row: Worker, group: HITType, allowed: Eligibility) -> bool:
    return (
        allowed.can_accept
        and not worker_row.blocked
        and not block.is_blocked(context, group.requester, worker_row.number)
    )


def _walk(context: Context, worker_row: Worker, before: int) -> Iterator[tuple[HITType, Eligibility]]:
    while groups := _open_groups(context, before):
        allowed = eligibilities(context, worker_row, [requirements_of(group) for group in groups])
        yield from zip(groups, allowed, strict=True)
        before = groups[-1].number


def _open_groups(context: Context, before: int) -> Sequence[HITType]:
    open_ones = context.database.execute(_NUMBERS, {"before": before}).scalars().all()
    query = select(t.hit_type).where(t.hit_type.c.number.in_(open_ones)).order_by(t.hit_type.c.number.desc())
    return cast("Sequence[HITType]", context.database.execute(query).all())


def _first(context: Context, worker_row: Worker, group: HITType) -> str | None:
    found = context.database.execute(_FIRST_LEFT, {"of_type": group.number, "of_worker": worker_row.number})
    return found.scalar_one_or_none()


def _count(context: Context, worker_row: Worker, group: HITType) -> int:
    found = context.database.execute(_COUNT_LEFT, {"of_type": group.number, "of_worker": worker_row.number})
    return int(found.scalar_one())
