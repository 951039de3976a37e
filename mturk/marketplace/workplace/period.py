"""Where days and weeks begin: in the time zone of who looks, which every function is given.

A day is from midnight to midnight there, 23 or 25 hours where clocks are changed; a week begins on Monday.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from mturk.marketplace.clock import as_datetime, as_milliseconds


def day_of(moment: int, zone: tzinfo) -> date:
    """The day in which a moment of market time lies there."""
    return as_datetime(moment).astimezone(zone).date()


def beginning(day: date, zone: tzinfo) -> int:
    """The moment of market time at which a day begins there."""
    return as_milliseconds(datetime.combine(day, time(), zone))


def today(now: int, zone: tzinfo) -> int:
    """When the present day began."""
    return beginning(day_of(now, zone), zone)


def this_week(now: int, zone: tzinfo) -> int:
    """When the present week began."""
    day = day_of(now, zone)
    return beginning(day - timedelta(days=day.weekday()), zone)
