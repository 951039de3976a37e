"""A thread that repeats one step, and sleeps until there is something to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mturk.marketplace.error import MarketplaceError

LOOK = 1.0
"""Seconds between two looks at the database: what other processes wrote is noticed within this time."""
_LONGEST_PAUSE = 60.0  # between retries of a step that fails

_log = logging.getLogger(__name__)


class Routine:
    """Repeats `step` from `start` to `stop`, at least every `look` seconds.

    The step may return that it is due again in fewer seconds; None means when something new comes.
    """

    def __init__(self, name: str, step: Callable[[], float | None], *, look: float) -> None:
        self._step = step
        self._look = look
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self._failures = 0
        # A daemon, which ends with the program even if nobody stops it: what is left to do is in the database.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start, with a first step at once."""
        self._thread.start()

    def ring(self) -> None:
        """Wake up: there is something new."""
        self._rung.set()

    def stop(self, limit: float | None = None) -> bool:
        """Finish the current step, and end; False if that takes more than so many seconds."""
        self._stopping.set()
        self._rung.set()
        self._thread.join(limit)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._rung.clear()
            pause = self._attempt()
            if pause > 0 and not self._stopping.is_set():
                self._rung.wait(pause)

    def _attempt(self) -> float:
        try:
            pause = self._step()
        except Exception as error:
            if isinstance(error, MarketplaceError):
                _log.error("%s failed and tries again: %s", self._thread.name, error)
            else:
                _log.exception("%s failed and tries again", self._thread.name)
            self._failures += 1
            # New calls do not wake it sooner: a failing database would fill the log.
            self._stopping.wait(min(_LONGEST_PAUSE, self._look * 2.0 ** min(self._failures, 16)))
            return 0
        self._failures = 0
        return self._look if pause is None else min(self._look, pause)
