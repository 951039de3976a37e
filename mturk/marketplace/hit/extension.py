"""More assignments and more time for a HIT, and the money that is held for them. CreateAdditionalAssignmentsForHIT."""

from __future__ import annotations

from typing import Any

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.database import table as t
from mturk.marketplace.document import lost_question
from mturk.marketplace.error import ParameterValidationError, RequestError
from mturk.marketplace.hit import hit, notification
from mturk.marketplace.hit.hit import HIT, standing_of
from mturk.marketplace.money import MANY_ASSIGNMENTS
from mturk.marketplace.people import ledger
from mturk.marketplace.request import idempotency

_MOST_ASSIGNMENTS = 1_000_000_000


def create_additional_assignments_for_hit(
    call: Call,
    *,
    hit_id: str,
    number_of_additional_assignments: int,
    unique_request_token: str | None = None,
) -> Answer:
    """Let more workers work on a HIT; one that has expired stays closed until its time is extended too."""
    operation = "CreateAdditionalAssignmentsForHIT"
    made = idempotency.earlier(call, operation, unique_request_token)
    if made:
        raise RequestError("DuplicateCall", f"The request with ID {made} was already processed.")
    hit_row = hit.mine(call, hit_id, lock=True)
    _expect_question(hit_row)
    idempotency.remember(call, operation, unique_request_token, hit_id)
    _tell(call, hit_row)
    _add(call, hit_row, number_of_additional_assignments)
    return {}


def extend_until(context: Context, hit_row: HIT, expiration: int) -> None:
    """Offer a HIT until that time, which is still to come; one that had expired opens again."""
    _expect_question(hit_row)
    _offer_until(context, hit_row, expiration)
    if hit_row.expired or expiration != hit_row.expiration:
        _tell(context, hit_row)


def extend(context: Context, hit_row: HIT, number: int, least: int) -> None:
    """Let more workers work on a HIT, and give them time at least until `least`."""
    _add(context, hit_row, number)
    if least > hit_row.expiration:
        _offer_until(context, hit.by_number(context, hit_row.number), least)
    _tell(context, hit_row)


def set_expiration(context: Context, hit_row: HIT, expiration: int, *, ended: bool) -> None:
    """Write down when a HIT's time is over, and whether its requester cut it short."""
    values = {"expiration": expiration, "ended": ended}
    context.database.execute(t.hit.update().where(t.hit.c.number == hit_row.number).values(values))


def resettle(context: Context, hit_row: HIT, **changes: Any) -> None:
    """Change how many assignments are open, and hold or release the money for the difference."""
    after = hit.settle(context, hit_row, **changes)
    more = (after.unpaid - standing_of(hit_row).unpaid) * (hit_row.reward + hit_row.fee)
    if more > 0:
        ledger.hold(context, hit_row.requester, hit_row.number, more)
    else:
        ledger.release(context, hit_row.requester, hit_row.number, -more)


def _add(context: Context, hit_row: HIT, number: int) -> None:
    total = hit_row.max_assignments + number
    if hit_row.max_assignments < MANY_ASSIGNMENTS <= total:
        text = (
            f"HIT {hit_row.hit_id} was created with fewer than {MANY_ASSIGNMENTS} assignments and cannot be extended "
            f"to {MANY_ASSIGNMENTS} or more."
        )
        raise RequestError("InvalidMaximumAssignmentsIncrease", text)
    if total > _MOST_ASSIGNMENTS:
        raise ParameterValidationError.of("NumberOfAdditionalAssignments", number)
    resettle(context, hit_row, max_assignments=total)


def _offer_until(context: Context, hit_row: HIT, expiration: int) -> None:
    set_expiration(context, hit_row, expiration, ended=False)
    agenda.cancel(context.database, agenda.EXPIRE, hit_row.number)
    agenda.plan(context.database, agenda.EXPIRE, hit_row.number, expiration)
    resettle(context, hit_row, expired=False)


def _expect_question(hit_row: HIT) -> None:
    if lost_question.is_lost(hit_row.question):
        # Workers would be paid for answers to nothing.
        text = (
            f"HIT {hit_row.hit_id} was brought here without its question, so it cannot be extended. Publish a new one."
        )
        raise RequestError("InvalidHITState", text)


def _tell(context: Context, hit_row: HIT) -> None:
    notification.tell(context, notification.HIT_EXTENDED, hit_row)
