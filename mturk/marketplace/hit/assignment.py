"""Assignments: how they are found and shown. GetAssignment, ListAssignmentsForHIT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, bindparam, case, func, select, tuple_

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import driver, ending, lock
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import known
from mturk.marketplace.error import RequestError, does_not_exist, wrong_state
from mturk.marketplace.hit import hit
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page


class Assignment(NamedTuple):
    """An assignment with the ids of its HIT and of its worker; without a worker it waits to be given out again."""

    number: int
    assignment_id: str
    hit: int
    worker: int | None
    status: str
    accept_time: int | None
    deadline: int | None
    submit_time: int | None
    auto_approval_time: int | None
    approval_time: int | None
    rejection_time: int | None
    requester_feedback: str | None
    answer: str | None
    elsewhere: bool
    """Whether it was done elsewhere, so that no money moves here."""
    hit_id: str
    requester: int
    disposed: bool
    worker_id: str | None


class Work(NamedTuple):
    """An assignment and its HIT, as they are until this transaction changes them: the HIT is locked."""

    assignment: Assignment
    hit: HIT


ACCEPTED = "Accepted"
RETURNED = "Returned"
ABANDONED = "Abandoned"
SUBMITTED = "Submitted"
APPROVED = "Approved"
REJECTED = "Rejected"

FREE = (RETURNED, ABANDONED)
"""States in which an assignment waits to be given out again, under the same id."""
VISIBLE = (SUBMITTED, APPROVED, REJECTED)
"""States in which the API shows an assignment."""

_COLUMNS = (t.assignment, t.hit.c.hit_id, t.hit.c.requester, t.hit.c.disposed, t.worker.c.worker_id)
_ITS_WORKER = t.worker.c.number == t.assignment.c.worker
_WHOLE = select(*_COLUMNS).join(t.hit, t.hit.c.number == t.assignment.c.hit).outerjoin(t.worker, _ITS_WORKER)
_HAS_ID = t.assignment.c.assignment_id == bindparam("assignment_id")
_HAS_NUMBER = t.assignment.c.number == bindparam("assignment_number")
_BY_ID = _WHOLE.where(_HAS_ID)
_BY_NUMBER = _WHOLE.where(_HAS_NUMBER)
_WITH_HIT = (
    hit.WHOLE.join(t.assignment, t.assignment.c.hit == t.hit.c.number)
    .outerjoin(t.worker, _ITS_WORKER)
    .add_columns(*_COLUMNS)
)
_WORK_BY_ID = _WITH_HIT.where(_HAS_ID)
_WORK_BY_NUMBER = _WITH_HIT.where(_HAS_NUMBER)
_ITS_HIT = select(t.hit.c.number).join(t.assignment, t.assignment.c.hit == t.hit.c.number)
_HIT_BY_ID = _ITS_HIT.where(_HAS_ID)
_HIT_BY_NUMBER = _ITS_HIT.where(_HAS_NUMBER)
_CHANGE = t.assignment.update().where(t.assignment.c.number == bindparam("of_number"))
_BEFORE = t.assignment.alias("before")
_LAST = select(func.max(_BEFORE.c.submit_time)).where(_BEFORE.c.hit == bindparam("of_hit")).scalar_subquery()
_BEHIND = case((bindparam("now") <= _LAST, _LAST + 1), else_=bindparam("now"))
_HAND_IN = _CHANGE.values(status=SUBMITTED, submit_time=_BEHIND)
_AT_ONCE = 10
"""So many are read together with their answers, each of which may have megabytes."""
_PLACE = t.assignment.c.submit_time, t.assignment.c.number
_HANDED_IN = (
    _WHOLE.where(
        t.assignment.c.hit == bindparam("hit_number"),
        t.assignment.c.status.in_(VISIBLE),
        tuple_(*_PLACE) > tuple_(bindparam("after_time"), bindparam("after_number")),
    )
    .order_by(*_PLACE)
    .limit(_AT_ONCE)
)


def mine(call: Call, assignment_id: str, *, disposed: bool = False) -> Assignment:
    """The assignment with that id, of one of the caller's HITs."""
    found = call.database.execute(_BY_ID, {"assignment_id": assignment_id})
    assignment_row = cast("Assignment | None", found.one_or_none())
    if (
        assignment_row is None
        or assignment_row.requester != call.requester
        or (assignment_row.disposed and not disposed)
    ):
        raise does_not_exist("Assignment", assignment_id)
    return assignment_row


def my_work(call: Call, assignment_id: str, *, disposed: bool = False) -> Work:
    """The caller's assignment with that id and its HIT, to be changed."""
    work = with_hit(call, assignment_id)
    if work is None or work.hit.requester != call.requester or (work.hit.disposed and not disposed):
        raise does_not_exist("Assignment", assignment_id)
    return work


def by_id(context: Context, assignment_id: str) -> Assignment | None:
    """The assignment as it is, to be looked at."""
    row = context.database.execute(_BY_ID, {"assignment_id": assignment_id}).one_or_none()
    return cast("Assignment | None", row)


