"""A requester's mark that a HIT is being reviewed. UpdateHITReviewStatus."""

from __future__ import annotations

from mturk.marketplace.call import Answer, Call
from mturk.marketplace.error import wrong_state
from mturk.marketplace.hit import hit
from mturk.marketplace.hit.hit import REVIEWABLE, REVIEWING


def update_hit_review_status(call: Call, *, hit_id: str, revert: bool = False) -> Answer:
    """Mark a HIT as being reviewed, or take the mark back."""
    hit_row = hit.mine(call, hit_id, lock=True)
    needed = REVIEWING if revert else REVIEWABLE
    if hit_row.status != needed:
        raise wrong_state("HIT", hit_row.status, needed)
    hit.settle(call, hit_row, reviewing=not revert)
    return {}
