"""Which time a HIT became reviewable, whoever tells of it."""

from __future__ import annotations

import attrs
import pytest

from mturk import Event, EventType
from mturk.event.mark import Mark
from mturk.event.message import read
from tests.conftest import Time
from tests.event.said import happening, message


@pytest.fixture
def mark(timing: Time) -> Mark:
    return Mark(":memory:", now=timing.now)


def at(mark: Mark, time: str, sent: float | None = None, document: str = "d") -> str:
    """The id that a message gets which says that the HIT became reviewable then."""
    told = message(happening("HITReviewable", EventTimestamp=f"2026-11-22T{time}Z"), document=document)
    (event,) = mark.put(read(told, "sqs", None), sent=sent)
    return event.id


@pytest.fixture
def sighted() -> Event:
    (event,) = read(message(happening("HITReviewable")), "poll", None)
    return event


@pytest.fixture(autouse=True)
def now(timing: Time) -> None:
    # 2026-11-22 09:00:00 UTC
    timing.advance(1795338000 - timing.now())


def sight(mark: Mark, event: Event, most: int | None, taken: int | None) -> str | None:
    found = mark.sight(event, most, taken)
    return None if found is None else found.id


def test_the_same_time_is_the_same_event_in_every_message(mark: Mark) -> None:
    assert at(mark, "09:00:00") == at(mark, "09:00:00") == "HITReviewable:3HIT:1"
    assert at(mark, "09:30:00") == "HITReviewable:3HIT:2"
    assert at(mark, "09:00:00") == "HITReviewable:3HIT:1"


def test_twice_in_one_second_is_two_times(mark: Mark) -> None:
    assert at(mark, "09:00:00", document="d") == "HITReviewable:3HIT:1"
    assert at(mark, "09:00:00", document="e") == "HITReviewable:3HIT:2"
    assert at(mark, "09:00:00", document="d") == "HITReviewable:3HIT:1"


def test_another_source_that_tells_of_the_same_second_tells_the_same(mark: Mark) -> None:
    told = message(happening("HITReviewable"), document="d")
    (queued,) = mark.put(read(told, "sqs", None))
    (pushed,) = mark.put(read(message(happening("HITReviewable"), document="e"), "push", None))
    assert queued == pushed


def test_a_list_that_showed_it_gone_shows_another_time(mark: Mark, sighted: Event) -> None:
    assert sight(mark, sighted, 3, 2) == "HITReviewable:3HIT:1"
    mark.lose_sight("3HIT")
    assert sight(mark, sighted, 3, 2) == "HITReviewable:3HIT:2"


def test_a_list_shows_the_same_only_once(mark: Mark, sighted: Event) -> None:
    assert sight(mark, sighted, 3, 3) == "HITReviewable:3HIT:1"
    assert sight(mark, sighted, 3, 3) is None


def test_a_message_before_the_list_is_the_same_time(mark: Mark, sighted: Event) -> None:
    at(mark, "09:00:00")
    assert sight(mark, sighted, 3, 3) is None


def test_a_message_after_the_list_is_the_same_time(mark: Mark, sighted: Event) -> None:
    sight(mark, sighted, 3, 3)
    assert at(mark, "08:59:30") == "HITReviewable:3HIT:1"


def test_a_late_message_is_the_same_time_although_the_hit_was_extended_meanwhile(mark: Mark, sighted: Event) -> None:
    sight(mark, sighted, 3, 3)
    assert at(mark, "08:59:30") == "HITReviewable:3HIT:1"
    assert sight(mark, sighted, 5, 5) == "HITReviewable:3HIT:2"
    assert at(mark, "09:10:00") == "HITReviewable:3HIT:2"


def test_a_message_of_a_later_time_is_not_taken_for_a_late_one(mark: Mark, sighted: Event, timing: Time) -> None:
    sight(mark, sighted, 3, 3)
    timing.advance(3600)
    assert at(mark, "10:00:00") == "HITReviewable:3HIT:2"


def test_a_marketplace_whose_clock_is_ahead_is_judged_by_when_a_message_was_sent(
    mark: Mark, sighted: Event, timing: Time
) -> None:
    sight(mark, sighted, 3, 3)
    assert at(mark, "23:00:00", sent=timing.now() + 5) == "HITReviewable:3HIT:1"


@pytest.mark.parametrize(("most", "taken"), [(4, 4), (5, 3), (3, 3)], ids=["one more", "two more", "more taken"])
def test_more_to_review_is_another_time(mark: Mark, sighted: Event, most: int, taken: int) -> None:
    sight(mark, sighted, 3, 2)
    assert sight(mark, sighted, most, taken) == "HITReviewable:3HIT:2"


@pytest.mark.parametrize(("most", "taken"), [(3, 2), (3, 1), (None, None)])
def test_a_hit_that_was_expired_again_is_no_other_time(
    mark: Mark, sighted: Event, most: int | None, taken: int | None
) -> None:
    sight(mark, sighted, 3, 2)
    assert sight(mark, sighted, most, taken) is None


def test_each_hit_is_counted_alone(mark: Mark, sighted: Event) -> None:
    sight(mark, sighted, 3, 3)
    other = attrs.evolve(sighted, hit_id="3OTHER", id="HITReviewable:3OTHER")
    assert other.type == EventType.HIT_REVIEWABLE
    assert sight(mark, other, 3, 3) == "HITReviewable:3OTHER:1"
