"""Django signals that tell of events, and the events of a site."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings

import mturk
import mturk.django
from mturk import HITType, HTMLQuestion
from mturk.data.enumeration import EventType
from mturk.django import signals
from mturk.django.test import Playground, playground
from tests.django.lab.models import Photo
from tests.page import PAGE


@pytest.fixture
def play(db: None) -> Iterator[Playground]:
    with playground() as made:
        yield made


@pytest.fixture(autouse=True)
def _receivers() -> Iterator[None]:
    """What a test connects is disconnected after it."""
    every = [signals.event, *signals.BY_TYPE.values()]
    before = [(signal, list(signal.receivers), dict(signal._ids)) for signal in every]
    yield
    for signal, receivers, ids in before:
        signal.receivers[:], signal._ids = receivers, ids
        signal._names_nobody = bool(receivers)
        signal.sender_receivers_cache.clear() if signal.use_caching else None


def publish(title: str = "Label", assignments: int = 1) -> mturk.HIT:
    return HITType.create(title, "Say what is in the picture", "0.05", 600).create_hit(
        HTMLQuestion(PAGE), 3600, max_assignments=assignments
    )


class Ear:
    """A receiver that notes what it hears; `fails` says how often it raises first."""

    def __init__(self, fails: int = 0) -> None:
        self.heard: list[tuple[Any, mturk.Event]] = []
        self.fails = fails

    def __call__(self, sender: Any, event: mturk.Event, **more: Any) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("not yet")
        self.heard.append((sender, event))

    @property
    def types(self) -> list[str]:
        return [str(event.type) for _, event in self.heard]


@pytest.mark.parametrize("kind", [kind for kind in EventType if kind != EventType.PING])
def test_each_event_has_a_signal(play: Playground, kind: EventType) -> None:
    own, every = Ear(), Ear()
    signals.BY_TYPE[kind].connect(own)
    signals.event.connect(every)
    hit = publish()
    for each in EventType:
        play.send(each, hit if each != EventType.PING else None)
    assert own.types == [kind]
    assert len(every.types) == len(EventType) == len(signals.BY_TYPE)


def test_every_signal_is_named_as_its_event() -> None:
    for kind, signal in signals.BY_TYPE.items():
        assert getattr(signals, kind.name.lower()) is signal


def test_the_sender_is_the_id_of_the_hit_type(play: Playground) -> None:
    ear = Ear()
    signals.hit_created.connect(ear)
    hit = publish()
    told = play.send("HITCreated", hit)
    assert ear.heard == [(hit.hit_type_id, told)]


@pytest.mark.parametrize("form", ["record", "id", "equal id"])
def test_a_receiver_hears_of_one_type_alone(play: Playground, form: str) -> None:
    ear = Ear()
    mine, other = publish(), publish("Another")
    named: Any = {"record": mine.hit_type, "id": mine.hit_type_id, "equal id": "".join(list(mine.hit_type_id))}[form]
    signals.hit_reviewable.connect(ear, sender=named)
    for hit in (mine, other):
        play.send("HITReviewable", hit)
    assert [event.hit_id for _, event in ear.heard] == [mine.id]
    signals.hit_reviewable.disconnect(ear, sender=mine.hit_type)
    play.send("HITReviewable", mine)
    assert len(ear.heard) == 1


def test_a_ping_is_sent_by_the_app(play: Playground) -> None:
    ear = Ear()
    signals.ping.connect(ear)
    play.send("Ping")
    assert ear.heard[0][0].label == "mturk"


def test_a_sender_that_is_no_hit_type_is_refused() -> None:
    with pytest.raises(mturk.ValidationError, match="sender must be a HITType or its id"):
        signals.ping.connect(Ear(), sender=mturk.Worker("A1"))


def test_a_receiver_that_raises_fails_the_event(play: Playground) -> None:
    ear = Ear(fails=1)
    signals.hit_expired.connect(ear)
    with pytest.raises(RuntimeError, match="not yet"):
        play.send("HITExpired", publish())


def test_an_event_whose_receiver_raised_comes_again(play: Playground) -> None:
    ear = Ear(fails=1)
    signals.hit_reviewable.connect(ear)
    hit = publish()
    player = play.worker()
    player.submit(player.accept(hit.id), {"label": "cat"})
    events = mturk.django.events()
    events.catch_up("poll")
    assert ear.types == []
    assert ear.fails == 0
    with events.listening("poll"):
        wait_for(lambda: ear.heard)
    assert [event.hit_id for _, event in ear.heard] == [hit.id]


def wait_for(condition: Any) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_handlers_added_by_mturk_on_are_told_too(play: Playground) -> None:
    heard: list[mturk.Event] = []
    mturk.on("HITExpired", heard.append)
    told = play.send("HITExpired", publish())
    assert heard == [told]
    assert mturk.django.events() is play.connection.events


def test_a_type_that_a_receiver_names_is_watched_by_a_poll(play: Playground) -> None:
    ear = Ear()
    hit = publish(assignments=2)
    signals.assignment_submitted.connect(ear, sender=hit.hit_type)
    player = play.worker()
    player.submit(player.accept(hit.id), {"label": "cat"})
    mturk.django.events().catch_up("poll")
    assert ear.types == ["AssignmentSubmitted"]


def test_a_receiver_that_is_connected_later_is_told_too(play: Playground) -> None:
    mturk.django.events()
    ear = Ear()
    signals.hit_created.connect(ear)
    play.send("HITCreated", publish())
    assert len(ear.heard) == 1


def test_handlers_leave_no_database_connection_open(play: Playground, shared_db: None) -> None:
    seen: list[bool] = []
    open_ones: list[Any] = []

    def ask(sender: Any, event: mturk.Event, **more: Any) -> None:
        seen.append(connections["default"].connection is None)
        open_ones.append(connections["default"])
        Photo.objects.count()

    signals.hit_reviewable.connect(ask, weak=False)
    for name in ("A1", "A2"):
        player = play.worker(name)
        player.submit(player.accept(publish(name).id), {"label": "cat"})
    mturk.django.events().catch_up("poll")
    assert seen == [True, True]
    assert all(each.connection is None for each in open_ones)


def test_handlers_of_mturk_on_leave_none_open_either(play: Playground, shared_db: None) -> None:
    open_ones: list[Any] = []

    def ask(event: mturk.Event) -> None:
        Photo.objects.count()
        open_ones.append(connections["default"])

    mturk.on("HITReviewable", ask)
    player = play.worker()
    player.submit(player.accept(publish().id), {"label": "cat"})
    mturk.django.events().catch_up("poll")
    assert [each.connection for each in open_ones] == [None]


def test_events_that_are_gone_are_not_held() -> None:
    with playground():
        mturk.django.events()
    gc.collect()
    ear = Ear()
    signals.hit_created.connect(ear)  # asks every hook, also of what is gone


def test_the_settings_reach_the_events() -> None:
    failures: list[Any] = []
    options = {"WORKERS": 2, "ATTEMPTS": 3, "TOPICS": ["arn:a"], "ON_FAILURE": lambda *told: failures.append(told)}
    keys = {"ENDPOINT": "sandbox", "ACCESS_KEY": "AKID", "SECRET_KEY": "made-up"}
    with override_settings(MTURK={**keys, **options}):
        events = mturk.django.events()
    assert events.topics == ("arn:a",)


def test_a_function_that_cannot_be_found_is_named() -> None:
    keys = {"ENDPOINT": "sandbox", "ACCESS_KEY": "AKID", "SECRET_KEY": "made-up"}
    with (
        override_settings(MTURK={**keys, "ON_FAILURE": "lab.nowhere"}),
        pytest.raises(mturk.ConfigurationError, match=r"lab\.nowhere"),
    ):
        mturk.django.events()
