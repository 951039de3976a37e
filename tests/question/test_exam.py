"""Tests of qualification types, with and without a key."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.answer_key import AnswerKey, AnswerOption, Question
from mturk.errors import ValidationError
from mturk.question.exam import documents
from mturk.question.question import ExternalQuestion
from mturk.question_form import Choice, FormattedContent, FreeText, Overview, QuestionForm

FORM = QuestionForm(Choice("capital", ["paris", "rome"]))
KEY = AnswerKey([Question("capital", [AnswerOption("paris", 1)])])


@pytest.mark.parametrize("as_text", [False, True])
def test_a_test_and_its_key_are_ready_to_be_sent(as_text: bool) -> None:
    form: Any = FORM.to_xml() if as_text else FORM
    key: Any = KEY.to_xml() if as_text else KEY
    assert documents(form, key) == (FORM.to_xml(), KEY.to_xml())
    assert documents(form) == (FORM.to_xml(), None)


def test_a_test_that_you_grade_may_ask_for_words() -> None:
    form = QuestionForm(FreeText("why"))
    assert documents(form) == (form.to_xml(), None)


@pytest.mark.parametrize(
    ("form", "key", "words"),
    [
        (QuestionForm(FreeText("capital")), KEY, "asks for a free text, which a key cannot grade"),
        (QuestionForm(Choice("capital", ["paris"], other=True)), KEY, "has an OtherSelection"),
        (QuestionForm(Choice("city", ["paris"])), KEY, "question 'capital' is not in the test"),
        (QuestionForm(Choice("capital", ["rome"])), KEY, "has no selection 'paris'"),
        (QuestionForm(Overview(FormattedContent("<p>")), Choice("q", ["a"])), None, "not XML"),
        (QuestionForm(Overview("x")), None, "asks nothing"),
        (ExternalQuestion("https://x.org"), None, "expected a QuestionForm or its XML"),
        (ExternalQuestion("https://x.org").to_xml(), None, "the only kind that can be a test"),
        (FORM, FORM, "answer_key: "),
        (FORM, "<AnswerKey/>", "in namespace"),
        (FORM, "<AnswerKey>", "not XML"),
    ],
)
def test_what_could_not_be_shown_or_graded_is_refused(form: Any, key: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        documents(form, key)


def test_each_of_them_has_the_whole_limit() -> None:
    documents(FORM, KEY, max(len(FORM.to_xml()), len(KEY.to_xml())))
    with pytest.raises(ValidationError, match=r"^the test is .* bytes.*limit$"):
        documents(FORM, None, 100)
