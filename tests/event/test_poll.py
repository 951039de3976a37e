"""The poll: what it finds, once, and what it costs."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import mturk
from mturk import HIT, Connection, Event, Events, HITType, HTMLQuestion
from mturk.event.poll import Poll
from mturk.marketplace import Marketplace
from tests.event.said import Ear, eventually, happening, tell
from tests.page import PAGE

Round = Callable[[], list[Event]]


@pytest.fixture
def events(mturk_connection: Connection, tmp_path: Path) -> Iterator[Events]:
    events = Events(mturk_connection, mark=tmp_path / "mark.sqlite3")
    yield events
    events.stop()


@pytest.fixture
def hit_type(mturk_connection: Connection) -> HITType:
    return HITType.create("Label", "Say what it is", "0.05", 600)


def publish(hit_type: HITType, most: int = 1) -> HIT:
    return hit_type.create_hit(HTMLQuestion(PAGE), timedelta(hours=1), max_assignments=most)


def work(market: Marketplace, hit: HIT, name: str = "A1") -> str:
    worker = market.worker(name)
    taken = worker.accept(hit.id)
    worker.submit(taken, {"label": "cat"})
    return taken


def found(events: Events) -> list[str]:
    """What one round of a poll puts into the mark, as type and id; all of it is done then."""
    Poll(events._engine.intake(events.connection), lambda: events._watched, every=60).round()
    mark, ids = events._engine.intake(events.connection).mark, []
    claim = mark.turn(None)
    while claim is not None:
        ids.append(f"{claim.event.type} {claim.event.assignment_id or claim.event.hit_id}")
        claim = mark.turn(mturk.event.mark.Outcome(claim.event.id))
    return ids


def suppressing(step: Callable[[], object]) -> None:
    with suppress(mturk.MTurkError):
        step()


def calls(step: Callable[[], object]) -> Counter[str]:
    made: list[Any] = []
    with mturk.tracer(made.append):
        step()
    return Counter(attempt.operation for attempt in made)


def test_it_tells_of_reviewable_hits_and_of_the_assignments_of_what_is_watched(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    hit, other = publish(hit_type), publish(HITType.create("Other", "Other", "0.05", 600))
    events.watch(hit_type)
    assignment = work(mturk_market, hit)
    work(mturk_market, other)
    assert sorted(found(events)) == [
        f"AssignmentSubmitted {assignment}",
        *sorted([f"HITReviewable {hit.id}", f"HITReviewable {other.id}"]),
    ]
    assert found(events) == []


def test_a_hit_can_be_watched_alone(events: Events, hit_type: HITType, mturk_market: Marketplace) -> None:
    hit, other = publish(hit_type, 2), publish(hit_type, 2)
    events.watch(hit)
    assignment = work(mturk_market, hit)
    work(mturk_market, other)
    assert found(events) == [f"AssignmentSubmitted {assignment}"]


def test_who_listens_to_a_type_watches_it(events: Events, hit_type: HITType, mturk_market: Marketplace) -> None:
    events.on("AssignmentSubmitted", Ear(), hit_type=hit_type)
    assignment = work(mturk_market, publish(hit_type, 2))
    assert found(events) == [f"AssignmentSubmitted {assignment}"]


def test_decisions_are_told_too(events: Events, hit_type: HITType, mturk_market: Marketplace) -> None:
    hit = publish(hit_type, 3)
    events.watch(hit)
    good, bad = work(mturk_market, hit, "A1"), work(mturk_market, hit, "A2")
    mturk.Assignment(good).approve()
    mturk.Assignment(bad).reject("Please pick one")
    assert sorted(found(events)) == sorted(
        [
            f"AssignmentSubmitted {good}",
            f"AssignmentSubmitted {bad}",
            f"AssignmentApproved {good}",
            f"AssignmentRejected {bad}",
        ]
    )


def test_what_a_message_told_is_not_found_again_and_what_it_lost_is(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    hit = publish(hit_type, 3)
    events.watch(hit)
    told, lost = work(mturk_market, hit, "A1"), work(mturk_market, hit, "A2")
    tell(events, happening(HITId=hit.id, HITTypeId=hit_type.id, AssignmentId=told))
    heard = found(events)
    assert sorted(heard) == sorted([f"AssignmentSubmitted {told}", f"AssignmentSubmitted {lost}"])


def test_a_hit_that_gets_more_work_is_told_again_when_that_is_done(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    hit = publish(hit_type)
    work(mturk_market, hit, "A1")
    assert found(events) == [f"HITReviewable {hit.id}"]
    hit.add_assignments(1)
    assert found(events) == []
    work(mturk_market, hit, "A2")
    assert found(events) == [f"HITReviewable {hit.id}"]


@pytest.mark.parametrize("most", [1, 3])
def test_a_handler_that_expires_what_it_is_told_of_is_not_told_again(
    events: Events, hit_type: HITType, mturk_market: Marketplace, most: int
) -> None:
    hit = publish(hit_type, most)
    work(mturk_market, hit)
    hit.expire()
    for number in range(3):
        assert found(events) == ([f"HITReviewable {hit.id}"] if number == 0 else [])
        hit.expire()


def test_an_idle_round_makes_two_calls_for_a_hundred_hits(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    events.watch(hit_type)
    hits = [publish(hit_type, 2) for _ in range(99)]
    done = publish(hit_type)
    work(mturk_market, done)
    work(mturk_market, hits[0])
    poll = Poll(events._engine.intake(events.connection), lambda: events._watched, every=60)
    poll.round()
    # The page after the last is empty.
    assert calls(poll.round) == {"ListHITs": 2}


def test_a_round_reads_only_the_lists_that_changed(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    events.watch(hit_type)
    hits = [publish(hit_type, 2) for _ in range(5)]
    poll = Poll(events._engine.intake(events.connection), lambda: events._watched, every=60)
    poll.round()
    work(mturk_market, hits[3])
    assert calls(poll.round) == {"ListHITs": 2, "ListAssignmentsForHIT": 2}


def test_a_program_that_starts_anew_reads_no_list_again(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    events.watch(hit_type)
    work(mturk_market, publish(hit_type, 2))
    found(events)
    assert calls(lambda: found(events)) == {"ListHITs": 2}


def test_lists_of_many_pages_are_read_whole(events: Events, hit_type: HITType, mturk_market: Marketplace) -> None:
    hit = hit_type.create_hit(HTMLQuestion(PAGE), timedelta(hours=1), max_assignments=120)
    events.watch(hit)
    expected = {f"AssignmentSubmitted {work(mturk_market, hit, f'A{number}')}" for number in range(110)}
    assert set(found(events)) == expected


@pytest.mark.mturk_market(faults=["ListAssignmentsForHIT: refused every 2"])
def test_a_list_that_fails_does_not_keep_the_others_waiting(
    tmp_path: Path, hit_type: HITType, mturk_market: Marketplace
) -> None:
    keys = {"access_key": mturk_market.access_key, "secret_key": mturk_market.secret_key}
    with Connection(mturk_market.url, max_attempts=1, **keys) as connection:
        events = Events(connection, mark=tmp_path / "mark.sqlite3")
        events.watch(hit_type)
        for _ in range(3):
            work(mturk_market, publish(hit_type, 2))
        tried = calls(lambda: suppressing(lambda: found(events)))
        events.stop()
    # The first page of the first, the second of it, which fails, and the first of the others.
    assert tried["ListAssignmentsForHIT"] >= 3


@pytest.mark.mturk_market(eventual=0.5)
def test_a_list_that_lags_behind_its_counters_is_read_again(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    hit = publish(hit_type, 2)
    events.watch(hit)
    assignment = work(mturk_market, hit)
    heard: list[str] = []
    eventually(lambda: heard.extend(found(events)) or heard)
    assert heard == [f"AssignmentSubmitted {assignment}"]


def test_a_hit_that_was_seen_on_offer_again_is_told_when_its_time_is_over_again(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    hit = publish(hit_type, 2)
    events.watch(hit)
    intake = events._engine.intake(events.connection)
    poll = Poll(intake, lambda: events._watched, every=60)
    poll.round()
    for number in (1, 2):
        hit.expire()
        poll.round()
        assert intake.mark.unfinished([f"HITReviewable:{hit.id}:{number}"])
        hit.extend(until=mturk.current().now() + timedelta(hours=1))
        poll.round()


def test_without_anything_watched_it_lists_reviewable_hits_alone(events: Events, mturk_market: Marketplace) -> None:
    assert calls(lambda: found(events)) == {"ListReviewableHITs": 1}


def test_it_goes_on_by_itself_until_it_is_stopped(events: Events, hit_type: HITType, mturk_market: Marketplace) -> None:
    ear = events.on("AssignmentSubmitted", Ear(), hit_type=hit_type)
    hit = publish(hit_type, 3)
    with events.listening("poll", every=0.05):
        for name in ("A1", "A2"):
            work(mturk_market, hit, name)
            ear.wait(int(name[1:]))
    work(mturk_market, hit, "A3")
    assert calls(lambda: None) == {}
    assert len(ear.heard) == 2


def test_a_failing_service_is_logged_and_asked_again(
    tmp_path: Path, hit_type: HITType, mturk_market: Marketplace, caplog: pytest.LogCaptureFixture
) -> None:
    port = int(mturk_market.url.rpartition(":")[2].strip("/"))
    again = Marketplace(mturk_market.database, port=port)
    keys = {"access_key": mturk_market.access_key, "secret_key": mturk_market.secret_key}
    with Connection(mturk_market.url, max_attempts=1, **keys) as connection:
        events = Events(connection, mark=tmp_path / "other.sqlite3")
        ear = events.on("HITReviewable", Ear())
        hit = publish(hit_type)
        with events.listening("poll", every=0.05):
            mturk_market.stop()
            eventually(lambda: any("tried again" in record.getMessage() for record in caplog.records))
            with again:
                work(again, hit)
                ear.wait(1)
    assert {record.levelno for record in caplog.records if record.name == "mturk.event.poll"} == {logging.WARNING}


def test_foreground_listening_ends_when_somebody_stops_it(
    events: Events, hit_type: HITType, mturk_market: Marketplace
) -> None:
    heard = []

    @events.on("HITReviewable")
    def end(event: Event) -> None:
        heard.append(event.hit_id)
        events.stop()

    hit = publish(hit_type)
    work(mturk_market, hit)
    events.listen("poll", every=0.05)
    assert heard == [hit.id]


@pytest.mark.parametrize(("names", "deaf"), [("AssignmentSubmitted", True), ("HITReviewable", False), ("any", False)])
def test_who_asks_a_poll_for_assignments_and_watches_nothing_is_told(
    events: Events, names: str, deaf: bool, caplog: pytest.LogCaptureFixture
) -> None:
    events.on(names, Ear())
    with events.listening("poll"):
        assert any("will hear nothing" in record.getMessage() for record in caplog.records) == deaf


def test_lazy_start_polls_with_the_first_handler(
    mturk_connection: Connection, tmp_path: Path, hit_type: HITType, mturk_market: Marketplace
) -> None:
    work(mturk_market, publish(hit_type))
    events = Events(mturk_connection, mark=tmp_path / "mark.sqlite3", lazy_start=True)
    ear = events.on("HITReviewable", Ear())
    ear.wait(1)
    events.stop()
