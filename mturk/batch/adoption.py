"""Taking HITs into a batch that were published without it, or whose journal is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from mturk.batch import lane
from mturk.batch.offering import Offering
from mturk.batch.recognition import Recognition
from mturk.errors import ValidationError
from mturk.journal.journal import PLANNED, REFUSED, SENT, Journal, Piece
from mturk.model.hit import HIT
from mturk.model.qualification_type import QualificationType

_SOME = 5  # HITs that are named
_MARK = re.compile(r"Works on part \d+ of batch ([0-9a-f]{16})")


def adopt(journal: Journal, offering: Offering, hits: Iterable[HIT], rows: Mapping[str, str] | None) -> int:
    """Write down which rows these HITs are for, and say how many; ValidationError if one is for none."""
    every = list(hits)
    parts = len(journal.fact("parts") or ())
    if not every and parts > 1:
        raise ValidationError(
            f"adopt: no HITs were given. Where a row has several they are of HIT types of their own, which "
            f"{offering.hit_type.id} does not list; look for them in HIT.all(), by their requester_annotation"
        )
    own, lost = journal.id, None if rows is not None else _lost_id(journal, offering, every)
    if lost is None:
        return _adopt(journal, offering, every, rows)
    journal.succeed(lost)
    try:
        lanes = lane.prepared(journal, offering.hit_type, parts)
        return _adopt(journal, evolve(offering, batch_id=lost, lanes=lanes), every, rows)
    except BaseException:
        journal.succeed(own)
        raise


def _lost_id(journal: Journal, offering: Offering, hits: list[HIT]) -> str | None:
    """The id of the lost batch that these HITs were published by, if it is one, and nothing else is out yet."""
    if journal.has_begun():
        return None
    found = _batch_ids(offering, hits) or _batch_ids_of_marks(offering, hits)
    return found.pop() if len(found) == 1 else None


def _batch_ids(offering: Offering, hits: list[HIT]) -> set[str]:
    """The batches that the HITs' annotations name, but for this one."""
    found = {offering.batch_of(hit.requester_annotation or "") for hit in hits}
    return {batch_id for batch_id in found if batch_id is not None} - {offering.batch_id}


def _batch_ids_of_marks(offering: Offering, hits: list[HIT]) -> set[str]:
    """The batches whose marks keep workers out of HITs of other types. Calls to list your marks."""
    required = {
        requirement.qualification_type_id
        for hit in {hit.hit_type_id: hit for hit in hits if hit.hit_type_id not in offering.type_ids}.values()
        for requirement in hit.qualification_requirements or ()
    }
    if not required:
        return set()
    mine = QualificationType.search(mine=True, connection=offering.hit_type.connection)
    names = (kind.name for kind in mine if kind.id in required)
    return {match[1] for name in names if (match := _MARK.fullmatch(name))}


def _adopt(journal: Journal, offering: Offering, every: list[HIT], rows: Mapping[str, str] | None) -> int:
    others = [hit.id for hit in every if hit.hit_type_id not in offering.type_ids]
    if others:
        raise ValidationError(
            f"adopt: {_some(others)} of another HIT type than {offering.hit_type.id}; nothing was adopted"
        )
    found = _by_rows(journal, every, rows) if rows is not None else _recognized(journal, offering, every)
    strange = {hit.id for hit in every} - {hit.id for _, hit in found} - journal.hit_ids()
    if strange:
        raise ValidationError(
            f"adopt: {_some(sorted(strange))} for no row that is not published yet, by annotation or question; nothing "
            "was adopted. Say which they are for: rows={hit id: key}"
        )
    journal.adopt(found)
    return len(found)


def _recognized(journal: Journal, offering: Offering, hits: list[HIT]) -> list[tuple[Piece, HIT]]:
    recognition = Recognition.of(hits, journal, offering, _batch_ids(offering, hits), adopts=True)
    found = ((piece, recognition.find(piece)) for piece in _free(journal))
    return [(piece, hit) for piece, hit in found if hit is not None]


def _by_rows(journal: Journal, hits: list[HIT], rows: Mapping[str, str]) -> list[tuple[Piece, HIT]]:
    free: dict[str, list[Piece]] = {}
    for piece in _free(journal):
        free.setdefault(piece.key, []).append(piece)
    found = []
    for hit in hits:
        pieces = free.get(str(rows.get(hit.id, "")), [])
        if pieces:
            found.append((pieces.pop(0), hit))
    return found


def _free(journal: Journal) -> Iterator[Piece]:
    """What has no HIT yet."""
    return (piece for piece in journal.pieces(PLANNED, REFUSED, SENT) if piece.adds_to is None)


def _some(ids: list[str]) -> str:
    more = f" and {len(ids) - _SOME} more are" if len(ids) > _SOME else " is" if len(ids) == 1 else " are"
    return ", ".join(ids[:_SOME]) + more
