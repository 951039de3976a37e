"""Whose turn it is to write, among the threads of one process, and whether those who write get anywhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from mturk.marketplace.error import DatabaseBusy
from mturk.marketplace.waiting_line import WaitingLine

_TOGETHER_AT_MOST = 8  # half of a process's connections, so that those who read find one while these wait
_LONG = 1.0  # seconds, after which who writes is taken to be held up
_SHORT = 1.0  # seconds that one waits where another has just waited in vain
_LITTLE = 1.0  # seconds of waiting after which it is worth a statement to wait less for the rest


Whose = tuple[Hashable, Hashable]
"""On whose behalf somebody writes: from where, and who of those there."""


def nobody() -> Whose:
    """On nobody's behalf but the house's own."""
    return None, None


class _Waiter:
    """A thread that waits for a place."""

    def __init__(self, whose: Whose) -> None:
        self.whose = whose
        self.has_place = False
        self.given = threading.Lock()
        self.given.acquire()


class _Places:
    """So many places; where there is none, turns go round among those on whose behalf threads wait."""

    def __init__(self, number: int) -> None:
        self._free = number
        # Who is interrupted by a signal in here may close the store by it.
        self._lock = threading.RLock()
        self._line: WaitingLine[_Waiter] = WaitingLine(lambda one: one.whose[0], lambda one: one.whose[1])

    def acquire(self, whose: Whose, timeout: float) -> bool:
        """Have a place, to be given back by `release`; False if there was none in so many seconds."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
        if timeout <= 0:
            return False
        waiter = _Waiter(whose)
        try:
            self._join(waiter)
            waiter.given.acquire(timeout=timeout)
        except BaseException:  # as when a program is interrupted
            if self._leave(waiter):
                self.release()
            raise
        return self._leave(waiter)

    def release(self) -> None:
        """Give a place to who is next, or back."""
        with self._lock:
            self._free += 1
            self._hand_out()

    def _join(self, waiter: _Waiter) -> None:
        with self._lock:
            self._line.append(waiter)
            self._hand_out()

    def _leave(self, waiter: _Waiter) -> bool:
        """Wait no longer; whether a place was given meanwhile."""
        with self._lock:
            if not waiter.has_place and waiter in self._line:
                self._line.remove(waiter)
            return waiter.has_place

    def _hand_out(self) -> None:
        while self._free and self._line:
            self._free -= 1
            waiter = self._line.popleft()
            waiter.has_place = True
            waiter.given.release()


class Turns:
    """Lets one thread write at a time, or several together; each waits `patience` seconds at most.

    Threads take turns here, which is quicker and fairer than waiting inside the database: whoever has many of them
    write, each for long, keeps others waiting no longer than by one. `whose` says on whose behalf a thread writes.
    """

    def __init__(
        self,
        patience: float,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        whose: Callable[[], Whose] = nobody,
    ) -> None:
        self.patience = patience
        self.missed = 0
        """How many could not write in time."""
        self._monotonic = monotonic
        self._whose = whose
        self._alone = _Places(1)
        self._together = _Places(_TOGETHER_AT_MOST)
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
        if not turn.acquire(self._whose(), allowed):
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
        return self._alone.acquire(nobody(), 0)

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
