"""Lines of a log: each says when, and in answer to what, and nothing that it must not."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from mturk.marketplace.watch import visit
from mturk.marketplace.watch.log_line import JsonLine, TextLine
from mturk.marketplace.watch.visit import Visit

MORNING = 1_795_414_465.5


def record(text: str = "the disk is full", *values: object, error: BaseException | None = None) -> logging.LogRecord:
    trace: Any = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord("mturk.http", logging.ERROR, "file.py", 1, text, values, trace)
    made.created = MORNING
    return made


def raised(*texts: str) -> BaseException:
    """An error that arose from the one before it."""
    try:
        try:
            raise ValueError(texts[0])
        except ValueError as error:
            raise RuntimeError(texts[-1]) from error
    except RuntimeError as error:
        return error


def test_a_line_of_text_says_when_how_grave_in_answer_to_what_by_whom_and_what() -> None:
    with visit.during(Visit()) as here:
        line = TextLine().format(record())
    assert line == f"2026-11-23T06:14:25.500Z ERROR {here.id} mturk.http: the disk is full"


def test_what_belongs_to_no_request_has_a_dash() -> None:
    assert " ERROR - mturk.http: " in TextLine().format(record())


def test_a_line_of_json_has_the_same_facts_by_name() -> None:
    with visit.during(Visit()) as here:
        told = json.loads(JsonLine().format(record()))
    assert told == {
        "time": "2026-11-23T06:14:25.500Z",
        "level": "ERROR",
        "request_id": here.id,
        "logger": "mturk.http",
        "message": "the disk is full",
    }


@pytest.mark.parametrize(
    "text",
    ["one\n2026-11-23T06:14:25.500Z ERROR - forged: two", "\x1b[2Jgone", "a\u202eb\u2028c", "a\u200b\u061cb\ud800"],
)
def test_what_others_wrote_neither_looks_like_another_line_nor_moves_a_cursor(text: str) -> None:
    line = TextLine().format(record("asked for %s", text))
    assert line.isprintable()
    assert json.loads(JsonLine().format(record("asked for %s", text)))["message"].isprintable()


def test_an_error_is_told_with_where_it_arose_indented_below() -> None:
    lines = TextLine().format(record(error=raised("first", "second"))).splitlines()
    assert [one for one in lines if not one.startswith("    ")] == lines[:1]
    assert lines[-1] == "    RuntimeError: second"
    assert "    ValueError: first" in lines
    assert any("raised: raise RuntimeError" in one for one in lines)


@pytest.mark.parametrize("kind", [TextLine, JsonLine])
@pytest.mark.parametrize(
    "text",
    [
        'violates check constraint "x"\nDETAIL:  Failing row contains (1, my secret\nmore secret).',
        "failed [SQL: INSERT …]\n[parameters: {'answer': 'my secret'}]",
    ],
)
def test_the_values_of_rows_are_left_out(kind: type[TextLine], text: str) -> None:
    for one in (record(text), record("%s", text), record(error=raised(text, text))):
        assert "secret" not in kind().format(one)


def test_no_line_of_an_error_stands_where_a_line_of_the_log_begins() -> None:
    forged = raised("x\n2026-11-23T06:14:25.500Z ERROR - forged: y", "z")
    assert TextLine().format(record(error=forged)).count("\n2026") == 0
