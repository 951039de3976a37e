"""The crew: the threads of this process that claim events from the mark and call the handlers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from mturk.connection.connection import using
from mturk.connection.retry import repeating
from mturk.errors import MTurkError
from mturk.event.loop import Loop
from mturk.event.mark import LEASE, Claim, Outcome

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.event.event import Event
    from mturk.event.listener import Listener, Listeners
    from mturk.event.mark import Mark

OnFailure = Callable[["Event | None", Exception], object]

_LOOK = 1.0  # seconds after which the mark is looked at for what other processes left
_FIRST_PAUSE = 0.5
_FACTOR = 3.0
_LONGEST_PAUSE = 300.0

_log = logging.getLogger(__name__)


class Crew:
    """Workers, each with one event at a time, and a thread that renews their claims.

    They claim nothing while there is no listener: a program that only puts events into the mark must not use them up.
    """

    def __init__(
        self,
        mark: Mark,
        listeners: Listeners,
        connection: Connection,
        *,
        workers: int,
        attempts: int,
        on_failure: OnFailure | None,
        ended: Callable[[], None],
    ) -> None:
        self._mark = mark
        self._listeners = listeners
        self._connection = connection
        self._attempts = attempts
        self._on_failure = on_failure
        self._ended = ended
        self._bell = threading.Condition()
        self._rung = 0
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._loop = Loop()
        self._at_work: set[str] = set()
        self._workers = [
            threading.Thread(target=self._work, name=f"mturk-worker-{number}", daemon=True) for number in range(workers)
        ]
        self._left = workers
        self._keeper = threading.Thread(target=self._keep, name="mturk-keeper", daemon=True)

    def start(self) -> None:
        """Start, with what an earlier process left."""
        for thread in [*self._workers, self._keeper]:
            thread.start()

    def ring(self) -> None:
        """Look now: something was put into the mark, or somebody listens."""
        with self._bell:
            self._rung += 1
            self._bell.notify()

    @property
    def is_here(self) -> bool:
        """Whether this is a thread of its own, which must not wait for its end."""
        return threading.current_thread() in self._workers or self._loop.is_here

    def halt(self) -> None:
        """Begin nothing new."""
        with self._bell:
            self._stopping.set()
            self._bell.notify_all()

    def stop(self) -> None:
        """Begin nothing new, and wait for the handlers that run."""
        self.halt()
        for thread in [*self._workers, self._keeper]:
            thread.join()

    def fail(self, event: Event | None, error: Exception) -> None:
        """Hand over what nobody could handle, or a message that nobody could read."""
        what = f"event {event.id}" if event is not None else "a message"
        _log.error("%s is given up: %r", what, error, exc_info=error)
        if self._on_failure is not None:
            try:
                self._loop.call(self._on_failure, event, error)
            except BaseException:
                _log.exception("on_failure failed itself for %s", what)

    def _work(self) -> None:
        try:
            with using(self._connection):
                self._work_on()
        finally:
            with self._bell:
                self._left -= 1
            if self._left == 0:
                self._over.set()
                self._loop.stop()

    def _work_on(self) -> None:
        outcome: Outcome | None = None
        while not self._stopping.is_set():
            claim, rung = None, self._rung
            rest = min(_LOOK, outcome.pause or _LOOK) if outcome is not None else _LOOK
            try:
                claim, outcome = self._turn(outcome), None
            except Exception as error:
                known = isinstance(error, MTurkError)
                _log.error("the mark of events cannot be used, which is tried again: %s", error, exc_info=not known)
            if claim is None:
                self._rest(rung, rest)
                continue
            self.ring()  # there may be more, for another worker
            with self._listeners.around():
                outcome = self._handle(claim)
        if outcome is not None:
            self._end(outcome)

    def _rest(self, rung: int, seconds: float) -> None:
        with self._bell:
            # What was put since the last look at the mark must not wait.
            if self._rung == rung and not self._stopping.is_set():
                self._bell.wait(seconds)

    def _turn(self, outcome: Outcome | None) -> Claim | None:
        if outcome is not None and not self._listeners:
            self._end(outcome)
        if not self._listeners:
            return None
        claim = self._mark.turn(outcome)
        if claim is not None:
            self._at_work.add(claim.event.id)
        if outcome is not None:
            self._let_go(outcome)
        return claim

    def _end(self, outcome: Outcome) -> None:
        try:
            self._mark.end(outcome)
        except MTurkError as error:
            _log.error("event %s is handled, but the mark cannot be written: %s", outcome.id, error)
        self._let_go(outcome)

    def _let_go(self, outcome: Outcome) -> None:
        self._at_work.discard(outcome.id)
        self._ended()

    def _keep(self) -> None:
        while not self._over.wait(LEASE / 3):
            try:
                self._mark.renew(list(self._at_work))
            except Exception as error:
                _log.error("the mark of events cannot be used, which is tried again: %s", error)

    def _handle(self, claim: Claim) -> Outcome:
        event = attrs.evolve(claim.event, connection=self._connection)
        if claim.lost > self._attempts:
            return self._give_up(event, MTurkError(f"It was begun {claim.lost} times by processes that then ended."))
        handled, failed = list(claim.handled), None
        for listener in self._listeners:
            if listener.name in claim.handled or not listener.hears(event):
                continue
            # What was begun before may have been carried out, so that each verb looks before it complains.
            with repeating(claim.failed + claim.lost > 0):
                error = self._call(listener, event)
            if error is None:
                handled.append(listener.name)
            failed = failed or error
        if failed is None:
            return Outcome(event.id)
        if claim.failed + 1 >= self._attempts:
            return self._give_up(event, failed)
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * _FACTOR**claim.failed)
        _log.warning("a handler of event %s failed, and is tried again in %.1f s: %r", event.id, pause, failed)
        return Outcome(event.id, tuple(handled), repr(failed), pause)

    def _call(self, listener: Listener, event: Event) -> Exception | None:
        if not self._listeners.take(listener):
            return None
        failed: Exception | None = None
        try:
            self._loop.call(listener.handler, event)
        except Exception as error:
            failed = error
        except BaseException as error:  # sys.exit() and its like, which would end this thread and hold the event
            failed = MTurkError(f"The handler ended with {error!r}.")
        self._listeners.give_back(listener, failed=failed is not None)
        return failed

    def _give_up(self, event: Event, error: Exception) -> Outcome:
        self.fail(event, error)
        return Outcome(event.id, error=repr(error))
