"""Regular expressions of requesters: judged as a browser does, or left to it; and never for long."""

from __future__ import annotations

import time

import pytest

from mturk.marketplace.document.expression import Effort, matches, trimmed


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
        ("\\u00e9\\cJ\\/\\x41", "", "\u00e9\n/A", True),
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
        ("^\U0001f408$", "", "\U0001f408", True),
        (r"^\.$", "", "\U0001f408", False),
        (r"^[a-z]+$", "", "a\U0001f408", False),
        (r"^[\w.-]+$", "", "a\u2028", False),
        (r"^[\w-.\s]+$", "", "a-.\u3000", True),
        ("^\u00e9$", "i", "\u00c9", True),
    ],
)
def test_an_expression_is_found_as_in_a_browser(expression: str, flags: str, text: str, found: bool) -> None:
    assert matches(expression, flags, text) is found


@pytest.mark.parametrize(
    "expression",
    [
        r"(\w)\1", r"a(?=b)", r"(?<=a)b", r"^(?=a)|b", r"^(?=a)*b", r"[]", r"[^]", "(", "[a", r"\p{L}", r"a++", r"[\S]",
        "(?i)^aab", "(?i:a)", "(?P<n>a)", "(?<n>a)", "(?#x)a", r"\x{61}", r"\u{61}", r"\x6", r"\ud83d", r"^*a", r"\b+a",
        r"[+-\s]", "^" + "(?=a)" * 8 + "a", "\U0001f408?", "[\U0001f408]",
        "\\", "x" * 2001, "(((a{99}){99}){99}){99}", r"(?=a", r"^(?=a", "\ud800",
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_left_to_the_browser(expression: str) -> None:
    assert matches(expression, "", "aab") is None


@pytest.mark.parametrize(
    ("expression", "flags", "text"),
    [
        ("^.{2}$", "", "\U0001f408"),
        ("^.$", "", "\U0001f408"),
        ("^[^a]$", "", "\U0001f408"),
        (r"^\S$", "", "\U0001f408"),
        ("^[\u0000-\uffff]+$", "", "\U0001f408"),
        (r"^[\u0000-\uffff]+$", "", "\U0001f408"),
        (r"^\Bb", "", "\u00e9"),
        ("a.b", "", "a\u2028b"),
        ("^b", "m", "a\u2029b"),
        ("^k$", "i", "\u212a"),
        (r"^[\u0100-\uffff]$", "i", "k"),
    ],
)
def test_a_text_that_browsers_read_in_another_way_is_left_to_them(expression: str, flags: str, text: str) -> None:
    assert matches(expression, flags, text) is None


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


def test_expressions_share_the_effort_of_their_form() -> None:
    effort = Effort()
    hostile = [f"^(.*){{0,{number}}}z" for number in range(300, 400)]
    begin = time.process_time()
    judged = [matches(one, "", "ab cd" * 1999 + "zz", effort) for one in hostile]
    assert time.process_time() - begin < 1
    assert judged[-1] is None
    assert matches("b", "", "a", effort) is None


def test_what_an_expression_costs_does_not_hang_on_what_was_tried_before() -> None:
    text = "x" * 900
    for _ in range(2):
        effort = Effort()
        tried = [matches(f"^(.{{1,{number}}}y)+$", "", text, effort) for number in range(300, 420)]
        assert tried.index(None) == tried.count(False)
    assert len({tried.count(False)}) == 1


def test_a_hundred_ordinary_expressions_are_all_judged() -> None:
    effort = Effort()
    tried = [matches(rf"^(?=.*\d)(?=.*[a-z]).{{{n},}}$", "", "no digit " * 50, effort) for n in range(1, 101)]
    assert set(tried) == {False}


def test_blanks_are_trimmed_as_browsers_trim_them() -> None:
    assert trimmed("\ufeff\u2028 \x1f\x85a\u3000\n") == "\x1f\x85a"
