"""Market time: the real time plus a shift that is stored in the database, so that all processes share it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from mturk.marketplace.alters_data import alters_data

SECOND = 1000
"""Times are whole milliseconds since the epoch everywhere in the marketplace."""
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LATEST = datetime(9990, 1, 1, tzinfo=timezone.utc)
"""Where the clock ends: what is due years after that must still be a date, and dates end with the year 9999."""
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TOO_FAR = f"The clock goes no further than {LATEST:%Y-%m-%d}. Move it less."


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
    """

    def __init__(
        self, read_shift: Callable[[], int], add_shift: Callable[[int], None], real: Callable[[], float]
    ) -> None:
        self._read_shift = read_shift
        self._add_shift = add_shift
        self._real = real

    def __repr__(self) -> str:
        return f"<Clock {self.now():%Y-%m-%d %H:%M:%S} UTC>"

    def now(self) -> datetime:
        """The market time, in UTC."""
        return as_datetime(self.at(self._read_shift()))

    def at(self, shift: int) -> int:
        """The market time in milliseconds, for a shift that was just read."""
        return int(self._real() * SECOND) + shift

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
        step = as_milliseconds(moment) - self.at(self._read_shift())
        if step > 0:
            self._move(step)

    def _move(self, step: int) -> None:
        if self.at(self._read_shift()) + step > as_milliseconds(LATEST):
            raise ValueError(_TOO_FAR)
        self._add_shift(step)
