"""Reliability: how far the answers of workers can be relied on, as a whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, get_args

import attrs

from mturk.errors import ValidationError
from mturk.quality.aggregation import Aggregation
from mturk.quality.agreement import Agreement
from mturk.quality.crowd_model import crowd_kit, frame
from mturk.quality.listing import Listing
from mturk.quality.vote import Votes
from mturk.record.display import Table, shown

Level = Literal["nominal", "ordinal", "interval"]
"""What answers are: names (nominal), ranks (ordinal), or numbers whose distances mean something (interval)."""
Counts = Mapping[str, Mapping[str, int]]
_MOST_ANSWERS = 2_000  # each is compared with each


@attrs.frozen(repr=False)
class Reliability(Listing):
    """What a batch's answers to one field are worth as a whole; each measure is None where it is not defined."""

    field: str
    rows: int
    """Rows with an answer."""
    votes: int
    workers: int
    answers: int
    """How many different answers were given."""
    agreement: float | None
    """The mean over rows of the commonest answer's share, see `Agreement`."""
    alpha: float | None
    """Krippendorff's alpha: 1 - observed / expected disagreement.

    1 is perfect, 0 what chance would give, below 0 worse than chance. Rows with one answer say nothing. Customary
    limits are 0.8, and 0.667 for tentative conclusions. None where no row has two answers, or where all answers that
    could be compared are the same: nothing then shows that workers tell rows apart. By crowd-kit's
    `alpha_krippendorff`. Source: K. Krippendorff, Content Analysis (4th ed., 2019), chapter 12; Computing
    Krippendorff's Alpha-Reliability (2011).
    """
    level: str
    """What alpha takes answers for: nominal, ordinal or interval."""
    consistency: float | None
    """The mean over rows of the probability that the majority's answer is right.

    Each worker is taken to be right as often as they are with the majority, and to err to every other answer alike;
    all answers are as probable beforehand. Source: crowd-kit's metric `consistency`.
    """
    uncertainty: float | None
    """The mean over rows of the entropy of the answers' shares, in nats.

    0 where all say the same, ln 2 = 0.69 where two answers have half the votes each. Source: C. E. Shannon, A
    Mathematical Theory of Communication (1948); crowd-kit's metric `uncertainty` with equal skills.
    """

    def _summary(self) -> str:
        return f" of {shown(self.field)}: alpha {_told(self.alpha) or 'is not defined'}, {self.votes} votes"

    def _table(self) -> Table:
        """All measures."""
        measures = (
            (f"Krippendorff's alpha, {self.level}", _told(self.alpha)),
            ("agreement", _told(self.agreement)),
            ("consistency", _told(self.consistency)),
            ("uncertainty", _told(self.uncertainty)),
        )
        numbers = [(name, getattr(self, name)) for name in ("rows", "votes", "workers", "answers")]
        return Table(("measure", "value"), [*measures, *numbers], repr(self))


def reliability(votes: Votes, field: str = "answers", level: Level = "nominal") -> Reliability:
    """All measures of these votes."""
    if level not in get_args(Level):
        raise ValidationError(f"level: {level!r}; expected one of {', '.join(get_args(Level))}")
    counts = votes.counts()
    return Reliability(
        field=field,
        rows=len(counts),
        votes=len(votes),
        workers=len(votes.workers),
        answers=len(votes.answers),
        agreement=Agreement(votes, field).mean,
        alpha=alpha(votes, level),
        level=level,
        consistency=_mean(_consistencies(votes, counts)),
        uncertainty=_mean(entropy(each.values()) for each in counts.values()),
    )


