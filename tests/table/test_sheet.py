"""Tables are read as they are meant, whoever wrote them, and a broken one says where."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mturk import ValidationError
from mturk.table import sheet

WRITTEN = [
    ("rows.csv", b"url,text\na,b\nc,d\n", "plain"),
    ("rows.csv", b"\xef\xbb\xbfurl,text\r\na,b\r\nc,d", "with a byte order mark, and no line end at the end"),
    ("rows.csv", b'"url","text"\n"a","b"\n\n"c","d"\n', "in quotes, with an empty line"),
    ("rows.csv", b"url;text\na;b\nc;d\n", "with semicolons, as spreadsheets write them"),
    ("rows.csv", b"url,text,,\na,b,,\nc,d,,\n", "with columns that have neither name nor cells"),
    ("ROWS.TSV", b"url\ttext\na\tb\nc\td\n", "with tabs"),
    ("rows.jsonl", b'{"url": "a", "text": "b"}\n\n{"url": "c", "text": "d"}\n', "as JSON Lines"),
]


@pytest.mark.parametrize(("name", "content", "how"), WRITTEN, ids=[how for _, _, how in WRITTEN])
def test_a_file_is_read_however_it_was_written(tmp_path: Path, name: str, content: bytes, how: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert list(sheet.read(tmp_path / name)) == [{"url": "a", "text": "b"}, {"url": "c", "text": "d"}]


def test_a_cell_may_hold_lines_quotes_and_more_than_the_csv_module_allows(tmp_path: Path) -> None:
    long = "x" * 200_000
    (tmp_path / "rows.csv").write_text(f'a,b\n"one\ntwo ""three""","{long}"\n')
    assert list(sheet.read(tmp_path / "rows.csv")) == [{"a": 'one\ntwo "three"', "b": long}]


@pytest.mark.parametrize("header", ['url;"text, or more"', "url;text, or more;"])
def test_a_comma_within_a_name_does_not_hide_the_semicolons(tmp_path: Path, header: str) -> None:
    (tmp_path / "rows.csv").write_text(f"{header}\na;b\n")
    assert list(sheet.read(tmp_path / "rows.csv")) == [{"url": "a", "text, or more": "b"}]


