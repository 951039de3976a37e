"""The end of HITs. DeleteHIT, and disposal by itself: of old HITs, and of those that require a deleted qualification
type."""

from __future__ import annotations

from sqlalchemy import select

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.database.table import hit as hits
from mturk.marketplace.database.table import hit_type_requirement as requires
from mturk.marketplace.error import RequestError, wrong_state
from mturk.marketplace.hit import expiration, hit, notification
from mturk.marketplace.hit.hit import DISPOSED, DONE, HIT, REVIEWABLE, REVIEWING
from mturk.marketplace.qualification import qualification_type

# So many HITs in one step of the agenda, so that others get their turn.
_AT_ONCE = 20


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
    agenda.cancel(context.database, agenda.DISPOSE_OLD_HIT, row.number)
    gone = {"status": DISPOSED, "status_time": context.now, "disposed": True}
    context.database.execute(hits.update().where(hits.c.number == row.number).values(gone))
    notification.tell(context, notification.HIT_DISPOSED, row.hit_type, row.hit_id)


def dispose_of_old(context: Context, number: int) -> None:
    """Dispose of a HIT that was done long ago; by then all of its work has been approved by itself."""
    row = hit.by_number(context, number, lock=True)
    if row.status in DONE:
        dispose(context, row)


def dispose_of_requiring(context: Context, number: int) -> None:
    """Dispose of some HITs that require a deleted qualification type, and come back for more."""
    row = qualification_type.by_number(context, number)
    doomed = (
        select(hits.c.number)
        .where(
            ~hits.c.disposed,
            hits.c.hit_type.in_(
                select(requires.c.hit_type).where(requires.c.qualification_type_id == row.qualification_type_id)
            ),
        )
        .order_by(hits.c.number)
        .limit(_AT_ONCE)
    )
    numbers = context.database.execute(doomed).scalars().all()
    for one in numbers:
        _dispose_of_requiring(context, one)
    if len(numbers) == _AT_ONCE:
        agenda.plan(context.database, agenda.DISPOSE_REQUIRING_HITS, number, context.now)


def _dispose_of_requiring(context: Context, number: int) -> None:
    # Money for what nobody has accepted goes back; what was accepted is paid from what stays reserved.
    row = hit.by_number(context, number, lock=True)
    if not row.expired:
        expiration.end(context, row)
    dispose(context, row)
