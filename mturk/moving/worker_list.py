"""The list of workers of MTurk's requester site as things: who has which qualification, and who is blocked.

Its columns are `Worker ID`, `CURRENT-` and `UPDATE-` and the name of each qualification type, the same for
`BlockStatus`, and `BlockReason`. What stands under UPDATE is what the requester wants, so it comes before CURRENT.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mturk.data import formula
from mturk.errors import ValidationError
from mturk.moving.past import Thing, unread
from mturk.moving.unfit_row import UnfitRows
from mturk.table.sheet import Cells, separated

_COLUMN = re.compile(r"\s*(UPDATE|CURRENT)[-\s]\s*(.+?)\s*", re.IGNORECASE)
_SCORE = re.compile(r"-?[0-9]{1,10}")
_WORKER, _BLOCK, _REASON = "workerid", "blockstatus", "blockreason"


def plain(name: str) -> str:
    """The name of a column as it is compared."""
    return re.sub(r"[^a-z]", "", name.lower())


def is_one(columns: list[str]) -> bool:
    """Whether a table with these columns is such a list."""
    return _WORKER in map(plain, columns) and any(_COLUMN.fullmatch(name) for name in columns)


def things(path: Path, encoding: str, columns: list[str]) -> Iterator[Thing]:
    """The qualification types, then worker by worker what they have."""
    pairs = _pairs(columns)
    names = [name for name in pairs if name != _BLOCK]
    for name in names:
        yield "QualificationType", {"Name": name}, "the columns"
    unfit = UnfitRows()
    for number, cells, _ in unfit.among(separated(path, encoding, may_be_short=True, unread=unfit.note)):
        yield from unfit.things()
        if any(cells.values()):
            yield from _of_row(cells, pairs, f"row {number}")
    yield from unfit.things()


def _pairs(columns: list[str]) -> dict[str, dict[str, str]]:
    """The columns of each qualification type and of the block status: what is there, and what is wanted."""
    pairs: dict[str, dict[str, str]] = {}
    for column in columns:
        found = _COLUMN.fullmatch(column)
        if found:
            name = _BLOCK if plain(found[2]) == _BLOCK else found[2]
            pairs.setdefault(name, {})[found[1].lower()] = column
    return pairs


def _of_row(cells: Cells, pairs: dict[str, dict[str, str]], place: str) -> Iterator[Thing]:
    by_name = {plain(name): formula.as_it_was(str(cell or "")).strip() for name, cell in cells.items()}
    worker_id = by_name.get(_WORKER, "")
    if not worker_id:
        yield unread(place, "the row", "it has no worker id")
        return
    yield "Worker", {"WorkerId": worker_id}, place
    for name in pairs:
        if name == _BLOCK:
            continue
        try:
            yield from _qualification(*_told(cells, pairs[name]), name, worker_id, place)
        except ValidationError as error:
            yield unread(place, f"Qualification {name!r} of {worker_id}", str(error))
    try:
        if _is_blocked(*_told(cells, pairs.get(_BLOCK, {}))):
            reason = by_name.get(_REASON) or "Blocked at MTurk's requester site"
            yield "WorkerBlock", {"WorkerId": worker_id, "Reason": reason}, place
    except ValidationError as error:
        yield unread(place, f"WorkerBlock {worker_id}", str(error))


def _told(cells: Cells, pair: dict[str, str]) -> tuple[str, str]:
    """What is there of it now, and what is wanted."""
    current, update = (str(cells.get(pair.get(kind, "")) or "").strip() for kind in ("current", "update"))
    return current, update


def _qualification(current: str, update: str, name: str, worker_id: str, place: str) -> Iterator[Thing]:
    text = update or current
    if not text:
        return
    status = "Granted"
    if text.lower() in ("revoke", "revoked"):
        if not _SCORE.fullmatch(current):
            return
        status, text = "Revoked", current
    if not _SCORE.fullmatch(text):
        raise ValidationError(f"{text!r:.60} is no score; expected a whole number, or Revoke")
    members = {"Name": name, "WorkerId": worker_id, "IntegerValue": int(text), "Status": status}
    yield "Qualification", members, place


def _is_blocked(current: str, update: str) -> bool:
    text = (update or current).lower()
    if text in ("block", "blocked"):
        return True
    if text in ("", "unblock", "unblocked", "never blocked", "not blocked", "none"):
        return False
    raise ValidationError(f"{text!r:.60} is no word for whether a worker is blocked; expected Block or Unblock")
