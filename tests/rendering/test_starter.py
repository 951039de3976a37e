"""The values of the pages to start from are checked before a page is made."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from mturk import using
from mturk.connection.connection import Connection
from mturk.errors import ValidationError
from mturk.question.html_question import HTMLQuestion

WORKS: dict[str, dict[str, Any]] = {
    "image_classification.html": {"image": "/7.jpg", "labels": ["cat", "dog"]},
    "text_labelling.html": {"text": "Not bad", "labels": ["positive", "negative"]},
    "transcription.html": {"audio": "https://my-lab.org/7.ogg"},
    "survey.html": {"consent": "You can stop.", "questions": [{"id": "age", "text": "How old?", "kind": "number"}]},
    "bounding_box.html": {"image": "/7.jpg", "labels": ["cat"]},
}


class Colour(str, Enum):
    RED = "red"


def page(name: str, **changes: Any) -> str:
    return HTMLQuestion.from_template(f"mturk/{name}", WORKS[name], **changes).html


def survey(**question: Any) -> str:
    return page("survey.html", questions=[{"id": "q", "text": "Why?", **question}])


def complaints(make: Callable[..., str], *names: str, **values: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        make(*names, **values)
    return str(caught.value).split("\n")


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("prefix", ["mturk/", ""])
def test_a_page_is_made_of_values_that_fit(name: str, prefix: str) -> None:
    assert "<form" in HTMLQuestion.from_template(prefix + name, WORKS[name]).html


@pytest.mark.parametrize("name", ["image_classification.html", "text_labelling.html", "bounding_box.html"])
@pytest.mark.parametrize(
    "labels",
    ["yes", b"yes", [], (), {}, 5, None, float("nan"), [""], ["cat", " "], ["cat", "cat"], [float("nan")], [3], [None]],
)
def test_labels_are_a_list_of_different_texts(name: str, labels: Any) -> None:
    (complaint,) = complaints(page, name, labels=labels)
    assert complaint.startswith(f"mturk/{name}: labels")
    assert "expected" in complaint


@pytest.mark.parametrize(
    "labels",
    [
        [("a", "A"), ("a", "B")], [("a", "A"), ("b", "A")], [("a", "A", "?")], [(None, "A")], [("a", float("inf"))],
        [("", "A")], [("a", "")], [{"a": "A"}],
    ],
)  # fmt: skip
def test_a_pair_is_a_value_and_a_text_and_neither_is_there_twice(labels: Any) -> None:
    (complaint,) = complaints(page, "image_classification.html", labels=labels)
    assert complaint.startswith("mturk/image_classification.html: labels")


@pytest.mark.parametrize("labels", [[("a", "A"), ("b", "B")], {"a": "A", "b": "B"}, (("a", "A"), ["b", "B"])])
def test_labels_are_pairs_of_a_value_and_a_text_or_a_mapping_of_them(labels: Any) -> None:
    html = page("text_labelling.html", labels=labels)
    assert html.index('value="a"') < html.index(">A<") < html.index('value="b"') < html.index(">B<")


@pytest.mark.parametrize("labels", [{"a": "A"}, [("a", "A")]])
def test_the_labels_of_boxes_are_texts_alone(labels: Any) -> None:
    (complaint,) = complaints(page, "bounding_box.html", labels=labels)
    assert "expected a" in complaint


def test_labels_that_can_be_read_only_once_are_a_list_too() -> None:
    assert '["cat", "dog"]' in page("bounding_box.html", labels=(label for label in ("cat", "dog")))


def test_a_member_of_an_enumeration_of_texts_is_its_text() -> None:
    assert 'value="red"' in page("image_classification.html", labels=[Colour.RED])


@pytest.mark.parametrize(
    "image",
    ["javascript:alert(1)", "JavaScript:x", " javascript:x", "java\nscript:x", "data:text/html,x", "data:audio/wav,x",
     "C:\\7.jpg", "file:///7.jpg", "https://", "http:///7.jpg",
     "http://[7/", "", 5, float("nan"), ["/7.jpg"], b"/7.jpg"],
)  # fmt: skip
def test_a_picture_has_an_address_that_a_page_can_load(image: Any) -> None:
    (complaint,) = complaints(page, "bounding_box.html", image=image)
    assert complaint.startswith("mturk/bounding_box.html: image: ")


@pytest.mark.parametrize(
    "image", ["https://my-lab.org/7.jpg", "HTTP://my-lab.org", "//my-lab.org/7", "a b.jpg", "../7.jpg?x=a:b",
              "data:image/png;base64,iVBORw0K"],
)  # fmt: skip
def test_an_address_is_on_the_web_or_relative_or_the_picture_itself(image: str) -> None:
    assert image.replace("&", "&amp;") in page("image_classification.html", image=image)


@pytest.mark.parametrize("values", [{"audio": None}, {"image": "/7.jpg"}])
def test_a_transcription_has_one_source(values: dict[str, Any]) -> None:
    (complaint,) = complaints(page, "transcription.html", **values)
    assert "expected one of them" in complaint


@pytest.mark.parametrize(
    ("name", "values", "place"),
    [
        ("text_labelling.html", {"text": float("nan")}, "text"),
        ("text_labelling.html", {"text": " "}, "text"),
        ("text_labelling.html", {"text": None}, "text"),
        ("text_labelling.html", {"several": "no"}, "several"),
        ("text_labelling.html", {"question": True}, "question"),
        ("transcription.html", {"language": "German"}, "language"),
        ("transcription.html", {"audio": "data:image/png,x"}, "audio"),
        ("survey.html", {"consent": []}, "consent"),
        ("survey.html", {"consent": {"a": "b"}}, "consent"),
        ("survey.html", {"consent": ["", "Nothing is kept."]}, "consent[0]"),
        ("survey.html", {"questions": "age"}, "questions"),
        ("survey.html", {"questions": {"id": "age", "text": "?"}}, "questions"),
        ("survey.html", {"questions": ["age"]}, "questions[0]"),
        ("survey.html", {"questions": None}, "questions"),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, values: dict[str, Any], place: str) -> None:
    (complaint,) = complaints(page, name, **values)
    assert complaint.startswith(f"mturk/{name}: {place}: ")


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ({"kind": "checkbox"}, "kind"),
        ({"kind": ["text"]}, "kind"),
        ({"text": None}, "text"),
        ({"text": ""}, "text"),
        ({"id": 5}, "id"),
        ({"id": ""}, "id"),
        ({"id": ["q"]}, "id"),
        ({"id": "assignmentId"}, "id"),
        ({"id": "hitId"}, "id"),
        ({"id": "workerId"}, "id"),
        ({"id": "turkSubmitTo"}, "id"),
        ({"id": "consent"}, "id"),
        ({"required": "no"}, "required"),
        ({"option": ["a"]}, "option"),
        ({"options": ["a"]}, "options"),
        ({"kind": "choice"}, "options"),
        ({"kind": "choice", "options": "yes"}, "options"),
        ({"kind": "several", "options": []}, "options"),
        ({"kind": "several", "options": ["a", "a"]}, "options"),
        ({"kind": "number", "min": float("nan")}, "min"),
        ({"kind": "number", "max": float("inf")}, "max"),
        ({"kind": "number", "max": Decimal("sNaN")}, "max"),
        ({"kind": "number", "max": "9"}, "max"),
        ({"kind": "scale", "max": 4.5}, "max"),
        ({"kind": "scale", "max": True}, "max"),
        ({"kind": "scale", "low": ["bad"]}, "low"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question: dict[str, Any], place: str) -> None:
    (complaint,) = complaints(survey, **question)
    assert complaint.startswith(f"mturk/survey.html: questions[0].{place}: ")


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "number", "min": 5, "max": 4}, {"kind": "scale", "min": 7}, {"kind": "scale", "min": 3, "max": 3},
        {"kind": "scale", "max": 10**9},
    ],
)  # fmt: skip
def test_a_span_has_something_to_choose_from(question: dict[str, Any]) -> None:
    (complaint,) = complaints(survey, **question)
    assert complaint.startswith("mturk/survey.html: questions[0]: ")


def test_no_two_questions_have_one_id() -> None:
    twice = [{"id": "q", "text": "Why?"}, {"id": "q", "text": "Why not?"}]
    assert complaints(page, "survey.html", questions=twice) == [
        "mturk/survey.html: questions[1].id: 'q' is the id of questions[0] too; expected another"
    ]


def test_numbers_of_other_kinds_are_numbers() -> None:
    assert 'min="0.5"' in survey(kind="number", min=Decimal("0.5"))
    assert survey(kind="scale", max=5.0).count('name="q"') == 5


def test_what_is_none_is_left_out() -> None:
    assert survey(kind="number", min=None) == survey(kind="number")
    assert page("transcription.html", legend=None) == page("transcription.html")


def test_a_survey_may_ask_for_consent_alone() -> None:
    assert 'name="consent"' in page("survey.html", questions=[])


def test_a_misspelt_name_is_named_with_the_right_one() -> None:
    assert complaints(page, "bounding_box.html", lables=["cat"]) == [
        "mturk/bounding_box.html: lables: no value of this name; expected one of "
        "image, labels, alt, question, instructions, legend (did you mean labels?)"
    ]


def test_one_error_lists_every_problem() -> None:
    found = complaints(page, "image_classification.html", labels="yes", image="javascript:x", alt=float("nan"), x=1)
    assert [complaint.split(": ")[1] for complaint in found] == ["x", "image", "labels", "alt"]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValidationError, match=r"survey\.html: consent: missing; expected a text, or a list of texts"):
        HTMLQuestion.from_template("mturk/survey.html", questions=[])


def test_a_template_of_ones_own_takes_what_it_likes(tmp_path: Path) -> None:
    (tmp_path / "survey.html").write_text('{% extends "mturk/survey.html" %}{% block submit %}{{ go }}{% endblock %}')
    values = {"consent": "c", "questions": (), "go": "Send it"}
    assert "Send it" in HTMLQuestion.from_template(tmp_path / "survey.html", values).html
    with using(Connection("http://127.0.0.1:9", access_key="k", secret_key="s", templates=[tmp_path])):
        assert "Send it" in HTMLQuestion.from_template("survey.html", values).html
        with pytest.raises(ValidationError, match="go: no value of this name"):
            HTMLQuestion.from_template("mturk/survey.html", values)
