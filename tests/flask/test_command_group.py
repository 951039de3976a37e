"""`flask mturk …`."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from flask import Flask, current_app

from mturk.event.event import Event
from mturk.flask import MTurk
from mturk.marketplace import Marketplace
from tests.flask.conftest import MakeApp
from tests.flask.served_app import answer, publish, set_up
from tests.judge import ACCESS_KEY, SECRET_KEY, Judge


def run(app: Flask, *words: str) -> tuple[int, str]:
    """Run a command; its exit status and what it said."""
    result = app.test_cli_runner().invoke(args=["mturk", *words])
    return result.exit_code, result.output


def test_one_look_handles_what_is_there_and_ends(
    extension: MTurk, served: Flask, mturk_market: Marketplace, told: Queue[Any]
) -> None:
    hit = publish(served)
    assignment_id = answer(mturk_market, hit)
    extension.on("AssignmentSubmitted", lambda event: told.put((current_app.name, event.assignment_id)))
    assert run(served, "poll", "--once", "--watch", hit.id) == (0, "")
    assert told.get(block=False) == ("lab", assignment_id)
    assert run(served, "poll", "--once", "--watch", hit.id) == (0, "")
    assert told.empty()


def test_what_fails_in_one_look_is_tried_again_in_the_next(
    extension: MTurk, mturk_market: Marketplace, told: Queue[Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = set_up(extension, mturk_market, "lab", tmp_path, MTURK_ATTEMPTS=2)
    hit = publish(app)
    answer(mturk_market, hit)

    @extension.on("AssignmentSubmitted", hit=hit)
    def fail(event: Event) -> None:
        told.put("tried")
        raise KeyError("broken")

    assert run(app, "poll", "--once")[0] == 0
    assert told.qsize() == 1
    time.sleep(0.6)  # the first pause
    assert run(app, "poll", "--once")[0] == 0
    assert told.qsize() == 2
    assert "is given up: KeyError('broken')" in caplog.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("words", [["listen", "poll"], ["poll"]])
def test_a_signal_ends_the_program_after_the_handler_that_runs(
    extension: MTurk, served: Flask, mturk_market: Marketplace, told: Queue[Any], number: signal.Signals,
    words: list[str],
) -> None:  # fmt: skip
    before = signal.getsignal(number)
    hit = publish(served)
    answer(mturk_market, hit)
    go_on = threading.Event()

    @extension.on("AssignmentSubmitted", hit=hit)
    def slow(event: Event) -> None:
        os.kill(os.getpid(), number)
        go_on.wait(0.3)
        told.put("done")

    status, said = run(served, *words, "--every", "0.1")
    assert (status, "until Ctrl-C" in said) == (0, True)
    assert told.get(block=False) == "done"
    assert signal.getsignal(number) == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["listen", "nonsense"], "'nonsense' is no source of events"),
        (["listen", "poll", "--watch", ""], "watch"),
        (["poll", "--every", "0"], "--every"),
    ],
)
def test_a_mistake_is_one_line(app: Flask, words: list[str], expected: str) -> None:
    status, said = run(app, *words)
    assert status != 0
    assert expected in said
    assert "Traceback" not in said


def test_an_app_without_a_connection_says_what_to_set(make_app: MakeApp) -> None:
    status, said = run(make_app(MTURK_ENDPOINT=None), "poll", "--once")
    assert (status, "set MTURK_ENDPOINT in its configuration" in said) == (1, True)


def test_the_doctor_says_what_the_app_is_set_up_to_do(make_app: MakeApp, extension: MTurk, judge: Judge) -> None:
    app = make_app(MTURK_TOPICS=["arn:aws:sns:us-east-1:1:t"], MTURK_ALLOWED_HOSTS=["turk.my-lab.org"])
    app.register_blueprint(extension.receiver(), url_prefix="/events")

    @extension.on("any")
    def hear(event: Event) -> None: ...

    status, said = run(app, "doctor")
    lines = said.splitlines()
    assert status == 0, said
    assert f"Endpoint: {judge.url}, by MTURK_ENDPOINT" in lines
    assert f"Credentials: access key {ACCESS_KEY}, by the app's MTURK_ACCESS_KEY" in lines
    assert any(line.startswith("Handlers: ") and line.endswith("hear") for line in lines)
    assert "Receiver: /events/ for arn:aws:sns:us-east-1:1:t" in lines
    assert "Task pages: for MTurk's sites, the connection's own and https://turk.my-lab.org" in lines
    assert SECRET_KEY not in said
    assert (judge.arrived, Path(app.instance_path).exists()) == (0, False)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"MTURK_ENDPOINT": None}, "Connection: No connection."),
        ({"MTURK_ENDPOINT": "sandbx"}, "Connection: 'sandbx' is no place to connect to; did you mean 'sandbox'"),
        ({"MTURK_SECRET_KEY": None}, "Connection: "),
    ],
)
def test_the_doctor_says_what_is_wrong_with_the_connection(
    make_app: MakeApp, settings: dict[str, Any], line: str
) -> None:
    status, said = run(make_app(**settings), "doctor")
    (found,) = [each for each in said.splitlines() if each.endswith("[!]")]
    assert status == 1
    assert found.startswith(line)


def test_the_doctor_says_that_a_receiver_without_topics_takes_nothing(app: Flask, extension: MTurk) -> None:
    app.register_blueprint(extension.receiver(), url_prefix="/events")
    status, said = run(app, "doctor")
    assert (status, "Receiver: /events/ for no topic" in said) == (1, True)


def test_the_doctor_shows_no_password_of_the_mark_s_database(make_app: MakeApp) -> None:
    _, said = run(make_app(MTURK_MARK="postgresql://me:hush@db/lab"), "doctor")
    assert "Mark: a database, by the app's MTURK_MARK" in said
    assert "hush" not in said
