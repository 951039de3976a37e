"""Bonuses. SendBonus, ListBonusPayments."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select

from mturk.marketplace.call import Answer, Call
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.error import ParameterValidationError, RequestError
from mturk.marketplace.hit import assignment, hit
from mturk.marketplace.hit.assignment import VISIBLE, Assignment
from mturk.marketplace.money import bonus_fee, dollars
from mturk.marketplace.people import ledger, worker
from mturk.marketplace.request import idempotency
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page


class Bonus(NamedTuple):
    """A bonus payment with the ids of its assignment and of its worker."""

    number: int
    requester: int
    hit: int
    assignment: int
    worker: int
    cents: int
    reason: str
    grant_time: int
    elsewhere: bool
    assignment_id: str
    worker_id: str


_WHOLE = (
    select(t.bonus, t.assignment.c.assignment_id, t.worker.c.worker_id)
    .join(t.assignment, t.assignment.c.number == t.bonus.c.assignment)
    .join(t.worker, t.worker.c.number == t.bonus.c.worker)
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
    """Pay a worker a bonus in addition to the reward, for an assignment that they submitted."""
    if idempotency.earlier(call, "SendBonus", unique_request_token):
        text = f'The idempotency token "{unique_request_token}" has already been processed.'
        raise RequestError("DuplicateCall", text)
    # Its HIT is locked, too, so that the bonuses of one HIT are listed in the order in which they were paid.
    assignment_row = assignment.my_work(call, assignment_id, disposed=True).assignment
    worker_row = worker.find(call.database, worker_id, lock=True)
    if worker_row is None or assignment_row.worker != worker_row.number:
        raise ParameterValidationError.of("WorkerId", worker_id)
    assignment.expect(assignment_row, *VISIBLE)
    _expect_unpaid(call, assignment_row, bonus_amount, reason)
    call.database.execute(
        t.bonus.insert(),
        {
            "requester": call.requester,
            "hit": assignment_row.hit,
            "assignment": assignment_row.number,
            "worker": worker_row.number,
            "cents": bonus_amount,
            "reason": reason,
            "grant_time": call.now,
        },
    )
    idempotency.remember(call, "SendBonus", unique_request_token, assignment_id)
    ledger.pay_bonus(
        call,
        call.requester,
        worker_row.number,
        bonus_amount,
        bonus_fee(bonus_amount) if call.settings.fees else 0,
        hit=assignment_row.hit,
        assignment=assignment_row.number,
    )
    return {}


def _expect_unpaid(call: Call, assignment_row: Assignment, cents: int, reason: str) -> None:
    if not assignment_row.elsewhere:
        return
    column = t.bonus.c
    same = column.assignment == assignment_row.number, column.cents == cents, column.reason == reason, column.elsewhere
    if call.database.execute(select(column.number).where(*same)).first():
        raise RequestError(
            "DuplicateCall",
            f"Assignment {assignment_row.assignment_id} was brought here with a bonus of that amount for that reason, "
            "which was paid elsewhere. Give another reason if it is another bonus.",
        )


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
        listed = listed.where(t.bonus.c.hit == hit.mine(call, hit_id, disposed=True).number)
    if assignment_id is not None:
        assignment_row = assignment.mine(call, assignment_id, disposed=True)
        listed = listed.where(t.bonus.c.assignment == assignment_row.number)
    rows = page.read(call, Bonus, listed, t.bonus.c.number)
    return page.answer("BonusPayments", rows, _describe, "number")


def _describe(bonus_row: Bonus) -> Answer:
    return {
        "WorkerId": bonus_row.worker_id,
        "BonusAmount": dollars(bonus_row.cents),
        "AssignmentId": bonus_row.assignment_id,
        "Reason": bonus_row.reason,
        "GrantTime": bonus_row.grant_time / SECOND,
    }
