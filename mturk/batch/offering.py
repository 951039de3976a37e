"""What each HIT of a batch is published with: its token, its label, its question."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from mturk.batch.examination import fingerprint
from mturk.batch.lane import Lane, like
from mturk.batch.order import HITOrder, MoreOrder, Order
from mturk.batch.row_question import Asking
from mturk.cost import hit_cost
from mturk.errors import ValidationError
from mturk.journal.journal import Piece
from mturk.model.hit import HIT
from mturk.model.publishing import Asked
from mturk.parallel.place import place
from mturk.question import question
from mturk.question.layout import Layout
from mturk.question.question import Examined
from mturk.table.sheet import Cells

if TYPE_CHECKING:
    from mturk.model.hit_type import HITType

LABEL = "batch={batch};row={row};part={part}"
"""The annotation of HITs where none is given."""
_ID = "([0-9a-f]{16})"


@attrs.frozen
class Offering:
    """What each piece of a batch is published with."""

    hit_type: HITType
    asking: Asking
    lifetime: timedelta
    annotation: str
    """The requester's annotation, with `{row}` and the names of columns as places."""
    batch_id: str
    lanes: Sequence[Lane] = ()
    """For each part of a row its own HIT type, where rows have several."""

    @property
    def type_ids(self) -> set[str]:
        """The ids of all HIT types that its HITs have."""
        return {self.hit_type.id, *(lane.hit_type.id for lane in self.lanes)}

    def token(self, piece: Piece) -> str:
        """The request token: the same whenever the piece is sent again."""
        return hashlib.sha256(f"{self.batch_id}\0{piece.key}\0{piece.part}".encode()).hexdigest()

    def label(self, piece: Piece, batch_id: str | None = None) -> str:
        """The requester's annotation of a piece, in this batch or as another one has it."""
        return labelled(self.annotation, batch_id or self.batch_id, piece.key, piece.part, piece.cells)

    def batch_of(self, label: str) -> str | None:
        """The id of the batch that wrote this annotation; None where that cannot be told."""
        for annotation in (self.annotation, LABEL):
            before, place, _ = annotation.partition("{batch}")
            found = re.match(re.escape(before) + _ID, label) if place else None
            if found:
                return found[1]
        return None

    def question(self, piece: Piece) -> Asked:
        """What the piece asks, looked at unless it is just what was looked at before."""
        cells = piece.cells
        known = self.asking.cast(cells)
        if known is not None and fingerprint(known.xml) == piece.document:
            return known
        asked = self.asking.make(cells)
        if isinstance(asked, Layout):
            return asked
        limit = self.hit_type.connection.question_limit
        xml = asked if isinstance(asked, str) else asked.to_xml()
        return Examined(xml) if fingerprint(xml) == piece.document else question.examine(xml, limit)

    def order(self, piece: Piece) -> Order:
        """What the call for a piece takes."""
        where = place(self.hit_type.connection)
        if piece.adds_to is not None:
            hit = HIT(str(piece.hit_id), connection=self.hit_type.connection)
            hit._set(reward=self.hit_type.reward)
            return MoreOrder(hit, where, piece.assignments, self.lifetime, self.token(piece))
        return HITOrder(
            self.type_of(piece),
            where,
            self.question(piece),
            self.lifetime,
            piece.assignments,
            self.label(piece),
            self.token(piece),
        )

    def type_of(self, piece: Piece) -> HITType:
        """The HIT type of a piece: the one that it has, that of its lane, or the batch's."""
        if piece.hit_type is not None and piece.hit_type != self.hit_type.id:
            return like(self.hit_type, piece.hit_type)
        is_bare = piece.hit_type is not None or piece.asked or piece.part >= len(self.lanes)
        return self.hit_type if is_bare else self.lanes[piece.part].hit_type

    def cost(self, piece: Piece, hit: HIT) -> Decimal:
        """What the piece holds on the balance, which `hit` came of."""
        requirements = self.hit_type.qualification_requirements
        size = piece.assignments if piece.adds_to is None else hit.max_assignments
        return hit_cost(self.hit_type.reward, size, piece.assignments, requirements)


def labelled(annotation: str, batch_id: str, key: str, part: int, cells: Cells) -> str:
    """An annotation with its places filled; one that the service takes, so ASCII and of 255 characters at most."""
    values = {name: "" if cell is None else str(cell) for name, cell in cells.items()}
    try:
        text = annotation.format_map({**values, "row": key, "batch": batch_id, "part": part})
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise ValidationError(
            f"annotation: {annotation!r} cannot be filled ({error!r}); its places are {{row}} and the columns' names"
        ) from None
    if not text.isascii():
        text = text.encode("ascii", "backslashreplace").decode()
    return text if len(text) <= 255 else f"{text[:222]}~{hashlib.sha256(text.encode()).hexdigest()[:32]}"
