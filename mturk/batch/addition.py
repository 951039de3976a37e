"""More answers for some rows: what is asked for beyond what was published, written down before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import attrs

from mturk.cost import MANY_ASSIGNMENTS
from mturk.data.enumeration import HITStatus
from mturk.errors import DoesNotExist, ValidationError
from mturk.journal.journal import PLANNED, PUBLISHED, REFUSED, Journal, Piece
from mturk.model.hit import HIT
from mturk.parallel.hands import ahead

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.hit_type import HITType


@attrs.frozen
class Missing:
    """What a HIT still lacks: submissions that may come, and assignments that nobody can take any more."""

    size: int
    """All its assignments."""
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
    others: list[str] = attrs.field(factory=list)
    """The HITs of rows that get another one: who did these is not to find it."""
    _added: list[Piece] = attrs.field(factory=list)
    _new: list[Piece] = attrs.field(factory=list)
    _gone: list[str] = attrs.field(factory=list)

    @classmethod
    def of(cls, journal: Journal, number: int, keys: Iterable[str], threads: int, connection: Connection) -> Addition:
        """What it takes for these rows. One call for each of their HITs, GetHIT."""
        made = cls(journal, number)
        # Before all else: what another process plans from now on makes ours void.
        last = journal.last_parts()
        rows = made._rows(set(keys))
        hits = [str(piece.hit_id) for pieces in rows.values() for piece in pieces if piece.state == PUBLISHED]
        lacks = ahead(lambda one: missing(HIT(one, connection=connection)), hits, threads)
        known = dict(zip(hits, lacks, strict=True))
        for pieces in rows.values():
            made._plan_row(pieces, known, last[pieces[0].number] + 1)
        made._expect_none_gone()
        return made

    def write(self, fresh_type: Callable[[list[str]], HITType]) -> None:
        """Write it down: what is planned goes out with the next run.

        `fresh_type` makes the HIT type that those who did some HITs do not find; it is asked for if a row needs it.
        """
        new = self._new
        if new:
            kind = fresh_type(self.others).id
            new = [piece._replace(hit_type=kind) for piece in new]
        self.journal.plan_more([*self._added, *new])

    def _rows(self, keys: set[str]) -> dict[str, list[Piece]]:
        rows: dict[str, list[Piece]] = {}
        for piece in self.journal.pieces():
            if piece.key in keys:
                rows.setdefault(piece.key, []).append(piece)
        unknown = sorted(keys - set(rows))
        if unknown:
            raise ValidationError(
                f"more: there are no rows {_some(unknown)}; expected keys of rows, as "
                "results.agreement(field).below(…) gives them"
            )
        return rows

    def _plan_row(self, row: list[Piece], known: Mapping[str, Missing | None], part: int) -> None:
        # What was refused is planned anew.
        pieces = [piece for piece in row if not (piece.asked and piece.state == REFUSED)]
        lacks = [known.get(str(piece.hit_id)) for piece in pieces]
        if any(piece.state != PUBLISHED for piece in pieces) or any(each and each.to_come for each in lacks):
            self.waiting += 1
            return
        last, lacking = pieces[-1], lacks[-1]
        planned = last._replace(part=part, state=PLANNED, asked=1, sent=None, error=None)
        wanted = max(0, self.number - (lacking.unfilled if lacking else 0))
        # The service refuses to make a HIT of less than 10 assignments one of 10 or more.
        if lacking and (lacking.size + wanted < MANY_ASSIGNMENTS or lacking.size >= MANY_ASSIGNMENTS):
            self._added.append(planned._replace(assignments=wanted, adds_to=last.part))
        elif None in lacks:
            self._gone.append(last.key)
        else:
            self._new.append(planned._replace(assignments=self.number, hit_id=None, adds_to=None))
            self.others += [str(piece.hit_id) for piece in pieces]

    def _expect_none_gone(self) -> None:
        if self._gone:
            raise ValidationError(
                f"more: HITs of the rows {_some(self._gone)} are deleted, so that nobody can tell who did them and has "
                "to be kept out; leave these rows out, or publish them in a batch of their own; nothing was asked"
            )


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:10]) + " …" * (len(keys) > 10)


def missing(hit: HIT) -> Missing | None:
    """What a HIT lacks; None where it is deleted. One call, GetHIT, and once it has ended ListAssignmentsForHIT."""
    try:
        hit.refresh()
    except DoesNotExist:
        return None
    if hit.status == HITStatus.DISPOSED:
        return None
    size = hit.max_assignments
    if hit.status in (HITStatus.ASSIGNABLE, HITStatus.UNASSIGNABLE):
        return Missing(size, hit.assignments_pending + hit.assignments_available, 0)
    # Of a HIT that has ended the service does not tell how much of it nobody took.
    return Missing(size, 0, max(0, size - hit.assignments().count()))