def with_hit(context: Context, assignment_id: str) -> Work | None:
    """The assignment with that id and its HIT, whosever they are, to be changed."""
    return _work(context, _HIT_BY_ID, _WORK_BY_ID, {"assignment_id": assignment_id})


def with_hit_by_number(context: Context, number: int) -> Work:
    """The assignment that is known inside by that number and its HIT, to be changed."""
    return known(_work(context, _HIT_BY_NUMBER, _WORK_BY_NUMBER, {"assignment_number": number}))


def by_number(context: Context, number: int) -> Assignment:
    """The assignment that is known inside by that number."""
    return cast(Assignment, context.database.execute(_BY_NUMBER, {"assignment_number": number}).one())


def handed_in(context: Context, hit_number: int) -> Iterator[Assignment]:
    """All work that was submitted for a HIT, whatever was decided about it, oldest first; read some at a time."""
    time, number = -1, -1
    while True:
        after = {"hit_number": hit_number, "after_time": time, "after_number": number}
        found = [Assignment._make(row) for row in context.database.execute(_HANDED_IN, after)]
        yield from found
        if len(found) < _AT_ONCE:
            return
        time, number = known(found[-1].submit_time), found[-1].number


def change(context: Context, number: int, **values: Any) -> None:
    """Write down what changed about the assignment that is known inside by that number."""
    ending.change(context.database, _CHANGE, {"of_number": number, **values})


def hand_in(context: Context, assignment_row: Assignment, **values: Any) -> None:
    """Write down that the assignment is submitted, behind all others of its HIT.

    Work of one HIT is listed by the time at which it was submitted. What waited for others meanwhile must not come in
    before them then, where a page of that list has been read already.
    """
    now = not_before(context, assignment_row.accept_time)
    which = {"of_number": assignment_row.number, "of_hit": assignment_row.hit, "now": now}
    ending.change(context.database, _HAND_IN, {**which, **values})


def not_before(context: Context, earlier: int | None) -> int:
    """The time of this transaction, or that of what came before it, though a machine's clock may be behind."""
    return max(context.now, earlier or 0)


def describe(assignment_row: Assignment) -> Answer:
    """An assignment as the API shows it."""
    times = {
        "AutoApprovalTime": assignment_row.auto_approval_time,
        "AcceptTime": assignment_row.accept_time,
        "SubmitTime": assignment_row.submit_time,
        "ApprovalTime": assignment_row.approval_time,
        "RejectionTime": assignment_row.rejection_time,
        "Deadline": assignment_row.deadline,
    }
    shown = {
        "AssignmentId": assignment_row.assignment_id,
        "WorkerId": assignment_row.worker_id,
        "HITId": assignment_row.hit_id,
        "AssignmentStatus": assignment_row.status,
        **{name: time / SECOND for name, time in times.items() if time is not None},
        "Answer": assignment_row.answer,
        "RequesterFeedback": assignment_row.requester_feedback,
    }
    return {name: value for name, value in shown.items() if value is not None}


def get_assignment(call: Call, *, assignment_id: str) -> Answer:
    """One assignment that was submitted, and its HIT."""
    assignment_row = mine(call, assignment_id)
    if assignment_row.status not in VISIBLE:
        # The service's own names for submitted, approved and rejected work, in its own spacing.
        text = (
            f"This Assignment is currently in the state '{assignment_row.status}'. "
            "This operation can be called with a status of: Reviewable,Approved,Rejected"
        )
        raise RequestError("InvalidAssignmentState", text)
    return {"Assignment": describe(assignment_row), "HIT": hit.describe(hit.by_number(call, assignment_row.hit))}


def list_assignments_for_hit(
    call: Call,
    *,
    hit_id: str,
    assignment_statuses: list[str] | None = None,
    next_token: str | None = None,
    max_results: int = DEFAULT_SIZE,
) -> Answer:
    """The work submitted for a HIT, oldest first."""
    statuses = sorted(set(assignment_statuses or VISIBLE))
    page = Page(("assignments", hit_id, *statuses), next_token, max_results)
    listed = _WHOLE.where(
        t.assignment.c.hit == hit.mine(call, hit_id).number,
        t.assignment.c.status.in_(statuses),
        t.assignment.c.submit_time.is_not(None),
    )
    order = t.assignment.c.submit_time, t.assignment.c.number
    rows = page.read(call, Assignment, listed, *order, shown_after=t.assignment.c.submit_time, large="answer")
    return page.answer("Assignments", rows, describe, "submit_time", "number")


def expect(assignment_row: Assignment, *allowed: str) -> None:
    """Refuse what is not possible in the assignment's present state."""
    if assignment_row.status not in allowed:
        raise wrong_state("Assignment", assignment_row.status, *allowed)


def _work(context: Context, its_hit: Select[Any], whole: Select[Any], which: dict[str, Any]) -> Work | None:
    # Nobody else changes an assignment while its HIT is locked; so both can be read at once, and are as they will be.
    lock.take(context.database, its_hit, t.hit, which)
    row = driver.row(context.database, whole, which)
    return None if row is None else Work(Assignment._make(row[len(HIT._fields) :]), HIT._make(row[: len(HIT._fields)]))
