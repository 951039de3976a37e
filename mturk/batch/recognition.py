"""Telling which HIT of the account belongs to which row: by its annotation, else by its question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs

from mturk.batch.examination import fingerprint
from mturk.batch.offering import Offering
from mturk.journal.journal import PUBLISHED, Journal, Piece
from mturk.model.hit import HIT
from mturk.question.question import Examined


@attrs.define
class Recognition:
    """HITs that belong to some row; each is given out once.

    A HIT whose annotation names another row, part or batch is never taken for what it asks.
    """

    offering: Offering
    batch_ids: tuple[str, ...]
    """The batches whose annotations count as this one's."""
    asks_only: bool
    """Whether a HIT that an unknown batch has labelled may be known by its question."""
    _by_label: dict[str, list[HIT]] = attrs.field(factory=dict)
    _by_question: dict[str, list[HIT]] = attrs.field(factory=dict)
    _named: Counter[str] = attrs.field(factory=Counter)
    """How many pieces each label names, of the labels that HITs have."""
    _given: set[str] = attrs.field(factory=set)

    @classmethod
    def of(
        cls, hits: Iterable[HIT], journal: Journal, offering: Offering, batch_ids: Iterable[str] = (), *, adopts: bool
    ) -> Recognition:
        """Out of these, but not those that the journal has already."""
        made = cls(offering, (offering.batch_id, *batch_ids), adopts)
        for hit in hits:
            if hit.requester_annotation:
                made._by_label.setdefault(hit.requester_annotation, []).append(hit)
            if hit.question_xml:
                made._by_question.setdefault(fingerprint(hit.question_xml), []).append(hit)
        for piece in journal.pieces():
            made._note(piece)
        return made

    def _note(self, piece: Piece) -> None:
        if piece.state == PUBLISHED:
            self._given.add(str(piece.hit_id))
        elif piece.adds_to is None:
            self._named.update(label for label in self._labels(piece) if label in self._by_label)

    def find(self, piece: Piece) -> HIT | None:
        """The HIT with the annotation of this piece alone; else the one that asks its question, and may be its own."""
        labels = self._labels(piece)
        labelled = self._left(hit for label in labels for hit in self._by_label.get(label, ()))
        is_sure = len(labelled) == 1 and self._named[str(labelled[0].requester_annotation)] == 1
        found = labelled if is_sure else self._asking(piece, labels)
        if not found:
            return None
        self._given.add(found[0].id)
        return found[0]

    def _asking(self, piece: Piece, labels: set[str]) -> list[HIT]:
        """HITs that ask the piece's question: those with its label, else those whose label names nothing else."""
        asked = self.offering.question(piece)
        every = self._by_question.get(fingerprint(asked.xml), ()) if isinstance(asked, Examined) else ()
        asking = self._typed(self._left(every), piece)
        both = [hit for hit in asking if hit.requester_annotation in labels]
        return both or [hit for hit in asking if self._is_free(hit)]

    def _typed(self, hits: list[HIT], piece: Piece) -> list[HIT]:
        """Those of the piece's HIT type, without which all parts of a row look the same; else of the batch's own."""
        kind, own = self.offering.type_of(piece).id, self.offering.hit_type.id
        return [hit for hit in hits if hit.hit_type_id == kind] or [hit for hit in hits if hit.hit_type_id == own]

    def _is_free(self, hit: HIT) -> bool:
        label = hit.requester_annotation
        return not label or (label not in self._named and (self.asks_only or self.offering.batch_of(label) is None))

    def _labels(self, piece: Piece) -> set[str]:
        return {self.offering.label(piece, batch_id) for batch_id in self.batch_ids}

    def _left(self, hits: Iterable[HIT]) -> list[HIT]:
        return [hit for hit in hits if hit.id not in self._given]
