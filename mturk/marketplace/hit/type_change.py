"""Giving a HIT another type. UpdateHITTypeOfHIT."""

from __future__ import annotations

from mturk.marketplace.call import Answer, Call
from mturk.marketplace.database import group_count
from mturk.marketplace.database import table as t
from mturk.marketplace.error import RequestError
from mturk.marketplace.hit import hit, hit_type
from mturk.marketplace.hit.hit import ASSIGNABLE, standing_of
from mturk.marketplace.people import ledger


def update_hit_type_of_hit(call: Call, *, hit_id: str, hit_type_id: str) -> Answer:
    """Give a HIT another type, as long as nobody has worked on it."""
    hit_row = hit.mine(call, hit_id, lock=True)
    hit_type_row = hit_type.open_to_hits(call, hit_type_id)
    standing = standing_of(hit_row)
    if standing.pending or standing.submitted or standing.completed:
        text = f"HIT {hit_id} has assignments that were accepted or submitted, so its type cannot be changed."
        raise RequestError("InvalidHITState", text)
    fee = hit_type.fee_of(call, hit_type_row, hit_row.max_assignments)
    ledger.release(call, call.requester, hit_row.number, standing.unpaid * (hit_row.reward + hit_row.fee))
    ledger.hold(call, call.requester, hit_row.number, standing.unpaid * (hit_type_row.reward + fee))
    call.database.execute(
        t.hit.update().where(t.hit.c.number == hit_row.number).values(hit_type=hit_type_row.number, fee=fee)
    )
    if hit_row.status == ASSIGNABLE:
        group_count.add(call.database, hit_row.hit_type, -1)
        group_count.add(call.database, hit_type_row.number, 1, came=call.now)
    return {}
