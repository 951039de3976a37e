"""Answer keys: how a qualification test is graded, and what score that gives."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from mturk.marketplace.document.parser import Element, Unreadable, parse, reading
from mturk.marketplace.document.schema import BASE, expect_schema

_NAMESPACE = f"{BASE}2005-10-01/AnswerKey.xsd"
LEAST, MOST = -(2**31), 2**31 - 1
"""Scores of qualifications are 32-bit numbers."""


class Option(NamedTuple):
    """The score for choosing exactly these selections."""

    selections: frozenset[str]
    score: int


class GradedQuestion(NamedTuple):
    """The scores for one question; `default` is for every choice that no option names."""

    identifier: str
    options: tuple[Option, ...]
    default: int

    def score(self, chosen: frozenset[str]) -> int:
        """The score for these selections."""
        return next((option.score for option in self.options if option.selections == chosen), self.default)


def check_answer_key(xml: str, *, limit: int) -> None:
    """Refuse a document that the service would not accept as an AnswerKey."""
    with reading("AnswerKey", xml, limit):
        root = parse(xml)
        _read(root)
        expect_schema(root)


def grade(xml: str, chosen: Mapping[str, Collection[str]]) -> int:
    """The score for the selections that a worker made, question by question."""
    questions, mapping = _read(parse(xml))
    # Made once: any number of questions may have one identifier.
    selections = {identifier: frozenset(some) for identifier, some in chosen.items()}
    total = sum(question.score(selections.get(question.identifier, frozenset())) for question in questions)
    return min(max(mapping.value(total), LEAST), MOST)


class _Mapping:
    """Without a mapping the score is the sum."""

    def value(self, total: int) -> int:
        return total


class _Percentage(_Mapping):
    def __init__(self, element: Element) -> None:
        (maximum,) = _in_order(element, "MaximumSummedScore")
        self._maximum = _whole(maximum)
        if self._maximum == 0:
            raise Unreadable("MaximumSummedScore is 0, and nothing is a percentage of that")

    def value(self, total: int) -> int:
        return _nearest(Fraction(total * 100, self._maximum))


class _Scale(_Mapping):
    def __init__(self, element: Element) -> None:
        (multiplier,) = _in_order(element, "SummedScoreMultiplier")
        try:
            number = float(_text(multiplier))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise Unreadable("SummedScoreMultiplier is not a number")
        # The decimal that was written: 0.15 as a binary number is a little less.
        self._multiplier = Fraction(Decimal(repr(number)))

    def value(self, total: int) -> int:
        return _nearest(total * self._multiplier)


class _Ranges(_Mapping):
    def __init__(self, element: Element) -> None:
        *ranges, outside = _in_order(element, "SummedScoreRange+", "OutOfRangeQualificationValue")
        self._ranges = [tuple(map(_whole, _in_order(one, *_RANGE))) for one in ranges]
        self._outside = _whole(outside)

    def value(self, total: int) -> int:
        return next((value for low, high, value in self._ranges if low <= total <= high), self._outside)


_RANGE = ("InclusiveLowerBound", "InclusiveUpperBound", "QualificationValue")
_MAPPINGS = {"PercentageMapping": _Percentage, "ScaleMapping": _Scale, "RangeMapping": _Ranges}


def _read(root: Element) -> tuple[list[GradedQuestion], _Mapping]:
    if root.tag != f"{{{_NAMESPACE}}}AnswerKey":
        raise Unreadable(f"the root element {root.tag} is not AnswerKey in its namespace")
    questions = _in_order(root, "Question+", "QualificationValueMapping?")
    mapping = questions.pop() if _name(questions[-1]) == "QualificationValueMapping" else None
    return [_question(question) for question in questions], _Mapping() if mapping is None else _mapping(mapping)


def _question(element: Element) -> GradedQuestion:
    identifier, *options = _in_order(element, "QuestionIdentifier", "AnswerOption+", "DefaultScore?")
    default = _whole(options.pop()) if _name(options[-1]) == "DefaultScore" else 0
    return GradedQuestion(_text(identifier), tuple(map(_option, options)), default)


def _option(element: Element) -> Option:
    *selections, score = _in_order(element, "SelectionIdentifier+", "AnswerScore")
    return Option(frozenset(map(_text, selections)), _whole(score))


def _mapping(element: Element) -> _Mapping:
    names = [_name(child) for child in element]
    if len(names) != 1 or names[0] not in _MAPPINGS:
        raise Unreadable(f"inside QualificationValueMapping must stand one of {', '.join(_MAPPINGS)}")
    return _MAPPINGS[names[0]](element[0])


def _in_order(element: Element, *expected: str) -> list[Element]:
    """The element's children, which must be these in this order: `name`, `name?` or `name+`."""
    children = list(element)
    left = iter([*map(_name, children), ""])
    name: str | None = next(left)
    for one in expected:
        name = _pass(left, name, one, one.rstrip("?+"))
    if name != "":
        found = ", ".join(map(_name, children)) or "nothing"
        raise Unreadable(f"inside {_name(element)} must stand {', '.join(expected)}, not {found}")
    return children


def _pass(left: Iterator[str], name: str | None, expected: str, plain: str) -> str | None:
    """The first name after those that are expected here; None once one was missing."""
    if name != plain:
        return name if expected.endswith("?") else None
    name = next(left)
    while expected.endswith("+") and name == plain:
        name = next(left)
    return name


def _name(element: Element) -> str:
    namespace, _, name = element.tag.rpartition("}")
    return name if namespace == f"{{{_NAMESPACE}" else element.tag


def _text(element: Element) -> str:
    if len(element):
        raise Unreadable(f"inside {_name(element)} must stand text only")
    return (element.text or "").strip()


def _whole(element: Element) -> int:
    text = _text(element)
    found = re.fullmatch("([+-]?)0*([0-9]{1,10})", text, re.ASCII)
    number = int(found[1] + found[2]) if found else MOST + 1
    if not LEAST <= number <= MOST:
        raise Unreadable(f"{_name(element)} is not a whole number of 32 bits")
    return number


def _nearest(exact: Fraction) -> int:
    # Half counts up.
    return math.floor(exact + Fraction(1, 2))
