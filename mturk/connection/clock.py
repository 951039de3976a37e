"""Time as the package sees it, passed in so that a test can make an hour pass in an instant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import attrs

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


@attrs.frozen
class Clock:
    """The wall clock, a clock that never jumps, and the way to wait."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def looks(self, seconds: float) -> Iterator[float]:
        """The moments to look again for something: now, a second later, in the end every 30, until time is up.

        Gives the seconds that have passed; the last look comes when all of them have.
        """
        started = self.monotonic()
        pause = _FIRST_PAUSE
        while (passed := self.monotonic() - started) < seconds:
            yield passed
            self.sleep(max(0.0, min(pause, seconds - (self.monotonic() - started))))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        yield passed


SYSTEM = Clock()
