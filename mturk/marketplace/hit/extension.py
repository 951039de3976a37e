"""More assignments and more time for a HIT, and the money that is held for them. CreateAdditionalAssignmentsForHIT."""

from __future__ import annotations

from typing import Any

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.database.table import hit as hits
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
    row = hit.mine(call, hit_id, lock=True)
    _add(call, row, number_of_additional_assignments)
    _tell(call, row)
    idempotency.remember(call, operation, unique_request_token, hit_id)
    return {}


def extend_until(context: Context, row: HIT, expiration: int) -> None:
    """Offer a HIT until that time, which is still to come; one that had expired opens again."""
    _offer_until(context, row, expiration)
    if row.expired or expiration != row.expiration:
        _tell(context, row)


def extend(context: Context, row: HIT, number: int, least: int) -> None:
    """Let more workers work on a HIT, who have time until `least` if not longer."""
    _add(context, row, number)
    if least > row.expiration:
        _offer_until(context, hit.by_number(context, row.number), least)
    _tell(context, row)


def set_expiration(context: Context, row: HIT, expiration: int, *, ended: bool) -> None:
    """Write down when a HIT's time is over, and whether its requester cut it short."""
    values = {"expiration": expiration, "ended": ended}
    context.database.execute(hits.update().where(hits.c.number == row.number).values(values))


def resettle(context: Context, row: HIT, **changes: Any) -> None:
    """Change how many assignments are open, and hold or release the money for the difference."""
    after = hit.settle(context, row, **changes)
    more = (after.unpaid - standing_of(row).unpaid) * (row.reward + row.fee)
    if more > 0:
        ledger.hold(context, row.requester, row.number, more)
    else:
        ledger.release(context, row.requester, row.number, -more)


def _add(context: Context, row: HIT, number: int) -> None:
    total = row.max_assignments + number
    if row.max_assignments < MANY_ASSIGNMENTS <= total:
        text = (
            f"HIT {row.hit_id} was created with fewer than {MANY_ASSIGNMENTS} assignments and cannot be extended "
            f"to {MANY_ASSIGNMENTS} or more."
        )
        raise RequestError("InvalidMaximumAssignmentsIncrease", text)
    if total > _MOST_ASSIGNMENTS:
        raise ParameterValidationError.of("NumberOfAdditionalAssignments", number)
    resettle(context, row, max_assignments=total)


def _offer_until(context: Context, row: HIT, expiration: int) -> None:
    set_expiration(context, row, expiration, ended=False)
    agenda.cancel(context.database, agenda.EXPIRE, row.number)
    agenda.plan(context.database, agenda.EXPIRE, row.number, expiration)
    resettle(context, row, expired=False)


def _tell(context: Context, row: HIT) -> None:
    notification.tell(context, notification.HIT_EXTENDED, row.hit_type, row.hit_id)
