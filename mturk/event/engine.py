"""What runs in this process: the mark, the crew and the sources, begun when they are needed, and after a fork anew."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING
from weakref import WeakSet

from mturk.event.crew import Crew, OnFailure
from mturk.event.intake import Intake, Source
from mturk.event.mark import Mark
from mturk.event.queue_url import origin

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
        self._lock = threading.RLock()
        self._ending = threading.Lock()
        self.stopped = threading.Event()
        _all.add(self)

    def intake(self, connection: Connection) -> Intake:
        """Where sources hand over what they bring."""
        with self._lock:
            if self._intake is None:
                mark = Mark(_place(self._place, connection), _service(connection))
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
        """End the sources, and wait for the handlers that run; a handler that calls this is not waited for."""
        crew = self._crew
        if crew is not None and crew.is_here:
            crew.halt()
            threading.Thread(target=self._stop, name="mturk-stop", daemon=True).start()
        else:
            self._stop()

    def _stop(self) -> None:
        with self._ending:  # a second one waits for the first
            with self._lock:
                sources, self.sources = self.sources, []
            for source in sources:
                source.halt()
            if self._crew is not None:
                self._crew.stop()
                self._crew = None
            for source in sources:
                source.stop()
            if self._intake is not None:
                self._intake.mark.close()
            atexit.unregister(self.stop)
            self.stopped.set()

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

    def renew(self) -> None:
        """Go on in a forked child, which has none of its parent's threads."""
        self._lock, self._ending = threading.RLock(), threading.Lock()
        self._crew, self._intake, self.sources = None, None, []
        self._listeners.renew()


_all: WeakSet[Engine] = WeakSet()


def _renew_in_child() -> None:
    for engine in list(_all):
        engine.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_in_child)


def _service(connection: Connection) -> str:
    """What tells the events of one service from those of others in the same mark: a trial's from the real ones."""
    # The marketplace of a process has another port each time.
    return "local" if connection.local_market is not None else "{}://{}:{}".format(*origin(connection.url))


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
