"""Bonuses. SendBonus, ListBonusPayments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from mturk.marketplace.call import Answer, Call
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.table import assignment as assignments
from mturk.marketplace.database.table import bonus
from mturk.marketplace.database.table import worker as workers
from mturk.marketplace.error import ParameterValidationError, RequestError
from mturk.marketplace.hit import assignment, hit
from mturk.marketplace.hit.assignment import VISIBLE
from mturk.marketplace.money import bonus_fee, dollars
from mturk.marketplace.people import ledger, worker
from mturk.marketplace.request import idempotency
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page, beyond

_WHOLE = (
    select(bonus, assignments.c.assignment_id, workers.c.worker_id)
    .join(assignments, assignments.c.number == bonus.c.assignment)
    .join(workers, workers.c.number == bonus.c.worker)
)


def send_bonus(
    call: Call,
    *,
    worker_id: str,
    bonus_amount: int,
    assignment_id: str,
    reason: str,
    unique_request_token: str | None = None,
) -> Answer:
    """Pay a worker something on top of the reward, for an assignment that they did."""
    if idempotency.earlier(call, "SendBonus", unique_request_token):
        text = f'The idempotency token "{unique_request_token}" has already been processed.'
        raise RequestError("DuplicateCall", text)
    row = assignment.mine(call, assignment_id, lock=True, disposed=True)
    who = worker.find(call.database, worker_id)
    if who is None or row.worker != who.number:
        raise ParameterValidationError.of("WorkerId", worker_id)
    assignment.expect(row, *VISIBLE)
    fee = bonus_fee(bonus_amount) if call.terms.fees else 0
    ledger.pay_bonus(call, call.requester, who.number, bonus_amount, fee, hit=row.hit, assignment=row.number)
    call.database.execute(
        bonus.insert(),
        {
            "requester": call.requester,
            "hit": row.hit,
            "assignment": row.number,
            "worker": who.number,
            "cents": bonus_amount,
            "reason": reason,
            "grant_time": call.now,
        },
    )
    idempotency.remember(call, "SendBonus", unique_request_token, assignment_id)
    return {}


def list_bonus_payments(
    call: Call,
    *,
    hit_id: str | None = None,
    assignment_id: str | None = None,
    next_token: str | None = None,
    max_results: int = DEFAULT_SIZE,
) -> Answer:
    """The bonuses paid for a HIT, or for one assignment, oldest first."""
    page = Page(("bonuses", hit_id, assignment_id), next_token, max_results)
    listed = _WHOLE
    if hit_id is None and assignment_id is None:
        raise ParameterValidationError("HITId", "One of HITId and AssignmentId must be given.")
    if hit_id is not None:
        listed = listed.where(bonus.c.hit == hit.mine(call, hit_id, disposed=True).number)
    if assignment_id is not None:
        row = assignment.mine(call, assignment_id, disposed=True)
        listed = listed.where(bonus.c.assignment == row.number)
    after = page.after()
    if after:
        listed = listed.where(beyond(after, bonus.c.number))
    rows = call.database.execute(listed.order_by(bonus.c.number).limit(page.size)).all()
    return page.answer("BonusPayments", rows, _describe, "number")


def _describe(row: Row[Any]) -> Answer:
    return {
        "WorkerId": row.worker_id,
        "BonusAmount": dollars(row.cents),
        "AssignmentId": row.assignment_id,
        "Reason": row.reason,
        "GrantTime": row.grant_time / SECOND,
    }
