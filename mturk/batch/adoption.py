"""Taking HITs into a batch that were published without it, or whose journal is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mturk.batch.offering import Offering
from mturk.batch.recognition import Recognition
from mturk.errors import ValidationError
from mturk.journal.journal import PLANNED, REFUSED, SENT, Journal, Piece
from mturk.model.hit import HIT
from mturk.question.question import Examined

_SOME = 5  # HITs that are named


def adopt(journal: Journal, offering: Offering, hits: Iterable[HIT], rows: Mapping[str, str] | None) -> int:
    """Write down which rows these HITs are for, and say how many; ValidationError if one is for none."""
    every = list(hits)
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
    recognition = Recognition.of(hits, journal.hit_ids())
    found = []
    for piece in _free(journal):
        asked = offering.question(piece)
        xml = asked.xml if isinstance(asked, Examined) else None
        hit = recognition.find(offering.label(piece), xml)
        if hit is not None:
            found.append((piece, hit))
    return found


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
