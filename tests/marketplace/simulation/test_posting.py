"""What made-up workers post is what a browser would."""

from __future__ import annotations

import json

import pytest

from mturk.marketplace.simulation.field import fields_of
from mturk.marketplace.simulation.posting import posted
from tests.marketplace.sample import form, html_question, text_question

BOXES = "<crowd-checkbox name=a value=x></crowd-checkbox><crowd-checkbox name=a value=y></crowd-checkbox>"


@pytest.mark.parametrize(
    ("inside", "chosen", "member"),
    [
        ("<crowd-input name=a></crowd-input>", "Ada", "Ada"),
        ("<crowd-slider name=a></crowd-slider>", "3", 3),
        (BOXES, "y", {"x": False, "y": True}),
        ("<input type=radio name=a value=x><input type=radio name=a value=y>", "x", {"x": True, "y": False}),
        ("<crowd-classifier name=a categories='[]'></crowd-classifier>", "cat", {"label": "cat"}),
        ("<crowd-image-classifier-multi-select name=a></crowd-image-classifier-multi-select>", "x", {"labels": ["x"]}),
    ],
)
def test_a_crowd_form_posts_one_field_with_a_member_for_each(inside: str, chosen: str, member: object) -> None:
    question = html_question(f"<crowd-form>{inside}<input type=hidden name=empty value=''></crowd-form>")
    sent = posted(question, fields_of(question), {"a": chosen, "empty": ""})
    assert list(sent) == ["taskAnswers"]
    assert json.loads(str(sent["taskAnswers"])) == [{"a": member}]


def test_a_crowd_form_that_flattens_posts_each_leaf() -> None:
    inside = f"{BOXES}<crowd-input name=b></crowd-input><crowd-slider name=c></crowd-slider>"
    question = html_question(f"<crowd-form answer-format='flatten-objects'>{inside}</crowd-form>")
    sent = posted(question, fields_of(question), {"a": "x", "b": "Ada", "c": "3"})
    assert sent == {"a.x": "true", "a.y": "false", "b": "Ada", "c": "3"}


@pytest.mark.parametrize("question", [html_question("<input name=a>"), form(text_question("a"))])
def test_other_pages_and_forms_post_each_field_for_itself(question: str) -> None:
    assert posted(question, fields_of(question), {"a": "Ada"}) == {"a": "Ada"}
