"""What workers do: accept, submit, return. And what happens if they do not: abandonment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select

from mturk.marketplace import agenda
from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import known
from mturk.marketplace.document.answer import Value, answer_document
from mturk.marketplace.error import NotAllowed, NotThere, WorkerError
from mturk.marketplace.hit import assignment, hit, notification, review, upload
from mturk.marketplace.hit.assignment import ABANDONED, ACCEPTED, FREE, RETURNED, SUBMITTED, Assignment, Work
from mturk.marketplace.hit.hit import HIT, standing_of
from mturk.marketplace.hit.hit_type import requirements_of
from mturk.marketplace.people import block, ledger, worker
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.qualification.eligibility import eligibility

_FREE_ONE = (
    select(t.assignment.c.number, t.assignment.c.assignment_id)
    .where(t.assignment.c.hit == bindparam("hit"), t.assignment.c.status.in_(FREE))
    .order_by(t.assignment.c.number)
    .limit(1)
)
_FREED = {RETURNED: notification.ASSIGNMENT_RETURNED, ABANDONED: notification.ASSIGNMENT_ABANDONED}
_HAS_ONE = select(t.assignment.c.status).where(
    t.assignment.c.hit == bindparam("hit"), t.assignment.c.worker == bindparam("worker")
)


def accept(context: Context, worker_id: str, hit_id: str) -> str:
    """Take on an assignment of the HIT, and say which."""
    hit_row = hit.by_id(context, hit_id, lock=True)
    if hit_row is None or hit_row.disposed:
        raise NotThere("There is no HIT %(hit_id)s.", hit_id=hit_id)
    worker_row = worker.on_site(context, worker_id)
    _refuse_acceptance(context, worker_row, hit_row)
    number, assignment_id = _give_out(context, worker_row, hit_row)
    agenda.plan(context.database, agenda.ABANDON, number, _deadline(context, hit_row))
    notification.tell(context, notification.ASSIGNMENT_ACCEPTED, hit_row.hit_type, hit_row.hit_id, assignment_id)
    hit.settle(context, hit_row, pending=hit_row.pending + 1)
    worker.count(context, worker_row.number, "accepted")
    return assignment_id


def submit(
    context: Context,
    worker_id: str,
    assignment_id: str,
    answers: Mapping[str, Value],
    *,
    as_posted: Sequence[str] | None = None,
) -> None:
    """Hand in an assignment with its answers, or with the fields `as_posted` by its page: their names in that order.

    Whether they are what a form demands is not judged here, where all other writers wait, but before: by `form.entry`,
    or by `document.answer.expect`.
    """
    worker_row, (assignment_row, hit_row) = _in_hand(context, worker_id, assignment_id)
    uploads = upload.new(context, answers)
    given = {**answers, **upload.stored(uploads)}
    answer = answer_document(hit_row.question, given, constraints=False, as_posted=as_posted)
    upload.keep(context, hit_row.number, assignment_row.number, uploads)
    approval = context.now + hit_row.auto_approval_delay * SECOND
    assignment.change(
        context,
        assignment_row,
        status=SUBMITTED,
        submit_time=context.now,
        auto_approval_time=approval,
        answer=answer,
    )
    agenda.cancel(context.database, agenda.ABANDON, assignment_row.number)
    agenda.plan(context.database, agenda.APPROVE, assignment_row.number, approval)
    notification.tell(context, notification.ASSIGNMENT_SUBMITTED, hit_row.hit_type, hit_row.hit_id, assignment_id)
    reviewed = hit_row.assignment_review_policy is not None
    hit.settle(context, hit_row, quiet=reviewed, pending=hit_row.pending - 1, submitted=hit_row.submitted + 1)
    worker.count(context, worker_row.number, "submitted")
    if reviewed:
        review.submitted(context, hit_row, assignment_row.number)
    review.settled(context, hit_row)


def question_in_hand(context: Context, worker_id: str, assignment_id: str) -> str:
    """The question that a worker answers in an assignment."""
    worker_row = worker.on_site(context, worker_id)
    assignment_row = assignment.by_id(context, assignment_id)
    if assignment_row is None:
        raise _not_in_hand(assignment_id)
    _expect_in_hand(worker_row, assignment_row)
    return known(hit.by_id(context, assignment_row.hit_id)).question


def give_back(context: Context, worker_id: str, assignment_id: str) -> None:
    """Return an assignment undone; somebody else can have it, under the same id."""
    worker_row, work = _in_hand(context, worker_id, assignment_id)
    agenda.cancel(context.database, agenda.ABANDON, work.assignment.number)
    worker.count(context, worker_row.number, "returned")
    _free(context, work, RETURNED)


def abandon(context: Context, number: int) -> None:
    """Take back an assignment whose time is over."""
    work = assignment.with_hit_by_number(context, number)
    review.prepare(context, work.hit)
    worker.count(context, known(work.assignment.worker), "abandoned")
    _free(context, work, ABANDONED)


def _refuse_acceptance(context: Context, worker_row: Worker, hit_row: HIT) -> None:
    if worker_row.blocked:
        raise NotAllowed("Your account has been suspended.")
    has = context.database.execute(_HAS_ONE, {"hit": hit_row.number, "worker": worker_row.number}).scalar_one_or_none()
    if has == ACCEPTED:
        raise WorkerError("You have already accepted this HIT.")
    if has is not None:
        raise WorkerError("You have already completed this HIT.")
    if hit_row.expired:
        raise WorkerError("This HIT has expired.")
    if not standing_of(hit_row).available:
        raise WorkerError("There are no more available assignments of this HIT.")
    # A block is not shown to the worker: it looks like a Qualification that is missing.
    blocked = block.is_blocked(context, hit_row.requester, worker_row.number)
    if blocked or not eligibility(context, worker_row, requirements_of(hit_row)).can_accept:
        raise NotAllowed("Your Qualifications do not meet the requirements to work on this HIT.")


def _give_out(context: Context, worker_row: Worker, hit_row: HIT) -> tuple[int, str]:
    values = {
        "worker": worker_row.number,
        "status": ACCEPTED,
        "accept_time": context.now,
        "deadline": _deadline(context, hit_row),
    }
    free = context.database.execute(_FREE_ONE, {"hit": hit_row.number}).one_or_none()
    if free:
        context.database.execute(t.assignment.update().where(t.assignment.c.number == free.number).values(values))
        return free.number, free.assignment_id
    assignment_id = context.new_id()
    new = {"assignment_id": assignment_id, "hit": hit_row.number, **values}
    return t.add_row(context.database, t.assignment, new), assignment_id


def _deadline(context: Context, hit_row: HIT) -> int:
    return int(context.now + hit_row.assignment_duration * SECOND)


def _in_hand(context: Context, worker_id: str, assignment_id: str) -> tuple[Worker, Work]:
    worker_row = worker.on_site(context, worker_id)
    work = assignment.with_hit(context, assignment_id)
    if work is None:
        raise _not_in_hand(assignment_id)
    _expect_in_hand(worker_row, work.assignment)
    review.prepare(context, work.hit)
    return worker_row, work


def _expect_in_hand(worker_row: Worker, assignment_row: Assignment) -> None:
    if assignment_row.worker != worker_row.number:
        raise _not_in_hand(assignment_row.assignment_id)
    if assignment_row.status != ACCEPTED:
        raise WorkerError(
            "You have already submitted the assignment %(assignment_id)s.", assignment_id=assignment_row.assignment_id
        )


def _not_in_hand(assignment_id: str) -> NotThere:
    return NotThere(
        "You are not working on the assignment %(assignment_id)s; its time may be over.", assignment_id=assignment_id
    )


def _free(context: Context, work: Work, status: str) -> None:
    assignment_row, hit_row = work
    assignment.change(context, assignment_row, status=status, worker=None)
    undone = {"worker": assignment_row.worker, "hit": hit_row.number, "status": status, "time": context.now}
    context.database.execute(t.undone.insert(), undone)
    notification.tell(context, _FREED[status], hit_row.hit_type, hit_row.hit_id, assignment_row.assignment_id)
    hit.settle(context, hit_row, pending=hit_row.pending - 1)
    if hit_row.expired:
        # Nobody can take it any more, so nobody will be paid for it.
        ledger.release(context, hit_row.requester, hit_row.number, hit_row.reward + hit_row.fee)
    review.settled(context, hit_row)
