"""Results as the CSV file that MTurk's requester site gave out, which scripts and spreadsheets know, and back."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from mturk.data import formula, whole_file, wire
from mturk.data.enumeration import AssignmentStatus
from mturk.data.formula import Formulas
from mturk.errors import ValidationError
from mturk.model.assignment import Assignment
from mturk.model.hit import HIT
from mturk.table import site_time
from mturk.table.file_key import FileKeys
from mturk.table.result import ANSWER, COLUMNS, DECISION, INPUT, Result
from mturk.table.result_spool import ResultSpool
from mturk.table.sheet import Cells, SheetError, separated

LINE_END = "\r\n"
"""Between records, and not after the last."""
_WHOLE = re.compile(r"[0-9]+")
_MOST_DIGITS = 10
_DOLLARS = re.compile(r"\$?(\d+(?:\.\d+)?)")


def write(path: Path, results: Iterable[Result], formulas: Formulas) -> int:
    """Write the results, which are gone through once and never all in memory, and say how many there were."""
    formula.expect_known(formulas)
    place = whole_file.target(path).parent
    # Where the table goes, for there has to be room for it anyway; without a name, so that nothing stays.
    with tempfile.TemporaryFile("w+", encoding="ascii", dir=place) as file:
        spool = ResultSpool(file, COLUMNS)
        for result in results:
            spool.add(_cells(result, formulas))
        _write(path, spool)
        return spool.number


def _write(path: Path, spool: ResultSpool) -> None:
    answers = sorted(name for name in spool.columns if name.startswith(ANSWER))
    header = [*(name for name in spool.columns if not name.startswith(ANSWER)), *answers]
    with whole_file.written(path) as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator=LINE_END)
        writer.writerow([*header, *DECISION])
        # The site's rows end after their last answer: they have no cells for the decision.
        writer.writerows(spool.rows(header))
        file.flush()
        file.truncate(os.fstat(file.fileno()).st_size - len(LINE_END))


def _cells(result: Result, formulas: Formulas) -> dict[str, str]:
    cells = {name: _cell(name, value) for name, value in result.fields().items()}
    if formulas == "keep":
        return cells
    # Names of fields are a worker's words as well.
    return {formula.defused(name): formula.defused(cell) for name, cell in cells.items()}


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return site_time.written(value)
    if name == "Reward" and isinstance(value, Decimal):
        return f"${value:.2f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def rows(
    path: Path, encoding: str = "utf-8-sig", unread: Callable[[SheetError], object] | None = None
) -> Iterator[Cells]:
    """The rows of such a file as they stand, quotes of formulas taken away; rows may be short at their end.

    With `unread` a row that does not fit the columns is told to it and passed over.
    """
    for cells in separated(path, encoding, may_be_short=True, unread=unread):
        yield {formula.as_it_was(name): formula.as_it_was(cell) for name, cell in cells.items()}


def read(path: Path, encoding: str = "utf-8-sig") -> Iterator[Result]:
    """The results in a file of this package, MTurk's site or a spreadsheet; of a submission's rows the first."""
    key_of = FileKeys().key_of
    seen: set[str] = set()
    for number, cells in enumerate(rows(path, encoding), 1):
        if not any(cells.values()):  # a spreadsheet leaves such rows at the end
            continue
        try:
            result = _result(cells, key_of)
        except ValidationError as error:
            raise SheetError(f"{path}, row {number}: {error}") from None
        if result.assignment.id not in seen:
            seen.add(result.assignment.id)
            yield result


def fields_of(cells: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a row tells of its HIT, and of its assignment, by the fields of their classes."""
    if not cells.get("AssignmentId"):
        raise ValidationError("it has no AssignmentId")
    if not cells.get("HITId"):
        raise ValidationError("it has no HITId")
    return _known(_HIT, cells), _known(_ASSIGNMENT, cells)


def _result(cells: Mapping[str, Any], key_of: Callable[[Mapping[str, Any]], str]) -> Result:
    of_hit, of_work = fields_of(cells)
    hit = HIT(cells["HITId"])
    hit._set(**of_hit)
    work = Assignment(cells["AssignmentId"])
    work._set(hit_id=hit.id, _hit=hit, **of_work)
    row = {name[len(INPUT) :]: cell for name, cell in cells.items() if name.startswith(INPUT)}
    answers = {name[len(ANSWER) :]: cell for name, cell in cells.items() if name.startswith(ANSWER)}
    return Result(key_of(cells), row, hit, work, answers)


def _known(kinds: Mapping[str, tuple[str, Any]], cells: Mapping[str, Any]) -> dict[str, Any]:
    return {field: read(cells.get(name) or "") for name, (field, read) in kinds.items()}


def _text(cell: str) -> str | None:
    return cell or None


def _number(cell: str) -> int | None:
    if _WHOLE.fullmatch(cell.strip()) is None:
        return None
    if len(cell.strip()) > _MOST_DIGITS:
        raise ValidationError(f"{cell.strip()[:_MOST_DIGITS]}… is too large a number")
    return int(cell)


def _money(cell: str) -> Decimal | None:
    found = _DOLLARS.fullmatch(cell.strip())
    return Decimal(found[1]) if found else None


def _span(cell: str) -> Any:
    return None if (seconds := _number(cell)) is None else wire.duration(seconds)


def _status(cell: str) -> AssignmentStatus | None:
    # As a person may have typed it: work that is rejected must not count because of a blank.
    named = wire.one_of(AssignmentStatus)(cell.strip().capitalize())
    return named if isinstance(named, AssignmentStatus) else wire.one_of(AssignmentStatus)(cell) or None


_HIT = {
    "HITTypeId": ("hit_type_id", _text),
    "Title": ("title", _text),
    "Description": ("description", _text),
    "Keywords": ("keywords", wire.keywords),
    "Reward": ("reward", _money),
    "CreationTime": ("creation_time", site_time.read),
    "MaxAssignments": ("max_assignments", _number),
    "RequesterAnnotation": ("requester_annotation", _text),
    "AssignmentDurationInSeconds": ("assignment_duration", _span),
    "AutoApprovalDelayInSeconds": ("auto_approval_delay", _span),
    "Expiration": ("expiration", site_time.read),
}
_ASSIGNMENT = {
    "WorkerId": ("worker_id", _text),
    "AssignmentStatus": ("status", _status),
    "AcceptTime": ("accept_time", site_time.read),
    "SubmitTime": ("submit_time", site_time.read),
    "AutoApprovalTime": ("auto_approval_time", site_time.read),
    "ApprovalTime": ("approval_time", site_time.read),
    "RejectionTime": ("rejection_time", site_time.read),
    "RequesterFeedback": ("requester_feedback", _text),
}
