"""Market time: the real time plus a shift that is stored in the database, so that all processes share it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from mturk.marketplace.alters_data import alters_data
from mturk.marketplace.error import ClockError

SECOND = 1000
"""Times are whole milliseconds since the epoch everywhere in the marketplace."""
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LATEST = datetime(9990, 1, 1, tzinfo=timezone.utc)
"""Where the clock ends: what is due years after that must still be a date, and dates end with the year 9999."""
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LATEST = (LATEST - _EPOCH) // timedelta(milliseconds=1)
_END = _LATEST + 5 * 365 * DAY  # for what runs on after that
_BEHIND = 60 * SECOND  # by which a machine's clock may be behind before that is told
_TOO_FAR = f"The clock goes no further than {LATEST:%Y-%m-%d}. Move it less."

_log = logging.getLogger(__name__)


def as_datetime(moment: int) -> datetime:
    """A time of the marketplace as an aware datetime in UTC."""
    return datetime.fromtimestamp(moment / SECOND, timezone.utc)


def as_milliseconds(moment: datetime) -> int:
    """An aware datetime as a time of the marketplace."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone; add one, as in datetime(2026, 1, 31, tzinfo=timezone.utc).")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


class Clock:
    """The marketplace's clock, which can be moved forward: `market.clock.advance(days=3)`.

    Everything uses it except the verification of signatures and the leases of deliveries, which need the real time.
    It never goes back: while the machine's clock is behind what has passed already, it stands still.
    """

    def __init__(
        self,
        read: Callable[[], tuple[int, int]],
        add_shift: Callable[[int, int, bool], bool],
        real: Callable[[], float],
    ) -> None:
        self._read = read
        self._add_shift = add_shift
        self._real = real
        self._lock = threading.Lock()
        self._last = 0
        self._ahead = 0
        self._is_behind = False

    def __repr__(self) -> str:
        return f"<Clock {self.now():%Y-%m-%d %H:%M:%S} UTC>"

    def now(self) -> datetime:
        """The market time, in UTC."""
        return as_datetime(self.at(*self._read()))

    def at(self, shift: int, reached: int) -> int:
        """The market time in milliseconds, for a shift and a time that has passed, which were just read."""
        real = self._by_clock(0)
        with self._lock:  # else one thread would forget what another has just found out
            # It never becomes less: what another thread has read earlier may.
            shift = max(shift, self._ahead)
            by_clock = real + shift
            if by_clock > _END:
                raise ClockError(
                    f"The market's time would be past {LATEST:%Y}: this machine's clock, and {shift // DAY} days "
                    "by which the database is ahead of it. Set the machine's clock, or restore a copy of the database."
                )
            now = max(by_clock, reached, self._last)
            self._last, self._ahead = now, shift
        if now != by_clock or self._is_behind:
            self._tell(now - by_clock)
        return now

    @alters_data
    def restart(self) -> None:
        """Forget what has passed: another database is opened."""
        self._last = self._ahead = 0

    @alters_data
    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Move the market time forward; what becomes due has happened by the next call."""
        try:
            step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError:
            raise ValueError(_TOO_FAR) from None
        if step < timedelta(0):
            raise ValueError(f"The clock only moves forward, not by {step}.")
        self._move(step // timedelta(milliseconds=1))
        return self.now()

    @alters_data
    def reach(self, moment: datetime) -> None:
        """Move the market time forward to that moment, if it has not come yet."""
        step = as_milliseconds(moment) - self.at(*self._read())
        if step > 0:
            self._move(step)

    @alters_data
    def follow(self, moment: datetime) -> None:
        """The same for a simulation, which the audit trail tells of as a whole and not by each of its steps."""
        step = as_milliseconds(moment) - self.at(*self._read())
        if step > 0:
            self._move(step, is_told=False)

    def _move(self, step: int, *, is_told: bool = True) -> None:
        shift, reached = self._read()
        # From where the market's time is, though the machine's clock may be behind it.
        lag = max(0, self.at(shift, reached) - self._by_clock(shift))
        if not self._add_shift(step + lag, _LATEST - self._by_clock(0), is_told):
            raise ValueError(_TOO_FAR)

    def _by_clock(self, shift: int) -> int:
        return int(self._real() * SECOND) + shift

    def _tell(self, lag: int) -> None:
        is_behind = lag > _BEHIND
        if is_behind and not self._is_behind:
            _log.error(
                "The machine's clock is %s behind the market's time, which stands still until it has caught up. Set "
                "the clock. If it is right now, and was wrong before, market.clock.advance(seconds=1) goes on.",
                timedelta(milliseconds=lag),
            )
        self._is_behind = is_behind
