"""Deleting qualification types, whose names can then be used again. DeleteQualificationType."""

from __future__ import annotations

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import DAY
from mturk.marketplace.error import wrong_state
from mturk.marketplace.qualification import qualification_request, qualification_type
from mturk.marketplace.qualification.qualification_type import DISPOSED, DISPOSING, USABLE

# So long a deleted type is still known as one that goes.
_GOING = 2 * DAY


def delete_qualification_type(call: Call, *, qualification_type_id: str) -> Answer:
    """Delete a type: open requests are rejected and HITs that require it disposed of; workers keep what they have.

    The name can be used again at once, or after the settings' `name_hold`. Accepted work can still be submitted,
    and is approved automatically.
    """
    type_row = qualification_type.mine(call, qualification_type_id, lock=True)
    if type_row.status not in USABLE:
        # Without a space after the comma: so the service writes it here.
        raise wrong_state("QualificationType", type_row.status, ",".join(USABLE))
    hold = call.settings.name_hold
    qualification_type.change(call, type_row.number, status=DISPOSING, taken_name=type_row.name if hold else None)
    qualification_request.reject_open(call, type_row.number, "The Qualification type was deleted.")
    agenda.plan(call.database, agenda.DISPOSE_REQUIRING_HITS, type_row.number, call.now)
    agenda.plan(call.database, agenda.FREE_NAME, type_row.number, call.now + (hold or _GOING))
    return {}


def free_name(context: Context, number: int) -> None:
    """Let a deleted type be gone, and its name be used again."""
    qualification_type.change(context, number, status=DISPOSED, taken_name=None)
