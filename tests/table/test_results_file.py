"""A results file that people have handled is read, or the row that cannot be is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mturk import AssignmentStatus, Results, ValidationError

Write = Callable[..., Results]
COLUMNS = ("HITId", "AssignmentId", "WorkerId", "AssignmentStatus", "Answer.label")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of submissions, each with the cells that are not as usual."""

    def write(*rows: dict[str, str]) -> Results:
        usual = {"HITId": "3H", "AssignmentId": "3A1", "WorkerId": "A1ADA", "Answer.label": "cat"}
        columns = list(dict.fromkeys([*COLUMNS, *(name for row in rows for name in row)]))
        lines = [columns, *([{**usual, **row}.get(name, "") for name in columns] for row in rows)]
        (tmp_path / "results.csv").write_text("\n".join(map(",".join, lines)), encoding="utf-8")
        return Results.read_csv(tmp_path / "results.csv")

    return write


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("AcceptTime", "Thu Feb 31 18:49:23 PDT 2019"),
        ("AcceptTime", "0001-01-01T00:00:00+23:00"),
        ("AcceptTime", "0001-01-01T09:00:00"),
        ("AssignmentDurationInSeconds", "9" * 15),
        ("MaxAssignments", "9" * 5000),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_with_its_row(write: Write, column: str, cell: str) -> None:
    with pytest.raises(ValidationError, match=r"results\.csv, row 2: ") as raised:
        list(write({}, {"AssignmentId": "3A2", column: cell}))
    assert len(str(raised.value)) < 400


def test_a_number_in_other_digits_is_none(write: Write) -> None:
    assert [result.hit.max_assignments for result in write({"MaxAssignments": "²"})] == [None]


def test_rows_of_commas_are_no_submissions(write: Write) -> None:
    nothing = dict.fromkeys(COLUMNS, "")
    assert [result.assignment.id for result in write(nothing, {}, nothing)] == ["3A1"]


@pytest.mark.parametrize("status", ["Rejected", "rejected", " Rejected", "REJECTED "])
def test_rejected_work_is_known_however_the_word_was_typed(write: Write, status: str) -> None:
    results = write({"AssignmentStatus": status}, {"AssignmentId": "3A2", "WorkerId": "A2BOB"})
    assert [result.assignment.status for result in results] == [AssignmentStatus.REJECTED, None]
    assert results.agreement("label").votes == {"3H": {"cat": 1}}


def test_of_rows_with_one_assignment_id_the_first_is_read(write: Write) -> None:
    results = write({}, {"Answer.label": "dog"}, {"AssignmentId": "3A2", "WorkerId": "A2BOB"})
    assert [result.cells["label"] for result in results] == ["cat", "cat"]
    assert results.workers()["A1ADA"].submissions == 1
