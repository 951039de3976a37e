"""The right answers of a qualification test, and what they are worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar

from attrs import field, frozen

from mturk.errors import ValidationError
from mturk.question import grammar, namespace, part
from mturk.question.document import Document
from mturk.question.element import Element
from mturk.rendering import template

_INT = part.whole(*part.INT)


@frozen
class AnswerOption:
    """What it is worth to choose exactly these identifiers: `AnswerOption("b", 10)`."""

    selection_identifiers: tuple[str, ...] = field(converter=part.texts, validator=part.each(part.text, at_least=1))
    answer_score: int = field(validator=_INT)


@frozen
class Question:
    """The options of one question of the test; the default score is for all other choices."""

    question_identifier: str = field(converter=part.plain, validator=part.text)
    answer_options: tuple[AnswerOption, ...] = field(
        converter=part.sequence, validator=part.each(part.kind(AnswerOption), at_least=1)
    )
    default_score: int | None = field(default=None, validator=part.whole(*part.INT, optional=True))

    def score(self, chosen: Collection[str]) -> int:
        """What this choice is worth; an option counts only if exactly its identifiers were chosen."""
        selections = frozenset(chosen)
        for option in self.answer_options:
            if selections == set(option.selection_identifiers):
                return option.answer_score
        return self.default_score or 0


@frozen
class PercentageMapping:
    """The value is the sum's share of the highest possible sum, in whole percent."""

    element: ClassVar[str] = "PercentageMapping"
    maximum_summed_score: int = field(validator=_INT)

    def value(self, total: int) -> int:
        """The qualification's value for this sum."""
        if self.maximum_summed_score == 0:
            raise ValidationError("PercentageMapping.maximum_summed_score: 0; expected the highest possible sum")
        return _nearest(Fraction(total * 100, self.maximum_summed_score))


def _nearest(exact: Fraction) -> int:
    # Half counts up.
    return math.floor(exact + Fraction(1, 2))


def _float(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@frozen
class ScaleMapping:
    """The value is the sum times a number."""

    element: ClassVar[str] = "ScaleMapping"
    summed_score_multiplier: float = field(converter=_float, validator=part.finite)

    def value(self, total: int) -> int:
        """The qualification's value for this sum, rounded to the nearest, a half up."""
        # The decimal that was written: 0.15 as a binary number is a little less.
        return _nearest(total * Fraction(Decimal(repr(self.summed_score_multiplier))))


@frozen
class SummedScoreRange:
    """Sums from one bound to the other, both included, and the value that they give."""

    inclusive_lower_bound: int = field(validator=_INT)
    inclusive_upper_bound: int = field(validator=_INT)
    qualification_value: int = field(validator=_INT)

    def __attrs_post_init__(self) -> None:
        if self.inclusive_lower_bound > self.inclusive_upper_bound:
            raise ValidationError(
                f"SummedScoreRange: inclusive_lower_bound {self.inclusive_lower_bound} is more than "
                f"inclusive_upper_bound {self.inclusive_upper_bound}"
            )


@frozen
class RangeMapping:
    """The value is that of the range in which the sum lies; ranges must not overlap."""

    element: ClassVar[str] = "RangeMapping"
    summed_score_ranges: tuple[SummedScoreRange, ...] = field(
        converter=part.sequence, validator=part.each(part.kind(SummedScoreRange), at_least=1)
    )
    out_of_range_qualification_value: int = field(validator=_INT)

    def __attrs_post_init__(self) -> None:
        ordered = sorted(self.summed_score_ranges, key=lambda one: one.inclusive_lower_bound)
        for low, high in pairwise(ordered):
            if high.inclusive_lower_bound <= low.inclusive_upper_bound:
                raise ValidationError(
                    f"RangeMapping: the ranges overlap at {high.inclusive_lower_bound}; expected each sum in one"
                )

    def value(self, total: int) -> int:
        """The qualification's value for this sum."""
        for one in self.summed_score_ranges:
            if one.inclusive_lower_bound <= total <= one.inclusive_upper_bound:
                return one.qualification_value
        return self.out_of_range_qualification_value


Mapped = PercentageMapping | ScaleMapping | RangeMapping
_MAPPINGS = (PercentageMapping, ScaleMapping, RangeMapping)


@frozen
class AnswerKey(Document):
    """The scores of a test's questions, and how their sum becomes the qualification's value.

    Without a mapping the value is the sum.

        >>> key = AnswerKey([Question("capital", AnswerOption("paris", 1))], PercentageMapping(1))
        >>> key.score({"capital": ("paris",)})
        100
    """

    title: ClassVar[str] = "the answer key"
    questions: tuple[Question, ...] = field(
        converter=part.sequence, validator=part.each(part.kind(Question), at_least=1)
    )
    qualification_value_mapping: Mapped | None = field(default=None, validator=part.kind(*_MAPPINGS, optional=True))

    def score(self, answers: Mapping[str, Collection[str]]) -> int:
        """The qualification's value that the service gives for these answers: a number of 32 bits."""
        # Made once: any number of questions may have one identifier.
        chosen = {identifier: frozenset(some) for identifier, some in answers.items()}
        total = sum(one.score(chosen.get(one.question_identifier, ())) for one in self.questions)
        mapping = self.qualification_value_mapping
        value = total if mapping is None else mapping.value(total)
        return min(max(value, part.INT[0]), part.INT[1])

    @classmethod
    def from_element(cls, root: Element) -> AnswerKey:
        """The key in an AnswerKey element."""
        root.expect("AnswerKey", namespace.ANSWER_KEY)
        grammar.hold(root, grammar.ANSWER_KEY)
        mapping = root.child("QualificationValueMapping")
        return cls([_question(one) for one in root.all("Question")], None if mapping is None else _mapping(mapping))

    def to_xml(self) -> str:
        """The XML, as it goes to the service."""
        return template.document("answer_key.xml", key=self)


def _question(node: Element) -> Question:
    default = node.child("DefaultScore")
    return Question(
        node.need("QuestionIdentifier").text,
        [
            AnswerOption([one.text for one in option.all("SelectionIdentifier")], option.number("AnswerScore"))
            for option in node.all("AnswerOption")
        ],
        None if default is None else node.number("DefaultScore"),
    )


def _mapping(node: Element) -> Mapped:
    if len(node.children) != 1 or node.children[0].name not in _READERS:
        raise ValidationError(f"line {node.line}: {node.name}; expected one of " + ", ".join(_READERS))
    return _READERS[node.children[0].name](node.children[0])


def _scale(node: Element) -> ScaleMapping:
    words = node.need("SummedScoreMultiplier").text.strip()
    try:
        return ScaleMapping(float(words))
    except ValueError as error:
        raise ValidationError(f"line {node.line}: SummedScoreMultiplier: {words[:40]!r} is no number") from error


def _range(node: Element) -> SummedScoreRange:
    names = ("InclusiveLowerBound", "InclusiveUpperBound", "QualificationValue")
    return SummedScoreRange(*(node.number(name) for name in names))


_READERS: dict[str, Callable[[Element], Mapped]] = {
    "PercentageMapping": lambda node: PercentageMapping(node.number("MaximumSummedScore")),
    "ScaleMapping": _scale,
    "RangeMapping": lambda node: RangeMapping(
        [_range(one) for one in node.all("SummedScoreRange")], node.number("OutOfRangeQualificationValue")
    ),
}
