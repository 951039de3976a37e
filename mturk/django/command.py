"""What the management commands share: they end cleanly when they are told to, and say in one line what is wrong."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from mturk.django import conf, process, signals
from mturk.errors import MTurkError
from mturk.event.events import Events

DEAF = (
    "A receiver of submissions names no HIT type as its sender, and will hear nothing: a poll looks only at the "
    "submissions of what is watched. Write --watch TYPE, MTURK['WATCH'] = ['all'], or "
    "@receiver(assignment_submitted, sender=photos)."
)


class Command(BaseCommand):
    """A command that runs until Ctrl-C or SIGTERM, both of which end it with exit code 0, or does its job once."""

    every = 60.0

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--every` and `--once`."""
        parser.add_argument("--every", type=seconds, metavar="SECONDS", help="how often to look")
        parser.add_argument("--once", action="store_true", help="do what there is to do now, then end")

    def handle(self, *_words: Any, **options: Any) -> None:
        """Do the job, and turn what it cannot do into one line."""
        try:
            with ended_by_signals():
                self.work(options)
        except KeyboardInterrupt:
            self.say(1, "Ended.", options)
        except MTurkError as error:
            raise CommandError(str(error)) from error

    def work(self, options: dict[str, Any]) -> None:
        """The job itself."""
        raise NotImplementedError  # each command has a job of its own

    def say(self, least: int, text: str, options: dict[str, Any]) -> None:
        """Write a line, if so much is wanted."""
        if options["verbosity"] >= least:
            self.stdout.write(text)

    def pause(self, options: dict[str, Any]) -> float:
        """How many seconds lie between two looks."""
        return float(options["every"] or conf.option("EVERY", self.every))


class ListenCommand(Command):
    """A command that hears events of some sources."""

    def hear(self, sources: tuple[str, ...], options: dict[str, Any]) -> None:
        """Hear them until the end, or what is there now."""
        events = process.events()
        if options["verbosity"] > 1:
            self._report(events)
        if set(sources) == {"poll"} and not events.watched and any(one.hears_all for one in signals.OF_SUBMISSIONS):
            self.stderr.write(DEAF)
        if options["once"]:
            events.catch_up(*sources)
            self.say(1, "Everything that was there is handled.", options)
            return
        self.say(1, f"Listening to {', '.join(sources) or 'what the connection offers'}; Ctrl-C ends it.", options)
        events.listen(*sources, every=self.pause(options))
        self.say(1, "Ended.", options)

    def _report(self, events: Events) -> None:
        def report(event: Any) -> None:
            self.stdout.write(repr(event))

        events.on("any", report)


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return found


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, and that also where the program was started in the background."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
