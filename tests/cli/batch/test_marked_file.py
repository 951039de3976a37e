"""The results file is replaced, unless somebody's marks or something else would be lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.batch.conftest import Bench


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """Three submissions, and their file."""
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "payment"})
    bench.done("results")
    return bench


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, restval=""))


def test_a_file_without_marks_is_replaced(worked: Bench) -> None:
    worked.work({"A2BOB": "account"})
    assert worked.done("results")["submissions"] == 6
    assert len(rows(worked.folder / "results.csv")) == 6


def test_marks_that_are_not_carried_out_are_kept(worked: Bench) -> None:
    path = worked.mark({"A1ADA": ("x", "")})
    before = path.read_bytes()
    said = worked.failed(1, "results")
    assert "3 marks in Approve or Reject that are not carried out" in said
    assert path.read_bytes() == before
    assert sorted(each.name for each in worked.folder.iterdir()) == [
        "journal",
        "page.html",
        "results.csv",
        "rows.csv",
        "task.toml",
    ]


@pytest.mark.parametrize("marks", [("x", ""), ("", "Nonsense")])
def test_marks_that_are_carried_out_are_no_loss(worked: Bench, marks: tuple[str, str]) -> None:
    path = worked.mark({"A1ADA": marks})
    worked.done("review", "--yes")
    assert worked.done("results")["submissions"] == 3
    assert {row["AssignmentStatus"] for row in rows(path)} == {"Approved" if marks[0] else "Rejected"}


def test_a_mark_against_what_was_decided_otherwise_is_kept(worked: Bench) -> None:
    worked.done("review", "--approve-all", "--yes")
    worked.mark({"A1ADA": ("", "Nonsense")})
    assert "not carried out" in worked.failed(1, "results")


def test_marks_of_another_batch_are_kept(worked: Bench) -> None:
    path = worked.folder / "results.csv"
    path.write_text("AssignmentId,Approve,Reject\n3OTHER,x,\n")
    assert "1 marks" in worked.failed(1, "results")
    assert path.read_text().endswith("3OTHER,x,\n")


def test_a_file_with_a_column_of_ones_own_is_kept(worked: Bench) -> None:
    path = worked.folder / "results.csv"
    path.write_text("AssignmentId,Approve,Reject,Notes\n3OTHER,,,ask Ada\n")
    assert "has columns of its own (Notes)" in worked.failed(1, "results")
    assert "ask Ada" in path.read_text()


@pytest.mark.parametrize("name", ["rows.csv", "task.toml", "page.html", "journal"])
def test_no_other_file_is_replaced(worked: Bench, name: str) -> None:
    path = worked.folder / name
    before = path.read_bytes()
    assert "left as it is; name another file" in worked.failed(1, "results", "--csv", str(path)).replace("was ", "")
    assert path.read_bytes() == before


def test_a_folder_is_not_replaced(worked: Bench, tmp_path: Path) -> None:
    assert "cannot be read: Is a directory" in worked.failed(1, "results", "--csv", str(tmp_path))


def test_a_folder_that_is_not_there_is_told(worked: Bench, tmp_path: Path) -> None:
    assert "there is no folder" in worked.failed(1, "results", "--csv", str(tmp_path / "no" / "results.csv"))


def test_a_file_that_a_spreadsheet_broke_is_kept(worked: Bench) -> None:
    path = worked.folder / "results.csv"
    path.write_bytes(path.read_bytes() + "\r\nGröße".encode("cp1252"))
    before = path.read_bytes()
    assert "results.csv" in worked.failed(1, "results")
    assert path.read_bytes() == before


def test_results_go_to_stdout(worked: Bench) -> None:
    result = worked.run("results", "--csv", "-")
    assert result.exit_code == 0
    assert [row["WorkerId"] for row in csv.DictReader(result.stdout.splitlines(), restval="")] == ["A1ADA"] * 3
    assert result.stderr == "3 submissions written.\n"


def test_stdout_cannot_hold_both(worked: Bench) -> None:
    result = worked.run("results", "--csv", "-", "--json")
    assert (result.exit_code, "name a file" in result.stderr) == (2, True)


@pytest.mark.parametrize(("options", "cell"), [([], "'=1+1"), (["--keep-formulas"], "=1+1")])
def test_formulas_are_defused_unless_told(bench: Bench, options: list[str], cell: str) -> None:
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "=1+1"})
    bench.done("results", *options)
    assert {row["Answer.label"] for row in rows(bench.folder / "results.csv")} == {cell}


def test_no_submissions_are_a_file_with_its_columns_alone(bench: Bench) -> None:
    bench.done("publish", "--yes")
    assert bench.done("results")["submissions"] == 0
    assert (bench.folder / "results.csv").read_text().startswith('"HITId","HITTypeId"')
