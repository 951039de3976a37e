"""Telling which HIT of the account belongs to which row: by its annotation, else by its question."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from mturk.batch.examination import fingerprint
from mturk.model.hit import HIT


@attrs.define
class Recognition:
    """HITs that belong to some row; each is given out once."""

    _by_label: dict[str, list[HIT]] = attrs.field(factory=dict)
    _by_question: dict[str, list[HIT]] = attrs.field(factory=dict)
    _given: set[str] = attrs.field(factory=set)

    @classmethod
    def of(cls, hits: Iterable[HIT], known: Iterable[str]) -> Recognition:
        """Out of these, but not those that are known already."""
        made = cls(given=set(known))
        for hit in hits:
            if hit.requester_annotation:
                made._by_label.setdefault(hit.requester_annotation, []).append(hit)
            if hit.question_xml:
                made._by_question.setdefault(fingerprint(hit.question_xml), []).append(hit)
        return made

    def find(self, label: str, xml: str | None) -> HIT | None:
        """The HIT with this annotation; where several have it, or none, the one that asks this question."""
        labelled = self._left(self._by_label.get(label, ()))
        asking = self._left(self._by_question.get(fingerprint(xml), ())) if xml is not None else []
        both = [hit for hit in asking if any(hit.id == each.id for each in labelled)]
        found = both or (labelled if len(labelled) == 1 else asking)
        if not found:
            return None
        self._given.add(found[0].id)
        return found[0]

    def _left(self, hits: Iterable[HIT]) -> list[HIT]:
        return [hit for hit in hits if hit.id not in self._given]
