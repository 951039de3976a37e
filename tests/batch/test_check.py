"""Everything that would go wrong is told before the first call, and nothing is published then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas
import pytest

from mturk import HIT, Batch, Connection, HITType, HTMLQuestion, Layout, ValidationError
from tests.batch.conftest import ROWS, MakeBatch
from tests.page import PAGE

GOOD = {"text": "A", "url": "u"}
ERRORS = [
    ([], "there are no rows"),
    ([GOOD, {"text": "B"}], "row 2: no column url, for which the page has a place"),
    ([{**GOOD, "text": "\0"}], "row 1: .* the character U\\+0000 cannot stand in XML"),
    ([{**GOOD, "text": "x" * 70_000}], "row 1: the question is 7[0-9],[0-9]{3} bytes long as sent, and 65,535"),
    ([{**GOOD, "text": "x" * 70_000}] * 12, r"rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more: the question is"),
    ([GOOD, 7], "row 2 is 7; expected a mapping"),
]


@pytest.mark.parametrize(("rows", "words"), ERRORS, ids=[words[:30] for _, words in ERRORS])
def test_a_table_that_does_not_fit_is_told_and_not_published(
    make: MakeBatch, service: Connection, rows: list[Any], words: str
) -> None:
    batch = make(rows)
    assert not batch.check()
    with pytest.raises(ValidationError, match=f"(?s)nothing was published.*error: {words}"):
        batch.publish()
    assert HIT.all(connection=service).count() == 0
    assert list(batch.rows()) == []


WARNINGS = [
    ([{**GOOD, "id": "7"}], "the page has no place for the column id"),
    ([{**GOOD, "url": ""}, {**GOOD, "url": None}], "rows 1, 2: url is empty"),
    ([GOOD, GOOD, {**GOOD, "url": "v"}], "2 rows are equal to row 1"),
]


@pytest.mark.parametrize(("rows", "words"), WARNINGS, ids=[words[:30] for _, words in WARNINGS])
def test_what_may_be_meant_is_a_warning(make: MakeBatch, rows: list[Any], words: str) -> None:
    report = make(rows).check()
    assert report
    assert words in str(report)
    assert len(report.warnings) == 1


def test_a_table_that_fits_is_told_so(make: MakeBatch) -> None:
    report = make().check()
    assert (report.rows, report.errors, report.warnings) == (5, (), ())
    assert repr(report) == "<BatchReport 5 rows, 0 errors, 0 warnings>"


def test_a_check_makes_no_call(make: MakeBatch, service: Connection) -> None:
    batch = make()
    service.close()
    service.url = "http://127.0.0.1:1/"
    assert batch.check()


def test_a_mistake_that_was_mended_in_the_file_is_gone_at_the_next_check(make: MakeBatch, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text\nA\n")
    batch = make(path)
    assert not batch.check()
    path.write_text("text,url\nA,u\n")
    assert batch.check()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{**GOOD, "id": "7"}, {**GOOD, "id": "7"}], "key 7 is there twice"),
        ([{**GOOD, "id": "7"}, {**GOOD, "id": ""}], "row 2: its key, in the column id, is empty"),
    ],
)
def test_keys_are_there_once_each(make: MakeBatch, rows: list[Any], words: str) -> None:
    assert words in str(make(rows, key="id").check())


OPTIONS = [
    ({"key": "nothing"}, "key: there is no column 'nothing'; the columns are text, url"),
    ({"annotation": "{nothing}"}, "annotation: .*its places are {row}"),
    ({"assignments": 0}, "assignments must be from 1"),
    ({"lifetime": 5}, "lifetime must be"),
    ({"engine": "mako"}, "engine: 'mako'"),
    ({"question": 7}, "question: 7; expected the path of a page"),
    ({"question": "<p>${text}</p>"}, "this is a page itself"),
    ({"question": "nowhere.html"}, "no template 'nowhere.html'"),
]


@pytest.mark.parametrize(("options", "words"), OPTIONS, ids=[words[:30] for _, words in OPTIONS])
def test_an_argument_that_cannot_be_is_told(make: MakeBatch, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make(**options).check()


def test_a_file_that_is_no_journal_is_left_alone(make: MakeBatch, tmp_path: Path) -> None:
    path = tmp_path / "thesis.txt"
    path.write_text("My thesis, " * 200)
    with pytest.raises(ValidationError, match=r"thesis\.txt cannot be opened"):
        make(journal=path)
    assert path.read_text() == "My thesis, " * 200


@pytest.mark.parametrize(
    "question",
    [
        Layout("3ABCDEFGHIJKLMNOPQRSTUVWXYZ012"),
        lambda row: HTMLQuestion(PAGE.replace("label", row["text"])),
        lambda row: HTMLQuestion(PAGE).to_xml(),
    ],
    ids=["layout", "function", "function that gives XML"],
)
def test_a_row_may_be_asked_in_other_ways(make: MakeBatch, question: Any) -> None:
    assert make(question=question).check()


def test_rows_that_are_too_large_are_told_once_with_the_largest(make: MakeBatch) -> None:
    (told,) = make([{**GOOD, "text": "x" * size} for size in (70_001, 70_003, 70_002)]).check().errors
    assert told.count("bytes long") == 1
    (alone,) = make([{**GOOD, "text": "x" * 70_003}]).check().errors
    assert alone.replace("row 1: the question is", "rows 1, 2, 3: the question is up to") == told


def test_of_many_columns_without_a_place_twenty_are_named(make: MakeBatch) -> None:
    (told,) = make([{**GOOD, **{f"more{number}": "x" for number in range(60)}}]).check().warnings
    assert "more19 and 40 more: in the results" in told


def test_the_name_of_a_column_begins_no_line_of_what_was_found(make: MakeBatch) -> None:
    report = make([{**GOOD, "x\n0 errors": "y"}]).check()
    assert len(str(report).splitlines()) == 1 + len(report.warnings)


def test_a_function_that_fails_names_the_row(make: MakeBatch) -> None:
    report = make([*ROWS, {"name": "x"}], lambda row: HTMLQuestion(PAGE.replace("label", row["text"]))).check()
    assert report.errors == ("row 6: KeyError: 'text'",)


def test_a_jinja_template_escapes_what_goes_in(make: MakeBatch, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE.replace("<input name", "{{ text }}<input name"))
    batch = make([{"text": "<b>", "url": "u"}], path, engine="jinja")
    assert str(batch.check()).splitlines()[1:] == [
        "warning: the page has no place for the column url: in the results as Input., not in the HITs"
    ]
    batch.publish()
    (hit,) = batch.hits()
    assert "&lt;b&gt;" in str(hit.question_xml)


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("{{ cycler.__init__.__globals__.os.getcwd() }}", "not allowed in a template that is data"),
        ("{{ text.__class__.__mro__ }}", "not allowed in a template that is data"),
        ("{% include 'link.html' %}", "no template 'link.html'"),
        ("{% include '../private.html' %}", "no template '../private.html'"),
    ],
)
@pytest.mark.parametrize("name", ["page.html", "page.xml"])
def test_a_jinja_template_runs_no_program_and_reads_nothing_outside_its_folder(
    make: MakeBatch, tmp_path: Path, inside: str, said: str, name: str
) -> None:
    (tmp_path / "private.html").write_text("a secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.html").symlink_to(tmp_path / "private.html")
    (folder / name).write_text(PAGE.replace("<input name", f"{inside}<input name"))
    (error,) = make([{"text": "x"}], folder / name, engine="jinja").check().errors
    assert said in error


def test_a_hit_type_without_terms_is_not_enough(service: Connection, page: Path, tmp_path: Path) -> None:
    bare = HITType("3ABCDEFGHIJKLMNOPQRSTUVWXYZ012", connection=service)
    with pytest.raises(ValidationError, match=r"the HITType that HITType\.create"):
        Batch(bare, ROWS, page, journal=tmp_path / "j", lifetime=60).check()


def test_a_page_for_jinja_is_told_before_it_is_published_as_it_stands(make: MakeBatch, tmp_path: Path) -> None:
    path = tmp_path / "jinja.html"
    path.write_text("<img src='{{ url }}'>{{ other }}<input name='label'>")
    told = "the page has {{ url }}, which is Jinja2's, and no ${…}; give engine='jinja'"
    assert told in str(make(question=path).check())
    path.write_text("<img src='${url}'>{{ url }}<input name='label'>")
    assert make(question=path).check()


def test_a_table_that_was_corrected_after_the_check_goes_out_as_it_is_now(make: MakeBatch, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,url\nWRONG,u\n")
    batch = make(path)
    assert batch.check()
    path.write_text("text,url\nright,u\nnew,v\n")
    assert batch.estimate().rows == 2
    assert batch.publish().published == 2
    assert ["right" in str(hit.question_xml) for hit in batch.hits()] == [True, False]


def test_a_list_that_was_corrected_after_the_check_goes_out_as_it_is_now(make: MakeBatch) -> None:
    rows = [{**GOOD, "text": "WRONG"}]
    batch = make(rows)
    assert batch.check()
    rows[0]["text"] = "right"
    batch.publish()
    assert [row.cells["text"] for row in batch.rows()] == ["right"]


def test_a_data_frame_that_was_corrected_after_the_check_goes_out_as_it_is_now(make: MakeBatch) -> None:
    rows = pandas.DataFrame([{**GOOD, "text": "WRONG"}])
    batch = make(rows)
    assert batch.check()
    rows.loc[0, "text"] = "right"
    batch.publish()
    assert [row.cells["text"] for row in batch.rows()] == ["right"]


def test_a_page_that_was_changed_after_the_check_is_checked_again(
    make: MakeBatch, page: Path, tmp_path: Path, service: Connection
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,url\nA,u\n")
    batch = make(path)
    assert batch.check()
    page.write_text(page.read_text() + "${more}")
    with pytest.raises(ValidationError, match="no column more, for which the page has a place"):
        batch.publish()
    page.write_text(page.read_text().replace("${more}", "<p>New</p>"))
    batch.publish()
    assert "<p>New</p>" in str(next(batch.hits()).question_xml)


@pytest.mark.parametrize("kind", ["file", "list"])
def test_a_table_that_has_not_changed_is_checked_once(make: MakeBatch, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,url\nA,u\n")
    batch = make(path if kind == "file" else [GOOD])
    report = batch.check()
    batch.publish()
    assert batch._report is report


def test_an_iterator_is_read_once(make: MakeBatch) -> None:
    batch = make(iter(ROWS))
    assert batch.check()
    assert batch.publish().published == 5


def test_a_published_row_that_has_changed_is_not_called_gone(make: MakeBatch) -> None:
    make().publish()
    report = make([{**ROWS[0], "text": "Other"}, *ROWS[1:4]]).check()
    assert "rows 1: published, and changed since" in str(report)
    assert "1 rows that are published are not in the table any more" in str(report)


HALF = "cut off \ud83d"


@pytest.mark.parametrize(
    "cells", [{"note": HALF}, {"note": {"a": [HALF]}}, {HALF: "note"}], ids=["cell", "inside a cell", "name"]
)
def test_half_of_a_character_is_an_error_wherever_it_is(make: MakeBatch, cells: dict[str, Any]) -> None:
    report = make([{**GOOD, **cells}]).check()
    assert len(report.errors) == 1
    assert "half of a character" in report.errors[0]
    assert str(report).encode()


def test_half_of_a_character_in_a_key_is_an_error(make: MakeBatch) -> None:
    assert "row 1: its key, in the column id, holds half" in str(make([{**GOOD, "id": HALF}], key="id").check())


def test_a_number_too_long_to_be_written_is_an_error(make: MakeBatch) -> None:
    assert "row 2: a whole number of more than 4,300 digits" in str(make([GOOD, {**GOOD, "n": 10**5000}]).check())


def test_another_table_on_the_same_journal_is_refused(make: MakeBatch) -> None:
    make(key="url").publish(limit=2)
    others = [{"text": "New", "url": f"https://my-lab.org/new/{number}.jpg"} for number in range(3)]
    report = make(others, key="url").check()
    assert "none of the 2 rows that are published is in this table" in str(report)
    assert make(ROWS[1:] + others, key="url").check()
