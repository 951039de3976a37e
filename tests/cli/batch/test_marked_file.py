"""The results file is replaced, unless somebody's marks or something else would be lost."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from mturk import HIT, Results, ValidationError
from mturk.cli.batch import review_command
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


def test_a_mark_that_can_never_be_carried_out_keeps_no_file(worked: Bench) -> None:
    worked.done("review", "--approve-all", "--yes")
    path = worked.mark({"A1ADA": ("", "Nonsense")})
    assert worked.done("results")["submissions"] == 3
    assert {row["AssignmentStatus"] for row in rows(path)} == {"Approved"}


@pytest.mark.filterwarnings("ignore:deleted HITs:UserWarning")
def test_a_submission_that_is_not_told_any_more_stays_in_its_file(worked: Bench) -> None:
    path = worked.folder / "results.csv"
    worked.done("review", "--approve-all", "--yes")
    with worked.connection() as connection:
        hit = next(iter(HIT.all(connection=connection)))
        hit.expire()
        hit.delete()
    before = path.read_bytes()
    assert "has submissions that cannot be read any more" in worked.failed(1, "results")
    assert path.read_bytes() == before


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"payment"', '"account"', "has cells of submissions that somebody changed"),
        ('"Approve"', '"Approve","Answer.note"', "has columns of its own (Answer.note)"),
        ('"Approve"', '"Approve","Input.note"', "has columns of its own (Input.note)"),
    ],
)
def test_what_somebody_wrote_into_the_file_is_kept(worked: Bench, old: str, new: str, said: str) -> None:
    path = worked.folder / "results.csv"
    changed(path, old, new)
    before = path.read_bytes()
    assert said in worked.failed(1, "results")
    assert path.read_bytes() == before


@pytest.mark.parametrize(("cell", "saved"), [("true", "TRUE"), ("007", "7"), ("12345678901234567", "1.23457E+16")])
def test_what_a_spreadsheet_saves_otherwise_is_no_change(bench: Bench, cell: str, saved: str) -> None:
    bench.done("publish", "--yes")
    bench.work({"A1ADA": cell})
    bench.done("results")
    changed(bench.folder / "results.csv", f'"{cell}"', f'"{saved}"')
    assert bench.done("results")["submissions"] == 3


def test_a_file_that_only_its_owner_may_read_stays_so(worked: Bench) -> None:
    path = worked.folder / "results.csv"
    path.chmod(0o600)
    worked.done("results")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_pipe_is_no_place_for_a_file(worked: Bench, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is no regular file; name another one with --csv, where - is stdout" in worked.failed(
        1, "results", "--csv", str(tmp_path / "pipe")
    )


class Stdout(io.TextIOWrapper):
    """A place for text that may say it is a terminal."""

    def __init__(self, encoding: str, *, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def text(self) -> str:
        """What was written."""
        self.seek(0)
        return self.read()


def answered(path: Path, label: str) -> Results:
    """One submission with this answer."""
    path.write_text(f'AssignmentId,HITId,Answer.label\n3A,3H,"{label}"\n', encoding="utf-8")
    return Results.read_csv(path)


@pytest.mark.parametrize(("is_terminal", "cell"), [(True, "\ufffd[31m"), (False, "\x1b[31m")])
def test_a_terminal_is_not_told_what_it_would_obey(tmp_path: Path, is_terminal: bool, cell: str) -> None:
    out = Stdout("utf-8", is_terminal=is_terminal)
    assert review_command.printed(answered(tmp_path / "one.csv", "\x1b[31m"), "quote", out) == 1
    assert f'"{cell}"' in out.text()
    assert out.text().count("HITTypeId") == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_stdout_that_lacks_a_letter_gets_nothing(tmp_path: Path, encoding: str) -> None:
    out = Stdout(encoding, is_terminal=False)
    with pytest.raises(ValidationError, match=r"has no letters for it; nothing was written\. Set PYTHONIOENCODING"):
        review_command.printed(answered(tmp_path / "one.csv", "\u732b"), "quote", out)
    assert out.text() == ""


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
