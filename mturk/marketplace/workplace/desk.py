"""A worker's desk on the site: what they hold, and how the next HIT of a group gets there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, bindparam, func, select, union_all

from mturk.marketplace.call import Context
from mturk.marketplace.clock import HOUR, SECOND
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import known
from mturk.marketplace.error import NotThere, TooOften, WorkerError
from mturk.marketplace.hit import offer, work
from mturk.marketplace.hit.assignment import ACCEPTED, RETURNED, VISIBLE
from mturk.marketplace.people import worker
from mturk.marketplace.people.worker import Worker

MOST_HELD = 25
"""So many HITs can be held at once by who accepts them on the site."""
MOST_RETURNED = 60
"""So many HITs can be returned on the site within ten minutes: each leaves its traces, and costs the worker nothing."""
_A_WHILE = HOUR // 6
_MOST_SHOWN = 50


class Held(NamedTuple):
    """An assignment in a worker's hand, or that was, with what they see of its HIT."""

    assignment_id: str
    status: str
    accept_time: int | None
    deadline: int | None
    submit_time: int | None
    auto_approval_time: int | None
    hit_id: str
    requester: int
    hit_group_id: str
    title: str
    description: str
    reward: int
    assignment_duration: int
    auto_approval_delay: int
    requester_name: str


class Undone(NamedTuple):
    """That a worker did not finish a HIT: they returned it, or its time was over."""

    status: str
    time: int
    hit_id: str
    hit_group_id: str
    title: str


_A = t.assignment.c
_WORKER: ColumnElement[int] = bindparam("of_worker")
_WHOLE = (
    select(
        *(_A[name] for name in Held._fields[:6]),
        t.hit.c.hit_id,
        t.hit.c.requester,
        *(t.hit_type.c[name] for name in Held._fields[8:14]),
        t.requester.c.name.label("requester_name"),
    )
    .join(t.hit, t.hit.c.number == _A.hit)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .join(t.requester, t.requester.c.number == t.hit.c.requester)
)
_HELD = _WHOLE.where(_A.worker == _WORKER, _A.status == ACCEPTED).order_by(_A.deadline, _A.number).limit(_MOST_SHOWN)
_BY_ID = _WHOLE.where(_A.assignment_id == bindparam("of_assignment_id"), _A.worker == _WORKER)
_COUNT = select(func.count()).select_from(
    select(_A.number).where(_A.worker == _WORKER, _A.status == ACCEPTED).limit(MOST_HELD).subquery()
)
_GIVEN_BACK = select(func.count()).where(
    t.undone.c.worker == _WORKER, t.undone.c.time > bindparam("since"), t.undone.c.status == RETURNED
)
_BEFORE = (
    select(_A.assignment_id)
    .join(t.hit, t.hit.c.number == _A.hit)
    .where(t.hit.c.hit_id == bindparam("of_hit_id"), _A.worker == _WORKER, _A.status == ACCEPTED)
)
_UNDONE = (
    select(t.undone.c.status, t.undone.c.time, t.hit.c.hit_id, t.hit_type.c.hit_group_id, t.hit_type.c.title)
    .join(t.hit, t.hit.c.number == t.undone.c.hit)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .join(t.assignment, _A.hit == t.hit.c.number)
    .where(_A.assignment_id == bindparam("of_assignment_id"), t.undone.c.worker == _WORKER)
    .order_by(t.undone.c.number.desc())
    .limit(1)
)
# What a worker still holds, and what they have handed in since: both are found by an index.
_LATELY = union_all(
    select(_A.number).where(_A.worker == _WORKER, _A.status == ACCEPTED),
    *(
        select(_A.number).where(_A.worker == _WORKER, _A.status == status, _A.submit_time >= bindparam("since"))
        for status in VISIBLE
    ),
).subquery()
_SINCE = (
    select(_A.assignment_id)
    .join(_LATELY, _LATELY.c.number == _A.number)
    .join(t.hit, t.hit.c.number == _A.hit)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .where(
        _A.assignment_id != bindparam("of_assignment_id"),
        _A.accept_time >= bindparam("since"),
        t.hit_type.c.hit_group_id == bindparam("group_id"),
    )
    .order_by(_A.accept_time, _A.number)
    .limit(1)
)
_GROUP_NUMBER = select(t.hit_type.c.number).where(t.hit_type.c.hit_group_id == bindparam("group_id"))


