"""The mark: what is known of events, on SQLite and on a database server."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from mturk import ConfigurationError, Event
from mturk.event.mark import LEASE, Mark, Outcome
from mturk.event.message import read
from tests.conftest import Time
from tests.event.said import happening, message, submissions
from tests.marketplace.postgresql import PostgreSQL, running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "mark.sqlite3")
        return
    with request.getfixturevalue("postgresql").database() as url:
        yield url


@pytest.fixture
def mark(place: str, timing: Time) -> Iterator[Mark]:
    mark = Mark(place, now=timing.now)
    yield mark
    mark.close()


@pytest.fixture
def other(place: str, timing: Time) -> Iterator[Mark]:
    """The same mark in another process."""
    mark = Mark(place, now=timing.now)
    yield mark
    mark.close()


def events(*happenings: dict[str, object], document: str = "d1") -> list[Event]:
    return read(message(*happenings, document=document), "sqs", None)


def test_what_was_put_is_claimed_once(mark: Mark, other: Mark) -> None:
    (put,) = mark.put(events(happening()))
    claim = other.turn(None)
    assert claim is not None
    assert (claim.event, claim.failed, claim.lost, claim.handled) == (put, 0, 0, ())
    assert mark.turn(None) is None


def test_a_claimed_event_is_as_it_was_put(mark: Mark) -> None:
    (put,) = mark.put(events(happening()))
    claim = mark.turn(None)
    assert claim is not None
    assert attrs.asdict(claim.event) == attrs.asdict(put)


def test_what_is_done_is_known_for_ever(mark: Mark, other: Mark) -> None:
    (put,) = mark.put(events(happening()))
    mark.turn(None)
    mark.turn(Outcome(put.id))
    other.put(events(happening(), document="again"))
    assert other.turn(None) is None
    assert other.unfinished([put.id]) == set()


def test_one_hits_events_go_one_after_another_in_the_order_of_their_time(mark: Mark, other: Mark) -> None:
    late, early = mark.put(
        events(happening("HITExpired", EventTimestamp="2026-11-22T09:00:05Z"), happening("AssignmentSubmitted"))
    )
    first = mark.turn(None)
    assert first is not None
    assert first.event == early
    assert other.turn(None) is None
    second = mark.turn(Outcome(early.id))
    assert second is not None
    assert second.event == late


def test_an_earlier_event_that_comes_late_waits_for_the_one_at_work(mark: Mark, other: Mark) -> None:
    (later,) = mark.put(events(happening("HITExpired")))
    mark.turn(None)
    (earlier,) = other.put(events(happening(EventTimestamp="2026-11-22T08:00:00Z")))
    assert other.turn(None) is None
    mark.end(Outcome(later.id))
    claim = other.turn(None)
    assert claim is not None
    assert claim.event == earlier


def test_events_of_several_hits_go_side_by_side(mark: Mark, other: Mark) -> None:
    mark.put(events(happening(HITId="3A", AssignmentId="1"), happening(HITId="3B", AssignmentId="2")))
    assert mark.turn(None) is not None
    assert other.turn(None) is not None


def test_what_is_to_be_tried_again_waits_for_its_time_and_remembers_who_is_done(mark: Mark, timing: Time) -> None:
    first, _ = mark.put(events(*submissions(2)))
    mark.turn(None)
    assert mark.turn(Outcome(first.id, ("a",), "no", pause=5)) is None
    timing.advance(4)
    assert mark.turn(None) is None
    timing.advance(1)
    claim = mark.turn(None)
    assert claim is not None
    assert (claim.event, claim.failed, claim.lost, claim.handled) == (first, 1, 0, ("a",))


def test_what_a_dead_process_had_begun_is_free_when_its_lease_is_over(mark: Mark, other: Mark, timing: Time) -> None:
    (put,) = mark.put(events(happening()))
    mark.turn(None)
    timing.advance(LEASE - 1)
    assert other.turn(None) is None
    timing.advance(1)
    claim = other.turn(None)
    assert claim is not None
    assert (claim.event, claim.failed, claim.lost) == (put, 0, 1)


def test_a_clock_that_jumps_gives_nobody_what_their_own_process_is_at(mark: Mark, timing: Time) -> None:
    mark.put(events(happening()))
    assert mark.turn(None) is not None
    timing.advance(LEASE * 2)
    assert mark.turn(None) is None


def test_a_lease_that_is_renewed_goes_on(mark: Mark, other: Mark, timing: Time) -> None:
    (put,) = mark.put(events(happening()))
    mark.turn(None)
    timing.advance(LEASE - 1)
    mark.renew([put.id])
    timing.advance(LEASE - 1)
    assert other.turn(None) is None


def test_who_lost_a_lease_does_not_end_the_event_of_another(mark: Mark, other: Mark, timing: Time) -> None:
    (put,) = mark.put(events(happening()))
    mark.turn(None)
    timing.advance(LEASE)
    other.turn(None)
    mark.end(Outcome(put.id))
    assert mark.unfinished([put.id]) == {put.id}
    other.end(Outcome(put.id))
    assert mark.unfinished([put.id]) == set()


def test_what_is_given_up_is_not_claimed_again(mark: Mark) -> None:
    (put,) = mark.put(events(happening()))
    mark.turn(None)
    assert mark.turn(Outcome(put.id, error="no")) is None
    assert mark.unfinished([put.id]) == set()


def test_unfinished_are_those_that_wait_or_are_at_work(mark: Mark) -> None:
    done, at_work, waiting = (event.id for event in mark.put(events(*submissions(3))))
    mark.turn(None)
    mark.turn(Outcome(done))
    assert mark.unfinished([done, at_work, waiting, "unknown"]) == {at_work, waiting}
    assert mark.unfinished([]) == set()


def test_counters_of_a_hit_are_kept(mark: Mark, other: Mark) -> None:
    assert mark.counters("3HIT") is None
    mark.keep_counters("3HIT", "3 2 1 0")
    mark.keep_counters("3HIT", "3 1 1 1")
    assert other.counters("3HIT") == "3 1 1 1"


def test_threads_that_claim_at_once_get_each_event_once(mark: Mark) -> None:
    put = mark.put(events(*(one for number in range(40) for one in submissions(1, f"3H{number}"))))
    got: list[Event] = []

    def work() -> None:
        claim = mark.turn(None)
        while claim is not None:
            got.append(claim.event)
            claim = mark.turn(Outcome(claim.event.id))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(event.id for event in got) == sorted(event.id for event in put)


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions there")
def test_the_file_is_its_owners_alone(tmp_path: Path, timing: Time) -> None:
    mark = Mark(tmp_path / "mark.sqlite3", now=timing.now)
    mark.put(events(happening()))
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    mark.close()


def test_a_mark_in_memory_outlives_its_pauses(timing: Time) -> None:
    mark = Mark(":memory:", now=timing.now)
    (put,) = mark.put(events(happening()))
    mark.close()
    assert mark.unfinished([put.id]) == {put.id}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("", "mark= must be a file's path or a database's URL"),
        ("nowhere/mark.sqlite3", "the folder .*nowhere is not there"),
        (".", "cannot be used"),
        ("oddbase://host/name", "not a database's URL|needs the database's driver"),
        ("postgresql://u:hush@127.0.0.1:1/x", "postgresql.*127.0.0.1:1/x cannot be used"),
    ],
)
def test_a_place_that_cannot_be_used_is_one_error_without_a_password(
    place: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, timing: Time
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=said) as caught:
        Mark(place, now=timing.now).put(events(happening()))
    assert "hush" not in str(caught.value)


def test_a_file_that_is_no_mark_is_told_and_left_alone(tmp_path: Path, timing: Time) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but my notes " * 100)
    with pytest.raises(ConfigurationError, match=r"notes\.txt cannot be used"):
        Mark(file, now=timing.now).put(events(happening()))
    assert file.read_text().startswith("not a database")
