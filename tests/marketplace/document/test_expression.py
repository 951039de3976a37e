"""Regular expressions of requesters: judged as a browser does, or left to it; and never for long."""

from __future__ import annotations

import time

import pytest

from mturk.marketplace.document.expression import matches


@pytest.mark.parametrize(
    ("expression", "flags", "text", "found"),
    [
        (r"^\d{5}$", "", "12345", True),
        (r"^\d{5}$", "", "12345\n", False),
        (r"\d", "", "a1b", True),
        (r"^abc$", "i", "ABC", True),
        (r"^abc$", "gy", "ABC", False),
        (r"^b$", "m", "a\nb", True),
        (r"a.b", "s", "a\nb", True),
        ("\\u00e9\\u{1F408}\\cJ\\/", "", "\u00e9\U0001f408\n/", True),
        (r"^[^\s]+$", "", "a\u3000b", False),
        (r"^\s$", "", "\u00a0", True),
        (r"^\S+$", "", "a\u2028", False),
        (r"^[[a]+$", "", "[a", True),
        (r"^[\b]$", "", "\b", True),
        (r"\bcat\b", "", "a cat.", True),
        (r"^(?=.*\d)(?=.*[a-z])(?!.* ).{4,}$", "", "ab12", True),
        (r"^(?=.*\d)(?=.*[a-z])(?!.* ).{4,}$", "", "abcd", False),
        (r"^(?=.*\d)(?=.*[a-z])(?!.* ).{4,}$", "", "ab 12", False),
        (r"^(?!(?:yes|no)$)[()]*\w+$", "", "no", False),
        (r"^(?!(?:yes|no)$)[()]*\w+$", "", "nope", True),
        (r"^(?i)ja$", "", "JA", True),
        ("^\U0001f408$", "", "\U0001f408", True),
    ],
)
def test_an_expression_is_found_as_in_a_browser(expression: str, flags: str, text: str, found: bool) -> None:
    assert matches(expression, flags, text) is found


@pytest.mark.parametrize(
    "expression",
    [
        r"(\w)\1", r"a(?=b)", r"(?<=a)b", r"^(?=a)|b", r"^(?=a)*b", r"[]", r"[^]", "(", "[a", r"\p{L}", r"a++", r"[\S]",
        "\\", "x" * 2001, "(((a{99}){99}){99}){99}", r"(?=a", r"^(?=a", "\ud800",
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_left_to_the_browser(expression: str) -> None:
    assert matches(expression, "", "aab") is None


def test_looks_ahead_from_the_beginning_of_lines_are_left_to_the_browser() -> None:
    assert matches("^(?=a)(?=.*b)", "m", "a\nb") is None


def test_a_very_long_text_is_not_judged() -> None:
    assert matches("b", "", "a" * 10_001) is None


def test_a_text_that_cannot_be_written_down_is_not_judged() -> None:
    assert matches("a", "", "\ud800") is None


@pytest.mark.parametrize(
    "expression", ["^(a+)+$", "^(a|aa)+$", "(a*)*b", r"(.*){1,100}[^a]$", "^(([a-z])+.)+[A-Z]([a-z])+$"]
)
def test_an_expression_that_would_take_years_elsewhere_takes_no_time(expression: str) -> None:
    begin = time.process_time()
    assert matches(expression, "", "a" * 9_999 + "!") in (True, False)
    assert time.process_time() - begin < 2