def held(context: Context, worker_id: str) -> Sequence[Held]:
    """What a worker holds, what ends first at the top; no more than fifty, which only programs exceed."""
    which = {"of_worker": worker.on_site(context, worker_id).number}
    return cast("Sequence[Held]", context.database.execute(_HELD, which).all())


def look_up(context: Context, worker_id: str, assignment_id: str) -> Held:
    """The worker's assignment with that id, at work or handed in; NotThere if it is not theirs, or no more."""
    which = {"of_worker": worker.on_site(context, worker_id).number, "of_assignment_id": assignment_id}
    found = cast("Held | None", context.database.execute(_BY_ID, which).one_or_none())
    if found is None:
        raise NotThere("You are not working on this HIT. Somebody else may have it now.")
    return found


def undone(context: Context, worker_id: str, assignment_id: str) -> Undone | None:
    """How it ended that the worker held this assignment, where they did not hand it in."""
    which = {"of_worker": worker.on_site(context, worker_id).number, "of_assignment_id": assignment_id}
    found = context.database.execute(_UNDONE, which).one_or_none()
    return None if found is None else Undone(*found)


def accept(
    context: Context, worker_id: str, group_id: str, hit_id: str | None = None, *, after: str | None = None
) -> str:
    """Take on a HIT of a group: this one, or the next one if somebody else has it by now; say which assignment.

    Without `hit_id` it is the next one behind `after`, or the first.

    Who holds this one already, because the button was pressed twice, goes on with it.
    """
    worker_row = worker.on_site(context, worker_id)
    lock.one_at_a_time(context.database, worker_row.number)
    which = {"of_hit_id": hit_id, "of_worker": worker_row.number}
    before = context.database.execute(_BEFORE, which).scalar_one_or_none() if hit_id else None
    if before is not None:
        return str(before)
    _expect_room(context, worker_row)
    group = context.database.execute(_GROUP_NUMBER, {"group_id": group_id}).scalar_one_or_none()
    if group is None:
        raise NotThere("There are no more available HITs in this group.")
    return work.accept(context, worker_id, _choose(context, worker_row, group, hit_id, after))


def go_on(context: Context, worker_id: str, assignment_id: str) -> tuple[str, bool]:
    """Take on the HIT that comes next after a submission: say which assignment, and whether it is a new one.

    One submission brings one HIT, in however many windows it goes on.
    """
    done = look_up(context, worker_id, assignment_id)
    if done.submit_time is None:
        raise WorkerError("Submit this HIT before you go on to the next one.")
    # When that was by the clock: `submit_time` may be later, behind those of others.
    since = known(done.auto_approval_time) - done.auto_approval_delay * SECOND
    number = worker.on_site(context, worker_id).number
    lock.one_at_a_time(context.database, number)
    which = {
        "of_worker": number,
        "of_assignment_id": assignment_id,
        "since": since,
        "group_id": done.hit_group_id,
    }
    before = context.database.execute(_SINCE, which).scalar_one_or_none()
    if before is not None:
        return str(before), False
    return accept(context, worker_id, done.hit_group_id, after=done.hit_id), True


def give_back(context: Context, worker_id: str, assignment_id: str) -> Held:
    """Return what a worker holds, undone, and say what it was; TooOften where they returned so many just now."""
    held_now = look_up(context, worker_id, assignment_id)
    which = {"of_worker": worker.on_site(context, worker_id).number, "since": context.now - _A_WHILE}
    if context.database.execute(_GIVEN_BACK, which).scalar_one() >= MOST_RETURNED:
        raise TooOften("You have returned many HITs just now. Please wait some minutes before you return another.")
    work.give_back(context, worker_id, assignment_id)
    return held_now


def _choose(context: Context, worker_row: Worker, group: int, hit_id: str | None, after: str | None) -> str:
    """The HIT, or the first behind it that is left, or the first of all; where none is, the refusal says so."""
    try:
        return offer.hold_next(context, worker_row, group, hit_id or after, itself=bool(hit_id))
    except NotThere as none_behind:
        try:
            return offer.hold_next(context, worker_row, group)
        except NotThere:
            raise WorkerError(str(none_behind)) from None


def _expect_room(context: Context, worker_row: Worker) -> None:
    if context.database.execute(_COUNT, {"of_worker": worker_row.number}).scalar_one() >= MOST_HELD:
        raise WorkerError(
            "You hold 25 HITs, which is as many as one may. Submit or return one of them before you accept another."
        )
