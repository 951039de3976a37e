"""The picture of what was earned on each day: bars, drawn by the server, so that it needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from mturk.marketplace.workplace.earning import Day

WIDTH, HEIGHT = 300, 100
_GAP = 2


class Bar(NamedTuple):
    """A day, what was earned on it, and where its bar stands in the picture."""

    day: date
    earned: int
    x: float
    y: float
    width: float
    height: float


class Picture(NamedTuple):
    """The bars, and what is told of them in words."""

    bars: list[Bar]
    best: Day
    total: int
    days_with: int
    """On how many days something was earned."""


def picture(days: Sequence[Day]) -> Picture:
    """The picture of these days."""
    best = max(days, key=lambda one: one.earned)
    step = WIDTH / len(days)
    bars = [_bar(one, place * step, step - _GAP, best.earned) for place, one in enumerate(days)]
    return Picture(bars, best, sum(one.earned for one in days), sum(one.earned > 0 for one in days))


def _bar(one: Day, x: float, width: float, most: int) -> Bar:
    # Little is not nothing: a bar that is there can be seen.
    height = max(1.0, HEIGHT * one.earned / most) if one.earned else 0.0
    return Bar(one.day, one.earned, round(x, 1), round(HEIGHT - height, 1), round(width, 1), round(height, 1))
