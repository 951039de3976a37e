"""Marks for workers who have done a part of some row, which keep them out of the other parts."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from mturk.batch.lane import Lane
from mturk.journal.journal import PUBLISHED, Journal, Piece
from mturk.model.hit import HIT
from mturk.parallel.hands import ahead


@attrs.define
class Marking:
    """What was looked at before is looked at again only when something was submitted since."""

    journal: Journal
    base: str
    """The batch's own HIT type, of rows with one HIT."""
    _submitted: dict[str, int] = attrs.field(factory=dict)

    def mark(self, lanes: Sequence[Lane], threads: int) -> int:
        """Give the marks that are missing, and say how many they were."""
        known = [{each.worker_id for each in lane.marker.qualifications()} for lane in lanes]
        new: dict[tuple[str, str], None] = {}
        changed = self._changed(lanes)
        for hit_id, (part, _) in changed.items():
            lane = lanes[part]
            for assignment in HIT(hit_id, connection=lane.hit_type.connection).assignments():
                if assignment.worker_id not in known[part]:
                    new[assignment.worker_id, lane.marker.id] = None
        markers = {lane.marker.id: lane.marker for lane in lanes}
        done = list(ahead(lambda one: markers[one[1]].grant(one[0], notify=False), new, threads))
        self._submitted.update((hit_id, submitted) for hit_id, (_, submitted) in changed.items())
        return len(done)

    def _changed(self, lanes: Sequence[Lane]) -> dict[str, tuple[int, int]]:
        """HITs with submissions that were not there at the last look, each with its part, and how many it has."""
        own = lanes[0].hit_type.connection
        pieces = [piece for piece in self.journal.pieces(PUBLISHED) if _is_part(piece, self.base, len(lanes))]
        ids = {piece.hit_id for piece in pieces}
        submitted = {
            hit.id: hit.max_assignments - hit.assignments_available - hit.assignments_pending
            for hit in HIT.all(connection=own)
            if hit.id in ids
        }
        numbers = {str(piece.hit_id): (piece.part, submitted.get(str(piece.hit_id), 0)) for piece in pieces}
        return {name: found for name, found in numbers.items() if found[1] > self._submitted.get(name, 0)}


def _is_part(piece: Piece, base: str, number: int) -> bool:
    """Whether the HIT is one of several that its row began with."""
    return not piece.asked and piece.part < number and piece.hit_type != base
