"""The timekeeper: carries out what is on the agenda when it is due, even if no call comes in."""

from __future__ import annotations

from collections.abc import Callable

from mturk.marketplace.clock import SECOND, Clock
from mturk.marketplace.database.store import Store
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.routine import LOOK, Routine

_NOTE = 60 * SECOND
"""After so long it is noted in the database how late it is: less than that can time go back, in another process."""


class Timekeeper:
    """Runs beside the server, in every process that serves the database; each entry is still carried out once.

    `note` writes down, at a market time, what calls have left to be noted.
    """

    def __init__(
        self, store: Store, clock: Clock, dispatch: Dispatch, note: Callable[[int], None] = lambda _: None
    ) -> None:
        self._store = store
        self._clock = clock
        self._dispatch = dispatch
        self._note = note
        self._routine = Routine("mturk-timekeeper", self._keep, look=LOOK)
        self._next_look = 0

    def start(self) -> None:
        """Start, with all that became due while no process was running."""
        self._routine.start()

    def stop(self) -> None:
        """Finish the current step, and end."""
        self._routine.stop()

    def ring(self) -> None:
        """Look now: the clock was moved."""
        self._routine.ring()

    def planned(self, time: int) -> None:
        """Look earlier if the new entry is due before the next look."""
        if time < self._next_look:
            self._routine.ring()

    def _keep(self) -> float | None:
        self._dispatch.catch_up()
        shift, reached, due = self._store.pulse()
        now = self._clock.at(shift, reached)
        if now - reached >= _NOTE:
            self._store.note_time(now)
        self._note(now)
        self._next_look = now + round(LOOK * SECOND)
        if due is None:
            return None
        self._next_look = min(self._next_look, due)
        return (due - now) / SECOND
