"""More answers for some rows: what is asked for beyond what was published, written down before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import attrs

from mturk.batch.batch_estimate import parts_of
from mturk.cost import MANY_ASSIGNMENTS
from mturk.data.enumeration import HITStatus
from mturk.errors import DoesNotExist, ValidationError
from mturk.journal.journal import PUBLISHED, Journal, Piece
from mturk.model.hit import HIT
from mturk.parallel.hands import ahead

if TYPE_CHECKING:
    from mturk.connection.connection import Connection


@attrs.frozen
class Missing:
    """What a HIT still lacks: submissions that may come, and assignments that nobody can take any more."""

    to_come: int
    unfilled: int


@attrs.define
class Addition:
    """What is asked for, row by row."""

    journal: Journal
    number: int
    """How many more people are asked about each row."""
    waiting: int = 0
    """Rows that are left out, because not all that was asked for is in."""
    parts: int = 0
    """The most HITs that a row has then."""
    _added: list[tuple[Piece, int]] = attrs.field(factory=list)
    _new: list[tuple[int, int, int]] = attrs.field(factory=list)

    @classmethod
    def of(cls, journal: Journal, number: int, keys: Iterable[str], threads: int, connection: Connection) -> Addition:
        """What it takes for these rows. One call for each of their HITs, GetHIT."""
        made = cls(journal, number)
        rows = made._rows(set(keys))
        hits = [str(piece.hit_id) for pieces in rows.values() for piece in pieces if piece.state == PUBLISHED]
        lacks = ahead(lambda one: missing(HIT(one, connection=connection)), hits, threads)
        known = dict(zip(hits, lacks, strict=True))
        for pieces in rows.values():
            made._plan_row(pieces, known)
        return made

    def write(self) -> None:
        """Write it down: what is planned goes out with the next run."""
        self.journal.plan_more(self._new, self._added)

    def _rows(self, keys: set[str]) -> dict[str, list[Piece]]:
        rows: dict[str, list[Piece]] = {}
        for piece in self.journal.pieces():
            if piece.key in keys:
                rows.setdefault(piece.key, []).append(piece)
        unknown = sorted(keys - set(rows))
        if unknown:
            raise ValidationError(
                f"more: there are no rows {', '.join(unknown[:10])}{' …' * (len(unknown) > 10)}; expected keys of "
                "rows, as results.agreement(field).below(…) gives them"
            )
        return rows

    def _plan_row(self, pieces: list[Piece], known: Mapping[str, Missing | None]) -> None:
        lacks = [known.get(str(piece.hit_id)) for piece in pieces]
        if any(piece.state != PUBLISHED for piece in pieces) or any(each and each.to_come for each in lacks):
            self.waiting += 1
            return
        last, lacking = pieces[-1], lacks[-1]
        wanted = max(0, self.number - (lacking.unfilled if lacking else 0))
        # The service refuses to make a HIT of less than 10 assignments one of 10 or more.
        if lacking and (last.assignments + wanted < MANY_ASSIGNMENTS or last.assignments >= MANY_ASSIGNMENTS):
            self._added.append((last, wanted))
            return
        after = self.journal.last_part(last.number) + 1
        new = list(enumerate(parts_of(self.number, split=True), after))
        self._new += [(last.number, part, assignments) for part, assignments in new]
        self.parts = max(self.parts, new[-1][0] + 1)


def missing(hit: HIT) -> Missing | None:
    """What a HIT lacks; None where it is deleted. One call, GetHIT, and once it has ended ListAssignmentsForHIT."""
    try:
        hit.refresh()
    except DoesNotExist:
        return None
    if hit.status == HITStatus.DISPOSED:
        return None
    if hit.status in (HITStatus.ASSIGNABLE, HITStatus.UNASSIGNABLE):
        return Missing(hit.assignments_pending + hit.assignments_available, 0)
    # Of a HIT that has ended the service does not tell how much of it nobody took.
    return Missing(0, max(0, hit.max_assignments - hit.assignments().count()))
