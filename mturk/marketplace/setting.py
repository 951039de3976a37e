"""The settings of a marketplace, checked: SettingError names the setting and what it takes."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal

from mturk.marketplace import money
from mturk.marketplace.error import SettingError


def cents(name: str, amount: str | int | Decimal) -> int:
    """An amount of US dollars, in cents."""
    try:
        return money.cents(amount)
    except ValueError as error:
        raise SettingError(f"{name}: {error}") from None


def milliseconds(name: str, length: timedelta, most: timedelta = timedelta.max) -> int:
    """A length of time, in milliseconds."""
    if not isinstance(length, timedelta) or not timedelta(0) <= length <= most:
        end = "" if most == timedelta.max else f" to {most.days} days"
        raise SettingError(f"{name} is a timedelta from zero{end}, not {length!r}.")
    return length // timedelta(milliseconds=1)


def least(name: str, value: float, lowest: int) -> float:
    """A finite number that is not too small."""
    if not isinstance(value, (int, float)) or not lowest <= value < math.inf:
        raise SettingError(f"{name} is a number from {lowest}, not {value!r}.")
    return value
