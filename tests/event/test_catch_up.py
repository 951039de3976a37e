"""What is there now, handled at once; and an event that is told by hand."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

import mturk
from mturk import Connection, Event, Events, HITType, HTMLQuestion, UnreadableMessage
from mturk.event.queue import Queue
from mturk.marketplace import Marketplace
from tests.event.said import happening, message
from tests.page import PAGE


@pytest.fixture
def events(mturk_connection: Connection, tmp_path: Path) -> Events:
    return Events(mturk_connection, mark=tmp_path / "mark.sqlite3")


def reviewable(market: Marketplace) -> mturk.HIT:
    hit = HITType.create("Label", "Say what is in the picture", "0.05", 600).create_hit(HTMLQuestion(PAGE), 3600)
    player = market.worker("A1ADA")
    player.submit(player.accept(hit.id), {"label": "cat"})
    return hit


def test_what_is_there_is_handled_when_it_returns(events: Events, mturk_market: Marketplace) -> None:
    heard: list[Event] = []
    events.on("HITReviewable", heard.append)
    hit = reviewable(mturk_market)
    events.catch_up("poll")
    assert [event.hit_id for event in heard] == [hit.id]
    events.catch_up("poll")
    assert len(heard) == 1


def test_what_failed_is_left_for_the_next_time(events: Events, mturk_market: Marketplace) -> None:
    tries: list[Event] = []

    @events.on("HITReviewable")
    def fail(event: Event) -> None:
        tries.append(event)
        raise RuntimeError("not yet")

    reviewable(mturk_market)
    events.catch_up("poll")
    assert len(tries) == 1


def test_nothing_is_used_up_where_nobody_listens(events: Events, mturk_market: Marketplace) -> None:
    hit = reviewable(mturk_market)
    events.catch_up("poll")
    heard: list[Event] = []
    events.on("any", heard.append)
    events.catch_up("poll")
    assert [event.hit_id for event in heard] == [hit.id]


def test_what_waits_for_an_event_of_the_same_hit_is_handled_too(events: Events, mturk_market: Marketplace) -> None:
    photos = HITType.create("Label", "Say what is in the picture", "0.05", 600)
    hit = photos.create_hit(HTMLQuestion(PAGE), 3600, max_assignments=2)
    for name in ("A1ADA", "A2BEN"):
        player = mturk_market.worker(name)
        player.submit(player.accept(hit.id), {"label": "cat"})
    heard: list[Event] = []

    @events.on("AssignmentSubmitted", hit_type=photos)
    def work(event: Event) -> None:
        threading.Event().wait(0.2)  # longer than a look
        heard.append(event)

    events.catch_up("poll")
    assert len(heard) == 2


def test_a_queue_is_emptied(events: Events, mturk_market: Marketplace) -> None:
    queue = Queue(mturk_market.queue("lab").url, events.connection)
    heard: list[Event] = []
    events.on("HITReviewable", heard.append)
    for number in range(30):
        queue.send(message(happening("HITReviewable", HITId=f"3HIT{number}")))
    events.catch_up(queue.url)
    assert {event.hit_id for event in heard} == {f"3HIT{number}" for number in range(30)}
    left = queue.attributes("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    assert set(left.values()) == {"0"}
    queue.close()


def test_what_goes_wrong_is_raised(mturk_connection: Connection, tmp_path: Path) -> None:
    with Connection("http://127.0.0.1:9", access_key="AKID", secret_key="made-up", max_attempts=1) as nowhere:
        with pytest.raises(mturk.TransportError):
            Events(nowhere, mark=tmp_path / "mark.sqlite3").catch_up("poll")
        with pytest.raises(mturk.ValidationError, match="no source"):
            Events(nowhere, mark=tmp_path / "mark.sqlite3").catch_up("nonsense")


def test_telling_calls_the_handlers_of_the_event_alone(events: Events, mturk_market: Marketplace) -> None:
    heard: list[str] = []
    event = of(reviewable(mturk_market))
    events.on("HITReviewable", lambda _event: heard.append("its own"))
    events.on("HITExpired", lambda _event: heard.append("another's"))
    events.once("any", lambda _event: heard.append("once"))
    events.tell(event)
    events.tell(event)
    assert heard == ["its own", "once", "its own"]


def test_telling_waits_for_async_handlers_and_raises_what_they_raise(events: Events, mturk_market: Marketplace) -> None:
    @events.on("any")
    async def fail(_event: Event) -> None:
        await asyncio.sleep(0)
        assert mturk.current() is events.connection
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        events.tell(of(reviewable(mturk_market)))


def of(hit: mturk.HIT) -> Event:
    hit.refresh()
    return Event(
        type=mturk.EventType.HIT_REVIEWABLE,
        time=hit.creation_time,
        hit_id=hit.id,
        hit_type_id=hit.hit_type_id,
        assignment_id=None,
        source="push",
        id="HITReviewable:1",
        connection=hit.connection,
    )


def test_a_message_that_nobody_can_read_is_told_before_it_is_deleted(
    mturk_connection: Connection, mturk_market: Marketplace, tmp_path: Path
) -> None:
    given: list[Exception] = []
    queue = Queue(mturk_market.queue("lab").url, mturk_connection)
    queue.send("no event")
    events = Events(
        mturk_connection,
        mark=tmp_path / "mark.sqlite3",
        attempts=1,
        on_failure=lambda event, error: given.append(error),
    )
    events.catch_up(queue.url)
    queue.close()
    (error,) = given
    assert isinstance(error, UnreadableMessage)
    assert error.body == "no event"
