"""Times as MTurk's requester site wrote them: `Thu Oct 17 18:49:23 PDT 2019`, in US Pacific time, to the second."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from mturk.errors import ValidationError

_STANDARD, _SUMMER = timezone(timedelta(hours=-8), "PST"), timezone(timedelta(hours=-7), "PDT")
_ZONES = {"PST": _STANDARD, "PDT": _SUMMER, "UTC": timezone.utc, "GMT": timezone.utc}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIRST_YEAR = 1900  # earlier ones are mistakes, and some cannot be written again
_WRITTEN = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d\d):(\d\d):(\d\d) (\w{3}) (\d{4})")


def written(moment: datetime | None) -> str:
    """A time in a cell; nothing for none."""
    if moment is None:
        return ""
    at = moment.astimezone(_SUMMER if _is_summer(moment) else _STANDARD)
    # By hand: strftime's names are those of the user's language.
    return f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at:%d %H:%M:%S %Z %Y}"


def read(text: str) -> datetime | None:
    """The time in a cell, or one as ISO 8601 has it, in UTC; None for an empty cell."""
    if not text.strip():
        return None
    moment: datetime | None
    try:
        moment = _moment(text.strip())
        moment = moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    except (ValueError, KeyError, OverflowError):
        moment = None
    if moment is None or moment.year < _FIRST_YEAR:
        raise ValidationError(f"{text!r:.60} is no time; expected one such as Thu Oct 17 18:49:23 PDT 2019")
    return moment


def _moment(text: str) -> datetime:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return datetime.fromisoformat(text)
    month, day, hour, minute, second, zone, year = found.groups()
    numbers = int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second)
    return datetime(*numbers, tzinfo=_ZONES[zone])


def _is_summer(moment: datetime) -> bool:
    """From the second Sunday in March to the first in November, at two o'clock of the time that ends."""
    year = moment.astimezone(_STANDARD).year
    begin = datetime(year, 3, 8, 2, tzinfo=_STANDARD)
    end = datetime(year, 11, 1, 2, tzinfo=_SUMMER)
    return begin + timedelta(days=(6 - begin.weekday()) % 7) <= moment < end + timedelta(days=(6 - end.weekday()) % 7)
