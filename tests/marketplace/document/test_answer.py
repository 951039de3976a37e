"""What workers enter, as the document that requesters read."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from mturk.marketplace import Marketplace, Other, WorkerError
from mturk.marketplace.document.answer import answer_document
from tests.marketplace.conftest import Client, Publish
from tests.marketplace.sample import BASE, external_question, form, html_question, selection_question, text_question

_NAMESPACE = f"{{{BASE}/2005-10-01/QuestionFormAnswers.xsd}}"


def _read(document: str) -> list[list[tuple[str, str]]]:
    root = ElementTree.fromstring(document.encode("ascii"))
    assert root.tag == f"{_NAMESPACE}QuestionFormAnswers"
    return [[(part.tag.removeprefix(_NAMESPACE), part.text or "") for part in answer] for answer in root]


@pytest.mark.parametrize("question", [html_question(), external_question("https://example.com")])
def test_each_field_of_a_page_is_a_free_text_in_the_order_of_the_page(question: str) -> None:
    document = answer_document(question, {"b": "1", "a": "2"})
    assert _read(document) == [
        [("QuestionIdentifier", "b"), ("FreeText", "1")],
        [("QuestionIdentifier", "a"), ("FreeText", "2")],
    ]


def test_a_repeated_field_of_a_page_is_repeated() -> None:
    document = answer_document(html_question(), {"pet": ["cat", "dog", Other("fox")]})
    assert [answer[1][1] for answer in _read(document)] == ["cat", "dog", "fox"]


@pytest.mark.parametrize(
    "text",
    ["", "a < b & c > d \"e\" 'f'", "Grüße, 世界 🎈", "line\nbreak", "carriage\r\nreturn", "]]>", " blank "],
)
def test_texts_arrive_as_they_were_entered(text: str) -> None:
    assert _read(answer_document(html_question(), {"x": text}))[0][1] == ("FreeText", text)


def test_characters_that_xml_cannot_write_are_dropped() -> None:
    document = answer_document(html_question(), {"x": "a\x00b\x0bc\ud800d\ufffee"})
    assert _read(document)[0][1] == ("FreeText", "abcde")


def test_reserved_names_are_left_out() -> None:
    document = answer_document(html_question(), {"assignmentId": "3", "hitId": "3", "x": "1"})
    assert [answer[0][1] for answer in _read(document)] == ["x"]


def test_a_page_that_posts_only_whose_work_it_was_answers_with_that() -> None:
    document = answer_document(html_question(), {"assignmentId": "3", "hitId": "3H", "workerId": "A1"})
    assert [(answer[0][1], answer[1][1]) for answer in _read(document)] == [("hitId", "3H"), ("workerId", "A1")]


@pytest.mark.parametrize("answers", [{}, {"assignmentId": "3X"}, {"turkSubmitTo": "https://www.mturk.com"}])
def test_a_page_must_send_at_least_one_field(answers: dict[str, str]) -> None:
    with pytest.raises(WorkerError, match="no answers"):
        answer_document(html_question(), answers)


CROWD = html_question("<crowd-form><crowd-input name='label'></crowd-input></crowd-form>")


def test_a_crowd_form_sends_one_field_of_json() -> None:
    document = answer_document(CROWD, {"label": "cat"})
    assert _read(document) == [[("QuestionIdentifier", "taskAnswers"), ("FreeText", '[{"label":"cat"}]')]]


@pytest.mark.parametrize("form", ['id="f" answer-format="flatten-objects"', "answer-format = flatten-objects"])
def test_a_crowd_form_that_flattens_sends_a_field_each(form: str) -> None:
    question = html_question(f"<crowd-form {form}><crowd-input name='label'></crowd-input></crowd-form>")
    assert _read(answer_document(question, {"label": "cat", "sure.yes": "true"})) == [
        [("QuestionIdentifier", "label"), ("FreeText", "cat")],
        [("QuestionIdentifier", "sure.yes"), ("FreeText", "true")],
    ]


def test_what_a_crowd_form_sends_can_be_given_whole() -> None:
    document = answer_document(CROWD, {"taskAnswers": '[{"a":{"b":true}}]'})
    assert _read(document)[0][1] == ("FreeText", '[{"a":{"b":true}}]')


FORM = form(
    text_question("why"),
    selection_question("pet", "cat", "dog", most=2, other=True),
    selection_question("one", "x.y", "z", required=True),
)


def test_a_form_sends_every_question_in_its_own_order() -> None:
    document = answer_document(FORM, {"one": "z", "why": "because"})
    assert _read(document) == [
        [("QuestionIdentifier", "why"), ("FreeText", "because")],
        [("QuestionIdentifier", "pet")],
        [("QuestionIdentifier", "one"), ("SelectionIdentifier", "z")],
    ]


def test_several_selections_and_a_text_of_ones_own_are_sent_together() -> None:
    document = answer_document(FORM, {"one": "z", "pet": ["dog", Other("fox")]})
    assert _read(document)[1][1:] == [("SelectionIdentifier", "dog"), ("OtherSelectionText", "fox")]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"one": "z", "nope": "x"}, "no question 'nope'"),
        ({}, "'one' must be answered"),
        ({"one": "q"}, "has no 'q'"),
        ({"one": ["x.y", "z"]}, "at most 1"),
        ({"one": Other("q")}, "no text of your own"),
        ({"one": "z", "why": ["a", "b"]}, "takes one text"),
    ],
)
def test_what_a_form_cannot_send_is_refused(answers: dict[str, Any], words: str) -> None:
    with pytest.raises(WorkerError, match=words):
        answer_document(FORM, answers)


def test_an_answer_that_is_no_text_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="'x'"):
        answer_document(html_question(), {"x": [1]})


def test_answers_reach_the_requester(client: Client, market: Marketplace, publish: Publish) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(publish(Question=FORM)["HITId"])
    worker.submit(assignment_id, {"why": "därum", "one": "z"})
    found = client.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert _read(found["Answer"])[0] == [("QuestionIdentifier", "why"), ("FreeText", "därum")]


def test_answers_that_are_large_once_they_are_written_are_refused() -> None:
    assert len(answer_document(html_question(), {"x": "€" * 600_000})) > 4_000_000
    with pytest.raises(WorkerError, match="too large"):
        answer_document(html_question(), {"x": "€" * 800_000})
