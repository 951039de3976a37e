"""What workers do: accept, submit, return. And what happens if they do not: abandonment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, exists, or_, select

from mturk.marketplace import agenda
from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import driver, lock
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import known
from mturk.marketplace.document.answer import Value, answer_document
from mturk.marketplace.error import NotAllowed, NotThere, WorkerError
from mturk.marketplace.hit import assignment, hit, notification, review, upload
from mturk.marketplace.hit.assignment import ABANDONED, ACCEPTED, FREE, RETURNED, Work
from mturk.marketplace.hit.hit import HIT, standing_of
from mturk.marketplace.hit.hit_type import requirements_of
from mturk.marketplace.people import ledger, worker
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.qualification.eligibility import eligibility


class Free(NamedTuple):
    """An assignment that waits to be given out again."""

    number: int
    assignment_id: str


class Candidacy(NamedTuple):
    """A worker, if there is one of that id, and a HIT, which is locked until the transaction ends."""

    hit: HIT
    worker: Worker | None
    status: str | None
    """Of the assignment that the worker has of the HIT, if they have one."""
    blocked: bool
    """Whether the HIT's requester has blocked the worker."""
    free: Free | None
    """The first that waits, if any does."""


class Taken(NamedTuple):
    """An assignment that a worker has just taken on, and its question."""

    assignment_id: str
    question: str


_FREED = {RETURNED: notification.ASSIGNMENT_RETURNED, ABANDONED: notification.ASSIGNMENT_ABANDONED}
_QUESTION = (
    select(t.worker.c.worker_id, t.assignment.c.status, t.hit_content.c.question)
    .join_from(t.assignment, t.worker, t.worker.c.number == t.assignment.c.worker)
    .join(t.hit_content, t.hit_content.c.hit == t.assignment.c.hit)
    .where(t.assignment.c.assignment_id == bindparam("assignment_id"))
)
_UNDONE = t.undone.insert()
_MINE = t.assignment.alias("mine")
_FREE = t.assignment.alias("free")
_FIRST_FREE = (
    select(t.assignment.c.number)
    .where(t.assignment.c.hit == t.hit.c.number, or_(*(t.assignment.c.status == status for status in FREE)))
    .order_by(t.assignment.c.number)
    .limit(1)
    .correlate(t.hit)
    .scalar_subquery()
)
_BLOCKED = exists().where(t.worker_block.c.requester == t.hit.c.requester, t.worker_block.c.worker == t.worker.c.number)
_HIT_BY_ID = select(t.hit.c.number).where(t.hit.c.hit_id == bindparam("hit_id"))
_CANDIDACY = (
    hit.WHOLE.outerjoin(t.worker, t.worker.c.worker_id == bindparam("worker_id"))
    .outerjoin(_MINE, (_MINE.c.hit == t.hit.c.number) & (_MINE.c.worker == t.worker.c.number))
    .outerjoin(_FREE, _FREE.c.number == _FIRST_FREE)
    .add_columns(t.worker, _MINE.c.status, _BLOCKED.label("blocked"), _FREE.c.number, _FREE.c.assignment_id)
    .where(t.hit.c.hit_id == bindparam("hit_id"))
)
_WORKER, _REST = len(HIT._fields), len(HIT._fields) + len(Worker._fields)


def accept(context: Context, worker_id: str, hit_id: str) -> str:
    """Take on an assignment of the HIT, and say which."""
    return take(context, worker_id, hit_id).assignment_id


def take(context: Context, worker_id: str, hit_id: str) -> Taken:
    """The same, and say what is asked in it."""
    found = _candidacy(context, worker_id, hit_id)
    if found is None or found.hit.disposed:
        raise NotThere("There is no HIT %(hit_id)s.", hit_id=hit_id)
    hit_row, worker_row = found.hit, found.worker or worker.on_site(context, worker_id)
    _refuse_acceptance(context, worker_row, found)
    number, assignment_id = _give_out(context, worker_row, found)
    agenda.plan(context.database, agenda.ABANDON, number, _deadline(context, hit_row))
    notification.tell(context, notification.ASSIGNMENT_ACCEPTED, hit_row, assignment_id)
    hit.settle(context, hit_row, pending=hit_row.pending + 1)
    worker.count(context, worker_row.number, "accepted")
    context.note("Accept", worker_id=worker_id, HITId=hit_id, AssignmentId=assignment_id)
    return Taken(assignment_id, hit_row.question)


def submit(context: Context, worker_id: str, assignment_id: str, answers: Mapping[str, Value]) -> None:
    """Hand in an assignment with its answers.

    Whether they are what a form demands is not judged here, where all other writers wait, but before: by `form.entry`,
    or by `document.answer.expect`.
    """
    found = _in_hand(context, worker_id, assignment_id)
    uploads = upload.new(context, answers)
    given = {**answers, **upload.stored(uploads)}
    document = answer_document(found.hit.question, given, constraints=False)
    # The files of a HIT went with it, and nobody could fetch or delete these.
    kept = {} if found.hit.disposed else uploads
    upload.keep(context, found.hit.number, found.assignment.number, kept)
    _hand_in(context, found, document, sum(file.size for _, file in kept.values()))


def submit_document(context: Context, worker_id: str, assignment_id: str, document: str) -> None:
    """Hand in an assignment with the document of its answers, which was written before others wait; without files."""
    _hand_in(context, _in_hand(context, worker_id, assignment_id), document, 0)


def question_in_hand(context: Context, worker_id: str, assignment_id: str) -> str:
    """The question that a worker answers in an assignment."""
    row = driver.row(context.database, _QUESTION, {"assignment_id": assignment_id})
    holder, status, question = row or (None, None, None)
    if holder != worker_id:
        raise _not_in_hand(context, worker_id, assignment_id)
    _expect_at_work(assignment_id, status)
    return str(question)


