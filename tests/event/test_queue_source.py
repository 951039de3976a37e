"""Listening to a queue: on a server in AWS's place, and on the marketplace's own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import mturk
from mturk import Connection, Event, Events, HITType, HTMLQuestion, UnreadableMessage, ValidationError
from mturk.event.queue import Queue
from mturk.event.queue_source import QueueSource
from mturk.marketplace import Marketplace
from tests.event.said import Ear, eventually, happening, message, submissions
from tests.page import PAGE

Make = Callable[..., Events]


@pytest.fixture(params=["own", "moto"])
def queue(request: pytest.FixtureRequest) -> Iterator[Queue]:
    """An empty queue, and a connection that may use it."""
    if request.param == "own":
        market: Marketplace = request.getfixturevalue("mturk_market")
        connection: Connection = request.getfixturevalue("mturk_connection")
        queue = Queue(market.queue("events").url, connection)
        yield queue
    else:
        request.getfixturevalue("chain")
        url: str = request.getfixturevalue("queue_url")
        with Connection("http://127.0.0.1:9", access_key="a", secret_key="b") as connection:
            queue = Queue(url, connection)
            yield queue
    queue.close()


@pytest.fixture
def make(queue: Queue, tmp_path: Path) -> Iterator[Make]:
    """Make events that share one mark, as processes would; they are stopped after the test."""
    made: list[Events] = []

    def make(**options: Any) -> Events:
        made.append(Events(queue._client._connection, **{"mark": tmp_path / "mark.sqlite3", **options}))
        return made[-1]

    yield make
    for events in made:
        events.stop()


def left(queue: Queue) -> int:
    """How many messages there are, also those that somebody has."""
    found = queue.attributes("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(map(int, found.values()))


def test_what_is_in_the_queue_is_told_and_deleted(queue: Queue, make: Make) -> None:
    events = make()
    ear = events.on("any", Ear())
    queue.send(message(happening(), happening("HITReviewable")))
    with events.listening(queue.url):
        queue.send(message(happening("HITDisposed")))
        assert [event.type for event in ear.wait(3)] == ["AssignmentSubmitted", "HITReviewable", "HITDisposed"]
        eventually(lambda: left(queue) == 0)
    assert {event.source for event in ear.heard} == {"sqs"}


def test_a_message_stays_until_its_handlers_have_returned(queue: Queue, make: Make) -> None:
    events, free, ear = make(), threading.Event(), Ear()

    @events.on("any")
    def handle(event: Event) -> None:
        ear(event)
        free.wait(20)

    queue.send(message(happening()))
    with events.listening(queue.url):
        ear.wait(1)
        time.sleep(0.6)
        assert left(queue) == 1
        free.set()
        eventually(lambda: left(queue) == 0)


def test_the_same_message_twice_is_told_once(queue: Queue, make: Make) -> None:
    first, second = make(), make()
    ear = Ear()
    first.on("any", ear)
    second.on("any", ear)
    for _ in range(3):
        queue.send(message(*submissions(2), document="d"))
    with first.listening(queue.url), second.listening(queue.url):
        ear.wait(2)
        eventually(lambda: left(queue) == 0)
    assert len(ear.heard) == 2


def test_stop_ends_a_long_poll_within_five_seconds(queue: Queue, make: Make) -> None:
    events = make()
    events.on("any", Ear())
    with events.listening(queue.url):
        time.sleep(0.5)  # it waits for messages now
        begin = time.monotonic()
    assert time.monotonic() - begin < 5


def test_what_stop_leaves_is_there_for_others_at_once(queue: Queue, make: Make, tmp_path: Path) -> None:
    events, begun = make(workers=1), Ear()

    @events.on("any")
    def handle(event: Event) -> None:
        begun(event)
        time.sleep(0.3)

    for number in range(3):
        queue.send(message(*submissions(1, f"3H{number}")))
    with events.listening(queue.url):
        begun.wait(1)
    other = make(mark=tmp_path / "other.sqlite3")
    ear = other.on("any", Ear())
    with other.listening(queue.url):
        ear.wait(3 - len(begun.heard))
        eventually(lambda: left(queue) == 0)
    assert {event.id for event in [*begun.heard, *ear.heard]} == {f"AssignmentSubmitted:3A3H{n}0" for n in range(3)}


def test_a_message_that_cannot_be_read_is_given_up_after_its_attempts(
    queue: Queue, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    given: list[tuple[Any, Exception]] = []
    events = make(attempts=2, on_failure=lambda event, error: given.append((event, error)))
    ear = events.on("any", Ear())
    queue.send("a secret that is no event")
    queue.send(message(happening()))
    with events.listening(queue.url):
        ear.wait(1)
        eventually(lambda: given)
        eventually(lambda: left(queue) == 0)
    ((event, error),) = given
    assert event is None
    assert isinstance(error, UnreadableMessage)
    assert error.body == "a secret that is no event"
    assert not any("secret" in record.getMessage() for record in caplog.records)
    assert any(record.levelno == logging.ERROR for record in caplog.records)


def test_an_event_that_is_given_up_leaves_the_queue(queue: Queue, make: Make) -> None:
    given: list[Any] = []
    events = make(attempts=1, on_failure=lambda event, error: given.append(event))
    events.on("any", Ear(fails=1))
    queue.send(message(happening()))
    with events.listening(queue.url):
        eventually(lambda: given)
        eventually(lambda: left(queue) == 0)


@pytest.mark.parametrize("queue", ["own"], indirect=True)
def test_a_message_is_hidden_for_as_long_as_its_handler_works(queue: Queue, make: Make) -> None:
    events, ear, free = make(), Ear(), threading.Event()

    @events.on("any")
    def handle(event: Event) -> None:
        ear(event)
        free.wait(20)

    queue.send(message(happening()))
    source = QueueSource(queue, events._engine.intake(events.connection), attempts=5, hidden=2)
    events.start()
    events._engine.begin([source])
    ear.wait(1)
    time.sleep(4)
    assert queue.receive(wait=0) == []
    free.set()
    eventually(lambda: left(queue) == 0)


def test_a_queue_that_is_not_there_is_told_at_once(queue: Queue, make: Make) -> None:
    events = make()
    events.on("any", Ear())
    with pytest.raises(mturk.DoesNotExist), events.listening(f"{queue.url}x"):
        pass


@pytest.mark.parametrize(
    "place", ["arn:aws:sqs:us-east-1:123456789012:turk", "https://turk.my-lab.org", "https://sqs/1/turk.fifo", "turk"]
)
def test_what_is_no_queue_is_refused_with_what_to_write(make: Make, place: str) -> None:
    with pytest.raises(ValidationError), make().listening(place):
        pass


@pytest.mark.parametrize("queue", ["own"], indirect=True)
def test_a_marketplace_tells_its_own_queue(
    queue: Queue, make: Make, mturk_market: Marketplace, mturk_connection: Connection
) -> None:
    hit_type = HITType.create("Label", "Say what it is", "0.05", 600)
    hit_type.notify(queue.url, ["AssignmentSubmitted", "HITReviewable"], check=True)
    events = make()
    ear = events.on("any", Ear())
    with events.listening(queue.url, "poll", every=0.05):
        hit = hit_type.create_hit(HTMLQuestion(PAGE), 3600)
        worker = mturk_market.worker("A1")
        worker.submit(worker.accept(hit.id), {"label": "cat"})
        ear.wait(2)
        time.sleep(0.3)
    assert sorted(event.type for event in ear.heard) == ["AssignmentSubmitted", "HITReviewable"]
