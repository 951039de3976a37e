"""What runs in this process: the mark, the crew and the sources, begun when they are needed, and after a fork anew."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mturk.event.crew import Crew, OnFailure
from mturk.event.intake import Intake, Source
from mturk.event.mark import Mark

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.event.event import Event
    from mturk.event.listener import Listeners

MARK = "mturk-events.sqlite3"
"""The name of the mark's file, where nobody gives it another."""


class Engine:
    """Begins and ends threads; what handlers and sources leave is in the mark."""

    def __init__(
        self,
        listeners: Listeners,
        *,
        mark: str | os.PathLike[str] | None,
        workers: int,
        attempts: int,
        on_failure: OnFailure | None,
    ) -> None:
        self._listeners = listeners
        self._place = mark
        self._workers = workers
        self._attempts = attempts
        self._on_failure = on_failure
        self.sources: list[Source] = []
        self._intake: Intake | None = None
        self._crew: Crew | None = None
        self._process = os.getpid()
        self._lock = threading.RLock()
        self.stopped = threading.Event()

    def intake(self, connection: Connection) -> Intake:
        """Where sources hand over what they bring."""
        with self._lock:
            self._after_fork()
            if self._intake is None:
                mark = Mark(_place(self._place, connection), now=connection.clock.now)
                self._intake = Intake(connection, mark, self.ring, self._fail)
            return self._intake

    def start(self, connection: Connection) -> Crew:
        """Have what is in the mark handled, from now on."""
        with self._lock:
            intake = self.intake(connection)
            if self._crew is None:
                self._crew = Crew(
                    intake.mark,
                    self._listeners,
                    connection,
                    workers=self._workers,
                    attempts=self._attempts,
                    on_failure=self._on_failure,
                    ended=self._ended,
                )
                self._crew.start()
                self.stopped.clear()
                atexit.register(self.stop)
            return self._crew

    def begin(self, sources: Iterable[Source]) -> None:
        """Start sources; if one cannot, all is stopped and its error raised."""
        try:
            for source in sources:
                source.begin()
                self.sources.append(source)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the sources, and wait for the handlers that run."""
        with self._lock:
            self._after_fork()
            sources, self.sources = self.sources, []
            crew, self._crew = self._crew, None
        self.stopped.set()
        atexit.unregister(self.stop)
        for source in sources:
            source.halt()
        if crew is not None:
            crew.stop()
        for source in sources:
            source.stop()
        if self._intake is not None:
            self._intake.mark.close()

    def ring(self) -> None:
        """Look into the mark now."""
        if self._crew is not None:
            self._crew.ring()

    def _fail(self, event: Event | None, error: Exception) -> None:
        if self._crew is not None:
            self._crew.fail(event, error)

    def _ended(self) -> None:
        for source in tuple(self.sources):
            source.ended()

    def _after_fork(self) -> None:
        # A child has none of its parent's threads.
        if self._process != os.getpid():
            self._process, self._crew, self._intake, self.sources = os.getpid(), None, None, []


def _place(given: str | os.PathLike[str] | None, connection: Connection) -> str | os.PathLike[str]:
    if given is not None:
        return given
    market = connection.local_market
    named = os.environ.get("MTURK_MARK")
    if named or market is None or "://" in market.database:
        return named or MARK
    if market.database == ":memory:":
        return ":memory:"
    return os.path.join(os.path.dirname(market.database), MARK)
