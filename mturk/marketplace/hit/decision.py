"""Decisions about submitted work: ApproveAssignment, RejectAssignment, and approval by itself."""

from __future__ import annotations

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import DAY
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
    row = _locked(call, assignment_id)
    if row.status == REJECTED and override_rejection:
        _override(call, row, requester_feedback)
    else:
        assignment.expect(row, SUBMITTED)
        approve(call, row, requester_feedback)
    return {}


def reject_assignment(call: Call, *, assignment_id: str, requester_feedback: str) -> Answer:
    """Reject the work, which gives back the money that was held for it."""
    row = _locked(call, assignment_id)
    assignment.expect(row, SUBMITTED)
    reject(call, row, requester_feedback)
    return {}


def approve_by_itself(context: Context, number: int) -> None:
    """Approve work that its requester has not decided about in time."""
    row = assignment.by_number(context, number, lock=True)
    if row.status == SUBMITTED:
        approve(context, row, None)


def approve(context: Context, row: Assignment, feedback: str | None) -> None:
    """Approve submitted work, whoever decided so."""
    agenda.cancel(context.database, agenda.APPROVE, row.number)
    of = hit.by_number(context, row.hit, lock=True)
    hit.settle(context, of, submitted=of.submitted - 1, approved=of.approved + 1)
    worker.count(context, row.worker, "approved")
    _pay(context, row, of)
    assignment.change(context, row, status=APPROVED, approval_time=context.now, requester_feedback=feedback)


def reject(context: Context, row: Assignment, feedback: str | None) -> None:
    """Reject submitted work, whoever decided so."""
    agenda.cancel(context.database, agenda.APPROVE, row.number)
    of = hit.by_number(context, row.hit, lock=True)
    ledger.release(context, of.requester, of.number, of.reward + of.fee)
    hit.settle(context, of, submitted=of.submitted - 1, rejected=of.rejected + 1)
    worker.count(context, row.worker, "rejected")
    assignment.change(context, row, status=REJECTED, rejection_time=context.now, requester_feedback=feedback)
    notification.tell(context, notification.ASSIGNMENT_REJECTED, of.hit_type, of.hit_id, row.assignment_id)


def _locked(call: Call, assignment_id: str) -> Assignment:
    # The HIT first, here as everywhere, so that two transactions never wait for each other.
    hit.by_number(call, assignment.mine(call, assignment_id).hit, lock=True)
    return assignment.mine(call, assignment_id, lock=True)


def _override(call: Call, row: Assignment, feedback: str | None) -> None:
    if call.now > row.submit_time + _OVERRIDE_DAYS * DAY:
        text = f"Assignment {row.assignment_id} was submitted more than {_OVERRIDE_DAYS} days ago."
        raise RequestError("InvalidAssignmentState", text)
    of = hit.by_number(call, row.hit, lock=True)
    ledger.hold(call, of.requester, of.number, of.reward + of.fee)
    hit.settle(call, of, rejected=of.rejected - 1, approved=of.approved + 1)
    worker.count(call, row.worker, "rejected", -1)
    worker.count(call, row.worker, "approved")
    _pay(call, row, of)
    # The rejection never was: its time goes, and its reason unless there is something else to say.
    assignment.change(
        call,
        row,
        status=APPROVED,
        approval_time=call.now,
        rejection_time=None,
        requester_feedback=feedback,
    )


def _pay(context: Context, row: Assignment, of: hit.HIT) -> None:
    notification.tell(context, notification.ASSIGNMENT_APPROVED, of.hit_type, of.hit_id, row.assignment_id)
    ledger.pay_reward(context, of.requester, row.worker, of.reward, of.fee, hit=of.number, assignment=row.number)
