"""`mturk serve --processes`: other processes, which serve the same database at the same address."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mturk.marketplace import Marketplace

_LOOK = 1.0  # seconds; some systems hand signals over only between two waits
_PAUSE = 5.0  # seconds from one start of a process to the next, where it ends again and again
_PATIENCE = 30.0  # seconds for what is being answered, before a process is ended by force


class Siblings:
    """So many processes beside this one.

    One that ends by itself, as when it is killed, is replaced by `look`, which `warn` tells. If this process is killed,
    they notice, and end too. `log` is the form of their log, as `keep_log` knows it.
    """

    def __init__(
        self,
        database: str,
        settings: Mapping[str, Any],
        number: int,
        warn: Callable[[str], object],
        log: str = "text",
    ) -> None:
        self._log = log
        self._database = database
        self._settings = dict(settings)
        self._warn = warn
        self._number = number
        self._places: list[_Place] = []

    @contextmanager
    def beside(self, market: Marketplace) -> Iterator[None]:
        """Have them serve for as long as the block lasts, beside a marketplace of this process, which runs."""
        self._socket = market.socket
        try:
            self._places = [self._begin() for _ in range(self._number)]
            yield
        finally:
            self._end()

    def look(self) -> None:
        """Start another one for each that has ended."""
        from mturk.marketplace import forget_process

        for position, place in enumerate(self._places):
            if place.process.is_alive() or time.monotonic() < place.begun + _PAUSE:
                continue
            place.begun = time.monotonic()  # if this fails, as where memory is short, it is tried again later
            with suppress(OSError), _without_readers():
                self._warn(f"mturk: a process ended with {place.process.exitcode}; another one takes its place.")
            forget_process(place.process.pid or 0)
            with suppress(OSError):
                self._places[position] = self._begin()
                place.lifeline.close()

    def _end(self) -> None:
        """Have all of them finish what they answer, and end."""
        for place in self._places:
            place.lifeline.close()
        end = time.monotonic() + _PATIENCE
        try:
            for place in self._places:
                place.process.join(max(0.0, end - time.monotonic()))
        finally:  # also at a second Ctrl-C
            for place in self._places:
                place.process.kill()
                place.process.join()

    def _begin(self) -> _Place:
        # Not a fork: locks of this process's threads would be copied as they are.
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        arguments = (self._database, self._settings, self._log, self._socket, there)
        process = context.Process(target=_serve, args=arguments, name="mturk-sibling")
        with _without_interrupts():
            process.start()
        there.close()
        return _Place(process, here)


class _Place:
    """One process, and the pipe by whose end it knows that it is to end."""

    def __init__(self, process: BaseProcess, lifeline: Connection) -> None:
        self.process = process
        self.lifeline = lifeline
        self.begun = time.monotonic()


@contextmanager
def _without_readers() -> Iterator[None]:
    """Do without standard error once nobody reads it: what it still holds would stop each start of a process."""
    try:
        yield
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stderr.fileno())
        os.close(nowhere)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Have a new process begin deaf to Ctrl-C, which a terminal sends to all, until it says itself what that means."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which is started with the first process, and would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(database: str, settings: Mapping[str, Any], log: str, listening: Any, lifeline: Connection) -> None:
    """Serve until the first process ends, or says so; Ctrl-C is for that one."""
    from mturk.marketplace import Marketplace, MarketplaceError, keep_log

    end = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _number, _frame: end.set())
    keep_log(log)
    try:
        with Marketplace(database, existing=True, sock=listening, **settings):
            while not end.is_set() and not _is_over(lifeline):
                pass
    except MarketplaceError as error:
        sys.exit(f"mturk: {error}")


def _is_over(lifeline: Connection) -> bool:
    """Whether the other end is closed; nothing is ever sent."""
    try:
        return lifeline.poll(_LOOK)
    except OSError:
        return True