def alpha(votes: Votes, level: Level = "nominal") -> float | None:
    """Krippendorff's alpha by crowd-kit; None where it is not defined."""
    compared: Counter[str] = Counter()
    for each in votes.counts().values():
        if sum(each.values()) > 1:
            compared.update(each)
    if level != "nominal":
        for answer in votes.answers:
            _number(answer, level)
    if len(compared if level == "nominal" else {_number(answer, level) for answer in compared}) < 2:
        return None
    if len(votes.answers) > _MOST_ANSWERS:
        raise ValidationError(
            f"reliability: {len(votes.answers):,} different answers, and the limit is {_MOST_ANSWERS:,}: it is for a "
            "choice of answers; a function as the field can make like answers the same"
        )
    distance = _distance(sorted(votes.answers), compared, level)
    with crowd_kit("metrics.data", "reliability") as library:
        # Who said what does not matter to alpha; but the library refuses a single worker who answers a row twice.
        data = frame(votes).assign(worker=range(len(votes)))
        return float(library.alpha_krippendorff(data, distance))


def entropy(numbers: Iterable[int]) -> float:
    """Shannon's entropy of the shares that these numbers are, in nats."""
    every = list(numbers)
    return sum(-number / sum(every) * math.log(number / sum(every)) for number in every)


def _distance(answers: list[str], compared: Mapping[str, int], level: Level) -> Callable[[int, int], float]:
    """How far two answers are apart; they are given as their places among the sorted ones."""
    if level == "nominal":
        return lambda one, other: float(one != other)
    numbers = [_number(answer, level) for answer in answers]
    if level == "interval":
        scaled = _scaled(numbers, [answer in compared for answer in answers])
        return lambda one, other: (scaled[one] - scaled[other]) ** 2
    given: Counter[float] = Counter()
    for answer, number in zip(answers, numbers, strict=True):
        given[number] += compared.get(answer, 0)
    ranks = _ranks(given)
    return lambda one, other: (ranks[numbers[one]] - ranks[numbers[other]]) ** 2


def _scaled(numbers: list[float], are_compared: list[bool]) -> list[float]:
    """Those that are compared, divided by one power of two: alpha is the same, and no square is too large."""
    kept = [number if is_compared else 0.0 for number, is_compared in zip(numbers, are_compared, strict=True)]
    _, exponent = math.frexp(max(map(abs, kept)))
    return [math.ldexp(number, -exponent) for number in kept]


def _ranks(given: Mapping[float, int]) -> dict[float, float]:
    """For each number how many are lower, and half of those that are equal."""
    found, lower = {}, 0
    for number in sorted(given):
        found[number] = lower + given[number] / 2
        lower += given[number]
    return found


def _number(answer: str, level: Level) -> float:
    try:
        number = math.nan if "_" in answer else float(answer)  # Python's own way to write 10 is 1_0
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValidationError(f"level: {level!r} is for numbers, and an answer is {answer!r:.60}; expected 'nominal'")
    return number


def _consistencies(votes: Votes, counts: Counts) -> Iterable[float]:
    labels = Aggregation(votes)
    others = len(votes.answers) - 1
    given: dict[str, list[tuple[str, float]]] = {}
    for vote in votes:
        given.setdefault(vote.item, []).append((vote.answer, labels.skills[vote.worker]))
    return (_probability(labels[item], counts[item], each, others) for item, each in given.items())


def _probability(label: str, answers: Iterable[str], votes: list[tuple[str, float]], others: int) -> float:
    """The label's share of what all answers are probable."""
    if not others:
        return 1.0
    # As logarithms: hundreds of votes make numbers that are too small for floats.
    likely = {right: sum(_log_chance(skill, answer == right, others) for answer, skill in votes) for right in answers}
    # Answers that nobody gave for this item are possible too, all alike.
    unseen = sum(_log_chance(skill, False, others) for _, skill in votes)
    most = max(unseen, *likely.values())
    if most == -math.inf:  # workers who are never wrong contradict each other
        return 0.0
    total = sum(math.exp(each - most) for each in likely.values())
    return math.exp(likely[label] - most) / (total + (others + 1 - len(likely)) * math.exp(unseen - most))


def _log_chance(skill: float, is_right: bool, others: int) -> float:
    chance = skill if is_right else (1 - skill) / others
    return math.log(chance) if chance else -math.inf


def _mean(values: Iterable[float]) -> float | None:
    every = list(values)
    return math.fsum(every) / len(every) if every else None


def _told(value: Any) -> str:
    return "" if value is None else f"{value:.3f}"
