"""Answer keys."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from mturk.answer_key import (
    AnswerKey,
    AnswerOption,
    PercentageMapping,
    Question,
    RangeMapping,
    ScaleMapping,
    SummedScoreRange,
)
from mturk.errors import ValidationError
from mturk.question import schema
from tests.form_strategy import keys

QUESTIONS = [
    Question("one", [AnswerOption("a", 10), AnswerOption(["a", "b"], -3)], 1),
    Question("two", AnswerOption("x", 5)),
]
RANGES = RangeMapping([SummedScoreRange(0, 9, 1), SummedScoreRange(10, 20, 2)], 7)


@given(keys)
def test_any_key_is_accepted_by_the_schema_and_reads_back_equal(key: AnswerKey) -> None:
    assert schema.problems(key.to_xml()) == []
    assert AnswerKey.from_xml(key.to_xml()) == key
    key.validate()


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        ({}, 1),
        ({"one": ("a",)}, 10),
        ({"one": ("b", "a")}, -3),
        ({"one": ("b",)}, 1),
        ({"one": ("a",), "two": ("x",)}, 15),
        ({"two": ("x", "y")}, 1),
        ({"other": ("x",)}, 1),
    ],
)
def test_an_option_counts_only_for_exactly_its_choice(answers: dict[str, tuple[str, ...]], total: int) -> None:
    assert AnswerKey(QUESTIONS).score(answers) == total


@pytest.mark.parametrize(
    ("mapping", "value"),
    [
        (None, 15),
        (PercentageMapping(15), 100),
        (PercentageMapping(40), 38),
        (PercentageMapping(1_000), 2),
        (ScaleMapping(2), 30),
        (ScaleMapping(0.5), 8),
        (RANGES, 2),
        (RangeMapping([SummedScoreRange(0, 14, 1)], -1), -1),
    ],
)
def test_the_sum_is_mapped_to_the_value(mapping: Any, value: int) -> None:
    assert AnswerKey(QUESTIONS, mapping).score({"one": ["a"], "two": ["x"]}) == value


def test_one_question_may_stand_in_the_key_twice() -> None:
    AnswerKey([QUESTIONS[0], QUESTIONS[0]]).validate()


WRONG: list[tuple[Any, str]] = [
    (lambda: AnswerKey([]), "questions"),
    (lambda: Question("q", []), "answer_options"),
    (lambda: AnswerOption([], 1), "selection_identifiers"),
    (lambda: AnswerOption("a", 1.5), "answer_score: 1.5"),
    (lambda: AnswerOption("a", 2**31), "answer_score"),
    (lambda: SummedScoreRange(2, 1, 0), "inclusive_lower_bound 2 is more"),
    (lambda: RangeMapping([SummedScoreRange(0, 5, 1), SummedScoreRange(5, 9, 2)], 0), "the ranges overlap at 5"),
    (lambda: ScaleMapping(float("nan")), "summed_score_multiplier: nan"),
    (lambda: AnswerKey(QUESTIONS, 5), "qualification_value_mapping: 5"),
    (lambda: AnswerKey(QUESTIONS, PercentageMapping(0)).score({}), "maximum_summed_score: 0"),
]


@pytest.mark.parametrize(("make", "words"), WRONG, ids=[words for _, words in WRONG])
def test_what_cannot_be_a_key_is_refused_at_once(make: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make()


def test_xml_that_is_no_key_is_refused() -> None:
    xml = AnswerKey(QUESTIONS, ScaleMapping(2)).to_xml()
    with pytest.raises(ValidationError, match="SummedScoreMultiplier: 'two' is no number"):
        AnswerKey.from_xml(xml.replace("2.0", "two"))
    with pytest.raises(ValidationError, match="holds <LogMapping>; expected PercentageMapping"):
        AnswerKey.from_xml(xml.replace("ScaleMapping", "LogMapping"))
