"""Tables of results as things: of MTurk's requester site, of this package, and of turkle, which has fewer columns.

Work of turkle was neither decided nor paid: it counts as approved when it was submitted. Its ids are numbers that
every turkle has; so HITs and assignments get others here, which always follow from them, and workers from their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mturk.errors import ValidationError
from mturk.model.assignment import Assignment
from mturk.model.hit import HIT
from mturk.moving.past import Thing, members, unread
from mturk.moving.unfit_row import UnfitRows
from mturk.table import results_file
from mturk.table.result import ANSWER, INPUT
from mturk.table.sheet import Cells

NEEDED = frozenset({"HITId", "AssignmentId"})
TURKLE = "Turkle.Username"
_LONGEST_TITLE, _LONGEST_TIME = 128, 31_536_000  # of a HIT type; in turkle a name may be longer, a time any
_REVIEW = ("Approve", "Reject")
"""Columns that rows of the site have no cells for."""
_TYPE = ("Title", "Description", "Keywords", "Reward", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds")


def things(path: Path, encoding: str, columns: list[str]) -> Iterator[Thing]:
    """The HIT types, HITs and assignments in the table, and rows that cannot be read."""
    last_cell = [name for name in columns if name not in _REVIEW][-1]
    is_open = not _ends_a_line(path)
    unfit, last = UnfitRows(), ""
    for number, cells, is_last in unfit.among(results_file.rows(path, encoding, unfit.note)):
        yield from unfit.things()
        if not any(cells.values()):  # a spreadsheet leaves such rows at the end
            continue
        place = f"row {number}"
        try:
            if is_last and is_open and last_cell not in cells:
                raise ValidationError(f"it ends before {last_cell}, and the file with it: it may have been cut off")
            found = list(_of_row(cells, place))
        except ValidationError as error:
            yield unread(place, f"Assignment {cells.get('AssignmentId') or '?'}", str(error))
            continue
        hit_id = str(found[1][1]["HITId"])
        # Those of one HIT stand together, and all tell the same of it.
        yield from found if hit_id != last else found[2:]
        last = hit_id
    yield from unfit.things()


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4))
        return file.read().rstrip(b"\0")[-1:] in (b"\r", b"\n")


def _of_row(cells: Cells, place: str) -> Iterator[Thing]:
    row = _of_turkle(cells) if TURKLE in cells else cells
    of_hit, of_work = results_file.fields_of(row)
    if row.get("Reward") and of_hit["reward"] is None:
        raise ValidationError(f"{row['Reward']!r:.60} is no amount; expected one such as $0.05")
    hit = members(HIT, of_hit)
    type_id = hit.get("HITTypeId") or f"type {hit.get('Title')} {hit.get('Reward')}"
    yield "HITType", {"HITTypeId": type_id, **{name: hit[name] for name in _TYPE if name in hit}}, place
    inputs = _beginning(row, INPUT)
    yield "HIT", {**hit, "HITId": row["HITId"], "HITTypeId": type_id, "Input": inputs}, place
    fields = {name: [cell] for name, cell in _beginning(row, ANSWER).items() if cell}
    ids = {"AssignmentId": row["AssignmentId"], "HITId": row["HITId"]}
    yield "Assignment", {**members(Assignment, of_work), **ids, "Fields": fields}, place


def _beginning(row: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {name[len(prefix) :]: str(cell or "") for name, cell in row.items() if name.startswith(prefix)}


def _of_turkle(cells: Cells) -> Cells:
    if not cells.get("AssignmentId") or not cells.get("HITId"):
        return cells
    title = str(cells.get("Title") or "")[:_LONGEST_TITLE]
    batch = f"{cells.get('HITTypeId')} {cells.get('CreationTime')}"
    who = cells.get(TURKLE) or cells.get("WorkerId")
    return {
        **cells,
        "HITTypeId": f"turkle {cells.get('HITTypeId')} {title}",
        "Title": title,
        "AssignmentDurationInSeconds": _time_allowed(str(cells.get("AssignmentDurationInSeconds") or "")),
        "HITId": f"turkle {batch} {cells['HITId']}",
        "AssignmentId": f"turkle {batch} {cells['HITId']} {cells['AssignmentId']}",
        # Where nobody signed in, each may have been another one.
        "WorkerId": f"turkle {who}" if who else f"turkle nobody {batch} {cells['AssignmentId']}",
        "AssignmentStatus": "Approved",
        "ApprovalTime": cells.get("SubmitTime"),
    }


def _time_allowed(text: str) -> str:
    seconds = int(text[:18]) if text.isdecimal() else 0  # Python reads no number of thousands of digits
    return str(min(seconds, _LONGEST_TIME)) if seconds >= 30 else ""
