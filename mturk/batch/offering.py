"""What each HIT of a batch is published with: its token, its label, its question."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from mturk.batch.examination import fingerprint
from mturk.batch.journal import Piece
from mturk.batch.row_question import Asking
from mturk.cost import hit_cost
from mturk.errors import AlreadyDone, ValidationError
from mturk.model.hit import HIT
from mturk.model.publishing import Asked
from mturk.question import question
from mturk.question.layout import Layout
from mturk.question.question import Examined
from mturk.table.sheet import Cells

if TYPE_CHECKING:
    from mturk.model.hit_type import HITType


@attrs.frozen
class Offering:
    """What each piece of a batch is published with."""

    hit_type: HITType
    asking: Asking
    lifetime: timedelta
    annotation: str
    """The requester's annotation, with `{row}` and the names of columns as places."""
    batch_id: str

    def token(self, piece: Piece) -> str:
        """The request token: the same whenever the piece is sent again."""
        return hashlib.sha256(f"{self.batch_id}\0{piece.key}\0{piece.part}".encode()).hexdigest()

    def label(self, piece: Piece) -> str:
        """The requester's annotation of a piece."""
        return labelled(self.annotation, self.batch_id, piece.key, piece.part, piece.cells)

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

    def publish(self, piece: Piece) -> HIT:
        """Publish it; the HIT that is there if it was published before. One call, CreateHITWithHITType."""
        try:
            return self.hit_type.create_hit(
                self.question(piece),
                self.lifetime,
                max_assignments=piece.assignments,
                requester_annotation=self.label(piece),
                unique_request_token=self.token(piece),
            )
        except AlreadyDone as error:
            # The token is the batch's own, so that the HIT is this piece's, whatever was changed since.
            if error.hit_id is None:
                raise
            return HIT(error.hit_id, connection=self.hit_type.connection)

    def cost(self, piece: Piece) -> Decimal:
        """What the piece holds on the balance."""
        requirements = self.hit_type.qualification_requirements
        return hit_cost(self.hit_type.reward, piece.assignments, piece.assignments, requirements)


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
