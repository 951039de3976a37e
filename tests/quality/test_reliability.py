"""Krippendorff's alpha is what he published, and the other measures are what they are said to be."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mturk import ConfigurationError, Reliability, ValidationError
from mturk.quality.crowd_model import crowd_kit, frame
from mturk.quality.reliability import Level, alpha, entropy, reliability
from mturk.quality.vote import Vote, Votes

# Four observers, twelve units, from Krippendorff's "Computing Krippendorff's Alpha-Reliability" (2011), section C; he
# gives 0.743 for names, 0.815 for ranks, 0.849 for numbers.
OBSERVERS = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
# Two observers, ten units, two values: section A of the same, 0.095.
TWO_OBSERVERS = ["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"]
SOME_VOTES = st.lists(st.builds(Vote, st.sampled_from("1234"), st.sampled_from("ABCD"), st.sampled_from("125")))


def observed(*observers: str) -> Votes:
    return Votes(
        Vote(f"u{unit}", f"A{number}", value)
        for number, values in enumerate(observers)
        for unit, value in enumerate(values.split())
        if value != "."
    )


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_is_what_krippendorff_published(level: Level, published: float) -> None:
    assert alpha(observed(*OBSERVERS), level) == pytest.approx(published, abs=0.0005)


def test_alpha_of_two_observers_is_what_krippendorff_published() -> None:
    assert alpha(observed(*TWO_OBSERVERS)) == pytest.approx(0.095, abs=0.0005)


def by_pairs(votes: list[Vote], distance: Callable[[float, float], float]) -> float | None:
    """Alpha by its definition: each pair of answers is compared, within items and over all of them."""
    items: dict[str, list[float]] = {}
    for vote in votes:
        items.setdefault(vote.item, []).append(float(vote.answer))
    compared = [answers for answers in items.values() if len(answers) > 1]
    every = [answer for answers in compared for answer in answers]
    expected = sum(distance(*pair) for pair in permutations(every, 2)) / max(1, len(every) - 1)
    observed = sum(sum(distance(*pair) for pair in permutations(each, 2)) / (len(each) - 1) for each in compared)
    return 1 - observed / expected if expected else None


@settings(deadline=None)
@given(votes=SOME_VOTES)
def test_alpha_is_what_comparing_all_pairs_gives(votes: list[Vote]) -> None:
    found = alpha(Votes(votes)), alpha(Votes(votes), "interval")
    by_definition = (
        by_pairs(votes, lambda one, other: one != other),
        by_pairs(votes, lambda one, other: (one - other) ** 2),
    )
    assert found == tuple(None if each is None else pytest.approx(each) for each in by_definition)


def test_ranks_do_not_know_how_far_numbers_are_apart() -> None:
    far = [each.replace("5", "1000") for each in OBSERVERS]
    assert alpha(observed(*far), "ordinal") == alpha(observed(*OBSERVERS), "ordinal")
    assert alpha(observed(*far), "interval") != alpha(observed(*OBSERVERS), "interval")


@pytest.mark.parametrize("level", ["ordinal", "interval"])
def test_one_number_may_be_written_in_two_ways(level: Level) -> None:
    written = [OBSERVERS[0].replace("2", "2.0"), *OBSERVERS[1:]]
    assert alpha(observed(*written), level) == pytest.approx(alpha(observed(*OBSERVERS), level))


@pytest.mark.parametrize("votes", [(), ("1 . 2", ". 1 ."), ("1 1 1", "1 1 1"), ("1 1 2", "1 1 .")])
def test_alpha_is_none_where_nothing_shows_that_rows_are_told_apart(votes: tuple[str, ...]) -> None:
    assert alpha(observed(*votes)) is None


@pytest.mark.parametrize("answer", ["cat", "", "nan", "inf", "1_0"])
def test_ranks_and_numbers_need_numbers(answer: str) -> None:
    votes = Votes([Vote("1", "A", "1"), Vote("1", "B", answer)])
    with pytest.raises(ValidationError, match=f"level: 'interval' is for numbers, and an answer is '{answer}'"):
        alpha(votes, "interval")


def test_an_unknown_level_is_refused() -> None:
    mistake: Any = "ratio"
    with pytest.raises(ValidationError, match="level: 'ratio'; expected one of nominal, ordinal, interval"):
        reliability(Votes(), level=mistake)


def test_free_text_is_refused_before_it_takes_hours() -> None:
    votes = Votes(Vote("1", "A", f"text {number}") for number in range(2_001))
    with pytest.raises(ValidationError, match="2,001 different answers, and the limit is 2,000"):
        reliability(votes)


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crowdkit.metrics.data", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'mturk\[aggregate\]'"):
        reliability(observed(*OBSERVERS))


@pytest.mark.parametrize(
    ("numbers", "expected"), [([3], 0), ([2, 2], math.log(2)), ([1, 1, 1], math.log(3)), ([3, 1], 0.5623)]
)
def test_entropy_is_none_where_all_say_the_same(numbers: list[int], expected: float) -> None:
    assert entropy(numbers) == pytest.approx(expected, abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(votes=SOME_VOTES.filter(bool))
def test_consistency_and_uncertainty_are_those_of_crowd_kit(votes: list[Vote]) -> None:
    # It drops what a worker says of an item a second time, and divides by the number of other answers.
    held = Votes({(vote.item, vote.worker): vote for vote in votes}.values())
    if len(held.answers) < 2 or any(len(set(each.values())) < len(each) for each in held.counts().values()):
        return  # ties come out otherwise
    measures = reliability(held)
    with crowd_kit("metrics.data", "the test") as library:
        assert measures.consistency == pytest.approx(library.consistency(frame(held)))
        assert measures.uncertainty == pytest.approx(library.uncertainty(frame(held)), abs=1e-5)


def test_hundreds_of_votes_for_a_row_are_not_too_many() -> None:
    votes = Votes(Vote("1", f"A{number}", "dog" if number % 3 else "cat") for number in range(900))
    for number in range(900):
        votes.add("2", f"A{number}", "dog" if number % 4 else "eel")
    assert reliability(votes).consistency == pytest.approx(1)


def test_all_measures_stand_in_a_table() -> None:
    measures = reliability(observed(*OBSERVERS), "rating")
    assert repr(measures) == "<Reliability of rating: alpha 0.743, 41 votes>"
    assert [line.split() for line in str(measures).splitlines()[1:]] == [
        ["measure", "value"],
        ["Krippendorff's", "alpha,", "nominal", "0.743"],
        ["agreement", f"{measures.agreement:.3f}"],
        ["consistency", f"{measures.consistency:.3f}"],
        ["uncertainty", f"{measures.uncertainty:.3f}"],
        ["rows", "12"],
        ["votes", "41"],
        ["workers", "4"],
        ["answers", "5"],
    ]


def test_of_nothing_there_is_no_measure() -> None:
    nothing = reliability(Votes(), "label")
    assert nothing == Reliability("label", 0, 0, 0, 0, None, None, "nominal", None, None)
    assert repr(nothing) == "<Reliability of label: alpha is not defined, 0 votes>"


@pytest.mark.parametrize("level", ["ordinal", "interval"])
def test_numbers_that_are_all_the_same_tell_nothing_however_they_are_written(level: Level) -> None:
    assert alpha(observed("3 3", "3.0 3.00"), level) is None
    assert alpha(observed("3 3 .", "3.0 3.00 5"), level) is None


@pytest.mark.parametrize("factor", ["e200", "e307", "e-200", "e-300"])
def test_alpha_of_numbers_is_the_same_whatever_their_unit(factor: str) -> None:
    scaled = [" ".join(each if each == "." else each + factor for each in one.split()) for one in OBSERVERS]
    assert alpha(observed(*scaled), "interval") == pytest.approx(alpha(observed(*OBSERVERS), "interval"))


def test_the_greatest_numbers_are_compared() -> None:
    assert alpha(observed("-1e308", "1e308"), "interval") == pytest.approx(0)
    assert alpha(observed("3 3", "1e200 4"), "interval") == pytest.approx(0, abs=1)


def test_an_answer_that_is_compared_with_none_does_not_hide_the_others() -> None:
    votes, more = observed(*OBSERVERS), observed(*OBSERVERS)
    more.add("alone", "A0", "1e300")
    assert alpha(more, "interval") == alpha(votes, "interval")