def give_back(context: Context, worker_id: str, assignment_id: str) -> None:
    """Return an assignment undone; somebody else can have it, under the same id."""
    work = _in_hand(context, worker_id, assignment_id)
    agenda.cancel(context.database, agenda.ABANDON, work.assignment.number)
    worker.count(context, known(work.assignment.worker), "returned")
    _free(context, work, RETURNED)
    context.note("Return", worker_id=worker_id, HITId=work.hit.hit_id, AssignmentId=assignment_id)


def abandon(context: Context, number: int) -> None:
    """Take back an assignment whose time is over."""
    work = assignment.with_hit_by_number(context, number)
    review.prepare(context, work.hit)
    worker.count(context, known(work.assignment.worker), "abandoned")
    _free(context, work, ABANDONED)


def _candidacy(context: Context, worker_id: str, hit_id: str) -> Candidacy | None:
    # What is read is as it was found when the query began, so that the lock has to be there by then.
    lock.take(context.database, _HIT_BY_ID, t.hit, {"hit_id": hit_id})
    row = driver.row(context.database, _CANDIDACY, {"hit_id": hit_id, "worker_id": worker_id})
    if row is None:
        return None
    who, (status, blocked, number, assignment_id) = row[_WORKER:_REST], row[_REST:]
    return Candidacy(
        HIT._make(row[:_WORKER]),
        None if who[0] is None else Worker._make(who),
        status,
        bool(blocked),
        None if number is None else Free(number, assignment_id),
    )


def _refuse_acceptance(context: Context, worker_row: Worker, found: Candidacy) -> None:
    if worker_row.blocked:
        raise NotAllowed("Your account has been suspended.")
    if found.status == ACCEPTED:
        raise WorkerError("You have already accepted this HIT.")
    if found.status is not None:
        raise WorkerError("You have already completed this HIT.")
    if found.hit.expired:
        raise WorkerError("This HIT has expired.")
    if not standing_of(found.hit).available or not hit.has_room(context, found.hit.requester):
        raise WorkerError("There are no more available assignments of this HIT.")
    # A block is not shown to the worker: it looks like a Qualification that is missing.
    if found.blocked or not eligibility(context, worker_row, requirements_of(found.hit)).can_accept:
        raise NotAllowed("Your Qualifications do not meet the requirements to work on this HIT.")


def _give_out(context: Context, worker_row: Worker, found: Candidacy) -> Free:
    values = {
        "worker": worker_row.number,
        "status": ACCEPTED,
        "accept_time": context.now,
        "deadline": _deadline(context, found.hit),
    }
    if found.free:
        assignment.change(context, found.free.number, **values)
        return found.free
    assignment_id = context.new_id()
    new = {"assignment_id": assignment_id, "hit": found.hit.number, **values}
    return Free(t.add_row(context.database, t.assignment, new), assignment_id)


def _deadline(context: Context, hit_row: HIT) -> int:
    return int(context.now + hit_row.assignment_duration * SECOND)


def _hand_in(context: Context, found: Work, document: str, size_of_files: int) -> None:
    assignment_row, hit_row = found
    approval = context.now + hit_row.auto_approval_delay * SECOND
    assignment.hand_in(context, assignment_row, auto_approval_time=approval, answer=document)
    agenda.change(context.database, agenda.ABANDON, assignment_row.number, agenda.APPROVE, approval)
    notification.tell(context, notification.ASSIGNMENT_SUBMITTED, hit_row, assignment_row.assignment_id)
    reviewed = hit_row.assignment_review_policy is not None
    counts = {"pending": hit_row.pending - 1, "submitted": hit_row.submitted + 1}
    hit.settle(context, hit_row, quiet=reviewed, more=len(document), **counts)
    hit.take_room(context, hit_row.requester, len(document) + size_of_files)
    worker.count(context, known(assignment_row.worker), "submitted")
    if reviewed:
        review.submitted(context, hit_row, assignment_row.number)
    review.settled(context, hit_row)
    names = {"HITId": hit_row.hit_id, "AssignmentId": assignment_row.assignment_id}
    context.note("Submit", worker_id=known(assignment_row.worker_id), **names)


def _in_hand(context: Context, worker_id: str, assignment_id: str) -> Work:
    work = assignment.with_hit(context, assignment_id)
    if work is None or work.assignment.worker_id != worker_id:
        raise _not_in_hand(context, worker_id, assignment_id)
    _expect_at_work(assignment_id, work.assignment.status)
    review.prepare(context, work.hit)
    return work


def _expect_at_work(assignment_id: str, status: str) -> None:
    if status != ACCEPTED:
        raise WorkerError("You have already submitted the assignment %(assignment_id)s.", assignment_id=assignment_id)


def _not_in_hand(context: Context, worker_id: str, assignment_id: str) -> NotThere:
    worker.on_site(context, worker_id)  # who is nobody here is told so
    return NotThere(
        "You are not working on the assignment %(assignment_id)s; its time may be over.", assignment_id=assignment_id
    )


def _free(context: Context, work: Work, status: str) -> None:
    assignment_row, hit_row = work
    assignment.change(context, assignment_row.number, status=status, worker=None)
    undone = {"worker": assignment_row.worker, "hit": hit_row.number, "status": status, "time": context.now}
    driver.change(context.database, _UNDONE, undone)
    notification.tell(context, _FREED[status], hit_row, assignment_row.assignment_id)
    hit.settle(context, hit_row, pending=hit_row.pending - 1)
    if hit_row.expired:
        # Nobody can take it any more, so nobody will be paid for it.
        ledger.release(context, hit_row.requester, hit_row.number, hit_row.reward + hit_row.fee)
    review.settled(context, hit_row)