def test_semicolons_within_a_name_do_not_hide_the_comma(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('url,"a;b;c"\n1,2\n')
    assert list(sheet.read(tmp_path / "rows.csv")) == [{"url": "1", "a;b;c": "2"}]


@pytest.mark.parametrize(("own", "other"), [(",", ";"), (";", ",")])
@pytest.mark.parametrize(("first", "quoted"), [("HITId", False), ("HITId", True), ("Answer.label", True)])
def test_the_names_of_answers_do_not_tell_what_is_between_cells(
    tmp_path: Path, own: str, other: str, first: str, quoted: bool
) -> None:
    name = f"Answer.x{other * 80}"
    # Of a name in two lines the first alone has a quote without an end.
    name, header = (f"{name}\n", f'"{name}\n"') if quoted else (name, name)
    (tmp_path / "rows.csv").write_text(f"{first}{own}{header}\nx{own}y\n")
    assert list(sheet.read(tmp_path / "rows.csv")) == [{first: "x", name: "y"}]


@pytest.mark.parametrize("header", ["Answer.a;b,AssignmentId", "Answer.a,b;AssignmentId"])
def test_a_file_that_begins_with_an_answer_is_not_read_in_two_ways(tmp_path: Path, header: str) -> None:
    (tmp_path / "rows.csv").write_text(f"{header}\nx,y\n")
    with pytest.raises(ValidationError, match="put AssignmentId first"):
        list(sheet.read(tmp_path / "rows.csv"))


@pytest.mark.parametrize("header", ["HITId\tAnswer.a,AssignmentId", '"HITId"|"Answer.a";AssignmentId'])
def test_a_comma_in_the_name_of_an_answer_separates_no_cells_of_another_sort_of_file(
    tmp_path: Path, header: str
) -> None:
    (tmp_path / "rows.csv").write_text(f"{header}\nx,y\n")
    with pytest.raises(ValidationError, match="stands between its columns; expected commas or semicolons"):
        list(sheet.read(tmp_path / "rows.csv"))


@pytest.mark.parametrize("row", ["a\rb,c", '"a\rb",c', '"a\rb","c"'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("header", ["x\ry,z", '"x\ry","z"'])
def test_a_carriage_return_alone_ends_no_row_where_line_feeds_do(
    tmp_path: Path, header: str, end: str, row: str
) -> None:
    (tmp_path / "rows.csv").write_text(f"{header}{end}{row}{end}", newline="")
    assert list(sheet.read(tmp_path / "rows.csv")) == [{"x\ry": "a\rb", "z": "c"}]


def test_a_carriage_return_alone_ends_the_rows_of_an_old_mac(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('url,text\ra,"b\nc"\rd,e\r', newline="")
    assert list(sheet.read(tmp_path / "rows.csv")) == [{"url": "a", "text": "b\nc"}, {"url": "d", "text": "e"}]


@pytest.mark.parametrize("name", ["Correct Answer.1", "TheAnswer.text", "text (en)"])
def test_a_column_of_ones_own_may_be_called_an_answer(tmp_path: Path, name: str) -> None:
    (tmp_path / "rows.csv").write_text(f"{name};url\na;b")
    assert list(sheet.read(tmp_path / "rows.csv")) == [{name: "a", "url": "b"}]


def test_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes("a\nMünchen\n".encode("cp1252"))
    assert list(sheet.read(tmp_path / "rows.csv", "cp1252")) == [{"a": "München"}]


BROKEN = [
    ("rows.csv", b"", "it is empty"),
    ("rows.csv", b"a,b\n1\n", "line 2: the row has 1 cells, and there are 2 columns"),
    ("rows.csv", b'a,b\n1,"2\n\n"\n3,4,5\n', "line 5: the row has 3 cells, and there are 2 columns"),
    ("rows.csv", b"a,b,a\n", "two columns are called a"),
    ("rows.csv", b"a,,b\n", "column 2 has no name"),
    ("rows.csv", b'a,b\n1,"2\n', "unexpected end of data"),
    ("rows.csv", "a\nMünchen\n".encode("cp1252"), "encoding='cp1252'"),
    ("rows.jsonl", b'{"a": 1}\n[2]\n', "line 2: expected an object"),
    ("rows.jsonl", b'{"a": 1}\n{"a": \n', "line 2: no JSON"),
    ("rows.xlsx", b"", "ends in .csv, .tsv or .jsonl"),
]


@pytest.mark.parametrize(("name", "content", "words"), BROKEN, ids=[words for _, _, words in BROKEN])
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValidationError, match=rf"{name}.*{words}"):
        list(sheet.read(tmp_path / name))


def test_an_encoding_that_does_not_exist_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\n1\n")
    with pytest.raises(ValidationError, match="encoding: 'latin-99' is not known"):
        list(sheet.read(tmp_path / "rows.csv", "latin-99"))


@pytest.mark.parametrize(
    ("given", "words"),
    [({"a": 1}, "one mapping is one row"), ([{"a": 1}, 2], "row 2 is 2"), (7, "expected a path, a data frame")],
)
def test_what_is_no_table_is_told(given: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        list(sheet.read(given))


class Frame:
    """What pandas' data frames have."""

    columns = ("a", 7)

    def itertuples(self, *, index: bool, name: None) -> Iterator[tuple[Any, ...]]:
        assert not index
        return iter([(1, float("nan")), (2, "x")])


def test_a_data_frame_gives_its_rows_and_what_is_not_there_is_nothing() -> None:
    assert list(sheet.read(Frame())) == [{"a": 1, "7": None}, {"a": 2, "7": "x"}]


def test_cells_become_what_json_has_a_word_for() -> None:
    day = datetime.date(2026, 9, 30)
    (row,) = sheet.read([{"day": day, "path": Path("x"), "list": (1, None, [day]), "yes": True, "one": 1.5}])
    assert row == {"day": "2026-09-30", "path": "x", "list": [1, None, ["2026-09-30"]], "yes": True, "one": 1.5}
    assert json.loads(json.dumps(row)) == row


def test_rows_are_read_when_they_are_asked_for() -> None:
    def endless() -> Iterator[dict[str, int]]:
        number = 0
        while True:
            yield {"a": (number := number + 1)}

    rows = sheet.read(endless())
    assert [next(rows)["a"] for _ in range(3)] == [1, 2, 3]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"rows\.csv cannot be read: No such file"):
        list(sheet.read(tmp_path / "rows.csv"))
