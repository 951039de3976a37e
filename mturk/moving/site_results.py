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
from mturk.table import results_file
from mturk.table.result import ANSWER, INPUT
from mturk.table.sheet import Cells, SheetError

NEEDED = frozenset({"HITId", "AssignmentId"})
TURKLE = "Turkle.Username"
_TYPE = ("Title", "Description", "Keywords", "Reward", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds")


def things(path: Path, encoding: str) -> Iterator[Thing]:
    """The HIT types, HITs and assignments in the table, and rows that cannot be read."""
    wrong: list[SheetError] = []
    passed, last = 0, ""
    for number, cells in enumerate(results_file.rows(path, encoding, wrong.append), 1):
        passed += len(wrong)
        yield from _passed(wrong)
        if not any(cells.values()):  # a spreadsheet leaves such rows at the end
            continue
        place = f"row {number + passed}"
        try:
            found = list(_of_row(cells, place))
        except ValidationError as error:
            yield unread(place, f"Assignment {cells.get('AssignmentId') or '?'}", str(error))
            continue
        hit_id = str(found[1][1]["HITId"])
        # Those of one HIT stand together, and all tell the same of it.
        yield from found if hit_id != last else found[2:]
        last = hit_id
    yield from _passed(wrong)


def _passed(wrong: list[SheetError]) -> Iterator[Thing]:
    for error in wrong:
        place, _, words = str(error).rpartition(", line ")[2].partition(": ")
        yield unread(f"line {place}", "the row", words)
    wrong.clear()


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
    batch = f"{cells.get('HITTypeId')} {cells.get('CreationTime')}"
    who = cells.get(TURKLE) or cells.get("WorkerId")
    return {
        **cells,
        "HITTypeId": f"turkle {cells.get('HITTypeId')} {cells.get('Title')}",
        "HITId": f"turkle {batch} {cells['HITId']}",
        "AssignmentId": f"turkle {batch} {cells['HITId']} {cells['AssignmentId']}",
        # Where nobody signed in, each may have been another one.
        "WorkerId": f"turkle {who}" if who else f"turkle nobody {batch} {cells['AssignmentId']}",
        "AssignmentStatus": "Approved",
        "ApprovalTime": cells.get("SubmitTime"),
    }
