"""The HITs of a batch and their submissions, read beside the rows that they are for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from mturk import doubt
from mturk.batch.offering import Offering
from mturk.data import wire
from mturk.errors import RequestError
from mturk.journal.journal import PUBLISHED, Journal, Piece
from mturk.model import ending
from mturk.model.assignment import Statuses
from mturk.model.hit import HIT
from mturk.parallel.hands import ahead
from mturk.table.result import Result


@attrs.frozen
class Reading:
    """What is read of a batch that is published."""

    journal: Journal
    offering: Offering

    def hits(self) -> Iterator[HIT]:
        """The HITs that are published, in the order of the rows. No call until a field is read."""
        connection = self.offering.hit_type.connection
        return (HIT(str(piece.hit_id), connection=connection) for piece in self.journal.pieces(PUBLISHED))

    def results(self, status: Statuses, threads: int) -> Iterator[Result]:
        """The submissions in these states, in the order of the rows."""
        gone: list[RequestError] = []
        number = 0
        for found in ahead(lambda piece: self._results_of(piece, status), self.journal.pieces(PUBLISHED), threads):
            number += 1
            if isinstance(found, RequestError):
                gone.append(found)
            else:
                yield from found
        if gone and len(gone) == number:  # with the keys of another account it looks the same
            raise gone[0]
        if gone:
            doubt.warn(f"deleted HITs, whose submissions cannot be read any more: {len(gone)} of the batch's {number}")

    def _results_of(self, piece: Piece, status: Statuses) -> list[Result] | RequestError:
        hit = self._hit_of(piece)
        cells = piece.cells
        try:
            # The site's order: by their ids within a HIT.
            every = sorted(hit.assignments(status), key=lambda assignment: assignment.id)
        except RequestError as error:
            if ending.was_deleted(error):
                return error
            raise
        return [Result(piece.key, cells, hit, assignment) for assignment in every]

    def _hit_of(self, piece: Piece) -> HIT:
        """The HIT with all that is known of it without a call."""
        kind = self.offering.type_of(piece)
        hit = HIT(str(piece.hit_id), connection=kind.connection)
        hit._set(
            hit_type_id=kind.id,
            title=kind.title,
            description=kind.description,
            keywords=kind.keywords,
            reward=kind.reward,
            assignment_duration=kind.assignment_duration,
            auto_approval_delay=kind.auto_approval_delay,
            max_assignments=piece.assignments,
        )
        if piece.label is not None:
            hit._set(requester_annotation=piece.label or None)
        if piece.made is not None:
            hit._set(creation_time=_moment(piece.made), expiration=_moment(piece.ends))
        return hit


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else wire.moment(milliseconds / 1000)
