"""`flask mturk …`: an app's events heard by a program of its own, and a look at what the app is set up to do."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup

from mturk.errors import MTurkError
from mturk.flask import checkup
from mturk.flask.state import state_of

if TYPE_CHECKING:
    from mturk.event.events import Events

group = AppGroup("mturk", help="Hear this app's events from MTurk, and look at how it is set up.")

_watch = click.option(
    "--watch", metavar="ID", multiple=True, help="Poll this HIT, or all HITs of this type; also several times."
)
_every = click.option(
    "--every", metavar="SECONDS", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True,
    help="How long a poll waits between two looks.",
)  # fmt: skip


@group.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@_every
@_watch
def listen(sources: tuple[str, ...], every: float, watch: tuple[str, ...]) -> None:
    """Hear events until Ctrl-C or SIGTERM, and call the app's handlers.

    A SOURCE is the URL of an SQS queue, "poll", or "push" for the local marketplace. Without any the app's
    connection says it: "poll", and "push" too for the local marketplace. What is being handled is finished
    before the program ends. Several such programs share the work, as long as they share the mark.

    \b
    Examples:
      flask mturk listen https://sqs.us-east-1.amazonaws.com/123456789012/turk poll
      flask mturk listen poll --every 10 --watch 3HITTYPEID
    """
    with _stoppable(watch) as (events, stopped), events.listening(*sources, every=every):
        click.echo("Hearing events until Ctrl-C.")
        _wait(stopped)


@group.command()
@click.option("--once", is_flag=True, help="Look once, handle what is found, and end.")
@_every
@_watch
def poll(once: bool, every: float, watch: tuple[str, ...]) -> None:
    """Ask the service what happened, and call the app's handlers, until Ctrl-C or SIGTERM.

    Found is what became reviewable, and what happened to the HITs and HIT types that handlers name or --watch does.

    \b
    Examples:
      flask mturk poll --every 30
      flask mturk poll --once --watch 3HITTYPEID
    """
    with _stoppable(watch) as (events, stopped):
        if once:
            events.catch_up("poll", stopped=stopped)
            return
        with events.listening("poll", every=every):
            click.echo("Polling until Ctrl-C.")
            _wait(stopped)


@group.command()
def doctor() -> None:
    """Say what this app is set up to do, and where its calls would go.

    One line each, as `mturk doctor` says them, with what the app's configuration adds. Nothing is sent, and no
    secret is shown. A line that ends in [!] is wrong, and then the exit status is 1.
    """
    found = list(checkup.findings(state_of(current_app)))
    for finding in found:
        click.echo(finding.text if finding.good else f"{finding.text} [!]")
    if not all(finding.good for finding in found):
        raise SystemExit(1)


@contextmanager
def _stoppable(watch: tuple[str, ...]) -> Iterator[tuple[Events, threading.Event]]:
    """The app's events, and what is set by Ctrl-C or SIGTERM; a second Ctrl-C ends the program as it stands."""
    state, stopped = state_of(current_app), threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if watch:
            state.events.watch(*watch)
        yield state.events, stopped
    except MTurkError as error:
        raise click.ClickException(str(error)) from error
    finally:
        state.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(stopped: threading.Event) -> None:
    while not stopped.wait(1.0):  # a wait without end would not hear Ctrl-C on Windows
        pass
