"""How good work is, by arithmetic alone: against known answers, and against what others answered.

Percentages are cut to whole numbers, as in the service's own examples: two of three are 66.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mturk.marketplace.document.answer import Values
from mturk.marketplace.hit.review_policy import KnownAnswers, Plurality

# The service does not compare what is longer.
_LONGEST = 256
_MOST = 1_000
"""Texts in one answer. A page may send tens of thousands, which would take gigabytes for all workers of a HIT."""

Answers = Mapping[str, Values]
"""What one worker entered, by question; a question that is not there was left empty."""

Compared = Mapping[str, Values | None]
"""What of it is compared with what others entered, by question: None where that is too long."""

_NOTHING: Values = frozenset()


@dataclass(frozen=True)
class Score:
    """How many of the known answers are right."""

    correct: Mapping[str, bool]

    @property
    def number(self) -> int:
        """How many are right."""
        return sum(self.correct.values())

    @property
    def percent(self) -> int:
        """The share of those that are right."""
        return _percent(self.number, len(self.correct))


def score(policy: KnownAnswers, answers: Answers) -> Score:
    """Hold one worker's answers against the known ones."""
    return Score({question: answers.get(question, _NOTHING) == right for question, right in policy.key.items()})


@dataclass(frozen=True)
class Agreed:
    """The answer to a question that enough workers gave, and how many per cent of them."""

    answer: Values
    percent: int


@dataclass(frozen=True)
class Comparison:
    """What the workers of a HIT agree on: by question, None where they do not."""

    agreed: Mapping[str, Agreed | None]

    @property
    def number(self) -> int:
        """How many questions have an agreed answer."""
        return sum(found is not None for found in self.agreed.values())

    @property
    def percent(self) -> int:
        """The share of questions with an agreed answer."""
        return _percent(self.number, len(self.agreed))

    def with_majority(self, answers: Compared) -> int:
        """How many of the agreed answers a worker gave."""
        return sum(
            found is not None and answers.get(question, _NOTHING) == found.answer
            for question, found in self.agreed.items()
        )

    def worker_percent(self, answers: Compared) -> int | None:
        """The share of agreed answers that a worker gave; None where nothing is agreed on."""
        return _percent(self.with_majority(answers), self.number) if self.number else None


def compared(policy: Plurality, answers: Answers) -> Compared:
    """What of one worker's answers is compared with those of others."""
    return {question: _comparable(answers[question]) for question in policy.questions if question in answers}


def compare(policy: Plurality, work: Sequence[Compared]) -> Comparison:
    """Hold the answers of several workers against each other."""
    return Comparison({question: _agreed(policy, question, work) for question in policy.questions})


def _agreed(policy: Plurality, question: str, work: Sequence[Compared]) -> Agreed | None:
    given = [found for answers in work if (found := answers.get(question, _NOTHING)) is not None]
    most = Counter(given).most_common(2)
    # Two that are equally common are no plurality.
    if not most or (len(most) == 2 and most[0][1] == most[1][1]):
        return None
    answer, number = most[0]
    percent = _percent(number, len(given))
    return Agreed(answer, percent) if percent > policy.threshold else None


def _comparable(values: Values) -> Values | None:
    return None if len(values) > _MOST or any(len(value) > _LONGEST for value in values) else values


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole
