"""When a HIT expires. UpdateExpirationForHIT, and automatic expiry."""

from __future__ import annotations

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.hit import extension, hit, notification, review
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.request.rules import YEAR


def update_expiration_for_hit(call: Call, *, hit_id: str, expire_at: int) -> Answer:
    """Extend the time of a HIT, or end it now if the time has passed; accepted assignments are not affected."""
    hit_row = hit.mine(call, hit_id, lock=True)
    if expire_at <= call.now:
        agenda.cancel(call.database, agenda.EXPIRE, hit_row.number)
        extension.set_expiration(call, hit_row, call.now if not hit_row.expired else hit_row.expiration, ended=True)
        _close(call, hit_row)
        return {}
    if expire_at < hit_row.expiration or expire_at > call.now + YEAR * SECOND:
        raise ParameterValidationError.of("ExpireAt", expire_at / SECOND)
    extension.extend_until(call, hit_row, expire_at)
    return {}


def expire(context: Context, number: int) -> None:
    """Let a HIT expire: it cannot be accepted any more; accepted assignments can still be submitted."""
    hit_row = hit.by_number(context, number, lock=True)
    _close(context, hit_row)


def _close(context: Context, hit_row: HIT) -> None:
    if not hit_row.expired and not hit_row.disposed:
        review.prepare(context, hit_row)
        end(context, hit_row)
        review.settled(context, hit_row)


def end(context: Context, hit_row: HIT) -> None:
    """Let an open HIT expire, without applying its review policies."""
    notification.tell(context, notification.HIT_EXPIRED, hit_row)
    extension.resettle(context, hit_row, expired=True)
