"""Decisions about submitted work: ApproveAssignment, RejectAssignment."""

from __future__ import annotations

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import DAY
from mturk.marketplace.database.row import known
from mturk.marketplace.error import RequestError
from mturk.marketplace.hit import assignment, hit, notification
from mturk.marketplace.hit.assignment import APPROVED, REJECTED, SUBMITTED, Work
from mturk.marketplace.people import acquaintance, ledger, worker

_OVERRIDE_DAYS = 30


def approve_assignment(
    call: Call,
    *,
    assignment_id: str,
    requester_feedback: str | None = None,
    override_rejection: bool = False,
) -> Answer:
    """Approve the work, which pays the worker; a rejection can be overridden for 30 days."""
    work = assignment.my_work(call, assignment_id)
    if work.assignment.status == REJECTED and override_rejection:
        _override(call, work, requester_feedback)
    else:
        assignment.expect(work.assignment, SUBMITTED)
        approve(call, work, requester_feedback)
    return {}


def reject_assignment(call: Call, *, assignment_id: str, requester_feedback: str) -> Answer:
    """Reject the work, which gives back the money that was held for it."""
    work = assignment.my_work(call, assignment_id)
    assignment.expect(work.assignment, SUBMITTED)
    reject(call, work, requester_feedback)
    return {}


def approve(context: Context, work: Work, feedback: str | None) -> None:
    """Approve submitted work: decided by its requester or a review policy; what time decides is in `due_approval`."""
    assignment_row, hit_row = work
    agenda.cancel(context.database, agenda.APPROVE, assignment_row.number)
    hit.settle(context, hit_row, submitted=hit_row.submitted - 1, approved=hit_row.approved + 1)
    worker.count(context, known(assignment_row.worker), "approved")
    acquaintance.meet(context, hit_row.requester, known(assignment_row.worker))
    now = assignment.not_before(context, assignment_row.submit_time)
    assignment.change(context, assignment_row.number, status=APPROVED, approval_time=now, requester_feedback=feedback)
    _pay(context, work)


def reject(context: Context, work: Work, feedback: str | None) -> None:
    """Reject submitted work: decided by its requester or a review policy."""
    assignment_row, hit_row = work
    agenda.cancel(context.database, agenda.APPROVE, assignment_row.number)
    hit.settle(context, hit_row, submitted=hit_row.submitted - 1, rejected=hit_row.rejected + 1)
    worker.count(context, known(assignment_row.worker), "rejected")
    acquaintance.meet(context, hit_row.requester, known(assignment_row.worker))
    now = assignment.not_before(context, assignment_row.submit_time)
    assignment.change(context, assignment_row.number, status=REJECTED, rejection_time=now, requester_feedback=feedback)
    _tell(context, notification.ASSIGNMENT_REJECTED, work)
    if not assignment_row.elsewhere:
        ledger.release(context, hit_row.requester, hit_row.number, hit_row.reward + hit_row.fee)


def _override(call: Call, work: Work, feedback: str | None) -> None:
    assignment_row, hit_row = work
    if call.now > known(assignment_row.submit_time) + _OVERRIDE_DAYS * DAY:
        text = f"Assignment {assignment_row.assignment_id} was submitted more than {_OVERRIDE_DAYS} days ago."
        raise RequestError("InvalidAssignmentState", text)
    hit.settle(call, hit_row, rejected=hit_row.rejected - 1, approved=hit_row.approved + 1)
    worker.count(call, known(assignment_row.worker), "rejected", -1)
    worker.count(call, known(assignment_row.worker), "approved")
    # As if it had never been rejected: with another feedback, or none, and no time of rejection.
    assignment.change(
        call,
        assignment_row.number,
        status=APPROVED,
        approval_time=assignment.not_before(call, assignment_row.rejection_time),
        rejection_time=None,
        requester_feedback=feedback,
    )
    if not assignment_row.elsewhere:
        ledger.hold(call, hit_row.requester, hit_row.number, hit_row.reward + hit_row.fee)
    _pay(call, work)


def _pay(context: Context, work: Work) -> None:
    assignment_row, hit_row = work
    _tell(context, notification.ASSIGNMENT_APPROVED, work)
    if assignment_row.elsewhere:
        return
    ledger.pay_reward(
        context,
        hit_row.requester,
        known(assignment_row.worker),
        hit_row.reward,
        hit_row.fee,
        hit=hit_row.number,
        assignment=assignment_row.number,
    )


def _tell(context: Context, event_type: str, work: Work) -> None:
    notification.tell(context, event_type, work.hit, work.assignment.assignment_id)
