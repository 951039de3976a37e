"""Disposing of HITs. DeleteHIT, and automatically: old HITs, and those that require a deleted qualification type."""

from __future__ import annotations

import time
from collections import deque

from sqlalchemy import bindparam, select

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.error import RequestError, wrong_state
from mturk.marketplace.hit import expiration, hit, notification, upload
from mturk.marketplace.hit.hit import DISPOSED, DONE, HIT, REVIEWABLE, REVIEWING
from mturk.marketplace.qualification import qualification_type

_AT_ONCE = 50
"""So many HITs in one step of the agenda."""
_TYPES_AT_ONCE = 1000
"""So many HIT types are looked through for them."""
_TURN = 0.1
"""Seconds after which it is left to the next step: each HIT may take a moment for its files."""
_PAUSE = 100
"""Milliseconds to the next step, in which nothing of it is due: so nobody waits until all of it is gone."""

_REQUIRES = t.hit_type_requirement.c.qualification_type_id == bindparam("type_id")
_REQUIRING = (
    select(t.hit_type_requirement.c.hit_type)
    .where(_REQUIRES)
    .order_by(t.hit_type_requirement.c.hit_type)
    .limit(bindparam("most"))
)


def delete_hit(call: Call, *, hit_id: str) -> Answer:
    """Dispose of a HIT whose work is done and decided; its assignments can no longer be read."""
    hit_row = hit.mine(call, hit_id, lock=True, disposed=True)
    if hit_row.status not in DONE:
        raise wrong_state("HIT", hit_row.status, REVIEWING, REVIEWABLE)
    if hit_row.submitted:
        text = (
            f"HIT {hit_id} has {hit_row.submitted} submitted assignments that are neither approved nor rejected. "
            "Approve or reject them first."
        )
        raise RequestError("InvalidHITState", text)
    dispose(call, hit_row)
    return {}


def dispose(context: Context, hit_row: HIT) -> None:
    """Dispose of a HIT: from now on no list shows it, and neither its assignments nor their files can be had."""
    agenda.cancel(context.database, agenda.EXPIRE, hit_row.number)
    agenda.cancel(context.database, agenda.DISPOSE_OLD_HIT, hit_row.number)
    gone = {"status": DISPOSED, "status_time": context.now, "disposed": True}
    context.database.execute(t.hit.update().where(t.hit.c.number == hit_row.number).values(gone))
    forget_files(context, hit_row.number)
    notification.tell(context, notification.HIT_DISPOSED, hit_row)


def forget_files(context: Context, number: int) -> None:
    """Delete files of a HIT that was disposed of, and plan the next step if there are more."""
    start = time.monotonic()
    if not upload.forget(context, number):
        agenda.plan(context.database, agenda.FORGET_FILES, number, _next_step(context, start))


def dispose_of_old(context: Context, number: int) -> None:
    """Dispose of a HIT that was done long ago; by then all of its work has been approved automatically."""
    hit_row = hit.by_number(context, number, lock=True)
    if hit_row.status in DONE:
        dispose(context, hit_row)


def dispose_of_requiring(context: Context, number: int) -> None:
    """Dispose of some HITs that require a deleted qualification type, and plan the next step if there are more."""
    start = time.monotonic()
    type_id = qualification_type.by_number(context, number).qualification_type_id
    types = context.database.execute(_REQUIRING, {"type_id": type_id, "most": _TYPES_AT_ONCE}).scalars().all()
    doomed = select(t.hit.c.number).where(~t.hit.c.disposed, t.hit.c.hit_type.in_(types)).limit(_AT_ONCE)
    # In no order until here, for which all HITs that were disposed of before would be read again each time.
    numbers = sorted(context.database.execute(doomed).scalars())
    lock.hold(context.database, t.hit, t.hit.c.number.in_(numbers))
    left = deque(numbers)
    while left:
        _dispose_of_requiring(context, left.popleft())
        if time.monotonic() > start + _TURN:
            break
    has_more = bool(left) or len(numbers) == _AT_ONCE
    if not has_more and len(types) == _TYPES_AT_ONCE:
        # No HIT can come to these any more, so they are not looked through again.
        looked_through = t.hit_type_requirement.c.hit_type.in_(types)
        context.database.execute(t.hit_type_requirement.delete().where(_REQUIRES, looked_through), {"type_id": type_id})
        has_more = True
    if has_more:
        agenda.plan(context.database, agenda.DISPOSE_REQUIRING_HITS, number, _next_step(context, start))


def _next_step(context: Context, start: float) -> int:
    """When a step that began then is followed by the next one: a pause after it, however long it takes itself."""
    return context.now + round((time.monotonic() - start) * SECOND) + _PAUSE


def _dispose_of_requiring(context: Context, number: int) -> None:
    # Money for assignments that nobody accepted is released; for the others it stays on hold, to pay them.
    hit_row = hit.by_number(context, number, lock=True)
    if hit_row.disposed:
        return
    if not hit_row.expired:
        expiration.end(context, hit_row)
    dispose(context, hit_row)
