"""Decisions about submitted work: ApproveAssignment, RejectAssignment, and approval by itself."""

from __future__ import annotations

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import DAY
from mturk.marketplace.database.row import known
from mturk.marketplace.error import RequestError
from mturk.marketplace.hit import assignment, hit, notification
from mturk.marketplace.hit.assignment import APPROVED, REJECTED, SUBMITTED, Assignment
from mturk.marketplace.people import ledger, worker

_OVERRIDE_DAYS = 30


def approve_assignment(
    call: Call,
    *,
    assignment_id: str,
    requester_feedback: str | None = None,
    override_rejection: bool = False,
) -> Answer:
    """Approve the work, which pays the worker; a rejection can be overridden for 30 days."""
    assignment_row = _locked(call, assignment_id)
    if assignment_row.status == REJECTED and override_rejection:
        _override(call, assignment_row, requester_feedback)
    else:
        assignment.expect(assignment_row, SUBMITTED)
        approve(call, assignment_row, requester_feedback)
    return {}


def reject_assignment(call: Call, *, assignment_id: str, requester_feedback: str) -> Answer:
    """Reject the work, which gives back the money that was held for it."""
    assignment_row = _locked(call, assignment_id)
    assignment.expect(assignment_row, SUBMITTED)
    reject(call, assignment_row, requester_feedback)
    return {}


def approve_by_itself(context: Context, number: int) -> None:
    """Approve work that its requester has not decided about in time."""
    assignment_row = assignment.by_number(context, number, lock=True)
    if assignment_row.status == SUBMITTED:
        approve(context, assignment_row, None)


def approve(context: Context, assignment_row: Assignment, feedback: str | None) -> None:
    """Approve submitted work, whoever decided so."""
    agenda.cancel(context.database, agenda.APPROVE, assignment_row.number)
    hit_row = hit.by_number(context, assignment_row.hit, lock=True)
    hit.settle(context, hit_row, submitted=hit_row.submitted - 1, approved=hit_row.approved + 1)
    worker.count(context, known(assignment_row.worker), "approved")
    _pay(context, assignment_row, hit_row)
    assignment.change(context, assignment_row, status=APPROVED, approval_time=context.now, requester_feedback=feedback)


def reject(context: Context, assignment_row: Assignment, feedback: str | None) -> None:
    """Reject submitted work, whoever decided so."""
    agenda.cancel(context.database, agenda.APPROVE, assignment_row.number)
    hit_row = hit.by_number(context, assignment_row.hit, lock=True)
    ledger.release(context, hit_row.requester, hit_row.number, hit_row.reward + hit_row.fee)
    hit.settle(context, hit_row, submitted=hit_row.submitted - 1, rejected=hit_row.rejected + 1)
    worker.count(context, known(assignment_row.worker), "rejected")
    assignment.change(context, assignment_row, status=REJECTED, rejection_time=context.now, requester_feedback=feedback)
    notification.tell(
        context, notification.ASSIGNMENT_REJECTED, hit_row.hit_type, hit_row.hit_id, assignment_row.assignment_id
    )


def _locked(call: Call, assignment_id: str) -> Assignment:
    # The HIT first, here as everywhere, so that two transactions never wait for each other.
    hit.by_number(call, assignment.mine(call, assignment_id).hit, lock=True)
    return assignment.mine(call, assignment_id, lock=True)


def _override(call: Call, assignment_row: Assignment, feedback: str | None) -> None:
    if call.now > known(assignment_row.submit_time) + _OVERRIDE_DAYS * DAY:
        text = f"Assignment {assignment_row.assignment_id} was submitted more than {_OVERRIDE_DAYS} days ago."
        raise RequestError("InvalidAssignmentState", text)
    hit_row = hit.by_number(call, assignment_row.hit, lock=True)
    ledger.hold(call, hit_row.requester, hit_row.number, hit_row.reward + hit_row.fee)
    hit.settle(call, hit_row, rejected=hit_row.rejected - 1, approved=hit_row.approved + 1)
    worker.count(call, known(assignment_row.worker), "rejected", -1)
    worker.count(call, known(assignment_row.worker), "approved")
    _pay(call, assignment_row, hit_row)
    # The rejection never was: its time goes, and its reason unless there is something else to say.
    assignment.change(
        call,
        assignment_row,
        status=APPROVED,
        approval_time=call.now,
        rejection_time=None,
        requester_feedback=feedback,
    )


def _pay(context: Context, assignment_row: Assignment, hit_row: hit.HIT) -> None:
    notification.tell(
        context, notification.ASSIGNMENT_APPROVED, hit_row.hit_type, hit_row.hit_id, assignment_row.assignment_id
    )
    ledger.pay_reward(
        context,
        hit_row.requester,
        known(assignment_row.worker),
        hit_row.reward,
        hit_row.fee,
        hit=hit_row.number,
        assignment=assignment_row.number,
    )
