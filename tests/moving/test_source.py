"""A file is known by what is in it, and what is nothing known is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mturk.errors import ValidationError
from tests.moving.tables import RESULT, database, of_kind, problems, read, table


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "its columns are a, b; expected the results"),
        (b"", "it is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "it is not in utf-8-sig"),
        (b'"HITId","AssignmentId"\n"3A","3B"x\n', "line 2"),
        (b'"HITId","AssignmentId"\n"3A","3B\n', "unexpected end of data"),
        (b'"HITId","HITId","AssignmentId"\n', "two columns are called HITId"),
        (b'"HITId","AssignmentId"\n"3A","' + b"x" * 16_000_001 + b'"\n', "field larger than field limit"),
    ],
)
def test_what_is_none_of_the_known_files_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(ValidationError, match=words):
        read(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="there is no such file"):
        read(tmp_path / "missing.csv")


def test_a_database_of_something_else_is_told(tmp_path: Path) -> None:
    path = database(tmp_path / "other.db", ["CREATE TABLE a (b)"], {})
    with pytest.raises(ValidationError, match="tables of neither psiTurk nor Dallinger"):
        read(path)


def lines(tmp_path: Path, *things: object) -> Path:
    path = tmp_path / "account.jsonl"
    first = {"kind": "Export", "record": {"mturk": "0.1.0"}}
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in [first, *things]))
    return path


END = {"kind": "End", "record": {}}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "expected an object with kind and record"),
        ({"kind": "ReviewResults", "record": {}}, "keeps no such thing"),
        ({"kind": "Unread", "record": {"kind": "HIT", "of": "HIT 3A", "error": "gone"}}, "mturk export: gone"),
        ({"kind": "Assignment", "record": {"id": "3A", "submit_time": "soon"}}, "'soon' is no time"),
    ],
)
def test_a_line_of_an_export_that_cannot_be_read_is_told(tmp_path: Path, line: object, words: str) -> None:
    block = {"kind": "WorkerBlock", "record": {"worker_id": "A1ADA", "reason": "Spam"}}
    things = read(lines(tmp_path, line, block, END))
    ((place, error),) = problems(things)
    assert place == "line 2"
    assert words in error
    assert of_kind(things, "WorkerBlock") == [{"WorkerId": "A1ADA", "Reason": "Spam"}]


def test_an_export_that_was_broken_off_is_told(tmp_path: Path) -> None:
    assert "not written to its end" in problems(read(lines(tmp_path)))[0][1]
    assert problems(read(lines(tmp_path, END))) == []


def test_a_table_is_known_by_its_columns_whatever_it_is_called(tmp_path: Path) -> None:
    assert of_kind(read(table(tmp_path / "download", RESULT)), "HIT")
