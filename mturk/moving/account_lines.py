"""What `mturk export` wrote, as things."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from mturk.errors import ValidationError
from mturk.model.assignment import Assignment
from mturk.model.bonus_payment import BonusPayment
from mturk.model.hit import HIT
from mturk.model.hit_type import HITType
from mturk.model.qualification import Qualification
from mturk.model.qualification_type import QualificationType
from mturk.model.worker_block import WorkerBlock
from mturk.moving.past import Thing, members, unread

_KINDS: dict[str, tuple[type, str]] = {
    "HITType": (HITType, "HITTypeId"),
    "HIT": (HIT, "HITId"),
    "Assignment": (Assignment, "AssignmentId"),
    "BonusPayment": (BonusPayment, ""),
    "QualificationType": (QualificationType, "QualificationTypeId"),
    "Qualification": (Qualification, ""),
    "WorkerBlock": (WorkerBlock, ""),
}
_ABOUT_THE_FILE = ("Export", "End", "Balance")
_LONGEST = 64_000_000  # characters of a line: more than any HIT and its question can have


def is_one(first_line: str) -> bool:
    """Whether a file that begins so is an export."""
    return first_line.startswith('{"kind": "Export"')


def things(path: Path) -> Iterator[Thing]:
    """What is in each line, and lines that cannot be read."""
    ended = False
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(_lines(file, path), 1):
            place = f"line {number}"
            try:
                kind, record = _read(line)
                ended = ended or kind == "End"
                if kind not in _ABOUT_THE_FILE:
                    yield _thing(kind, record, place)
            except ValidationError as error:
                yield unread(place, "the line", str(error))
    if not ended:
        yield unread("the end", "the file", "it was not written to its end, so that there may be more; export it again")


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    while line := file.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise ValidationError(f"{path}: a line has more than {_LONGEST:,} characters, which no export writes")
        if line.strip():
            yield line


def _read(line: str) -> tuple[str, dict[str, Any]]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"no JSON ({str(error)[:100]})") from None
    kind, record = (found.get("kind"), found.get("record")) if isinstance(found, dict) else (None, None)
    if not isinstance(kind, str) or not isinstance(record, dict):
        raise ValidationError("expected an object with kind and record, as mturk export writes it")
    return kind, record


def _thing(kind: str, record: Mapping[str, Any], place: str) -> Thing:
    if kind == "Unread":
        return unread(place, f"{record.get('kind')} {record.get('of')}", f"mturk export: {record.get('error')}")
    if kind not in _KINDS:
        return unread(place, kind, "a marketplace keeps no such thing of elsewhere")
    made, own = _KINDS[kind]
    found = members(made, record)
    if own:
        found[own] = record.get("id")
    if kind == "HITType":
        found.setdefault("QualificationRequirements", [])
    return kind, found, place
