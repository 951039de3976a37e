"""How fast calls may go: nothing holds them back until the service throttles, then it sets the rate.

The service gives out permission like a bucket that fills at a steady rate. A throttled answer says that the bucket
was empty at that moment, so the calls that passed between two of them, divided by the time between them, are the
rate at which it fills: an exact measurement, not a guess. Calls then go slightly faster than that, so that a
higher limit is noticed, and the next throttled answer measures again.
"""

from __future__ import annotations

import threading
from collections import deque

from mturk.connection.clock import SYSTEM, Clock

# Until the first throttled answer the calls under way may double with each round trip, as TCP does it: thirty
# threads that start at once would otherwise find out about a small bucket by thirty refusals.
_FIRST_WINDOW = 2
_OPEN_WINDOW = 64

_ENOUGH = 4  # calls that must have passed before their rate is believed
_FIRST_LOOK = 0.25  # seconds before the first throttled answer that the first rate is guessed from
_IDLE = 1.0  # seconds without a call
_BACK_OFF = 0.6
# How far calls run ahead of the rate that was measured: 2 % at once, and more by 2 % of the rate each second, a step
# that grows by as much each second itself. So a limit that stays costs one throttled answer now and then, and one that
# was doubled is in use after 9 seconds, when 0.02 * (1 + t + t * t / 2) has come to 1.
_AHEAD = 0.02
_SLOWEST = 0.2  # calls a second


class Pace:
    """The pace of one connection, shared by all its threads."""

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._queue = threading.Lock()
        self._window = _FIRST_WINDOW
        self._under_way = 0
        self._rate: float | None = None
        self._rate_since = 0.0
        self._measured = False
        self._idle = False
        self._next = 0.0
        self._empty_at = 0.0
        self._passed = 0.0
        self._elapsed = 0.0
        self._recent: deque[float] = deque(maxlen=1000)

    @property
    def rate(self) -> float | None:
        """Calls a second at the moment; None while the service sets no limit."""
        return None if self._rate is None else self._rate * self._growth(self._clock.monotonic())

    def enter(self, until: float) -> bool:
        """Wait for this call's turn; False if it would come later than `until`."""
        if self._rate is None:
            self._enter_window()
        if self._rate is not None and not self._enter_queue(until):
            self._leave()
            return False
        return True

    def leave(self, sent: float, *, throttled: bool, passed: bool) -> None:
        """Tell how the call that was sent at `sent` went."""
        with self._changed:
            if throttled:
                self._slow_down(sent)
            else:
                # Faults open the window too: it is there to find a limit, and a dead service is none.
                self._window = min(self._window + 1, _OPEN_WINDOW)
            if passed:
                self._count(sent)
        self._leave()

    def _leave(self) -> None:
        with self._changed:
            self._under_way = max(0, self._under_way - 1)
            self._changed.notify(2)  # the place that is free now, and the one by which the window grew

    def _enter_window(self) -> None:
        # Without a bound: nothing is throttled yet, and a place is free as soon as any call has ended.
        with self._changed:
            while self._rate is None and self._under_way >= self._window:
                self._changed.wait()
            self._under_way += 1

    def _enter_queue(self, until: float) -> bool:
        # One thread sleeps until the next slot; the others stand behind it at the lock.
        if not self._queue.acquire(timeout=self._left(until)):
            return False
        try:
            while (delay := self._claim()) > 0:
                if self._clock.monotonic() + delay > until:
                    return False
                self._clock.sleep(delay)
            return True
        finally:
            self._queue.release()

    def _left(self, until: float) -> float:
        # Locks cannot wait for ever by a number, and `max_wait` may be infinite.
        return min(max(0.0, until - self._clock.monotonic()), threading.TIMEOUT_MAX)

    def _claim(self) -> float:
        """Take the next slot, or say how long it is until then."""
        with self._changed:
            now = self._clock.monotonic()
            if self._next > now:
                return self._next - now
            if now - self._next > _IDLE:
                # Nobody called, and the bucket filled: what was counted until now measures nothing any more.
                self._idle, self._rate_since = True, now
            slot = 1 / (self.rate or 1.0)
            # A sleep that took too long is made up for, by two slots at most.
            self._next = max(self._next, now - 2 * slot) + slot
            return 0.0

    def _growth(self, now: float) -> float:
        age = now - self._rate_since
        if not self._measured:
            return float(4 ** min(age, 10.0))  # a first guess may be far too low
        return 1 + _AHEAD * (1 + age + age * age / 2)

    def _count(self, sent: float) -> None:
        self._recent.append(sent)
        if sent >= self._empty_at:
            self._passed += 1

    def _slow_down(self, sent: float) -> None:
        now = self._clock.monotonic()
        if self._rate is None:
            self._rate = max(sum(at > sent - _FIRST_LOOK for at in self._recent) / _FIRST_LOOK, 1.0)
            self._changed.notify_all()
        elif sent > self._rate_since:
            self._measure(sent)
        else:
            return  # sent before the last change: it tells nothing new
        self._empty_at = sent
        self._rate_since = now
        self._next = max(self._next, now + 1 / self._rate)

    def _measure(self, sent: float) -> None:
        if self._idle:
            self._idle, self._passed, self._elapsed = False, 0.0, 0.0
            return
        self._elapsed += sent - self._empty_at
        if self._passed >= _ENOUGH:
            # While the first guess grew, calls came more slowly than the bucket filled. A small bucket was full by then
            # and took no more, so that fewer calls passed than the limit allows: do not fall far below the guess.
            least = 0.0 if self._measured else _BACK_OFF * (self.rate or 0.0)
            self._measured = True
            self._rate = max(self._passed / self._elapsed, least, _SLOWEST)
            # Half of what was counted is kept, so that a lone early or late answer does not count for much.
            self._passed /= 2
            self._elapsed /= 2
        else:
            self._rate = max((self._rate or 1.0) / 2, _SLOWEST)
