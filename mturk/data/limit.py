"""The service's limits, checked before anything is sent.

Every function takes the argument's name for the error text and gives back the value in the form that
goes on the wire.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from numbers import Integral, Real
from typing import TypeVar

from mturk.errors import ValidationError

YEAR = 31_536_000
MONTH = 2_592_000

_E = TypeVar("_E", bound=Enum)

# A request is JSON, its texts end up in XML and HTML: control characters are refused there.
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
_ID = "[A-Z0-9]{1,64}"
_WORKER_ID = "A[A-Z0-9]{0,63}"


def text(name: str, value: str, most: int | None = None, least: int = 0) -> str:
    """A text of `least` to `most` characters without control characters."""
    if not isinstance(value, str):
        raise ValidationError(f"{name} must be a str, not {_shown(value)}")
    if most is not None and len(value) > most:
        raise ValidationError(f"{name} has {len(value)} characters, the limit is {most}: {_shown(value)}")
    if len(value) < least:
        raise ValidationError(f"{name} must have at least {least} character{'s' * (least > 1)}, it is empty")
    bad = re.search(_CONTROL, value)
    if bad:
        raise ValidationError(
            f"{name} holds the character {bad[0]!r} at position {bad.start()}, which the service refuses"
        )
    return value


def optional_text(name: str, value: str | None) -> str | None:
    """A text of any length, or left out."""
    return None if value is None else text(name, value)


def whole(name: str, value: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ValidationError(f"{name} must be an int, not {_shown(value)}")
    number = int(value)  # of numpy's kinds too
    if not least <= number <= most:
        raise ValidationError(f"{name} must be from {least} to {most}, not {number}")
    return number


def flag(name: str, value: bool | None) -> bool | None:
    """Yes, no, or left out."""
    if value is not None and not isinstance(value, bool):
        raise ValidationError(f"{name} must be True, False or None, not {_shown(value)}")
    return value


def seconds(name: str, value: timedelta | int, least: int, most: int) -> int:
    """A duration in whole seconds, from a timedelta or a number of seconds."""
    if isinstance(value, timedelta):
        number, rest = divmod(value, timedelta(seconds=1))
        if rest:
            raise ValidationError(f"{name} must be whole seconds, not {value!r}")
    elif isinstance(value, bool) or not isinstance(value, Integral):
        raise ValidationError(f"{name} must be a timedelta or an int of seconds, not {_shown(value)}")
    else:
        number = int(value)
    if not least <= number <= most:
        raise ValidationError(
            f"{name} must be from {least} to {most} seconds ({timedelta(seconds=most)}), not {number}"
        )
    return number


def timeout(name: str, value: timedelta | float) -> float:
    """How long to wait, in seconds and parts of them, from a timedelta or a number."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, Real) or math.isnan(value):
        raise ValidationError(f"{name} must be a timedelta or a number of seconds, not {_shown(value)}")
    return float(value)


def moment(name: str, value: datetime) -> datetime:
    """A point in time that says its time zone."""
    if not isinstance(value, datetime):
        raise ValidationError(f"{name} must be a datetime, not {_shown(value)}")
    if value.utcoffset() is None:
        raise ValidationError(f"{name} must say its time zone (datetime.now(timezone.utc)), not {value!r}")
    return value


def identifier(name: str, value: str) -> str:
    """An id as the service makes them: capital letters and digits, at most 64."""
    if not isinstance(value, str) or not re.fullmatch(_ID, value):
        raise ValidationError(f"{name} must be 1 to 64 capital letters and digits, not {_shown(value)}")
    return value


def worker_id(name: str, value: str) -> str:
    """A worker's id: an A, then capital letters and digits."""
    if not isinstance(value, str) or not re.fullmatch(_WORKER_ID, value):
        raise ValidationError(f"{name} must be an A and up to 63 capital letters and digits, not {_shown(value)}")
    return value


def choice(name: str, value: str, kind: type[_E]) -> _E:
    """One of the service's words, as its enum member."""
    try:
        return kind(value)
    except ValueError:
        words = ", ".join(str(member.value) for member in kind)
        raise ValidationError(f"{name} must be one of {words}, not {_shown(value)}") from None


def keywords(value: str | Iterable[str]) -> str:
    """Keywords in the service's form: one text, separated by commas."""
    if isinstance(value, str):
        return text("keywords", value, 1000)
    if not isinstance(value, Iterable):
        raise ValidationError(f"keywords must be a list of str, or one with commas, not {_shown(value)}")
    words = [text("keywords", word).strip() for word in value]
    for word in words:
        if "," in word or not word:
            raise ValidationError(f"a keyword must be a text without a comma, not {_shown(word)}")
    return text("keywords", ",".join(words), 1000)


def token(value: str) -> str:
    """A unique request token of 1 to 64 characters."""
    return text("unique_request_token", value, 64, 1)


def page_size(value: int) -> int:
    """How many things a page holds."""
    return whole("page_size", value, 1, 100)


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:60]}… ({len(shown)} characters)"
