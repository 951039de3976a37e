"""Changing published HITs: CreateAdditionalAssignmentsForHIT, UpdateExpirationForHIT, UpdateHITTypeOfHIT,
UpdateHITReviewStatus, DeleteHIT. And what time does to them: expiry, and disposal when they are old."""

from __future__ import annotations

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.table import hit as hits
from mturk.marketplace.error import ParameterValidationError, RequestError, wrong_state
from mturk.marketplace.hit import extension, hit, hit_type, notification, review
from mturk.marketplace.hit.hit import DONE, HIT, REVIEWABLE, REVIEWING, standing_of
from mturk.marketplace.people import ledger
from mturk.marketplace.request import idempotency
from mturk.marketplace.request.rules import YEAR


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
    extension.add_assignments(call, row, number_of_additional_assignments)
    idempotency.remember(call, operation, unique_request_token, hit_id)
    return {}


def update_expiration_for_hit(call: Call, *, hit_id: str, expire_at: int) -> Answer:
    """Extend the time of a HIT, or end it now with a time that has passed; accepted work is not touched."""
    row = hit.mine(call, hit_id, lock=True)
    if expire_at <= call.now:
        agenda.cancel(call.database, agenda.EXPIRE, row.number)
        extension.set_expiration(call, row, call.now if not row.expired else row.expiration, ended=True)
        if not row.expired:
            expire(call, row.number)
        return {}
    if expire_at < row.expiration or expire_at > call.now + YEAR * SECOND:
        raise ParameterValidationError.of("ExpireAt", expire_at / SECOND)
    extension.extend_until(call, row, expire_at)
    return {}


def update_hit_type_of_hit(call: Call, *, hit_id: str, hit_type_id: str) -> Answer:
    """Give a HIT another type, as long as nobody has worked on it."""
    row = hit.mine(call, hit_id, lock=True)
    kind = hit_type.open_to_hits(call, hit_type_id)
    standing = standing_of(row)
    if standing.pending or standing.submitted or standing.completed:
        text = f"HIT {hit_id} has assignments that were accepted or submitted, so its type cannot be changed."
        raise RequestError("InvalidHITState", text)
    fee = hit_type.fee_of(call, kind, row.max_assignments)
    ledger.release(call, call.requester, row.number, standing.unpaid * (row.reward + row.fee))
    ledger.hold(call, call.requester, row.number, standing.unpaid * (kind.reward + fee))
    call.database.execute(hits.update().where(hits.c.number == row.number).values(hit_type=kind.number, fee=fee))
    return {}


def update_hit_review_status(call: Call, *, hit_id: str, revert: bool = False) -> Answer:
    """Mark a HIT as being reviewed, or take the mark back."""
    row = hit.mine(call, hit_id, lock=True)
    needed = REVIEWING if revert else REVIEWABLE
    if row.status != needed:
        raise wrong_state("HIT", row.status, needed)
    hit.settle(call, row, reviewing=not revert)
    return {}


def delete_hit(call: Call, *, hit_id: str) -> Answer:
    """Dispose of a HIT whose work is done and decided; its assignments can no longer be read."""
    row = hit.mine(call, hit_id, lock=True, disposed=True)
    if row.status not in DONE:
        raise wrong_state("HIT", row.status, REVIEWING, REVIEWABLE)
    if row.submitted:
        text = (
            f"HIT {hit_id} has {row.submitted} submitted assignments that are neither approved nor rejected. "
            "Approve or reject them first."
        )
        raise RequestError("InvalidHITState", text)
    dispose(call, row)
    return {}


def dispose(context: Context, row: HIT) -> None:
    """Put a HIT away for good: nothing of it can be read any more."""
    agenda.cancel(context.database, agenda.EXPIRE, row.number)
    agenda.cancel(context.database, agenda.OUTDATE, row.number)
    gone = {"status": hit.DISPOSED, "status_time": context.now, "disposed": True}
    context.database.execute(hits.update().where(hits.c.number == row.number).values(gone))
    notification.tell(context, notification.HIT_DISPOSED, row.hit_type, row.hit_id)


def dispose_by_itself(context: Context, number: int) -> None:
    """Dispose of a HIT that was done long ago; by then all of its work has been approved by itself."""
    row = hit.by_number(context, number, lock=True)
    if row.status in DONE:
        dispose(context, row)


def expire(context: Context, number: int) -> None:
    """End a HIT's time: nobody can accept it any more; who has accepted may finish."""
    row = hit.by_number(context, number, lock=True)
    if not row.expired and not row.disposed:
        end(context, row)
        review.settled(context, row)


def end(context: Context, row: HIT) -> None:
    """Close a HIT that is open, whatever its policies would say to that."""
    notification.tell(context, notification.HIT_EXPIRED, row.hit_type, row.hit_id)
    extension.resettle(context, row, expired=True)
