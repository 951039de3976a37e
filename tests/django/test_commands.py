"""`manage.py mturk_listen`, `mturk_poll`, `mturk_sync`, `mturk_doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

import mturk
import mturk.django
from mturk.django import signals
from mturk.django.mirror.models import HIT, Assignment
from mturk.django.test import Playground, playground
from tests.django.test_signals import publish

KEYS = {"ACCESS_KEY": "AKIDEXAMPLE", "SECRET_KEY": "made-up"}


@pytest.fixture
def play(shared_db: None) -> Iterator[Playground]:
    with playground() as made:
        yield made


def run(name: str, *words: str, **options: Any) -> str:
    out = StringIO()
    call_command(name, *words, stdout=out, stderr=out, no_color=True, **options)
    return out.getvalue()


def work(play: Playground, hit: mturk.HIT) -> None:
    player = play.worker()
    player.submit(player.accept(hit.id), {"label": "cat"})


@pytest.mark.parametrize("command", [("mturk_poll",), ("mturk_listen", "poll"), ("mturk_listen",)])
def test_once_handles_what_is_there_and_ends(play: Playground, command: tuple[str, ...]) -> None:
    heard: list[mturk.Event] = []
    mturk.django.events().on("HITReviewable", heard.append)
    hit = publish()
    work(play, hit)
    assert "Everything that was there is handled." in run(*command, "--once")
    assert [event.hit_id for event in heard] == [hit.id]
    run(*command, "--once")
    assert len(heard) == 1


def test_what_is_watched_is_polled_for_submissions(play: Playground) -> None:
    heard: list[mturk.Event] = []
    mturk.django.events().on("AssignmentSubmitted", heard.append)
    hit = publish(assignments=2)
    work(play, hit)
    run("mturk_poll", "--once")
    assert heard == []
    run("mturk_poll", "--once", "--watch", hit.hit_type_id)
    assert len(heard) == 1


def test_the_settings_name_what_is_watched(play: Playground) -> None:
    hit = publish(assignments=2)
    with override_settings(MTURK={"WATCH": [hit.hit_type_id]}):
        assert mturk.django.process.make_events(play.connection).watched == {hit.hit_type_id}


def test_everything_can_be_watched(play: Playground) -> None:
    heard: list[mturk.Event] = []
    for title in ("Label", "Another"):
        work(play, publish(title, assignments=2))
    mturk.on("AssignmentSubmitted", heard.append)
    run("mturk_poll", "--once", "--watch", "all")
    assert len(heard) == 2


def test_a_receiver_that_will_hear_nothing_is_told_of(play: Playground) -> None:
    hit = publish(assignments=2)

    def receive(**_more: object) -> None:
        """Hears of all types, and of none."""

    signals.assignment_submitted.connect(receive)
    try:
        assert "will hear nothing" in run("mturk_poll", "--once")
        assert "will hear nothing" not in run("mturk_poll", "--once", "--watch", hit.hit_type_id)
    finally:
        signals.assignment_submitted.disconnect(receive)
    play.connection.events.stop()


def test_the_settings_name_the_sources(play: Playground) -> None:
    with (
        override_settings(MTURK={"SOURCES": ["nonsense"]}),
        pytest.raises(CommandError, match="'nonsense' is no source"),
    ):
        run("mturk_listen", "--once")


@pytest.mark.parametrize(("verbosity", "lines"), [(0, 0), (1, 1)])
def test_verbosity_says_how_much_is_said(play: Playground, verbosity: int, lines: int) -> None:
    assert len(run("mturk_poll", "--once", verbosity=verbosity).splitlines()) == lines


def test_events_are_shown_with_more_verbosity(play: Playground) -> None:
    hit = publish()
    work(play, hit)
    assert f"HITReviewable {hit.id}" in run("mturk_poll", "--once", verbosity=2)


def test_a_service_that_is_not_there_is_one_line(tmp_path: Any) -> None:
    options = {"ENDPOINT": "http://127.0.0.1:9", "MARK": tmp_path / "mark", "MAX_ATTEMPTS": 1, **KEYS}
    with override_settings(MTURK=options):
        for name in ("mturk_poll", "mturk_listen"):
            with pytest.raises(CommandError, match=r"127\.0\.0\.1"):
                run(name, "--once")


@pytest.mark.parametrize("every", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_that_is_none_is_refused(play: Playground, every: str) -> None:
    with pytest.raises(CommandError, match="is no number of seconds above 0"):
        run("mturk_poll", "--every", every)


def test_without_an_endpoint_a_command_says_what_to_write() -> None:
    with override_settings(MTURK={}), pytest.raises(CommandError, match="Say where to connect"):
        run("mturk_listen", "--once")


# The mirror.


def test_sync_fills_the_mirror(play: Playground) -> None:
    hit = publish(assignments=2)
    work(play, hit)
    assert run("mturk_sync", "--once").strip() == "1 HITs, 0 of the mirror's are gone; 1 submissions in 1 lists."
    assert (HIT.objects.get().id, Assignment.objects.get().worker_id) == (hit.id, "A1WORKER")
    assert "0 submissions in 0 lists" in run("mturk_sync", "--once")
    assert "1 submissions in 1 lists" in run("mturk_sync", "--once", "--full")


def test_events_keep_the_mirror(play: Playground) -> None:
    hit = publish()
    assignment = play.submit(hit, {"label": "cat"})
    assert Assignment.objects.get().status == "Submitted"
    assignment.approve()
    play.send("AssignmentApproved", assignment)
    assert (Assignment.objects.get().status, HIT.objects.get().status) == ("Approved", "Reviewable")
    play.send("Ping")


# The doctor.


def test_the_doctor_finds_nothing_wrong(play: Playground) -> None:
    with override_settings(MTURK={"ENDPOINT": "sandbox", "TOPICS": ["arn:a"]}):
        said = run("mturk_doctor", "--once")
    assert "Settings: MTURK has no mistakes" in said
    assert f"Connection: <Connection {play.connection.url}" in said
    assert "Receiver: /mturk/events, for 1 topic" in said
    assert "[!]" not in said


def test_the_doctor_makes_a_call_only_when_asked(play: Playground) -> None:
    calls: list[Any] = []
    with override_settings(MTURK={"ENDPOINT": "sandbox", "TOPICS": ["arn:a"]}), mturk.tracer(calls.append):
        run("mturk_doctor")
        assert calls == []
        assert "Balance: 10000.00 USD" in run("mturk_doctor", "--call")


@pytest.mark.parametrize(
    "value", [{"ENDPOINTS": "sandbox"}, {"ENDPOINT": "sandbocks"}, {}, {"ENDPOINT": "sandbox", "SECRET_KEY": "made-up"}]
)
def test_the_doctor_fails_where_something_is_wrong(value: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    out = StringIO()
    with override_settings(MTURK=value), pytest.raises(CommandError, match="not as it should be"):
        call_command("mturk_doctor", stdout=out, no_color=True)
    assert "[!]" in out.getvalue()
    assert "made-up" not in out.getvalue()
