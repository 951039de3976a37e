"""Handlers that an extension has hear the events of its apps, within the app's context."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from flask import Flask, current_app, g

import mturk
from mturk import ValidationError
from mturk.event.event import Event
from mturk.flask import MTurk
from mturk.marketplace import Marketplace
from tests.flask.served_app import SOON, answer, publish, set_up


def test_a_handler_runs_within_its_app_s_context(
    extension: MTurk, served: Flask, mturk_market: Marketplace, told: Queue[Any]
) -> None:
    hit = publish(served)

    @extension.on("AssignmentSubmitted", hit=hit)
    def hear(event: Event) -> None:
        told.put((current_app.name, mturk.current(), event.assignment_id))

    assignment_id = answer(mturk_market, hit)
    with served.app_context():
        connection, events = extension.connection, extension.events
    with events.listening("poll", every=0.1):
        assert told.get(timeout=SOON) == ("lab", connection, assignment_id)


def test_an_async_handler_runs_within_its_app_s_context(
    extension: MTurk, served: Flask, mturk_market: Marketplace, told: Queue[Any]
) -> None:
    hit = publish(served)

    async def hear(event: Event) -> None:
        told.put((current_app.name, mturk.current()))

    extension.on("AssignmentSubmitted", hear, hit=hit)
    answer(mturk_market, hit)
    with served.app_context():
        connection, events = extension.connection, extension.events
    with events.listening("poll", every=0.1):
        assert told.get(timeout=SOON) == ("lab", connection)


def test_each_event_has_a_context_of_its_own_which_is_torn_down(
    extension: MTurk, served: Flask, mturk_market: Marketplace, told: Queue[Any]
) -> None:
    ended: Queue[str] = Queue()
    served.teardown_appcontext(lambda _error: ended.put(g.pop("event", "")))
    hit = publish(served)
    ended.get(timeout=SOON)

    @extension.on("AssignmentSubmitted", hit=hit)
    def hear(event: Event) -> None:
        told.put(g.get("event"))
        g.event = event.id

    answer(mturk_market, hit, "A1ADA")
    answer(mturk_market, hit, "A2BEN")
    with served.app_context():
        events = extension.events
    ended.get(timeout=SOON)
    with events.listening("poll", every=0.1):
        assert [told.get(timeout=SOON), told.get(timeout=SOON)] == [None, None]
        assert len({ended.get(timeout=SOON), ended.get(timeout=SOON)}) == 2


def test_a_handler_hears_the_events_of_every_app_each_in_its_own_context(
    extension: MTurk, mturk_market: Marketplace, told: Queue[Any], tmp_path: Path
) -> None:
    apps = [set_up(extension, mturk_market, name, tmp_path) for name in ("one", "other")]
    hit = publish(apps[0])
    extension.on("AssignmentSubmitted", lambda event: told.put(current_app.name), hit=hit)
    answer(mturk_market, hit)
    for app in apps:
        with app.app_context():
            events = extension.events
        with events.listening("poll", every=0.1):
            assert told.get(timeout=SOON) == app.name


def test_a_handler_that_comes_late_is_called_and_one_that_was_taken_away_is_not(
    extension: MTurk, served: Flask, mturk_market: Marketplace, told: Queue[Any]
) -> None:
    hit = publish(served)
    with served.app_context():
        events = extension.events

    def first(event: Event) -> None:
        told.put("first")

    extension.on("AssignmentSubmitted", first, hit=hit)
    with events.listening("poll", every=0.1):
        answer(mturk_market, hit, "A1ADA")
        assert told.get(timeout=SOON) == "first"
        extension.on("AssignmentSubmitted", lambda event: told.put("second"), hit=hit)
        assert extension.off("assignmentSubmitted", first) == 1
        answer(mturk_market, hit, "A2BEN")
        assert told.get(timeout=SOON) == "second"
    assert told.empty()


def test_a_handler_that_hears_once_hears_one_event(
    extension: MTurk, served: Flask, mturk_market: Marketplace, told: Queue[Any]
) -> None:
    hit = publish(served)
    extension.once("AssignmentSubmitted", lambda event: told.put("once"), hit=hit)
    extension.on("AssignmentSubmitted", lambda event: told.put("each"), hit=hit)
    for worker_id in ("A1ADA", "A2BEN"):
        answer(mturk_market, hit, worker_id)
    with served.app_context():
        events = extension.events
    with events.listening("poll", every=0.1):
        heard = [told.get(timeout=SOON) for _ in range(3)]
    assert sorted(heard) == ["each", "each", "once"]
    assert told.empty()


@pytest.mark.parametrize(
    ("names", "handler", "words"),
    [
        ("AssignmentSubmited", lambda event: None, "AssignmentSubmited"),
        ("AssignmentSubmitted", lambda: None, "an event"),
        ("AssignmentSubmitted", "review", "must be a function"),
        ([], lambda event: None, "name"),
    ],
)
def test_a_wrong_name_or_handler_is_refused_before_there_is_an_app(names: Any, handler: Any, words: str) -> None:
    extension = MTurk()
    with pytest.raises(ValidationError, match=words):
        extension.on(names, handler)
    assert extension.off() == 0


def test_closing_waits_for_a_handler_that_runs(
    extension: MTurk, served: Flask, mturk_market: Marketplace, told: Queue[Any]
) -> None:
    hit = publish(served)
    go_on = threading.Event()

    def slow(event: Event) -> None:
        told.put("begun")
        go_on.wait(SOON)
        told.put("done")

    extension.on("AssignmentSubmitted", slow, hit=hit)
    answer(mturk_market, hit)
    with served.app_context(), extension.events.listening("poll", every=0.1):
        assert told.get(timeout=SOON) == "begun"
        threading.Timer(0.1, go_on.set).start()
        extension.close()
        assert told.get(block=False) == "done"
