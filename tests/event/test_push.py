"""The marketplace of this process as a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import mturk
from mturk import HIT, Assignment, Connection, Event, HITType, HTMLQuestion
from tests.event.said import Ear, eventually
from tests.page import PAGE


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Connection]:
    with Connection("local", database=tmp_path / "lab.sqlite3") as connection:
        yield connection


@pytest.fixture
def publish(local: Connection) -> Callable[..., HIT]:
    def publish(most: int = 1, **changes: Any) -> HIT:
        hit_type = HITType.create("Label", "Say what it is", "0.05", 600, connection=local)
        return hit_type.create_hit(HTMLQuestion(PAGE), timedelta(hours=1), max_assignments=most, **changes)

    return publish


def test_every_event_is_heard_without_a_queue_or_a_setting(local: Connection, publish: Callable[..., HIT]) -> None:
    ear = local.events.on("any", Ear())
    with local.events.listening("push"):
        hit = publish()
        worker = local.local_market.worker("A1")
        worker.return_assignment(worker.accept(hit.id))
        taken = worker.accept(hit.id)
        worker.submit(taken, {"label": "cat"})
        Assignment(taken, connection=local).approve()
        hit.delete()
        heard = ear.wait(8)
    assert [event.type for event in heard] == [
        "HITCreated",
        "AssignmentAccepted",
        "AssignmentReturned",
        "AssignmentAccepted",
        "AssignmentSubmitted",
        "HITReviewable",
        "AssignmentApproved",
        "HITDisposed",
    ]
    assert {event.source for event in heard} == {"push"}


def test_a_handler_reads_and_decides(local: Connection, publish: Callable[..., HIT]) -> None:
    paid = []

    @local.events.on("AssignmentSubmitted")
    def review(event: Event) -> None:
        assert event.assignment is not None
        assert event.assignment.answers["label"] == "cat"
        event.assignment.approve()
        paid.append(event.assignment.pay_bonus("0.10", "quick"))

    with local.events.listening("push"):
        worker = local.local_market.worker("A1")
        worker.submit(worker.accept(publish().id), {"label": "cat"})
        eventually(lambda: paid)
    assert paid == [True]


def test_push_and_poll_together_tell_once(local: Connection, publish: Callable[..., HIT]) -> None:
    ear = local.events.on(["AssignmentSubmitted", "HITReviewable"], Ear())
    hit = publish()
    local.events.watch(hit)
    with local.events.listening("push", "poll", every=0.05):
        worker = local.local_market.worker("A1")
        worker.submit(worker.accept(hit.id), {"label": "cat"})
        ear.wait(2)
        # Market time is a day ahead of real time then.
        local.local_market.clock.advance(days=1)
        later = publish()
        worker.submit(worker.accept(later.id), {"label": "cat"})
        ear.wait(4)
        looks: list[object] = []
        with mturk.tracer(looks.append):
            eventually(lambda: len(looks) > 6)
    # Which of the two sources was first with one of them is chance.
    assert Counter(event.type for event in ear.heard) == {"AssignmentSubmitted": 2, "HITReviewable": 2}


def test_what_time_brings_is_heard(local: Connection, publish: Callable[..., HIT]) -> None:
    ear = local.events.on("HITExpired", Ear())
    hit = publish()
    with local.events.listening("push"):
        local.local_market.clock.advance(hours=2)
        assert [event.hit_id for event in ear.wait(1)] == [hit.id]


def test_without_a_source_a_marketplace_in_this_process_is_pushed_and_polled(
    local: Connection, publish: Callable[..., HIT]
) -> None:
    with local.events.listening():
        assert repr(local.events) == "<Events listening to <PushSource>, <Poll every 60 s>>"


def test_after_stop_nothing_is_heard(local: Connection, publish: Callable[..., HIT]) -> None:
    ear = local.events.on("any", Ear())
    with local.events.listening("push"):
        publish()
        ear.wait(1)
    publish()
    assert len(ear.heard) == 1


def test_the_mark_lies_beside_the_database(local: Connection, tmp_path: Path) -> None:
    local.events.on("any", Ear())
    with local.events.listening("push"):
        eventually((tmp_path / "mturk-events.sqlite3").exists)


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_handler_that_is_called_again_finds_done_what_it_has_done(
    local: Connection, publish: Callable[..., HIT], verb: str
) -> None:
    """As after the end of a process between the two."""
    ear = Ear(fails=1)

    @local.events.on("AssignmentSubmitted")
    async def review(event: Event) -> None:
        assert event.assignment is not None
        if verb == "approve":
            event.assignment.approve()
        else:
            event.assignment.reject("Please pick one")
        ear(event)

    with local.events.listening("push"):
        worker = local.local_market.worker("A1")
        worker.submit(worker.accept(publish().id), {"label": "cat"})
        ear.wait(2)


def test_outside_of_a_repeated_handler_a_second_decision_is_an_error(
    local: Connection, publish: Callable[..., HIT]
) -> None:
    worker = local.local_market.worker("A1")
    taken = worker.accept(publish().id)
    worker.submit(taken, {"label": "cat"})
    Assignment(taken, connection=local).approve()
    with pytest.raises(mturk.InvalidState):
        Assignment(taken, connection=local).approve()
