"""Marks for workers who have done a part of some row, which keep them out of the other parts."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from mturk.batch.lane import Lane
from mturk.journal.journal import PUBLISHED, Journal
from mturk.model.hit import HIT
from mturk.model.qualification_type import QualificationType
from mturk.parallel.hands import ahead


@attrs.define
class Marking:
    """What was looked at before is looked at again only when something was submitted since."""

    journal: Journal
    _submitted: dict[str, int] = attrs.field(factory=dict)

    def mark(self, lanes: Sequence[Lane], threads: int) -> int:
        """Give the marks that are missing, and say how many they were."""
        known = {each.worker_id for lane in lanes for each in lane.marker.qualifications()}
        new: dict[str, QualificationType] = {}
        changed = self._changed(lanes)
        for hit_id, (lane, _) in changed.items():
            for assignment in HIT(hit_id, connection=lane.hit_type.connection).assignments():
                if assignment.worker_id not in known:
                    new.setdefault(assignment.worker_id, lane.marker)
        number = sum(ahead(_given, new.items(), threads))
        self._submitted.update((hit_id, submitted) for hit_id, (_, submitted) in changed.items())
        return number

    def _changed(self, lanes: Sequence[Lane]) -> dict[str, tuple[Lane, int]]:
        """HITs with submissions that were not there at the last look, each with its lane, and how many it has."""
        pieces = [piece for piece in self.journal.pieces(PUBLISHED) if piece.part < len(lanes)]
        ids = {piece.hit_id for piece in pieces}
        submitted = {
            hit.id: hit.max_assignments - hit.assignments_available - hit.assignments_pending
            for hit in HIT.all(connection=lanes[0].hit_type.connection)
            if hit.id in ids
        }
        numbers = {str(piece.hit_id): (lanes[piece.part], submitted.get(str(piece.hit_id), 0)) for piece in pieces}
        return {name: found for name, found in numbers.items() if found[1] > self._submitted.get(name, 0)}


def _given(one: tuple[str, QualificationType]) -> int:
    worker_id, marker = one
    marker.grant(worker_id, notify=False)
    return 1
