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

Answers = Mapping[str, Values]
"""What one worker entered, by question; a question that is not there was left empty."""

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

    def with_majority(self, answers: Answers) -> int:
        """How many of the agreed answers a worker gave."""
        return sum(
            found is not None and _comparable(answers, question) == found.answer
            for question, found in self.agreed.items()
        )

    def worker_percent(self, answers: Answers) -> int | None:
        """The share of agreed answers that a worker gave; None where nothing is agreed on."""
        return _percent(self.with_majority(answers), self.number) if self.number else None


def compare(policy: Plurality, work: Sequence[Answers]) -> Comparison:
    """Hold the answers of several workers against each other."""
    return Comparison({question: _agreed(policy, question, work) for question in policy.questions})


def _agreed(policy: Plurality, question: str, work: Sequence[Answers]) -> Agreed | None:
    given = [found for answers in work if (found := _comparable(answers, question)) is not None]
    most = Counter(given).most_common(2)
    # Two that are equally common are no plurality.
    if not most or (len(most) == 2 and most[0][1] == most[1][1]):
        return None
    answer, number = most[0]
    percent = _percent(number, len(given))
    return Agreed(answer, percent) if percent > policy.threshold else None


def _comparable(answers: Answers, question: str) -> Values | None:
    values = answers.get(question, _NOTHING)
    return None if any(len(value) > _LONGEST for value in values) else values


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole
