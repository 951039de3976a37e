"""Where days and weeks begin."""

from __future__ import annotations

from datetime import date, datetime, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from mturk.marketplace.clock import HOUR, as_milliseconds
from mturk.marketplace.workplace import period

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")


def moment(*parts: int, zone: tzinfo = timezone.utc) -> int:
    return as_milliseconds(datetime(*parts, tzinfo=zone))  # type: ignore[misc,arg-type]  # parts are no zone


@pytest.mark.parametrize(
    ("zone", "day"), [(timezone.utc, date(2026, 3, 11)), (KATHMANDU, date(2026, 3, 12))], ids=["utc", "kathmandu"]
)
def test_a_moment_is_of_the_day_that_it_has_in_the_zone(zone: tzinfo, day: date) -> None:
    assert period.day_of(moment(2026, 3, 11, 20), zone) == day


def test_the_day_begins_at_midnight_of_the_zone() -> None:
    now = moment(2026, 3, 11, 20)
    assert period.today(now, timezone.utc) == moment(2026, 3, 11)
    assert period.today(now, KATHMANDU) == moment(2026, 3, 11, 18, 15)


@pytest.mark.parametrize("day", range(9, 16))
def test_the_week_begins_on_monday(day: int) -> None:
    assert period.this_week(moment(2026, 3, day, 13), timezone.utc) == moment(2026, 3, 9)


def test_a_day_on_which_clocks_are_changed_is_shorter() -> None:
    spring = [period.beginning(date(2026, 3, day), BERLIN) for day in (29, 30)]
    assert spring[1] - spring[0] == 23 * HOUR
