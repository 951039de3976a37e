"""Texts of people are harmless to who reads them, and otherwise as they were written."""

from __future__ import annotations

import re

import pytest

from mturk.marketplace.workplace import plain_text

CLEANED = [
    ("plain", "plain"),
    ("  around \n", "around"),
    ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
    ("one\n\n\n\n\ntwo", "one\n\ntwo"),
    ("tab\there", "tab here"),
    ("\x1b[2J\x1b]0;owned\x07gone", "[2J]0;ownedgone"),
    ("nul\0del\x7fc1\x9b31m", "nuldelc131m"),
    ("invoice\u202egnp.exe", "invoicegnp.exe"),
    ("a\u2066b\u2069c", "abc"),
    ("zero\u200bwidth\ufeff", "zerowidth"),
    ("tag\U000e0041\U000e0042", "tag"),
    ("half\ud800", "half"),
    ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),  # as Persian is written
    ("👩‍🔬 grüßt", "👩‍🔬 grüßt"),
]


@pytest.mark.parametrize(("text", "clean"), CLEANED)
def test_what_does_not_show_is_left_out(text: str, clean: str) -> None:
    assert plain_text.cleaned(text) == clean


def test_a_text_on_one_line_has_no_line_ends() -> None:
    assert plain_text.on_one_line("one\n\n two\r\nthree") == "one two three"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\uff1d1", "\u200b=1"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert plain_text.cell(text).startswith("'")


@pytest.mark.parametrize("text", ["x;=1;y", "x\n=1", "x\r=1", "x;;+1", 'x;"=1;y', "x;\u200b-1"])
def test_a_cell_that_semicolons_or_line_ends_make_several_of_is_no_formula(text: str) -> None:
    assert not re.search('[;\n]"*[=+-]', plain_text.cell(text))


@pytest.mark.parametrize("text", ["", "1.50", "A1", "2026-03-11T12:00:00Z", "a=b", "'quoted'", "a;b", "two\nlines"])
def test_any_other_cell_stays_as_it_is(text: str) -> None:
    assert plain_text.cell(text) == text
