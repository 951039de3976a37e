"""A thread that does the same step again and again, and sleeps until there is something to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

LOOK = 1.0
"""Seconds after which a routine looks by itself: what other processes wrote is noticed within this time."""
_LONGEST_PAUSE = 60.0  # between tries of a step that fails

_log = logging.getLogger(__name__)


class Routine:
    """Does `step` from `start` to `stop`.

    The step says in how many seconds it wants to be done again, at most; None means whenever something new comes.
    """

    def __init__(self, name: str, step: Callable[[], float | None]) -> None:
        self._step = step
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self._failures = 0
        # It ends with the program even where nobody stops it: whatever was left undone is in the database.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, with a first step at once."""
        self._thread.start()

    def ring(self) -> None:
        """Wake it up: there is something new."""
        self._rung.set()

    def stop(self) -> None:
        """Finish the step that is being done, and end."""
        self._stopping.set()
        self._rung.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._rung.clear()
            pause = self._attempt()
            if pause > 0 and not self._stopping.is_set():
                self._rung.wait(pause)

    def _attempt(self) -> float:
        try:
            pause = self._step()
        except Exception:
            _log.exception("%s failed and tries again", self._thread.name)
            self._failures += 1
            # Not woken sooner by every call: a database that fails would fill the log.
            self._stopping.wait(min(_LONGEST_PAUSE, LOOK * 2.0 ** min(self._failures, 16)))
            return 0
        self._failures = 0
        return LOOK if pause is None else min(LOOK, pause)
