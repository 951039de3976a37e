"""The fields that a worker can fill in, as a browser would see them."""

from __future__ import annotations

import pytest

from mturk.marketplace.simulation.field import Field, fields_of
from tests.marketplace.sample import (
    external_question,
    file_question,
    form,
    html_question,
    selection_question,
    text_question,
)


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("<input name=a>", [Field("a")]),
        ("<textarea name=a></textarea>", [Field("a")]),
        ("<input type=radio name=a value=x><input type=radio name=a value=y>", [Field("a", ("x", "y"), 1, "box")]),
        (
            "<input type=checkbox name=a value=x><input type=checkbox name=a value=y>",
            [Field("a", ("x", "y"), 2, "box")],
        ),
        ("<input type=checkbox name=a>", [Field("a", ("on",), 1, "box")]),
        ("<select name=a><option value=x>X<option>Y &amp; Z</select>", [Field("a", ("x", "Y & Z"))]),
        ("<select name=a><option>x</option></select><option>y</option>", [Field("a", ("x",))]),
        ("<input type=hidden name=a value=7>", [Field("a", ("7",))]),
        ("<input type=number name=a min=0 max=2>", [Field("a", ("0", "1", "2"))]),
        ("<input type=range name=a min=0 max=1e9>", [Field("a", ("1",))]),
        ("<input type=number name=a min=5 max=1000000000>", [Field("a", tuple(map(str, range(5, 15))))]),
        ("<input type=SUBMIT name=a><input type=file name=b><input name=c>", [Field("c")]),
        ("<input name=assignmentId type=hidden><input name=a disabled><input name=b>", [Field("b")]),
        ("<input><p>Nothing has a name.</p>", [Field("answer")]),
        ('<crowd-classifier name=a categories=\'["x", "y"]\'>', [Field("a", ("x", "y"), 1, "label")]),
        ("<crowd-image-classifier name=a categories=\"['x', 'y',]\">", [Field("a", ("x", "y"), 1, "label")]),
        ("<crowd-classifier-multi-select name=a categories='[]'>", [Field("a", (), 1, "labels")]),
        (
            "<crowd-radio-button name=a value=x></crowd-radio-button><crowd-radio-button name=a value=y>",
            [Field("a", ("x", "y"), 1, "box")],
        ),
        ("<crowd-checkbox name=a value=''>", [Field("a", ("on",), 1, "box")]),
        (
            "<crowd-checkbox name=a value=x></crowd-checkbox><crowd-toggle-button name=a>",
            [Field("a", ("x", "on"), 2, "box")],
        ),
        ("<crowd-slider name=a max=2>", [Field("a", ("0", "1", "2"), 1, "number")]),
        ("<crowd-input name=a type=number min=1 max=2>", [Field("a", ("1", "2"))]),
        ("<crowd-input name=a></crowd-input>", [Field("a")]),
        ("<crowd-classifier name=a categories='{not json'>", [Field("a", (), 1, "label")]),
        ("<crowd-classifier name=a categories='{\"x\": 1}'>", [Field("a", (), 1, "label")]),
        ("<!-- <input name=a> --><input name=b><input name=c>", [Field("b"), Field("c")]),
    ],
)
def test_a_page_has_these_fields(page: str, fields: list[Field]) -> None:
    assert list(fields_of(html_question(page))) == fields


def test_a_form_has_its_questions_as_fields() -> None:
    question = form(text_question("why"), selection_question("what", "cat", "dog", most=2))
    assert fields_of(question) == (Field("why"), Field("what", ("cat", "dog"), 2))


def test_a_form_has_no_field_for_a_file() -> None:
    assert fields_of(form(file_question("photo"), text_question("why"), day="2005-10-01")) == (Field("why"),)


def test_a_page_elsewhere_is_taken_to_have_an_answer() -> None:
    assert fields_of(external_question("https://example.org/")) == (Field("answer"),)
