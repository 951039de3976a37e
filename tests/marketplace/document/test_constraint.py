"""What a form demands of answers, and what a worker is told where that is not met."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mturk.marketplace import Other, WorkerError
from mturk.marketplace.document.answer import StoredFile, answer_document
from mturk.marketplace.document.constraint import bytes_in_words, length
from mturk.marketplace.document.question import check_question
from mturk.marketplace.error import ParameterValidationError
from tests.marketplace.sample import file_question, form, selection_question, text_question

ZIP = '<AnswerFormatRegex regex="^[0-9]{5}$" errorText="Five digits, 100% sure."/><AnswerFormatRegex regex="^[^0]"/>'
TO_THREE = '<Constraints><IsNumeric maxValue="3"/></Constraints>'
DEMANDS: list[tuple[str, Any, str]] = [
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "ten", "Enter a number, such as 12 or 3.5."),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "1e3", "Enter a number, such as 12 or 3.5."),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "\u0663", "Enter a number, such as 12 or 3.5."),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "\x1f5", "Enter a number, such as 12 or 3.5."),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "5\x85", "Enter a number, such as 12 or 3.5."),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "-2.01", "Enter a number from -2 to 10."),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "10.5", "Enter a number from -2 to 10."),
    (text_question("q", '<Length minLength="3" maxLength="5"/>'), "ab", "Enter 3 to 5 characters."),
    (text_question("q", '<Length minLength="3" maxLength="5"/>'), "abcdef", "Enter 3 to 5 characters."),
    (text_question("q", '<Length minLength="3" maxLength="5"/>'), "", "must be answered"),
    (text_question("q", '<Length minLength="1"/>'), "", "must be answered"),
    (text_question("q", '<Length minLength="2"/>'), "a", "Enter at least 2 characters."),
    (text_question("q", '<Length minLength="1" maxLength="1"/>'), "ab", "Enter one character."),
    (text_question("q", '<IsNumeric minValue="3"/>'), "2.99", "Enter a number from 3."),
    (text_question("q", required=True), "", "must be answered"),
    (text_question("q", ZIP), "123", "Five digits, 100% sure."),
    (text_question("q", ZIP), "01234", "Invalid input supplied."),
    (text_question("q", ZIP.replace("<A", "<Length maxLength='4'/><A", 1)), "123456", "Enter at most 4 characters."),
    (selection_question("q", "a", "b", "c", most=3, least=2), ["a"], "Choose at least 2."),
    (selection_question("q", "a", "b", "c", most=2), ["a", "b", "c"], "Choose at most 2."),
    (selection_question("q", "a", "b", other=True), ["a", Other("x")], "Choose at most 1."),
    (selection_question("q", "a", required=True), [], "must be answered"),
    (
        selection_question("q", "a", other='<Constraints><IsNumeric maxValue="3"/></Constraints>'),
        Other("4"),
        "up to 3.",
    ),
    (file_question("q", 5000, 1000), StoredFile("k", 5001), "it may have 5 kB at most."),
    (file_question("q", 5000, 1000), StoredFile("k", 999), "it needs at least 1 kB."),
    (file_question("q", 5000, required=True), [], "must be answered"),
]
MET: list[tuple[str, Any]] = [
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), " 9.99 "),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "-2"),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "\ufeff5\u2003"),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), "10.00000000000000001"),
    (text_question("q", '<IsNumeric minValue="-2" maxValue="10"/>'), ""),
    (text_question("q", '<Length minLength="3" maxLength="5"/>'), "a\r\nb\rc"),
    (text_question("q", '<Length minLength="3" maxLength="5"/>'), "\U0001f408\U0001f408"),
    (text_question("q", ZIP), "12345"),
    (text_question("q", '<AnswerFormatRegex regex="(\\w)\\1"/>'), "what only a browser can judge"),
    (selection_question("q", "a", "b", "c", most=3, least=2), []),
    (selection_question("q", "a", "b", "c", most=3, least=2), ["a", "b"]),
    (selection_question("q", "a", "b", most=9, least=9), ["a", "b"]),
    (selection_question("q", "a", other=TO_THREE), Other("3")),
    (file_question("q", 5000, 1000), StoredFile("k", 1000)),
    (file_question("q", 5000, 1000), []),
]


@pytest.mark.parametrize(("question", "answer", "words"), DEMANDS)
def test_what_is_not_as_a_form_demands_is_refused(question: str, answer: Any, words: str) -> None:
    with pytest.raises(WorkerError) as caught:
        answer_document(form(question, day="2005-10-01"), {"q": answer})
    assert words in str(caught.value)


@pytest.mark.parametrize(("question", "answer"), MET)
def test_what_is_as_a_form_demands_is_taken(question: str, answer: Any) -> None:
    assert answer_document(form(question, day="2005-10-01"), {"q": answer})


@pytest.mark.parametrize(("question", "answer", "_words"), DEMANDS)
def test_without_constraints_all_is_taken_that_a_form_can_send(question: str, answer: Any, _words: str) -> None:
    assert answer_document(form(question, day="2005-10-01"), {"q": answer}, constraints=False)


def test_a_row_of_digits_that_is_no_number_takes_no_time() -> None:
    with pytest.raises(WorkerError, match="Enter a number"):
        answer_document(form(text_question("q", "<IsNumeric/>")), {"q": "9" * 200_000 + "x"})


def test_only_the_first_hundred_formats_are_tried_here() -> None:
    questions = [text_question(f"q{number}", '<AnswerFormatRegex regex="^a$"/>') for number in range(101)]
    assert answer_document(form(*questions), {"q100": "b"})
    with pytest.raises(WorkerError, match="'q99' is refused: Invalid input supplied"):
        answer_document(form(*questions), {"q99": "b"})


def test_a_thousand_hostile_formats_take_no_time() -> None:
    formats = "".join(f'<AnswerFormatRegex regex="([^a{number}]{{9}}){{49}}"/>' for number in range(1000))
    begin = time.process_time()
    assert answer_document(form(text_question("q", formats)), {"q": "b" * 5000})
    assert time.process_time() - begin < 1


def test_the_formats_of_a_form_share_one_effort() -> None:
    def formats(first: int) -> str:
        return "".join(f'<AnswerFormatRegex regex="^(.*){{0,{first + number}}}z"/>' for number in range(10))

    questions = [text_question(f"q{number}", formats(300 + 10 * number)) for number in range(10)]
    begin = time.process_time()
    assert answer_document(form(*questions), {f"q{number}": "ab cd" * 1999 + "zz" for number in range(10)})
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("number", ["99999999999999999999", "a"])
def test_a_bound_that_is_no_number_is_refused_when_the_form_is_published(number: str) -> None:
    question = form(text_question("q", f'<Length maxLength="{number}"/>'))
    with pytest.raises(ParameterValidationError, match="whole number"):
        check_question(question, limit=65_535, strict=False)


@pytest.mark.parametrize(("text", "number"), [("", 0), ("a\r\nb", 3), ("\r\r\n", 2), ("\U0001f408", 2), ("\ud800", 1)])
def test_texts_are_as_long_as_in_a_browser(text: str, number: int) -> None:
    assert length(text) == number


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1 B"), (999, "999 B"), (1000, "1 kB"), (1999, "1.9 kB"), (10_000_000, "10 MB"), (2_000_000_000, "2 GB")],
)
def test_sizes_are_said_as_people_read_them(number: int, words: str) -> None:
    assert bytes_in_words(number) == words
