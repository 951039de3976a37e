"""Throttling: a limit on the calls that each requester may send per second, with room for bursts."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mturk.marketplace.error import FrontEndError, SettingError


class Throttle:
    """A token bucket for each requester, in this process; no `rate` means no limit."""

    def __init__(self, rate: float | None, burst: float | None, now: Callable[[], float]) -> None:
        for name, value in (("rate", rate), ("burst", burst)):
            if value is not None and not (isinstance(value, (int, float)) and value > 0):
                raise SettingError(f"{name} is more than 0, not {value!r}.")
        self._rate = rate
        # Less than one token would never be enough for a call.
        self._burst = max(1.0, rate or 1.0) if burst is None else max(1.0, burst)
        self._now = now
        self._levels: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def check(self, requester: int) -> None:
        """Count one call, or refuse it as one too many."""
        if self._rate is None:
            return
        now = self._now()
        with self._lock:
            level, last = self._levels.get(requester, (self._burst, now))
            level = min(self._burst, level + (now - last) * self._rate)
            allowed = level >= 1
            self._levels[requester] = (level - 1 if allowed else level, now)
        if not allowed:
            # So much is missing of a call's share; of others who wait too, one will have been faster.
            raise FrontEndError("ThrottlingException", "Rate exceeded", retry_after=(1 - level) / self._rate)
