"""What workers do: accept, submit, return. And what happens if they do not: abandonment."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select

from mturk.marketplace import agenda
from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.table import add_row
from mturk.marketplace.database.table import assignment as assignments
from mturk.marketplace.document.answer import Value, answer_document
from mturk.marketplace.error import WorkerError
from mturk.marketplace.hit import assignment, hit, notification, review
from mturk.marketplace.hit.assignment import ABANDONED, ACCEPTED, FREE, RETURNED, SUBMITTED, Assignment
from mturk.marketplace.hit.hit import HIT, standing_of
from mturk.marketplace.hit.hit_type import requirements_of
from mturk.marketplace.people import block, ledger, worker
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.qualification.eligibility import eligibility

_FREE_ONE = (
    select(assignments.c.number, assignments.c.assignment_id)
    .where(assignments.c.hit == bindparam("hit"), assignments.c.status.in_(FREE))
    .order_by(assignments.c.number)
    .limit(1)
)
_FREED = {RETURNED: notification.ASSIGNMENT_RETURNED, ABANDONED: notification.ASSIGNMENT_ABANDONED}
_HAS_ONE = select(assignments.c.status).where(
    assignments.c.hit == bindparam("hit"), assignments.c.worker == bindparam("worker")
)


def accept(context: Context, worker_id: str, hit_id: str) -> str:
    """Take on an assignment of the HIT, and say which."""
    row = hit.by_id(context, hit_id, lock=True)
    if row is None or row.disposed:
        raise WorkerError(f"There is no HIT {hit_id}.")
    who = _known(context, worker_id)
    _refuse_acceptance(context, who, row)
    number, assignment_id = _give_out(context, who, row)
    agenda.plan(context.database, agenda.ABANDON, number, _deadline(context, row))
    notification.tell(context, notification.ASSIGNMENT_ACCEPTED, row.hit_type, row.hit_id, assignment_id)
    hit.settle(context, row, pending=row.pending + 1)
    worker.count(context, who.number, "accepted")
    return assignment_id


def submit(context: Context, worker_id: str, assignment_id: str, answers: Mapping[str, Value]) -> None:
    """Hand in an assignment with its answers."""
    who, row, of = _in_work(context, worker_id, assignment_id)
    approval = context.now + of.auto_approval_delay * SECOND
    assignment.change(
        context,
        row,
        status=SUBMITTED,
        submit_time=context.now,
        auto_approval_time=approval,
        answer=answer_document(of.question, answers),
    )
    agenda.cancel(context.database, agenda.ABANDON, row.number)
    agenda.plan(context.database, agenda.APPROVE, row.number, approval)
    notification.tell(context, notification.ASSIGNMENT_SUBMITTED, of.hit_type, of.hit_id, assignment_id)
    reviewed = of.assignment_review_policy is not None
    hit.settle(context, of, quiet=reviewed, pending=of.pending - 1, submitted=of.submitted + 1)
    worker.count(context, who.number, "submitted")
    if reviewed:
        review.submitted(context, of, row.number)
    review.settled(context, of)


def give_back(context: Context, worker_id: str, assignment_id: str) -> None:
    """Return an assignment undone; somebody else can have it, under the same id."""
    who, row, of = _in_work(context, worker_id, assignment_id)
    agenda.cancel(context.database, agenda.ABANDON, row.number)
    _free(context, row, of, RETURNED)
    worker.count(context, who.number, "returned")


def abandon(context: Context, number: int) -> None:
    """Take back an assignment whose time is over."""
    row = assignment.by_number(context, number)
    of = hit.by_number(context, row.hit, lock=True)
    worker.count(context, row.worker, "abandoned")
    _free(context, row, of, ABANDONED)


def _known(context: Context, worker_id: str) -> Worker:
    who = worker.find(context.database, worker_id)
    if who is None:
        raise WorkerError(f"There is no worker {worker_id}.")
    return who


def _refuse_acceptance(context: Context, who: Worker, row: HIT) -> None:
    if who.blocked:
        raise WorkerError("Your account has been suspended.")
    has = context.database.execute(_HAS_ONE, {"hit": row.number, "worker": who.number}).scalar_one_or_none()
    if has == ACCEPTED:
        raise WorkerError("You have already accepted this HIT.")
    if has is not None:
        raise WorkerError("You have already completed this HIT.")
    if row.expired:
        raise WorkerError("This HIT has expired.")
    if not standing_of(row).available:
        raise WorkerError("There are no more available assignments of this HIT.")
    # A block is not shown to the worker: it looks like a Qualification that is missing.
    blocked = block.is_blocked(context, row.requester, who.number)
    if blocked or not eligibility(context, who, requirements_of(row)).can_accept:
        raise WorkerError("Your Qualifications do not meet the requirements to work on this HIT.")


def _give_out(context: Context, who: Worker, row: HIT) -> tuple[int, str]:
    values = {
        "worker": who.number,
        "status": ACCEPTED,
        "accept_time": context.now,
        "deadline": _deadline(context, row),
    }
    free = context.database.execute(_FREE_ONE, {"hit": row.number}).one_or_none()
    if free:
        context.database.execute(assignments.update().where(assignments.c.number == free.number).values(values))
        return free.number, free.assignment_id
    assignment_id = context.new_id()
    new = {"assignment_id": assignment_id, "hit": row.number, **values}
    return add_row(context.database, assignments, new), assignment_id


def _deadline(context: Context, row: HIT) -> int:
    return int(context.now + row.assignment_duration * SECOND)


def _in_work(context: Context, worker_id: str, assignment_id: str) -> tuple[Worker, Assignment, HIT]:
    who = _known(context, worker_id)
    row = assignment.by_id(context, assignment_id)
    if row is not None:
        hit.by_number(context, row.hit, lock=True)
        row = assignment.by_id(context, assignment_id, lock=True)
    if row is None or row.worker != who.number:
        raise WorkerError(f"You are not working on the assignment {assignment_id}; its time may be over.")
    if row.status != ACCEPTED:
        raise WorkerError(f"You have already submitted the assignment {assignment_id}.")
    return who, row, hit.by_number(context, row.hit)


def _free(context: Context, row: Assignment, of: HIT, status: str) -> None:
    assignment.change(context, row, status=status, worker=None)
    notification.tell(context, _FREED[status], of.hit_type, of.hit_id, row.assignment_id)
    hit.settle(context, of, pending=of.pending - 1)
    if of.expired:
        # Nobody can take it any more, so nobody will be paid for it.
        ledger.release(context, of.requester, of.number, of.reward + of.fee)
    review.settled(context, of)
