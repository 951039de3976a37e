"""Rows of plain text are cast in the mould of their page, and come out as if the whole page had been looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mturk import Connection, ValidationError, using
from mturk.batch.mould import Mould
from mturk.batch.row_question import asking
from mturk.question import question
from mturk.question.html_question import HTMLQuestion
from mturk.rendering import template
from tests.batch.conftest import PAGE, MakeBatch

FORM = "<form action='/mturk/externalSubmit' method='post'><input name='assignmentId'><input name='x'><button>"
PIECES = [
    "${a}", "${b}", "<p>", "</p>", "<img src='${a}'>", "<img alt=\"${b}\">", "<input name='${a}'>", "<input name='y' ",
    "<", "<in", "put name='z'>", "]", "]]", ">", "-->", "<!--", "<!-", "'", '"', "turkSet", "AssignmentID", "text",
    "<script>", "</script>", "var x = '${a}';", "`${b}`", FORM, "</form>", "<!DOCTYPE html>", "<html><head>", "</head>",
    "<body>", "</body>", "<crowd-form>", "<textarea name='t'>", "<style>", "\n", "zq0qz",
]  # fmt: skip
CELLS = st.sampled_from(
    ["", "A cat", "https://my-lab.org/1.jpg?a=1&b=2", "naïve 猫", "it's", 'a "word"', "<b>", "]", "put name='z'", "-",
     "--", "form ", "turkSet", "turkSetAssignmentID", "${b}", "two\nlines", "\r", "\x01", "\ud800", "zq1qz"]
)  # fmt: skip


def filled(source: str, values: dict[str, str]) -> HTMLQuestion:
    return HTMLQuestion(template.as_the_site_did(source, values, "page", xml=False))


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), CELLS, CELLS)
@example(f"<!DOCTYPE html>{FORM}${{a}} ${{b}}</form>", "a", "b")
@example("]${a}>", "", "")
@example("<input title='x ${a}> <input name='y'>${b}", "'", "b")
def test_what_is_cast_is_what_looking_at_the_whole_page_gives(source: str, a: str, b: str) -> None:
    values = {"a": a, "b": b}
    used = {name: values[name] for name in ("a", "b") if f"${{{name}}}" in source}
    try:
        cast = Mould(source, filled).cast(used)
    except ValidationError:
        with pytest.raises(ValidationError):
            question.examine(filled(source, used))
        return
    if cast is not None:
        assert cast == question.examine(filled(source, used), 10_000_000)


def test_an_ordinary_page_has_a_mould() -> None:
    assert Mould(PAGE, filled).cast({"text": "A cat", "url": "https://my-lab.org/1.jpg"})


@pytest.mark.parametrize(
    ("source", "cell"),
    [
        (PAGE, "<b>"),
        (PAGE, "a\rb"),
        (PAGE.replace("${text}", "<script>${text}</script>"), "A"),
        (PAGE.replace("${text}", "<input name='${text}'>"), "A"),
    ],
)
def test_where_a_cell_may_change_the_page_the_whole_page_is_looked_at(source: str, cell: str) -> None:
    assert Mould(source, filled).cast({"text": cell, "url": "u"}) is None


def test_with_templates_of_the_users_own_the_whole_page_is_looked_at(service: Connection, tmp_path: Path) -> None:
    service.templates = [tmp_path]
    with using(service):
        assert Mould(PAGE, filled).cast({"text": "A", "url": "u"}) is None


def test_a_page_that_was_changed_is_cast_anew(page: Path) -> None:
    made = asking(page, "mturk")
    before = made.cast({"text": "A", "url": "u"})
    page.write_text(PAGE.replace("<p>", "<p>Changed: "))
    after = made.cast({"text": "A", "url": "u"})
    assert before is not None
    assert after is not None
    assert "Changed: A" not in before.xml
    assert "Changed: A" in after.xml


def test_a_row_that_is_too_large_is_told_though_its_text_is_plain(make: MakeBatch) -> None:
    report = make([{"text": "A", "url": "u"}, {"text": "x" * 70_000, "url": "u"}]).check()
    assert "row 2: the question is" in str(report)
