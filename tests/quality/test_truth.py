"""An answer is right if it says what is known, however the table wrote that."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.quality.truth import is_right, truth


@pytest.mark.parametrize(
    ("cell", "known"),
    [
        ("cat", "cat"), (" cat\n", "cat"), ("", None), ("  ", None), (None, None), (float("nan"), None), (3, "3"),
        (3.0, "3.0"), (0, "0"), (True, "true"), (False, "false"), (["a", 1], '["a", 1]'), ({"x": None}, '{"x": null}'),
    ],
)  # fmt: skip
def test_a_gold_cell_is_a_text_or_nothing(cell: Any, known: str | None) -> None:
    assert truth(cell) == known


@pytest.mark.parametrize(
    ("answer", "known"),
    [("cat", "cat"), ("cat ", "cat"), ("3", "3.0"), ("3.50", "3.5"), ("-0", "0"), ("a|b", "a|b"), ("-2", "-2.00")],
)
def test_these_are_right(answer: str, known: str) -> None:
    assert is_right(answer, known)


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        ("Cat", "cat"),
        ("7", "007"),
        ("b|a", "a|b"),
        ("3", "4"),
        ("1e3", "1000"),
        ("٣", "3"),
        ("nan", "NaN"),
        ("9" * 99, "1"),
    ],
)
def test_these_are_not(answer: str, known: str) -> None:
    assert not is_right(answer, known)
