"""Where receivers wait for messages: they are woken by what this process sends, and look for what others sent."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from mturk.marketplace.routine import LOOK

_SHARE = 2
_BELLS = 1000
"""Queues share them, as there may be any number in the course of time: who is woken in vain looks once more."""


class WaitingRoom:
    """Has so many places; who finds none is told so, and gets an empty answer without waiting.

    No requester takes all of them: each may have twice as many as are left free.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._changed = threading.Condition()
        self._rings = [0] * _BELLS
        self._of: Counter[int] = Counter()
        self._closed = False

    @contextmanager
    def place(self, requester: int) -> Iterator[bool]:
        """A place in the room, if there is one for the requester."""
        with self._changed:
            found = self._of[requester] < _SHARE * (self._places - self._of.total())
            self._of[requester] += found
        try:
            yield found
        finally:
            with self._changed:
                self._of[requester] -= found
                self._of += Counter()  # forgets who has none

    @property
    def _waiting(self) -> int:
        with self._changed:
            return self._of.total()

    def rings(self, queue: int) -> int:
        """How often a queue was rung; to be asked before the look into the queue, so that no ring is missed."""
        with self._changed:
            return self._rings[queue % _BELLS]

    def ring(self, queue: int) -> None:
        """There is something new in a queue."""
        with self._changed:
            self._rings[queue % _BELLS] += 1
            self._changed.notify_all()

    def wait(self, queue: int, since: int, seconds: float) -> bool:
        """Wait until the queue was rung more often, and never long; False if everybody has to go."""
        with self._changed:
            longest = max(0.0, min(LOOK, seconds))
            self._changed.wait_for(lambda: self._closed or self._rings[queue % _BELLS] != since, longest)
            return not self._closed

    def open(self) -> None:
        """Let receivers wait, again perhaps."""
        with self._changed:
            self._closed = False

    def close(self) -> None:
        """Send everybody away, at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
