"""What a worker earned on each day, out of the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta, tzinfo
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.workplace import period

# In every time zone days begin at a quarter of an hour, so sums of quarters are sums of days anywhere.
_QUARTER = 900 * SECOND
_QUARTERS = (
    select((t.transfer.c.time // _QUARTER).label("quarter"), func.sum(t.transfer.c.cents))
    .where(
        t.transfer.c.to_kind == "earned",
        t.transfer.c.to_owner == bindparam("of_worker"),
        t.transfer.c.time >= bindparam("start"),
    )
    .group_by("quarter")
)


class Day(NamedTuple):
    """A day, and what was earned on it in cents."""

    day: date
    earned: int


def by_day(context: Context, worker_number: int, zone: tzinfo, days: int = 30) -> list[Day]:
    """What a worker earned on each of the last days up to today, oldest first."""
    last = period.day_of(context.now, zone)
    shown = [last - timedelta(days=back) for back in reversed(range(days))]
    which = {"of_worker": worker_number, "start": period.beginning(shown[0], zone)}
    earned: Counter[date] = Counter()
    for quarter, cents in context.database.execute(_QUARTERS, which):
        earned[period.day_of(int(quarter) * _QUARTER, zone)] += int(cents)
    return [Day(day, earned[day]) for day in shown]
