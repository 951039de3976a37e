"""The end of qualification types. DeleteQualificationType, and what follows from it by itself."""

from __future__ import annotations

from sqlalchemy import select

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import DAY
from mturk.marketplace.database.table import hit as hits
from mturk.marketplace.database.table import hit_type_requirement as requires
from mturk.marketplace.error import wrong_state
from mturk.marketplace.hit import hit, revision
from mturk.marketplace.qualification import qualification_request, qualification_type
from mturk.marketplace.qualification.qualification_type import DISPOSED, DISPOSING, USABLE

_NAME_TAKEN = 2 * DAY
# So many HITs in one step of the agenda, so that others get their turn.
_AT_ONCE = 20


def delete_qualification_type(call: Call, *, qualification_type_id: str) -> Answer:
    """Delete a type: open requests are rejected and HITs that require it disposed of; workers keep what they have.

    The name can be used again after 48 hours. Work that was accepted can be finished, and is paid by itself.
    """
    row = qualification_type.mine(call, qualification_type_id, lock=True)
    if row.status not in USABLE:
        # Without a blank, as the service writes it here.
        raise wrong_state("QualificationType", row.status, ",".join(USABLE))
    qualification_type.change(call, row.number, status=DISPOSING)
    qualification_request.reject_open(call, row.number, "The Qualification type was deleted.")
    agenda.plan(call.database, agenda.DISPOSE, row.number, call.now)
    agenda.plan(call.database, agenda.FORGET, row.number, call.now + _NAME_TAKEN)
    return {}


def dispose(context: Context, number: int) -> None:
    """Dispose of some HITs that require a deleted type, and come back for more."""
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
        _dispose_hit(context, one)
    if len(numbers) == _AT_ONCE:
        agenda.plan(context.database, agenda.DISPOSE, number, context.now)


def forget(context: Context, number: int) -> None:
    """Let the name of a deleted type be used again."""
    qualification_type.change(context, number, status=DISPOSED, taken_name=None)


def _dispose_hit(context: Context, number: int) -> None:
    # Money for what nobody has accepted goes back; what was accepted is paid from what stays reserved.
    row = hit.by_number(context, number, lock=True)
    if not row.expired:
        revision.end(context, row)
    revision.dispose(context, row)
