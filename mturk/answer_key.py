"""The parts of an AnswerKey: `from mturk.answer_key import AnswerKey, Question, AnswerOption`."""

from __future__ import annotations

from mturk.question.scoring import (
    AnswerKey,
    AnswerOption,
    PercentageMapping,
    Question,
    RangeMapping,
    ScaleMapping,
    SummedScoreRange,
)

__all__ = [
    "AnswerKey",
    "AnswerOption",
    "PercentageMapping",
    "Question",
    "RangeMapping",
    "ScaleMapping",
    "SummedScoreRange",
]
