"""Answers as cells of a table: a column for each field, and for each leaf of what a crowd form sends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mturk.question import answer
from mturk.question.answer import Answers, Selected, UploadedFile

_BETWEEN = "|"  # several values of one field, as MTurk's site joined them
_LONGEST = 200  # characters of a name that stands in front of those of all leaves below it


def cells(answers: Answers) -> dict[str, str]:
    """The cells by the names of their columns, without `Answer.`; AnswerError if they are too many for a table."""
    values = dict(answers.items())
    answer.expect_few(values)
    if not answers.repeats and all(type(value) is str for value in values.values()):  # nearly all answers are
        return values
    found: dict[str, list[str]] = {}
    for question in answers:
        for value in answers.getlist(question):
            for name, text in _leaves(question, value):
                found.setdefault(name, []).append(text)
                answer.expect_few(found)
    return {name: _BETWEEN.join(texts) for name, texts in found.items()}


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Selected):
        chosen = [*value, *([] if value.other is None else [value.other])]
        yield name, _BETWEEN.join(chosen)
    elif isinstance(value, UploadedFile):
        yield name, value.key
    elif isinstance(value, Mapping) and value and len(name) <= _LONGEST:
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}", inner)
    else:
        yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
