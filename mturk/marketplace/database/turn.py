"""Whose turn it is to write, among the threads of one process, and whether those who write get anywhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mturk.marketplace.error import DatabaseBusy

_TOGETHER_AT_MOST = 8  # half of a process's connections, so that those who read find one while these wait
_LONG = 1.0  # seconds, after which who writes is taken to be held up
_SHORT = 1.0  # seconds that one waits where another has just waited in vain
_LITTLE = 1.0  # seconds of waiting after which it is worth a statement to wait less for the rest


class Turns:
    """Lets one thread write at a time, or several together; each waits `patience` seconds at most.

    Threads take turns here, which is quicker and fairer than waiting inside the database.
    """

    def __init__(self, patience: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self.missed = 0
        """How many could not write in time."""
        self._monotonic = monotonic
        self._alone = threading.Lock()
        self._together = threading.BoundedSemaphore(_TOGETHER_AT_MOST)
        self._writing: dict[int, float] = {}  # since when, by thread
        self._in_vain = False

    @property
    def held_up(self) -> bool:
        """Whether who writes now has been at it for long, or the last one who tried has waited in vain."""
        late = self._monotonic() - _LONG
        return self._in_vain or any(since < late for since in list(self._writing.values()))

    @contextmanager
    def taken(self, *, together: bool, within: float | None) -> Iterator[float | None]:
        """Have a turn; `within` so many seconds, where that is less than usual.

        How many are left to get in is given, or None where they are about as many as usual.
        """
        begun = self._monotonic()
        allowed = self._allowed() if within is None else within
        turn = self._together if together else self._alone
        if not turn.acquire(timeout=allowed):
            raise DatabaseBusy(
                "The database is busy: those who write in this process have taken longer than anybody waits."
            )
        try:
            self._writing[threading.get_ident()] = now = self._monotonic()
            left = allowed - (now - begun)
            yield max(0.0, left) if left < self.patience - _LITTLE else None
        finally:
            self._writing.pop(threading.get_ident(), None)
            turn.release()

    def take_free(self) -> bool:
        """Take the turn of who writes alone, if nobody has it; to be given back by `give_back`."""
        return self._alone.acquire(blocking=False)

    def give_back(self) -> None:
        """End a turn that was taken by `take_free`."""
        self._alone.release()

    def got_in(self) -> None:
        """Note that who had a turn may write."""
        self._in_vain = False

    def miss(self) -> None:
        """Note that one has waited in vain: the next ones wait less, until one has got in."""
        self.missed += 1
        self._in_vain = True

    def _allowed(self) -> float:
        return min(self.patience, _SHORT) if self._in_vain else self.patience
