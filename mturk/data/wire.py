"""How values travel: what each field is called on the wire, and how its value is read and written.

Reading goes by field: `field("CreationTime", moment)` names the member and the kind of value. Writing goes by
the value's own type, so that a call can be written in AWS's words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from functools import cache
from numbers import Integral, Real
from typing import Any

import attrs

from mturk.data.price import Price
from mturk.errors import TransportError, ValidationError

Read = Callable[[Any], Any]
_WIRE = "wire"
_SENT = "sent"


def named(name: str, read: Read | None = None, *, sent: bool = True) -> dict[str, Any]:
    """The metadata of an attrs field that the service calls `name`; without `read` its value is taken as it comes.

    What is not `sent` is read from answers only.
    """
    return {_WIRE: (name, read), _SENT: sent}


def field(name: str, read: Read | None = None, **options: Any) -> Any:
    """An attrs field that the service calls `name`, and that is None where the service leaves it out.

    What a user makes by hand has `attrs.field(metadata=named(…))` instead: type checkers see what that one takes.
    """
    options.setdefault("default", None)
    return attrs.field(metadata=named(name, read), **options)


@cache
def plan(cls: Any) -> tuple[tuple[str, str, Read | None], ...]:
    """For each field of a class: the wire's name, the attribute's name, the way to read."""
    steps = []
    for attribute in attrs.fields(cls):
        if _WIRE in attribute.metadata:
            name, read = attribute.metadata[_WIRE]
            steps.append((name, attribute.name, read))
    return tuple(steps)


@cache
def _sent(cls: Any) -> tuple[tuple[str, str], ...]:
    """For each field of a class that is sent: the wire's name, the attribute's name."""
    return tuple((a.metadata[_WIRE][0], a.name) for a in attrs.fields(cls) if a.metadata.get(_SENT))


# Kinds: each is the way to read one sort of value.


def moment(value: float) -> datetime:
    """Epoch seconds, perhaps with fractions."""
    return datetime.fromtimestamp(value, timezone.utc)


def duration(value: int) -> timedelta:
    """A number of seconds."""
    return timedelta(0, value)


_MOST_DIGITS = 15  # of an amount, which is one of US dollars


def money(value: str) -> Decimal:
    """US dollars as a text, `"0.05"`."""
    amount = Decimal(value)
    if not amount.is_finite() or amount.adjusted() > _MOST_DIGITS:
        raise ValueError(f"{value!r:.40} is no amount")
    return amount


def keywords(value: str) -> tuple[str, ...]:
    """Words separated by commas."""
    return tuple(word for word in map(str.strip, value.split(",")) if word)


def one_of(kind: type[Enum]) -> Read:
    """A word of the service; one that is not known stays a str."""
    known = kind._value2member_map_

    def read(value: str) -> Any:
        return known.get(value, value)

    return read


@cache
def one(cls: Any) -> Read:
    """A structure of its own."""
    steps = plan(cls)

    def read(value: Mapping[str, Any]) -> Any:
        return cls(
            **{
                attribute: kind(value[name]) if kind else value[name]
                for name, attribute, kind in steps
                if value.get(name) is not None
            }
        )

    return read


# What reading raises where the service sends something else than it should.
UNREADABLE = (TypeError, ValueError, ArithmeticError, KeyError, AttributeError)


def decoded(cls: Any, members: Mapping[str, Any]) -> Any:
    """A structure out of an answer; TransportError where it cannot be read."""
    try:
        return one(cls)(members)
    except UNREADABLE as error:
        raise TransportError(
            f"The service describes a {cls.__name__} that cannot be read: {error!r}.", maybe_done=True
        ) from error


def many(read: Read) -> Read:
    """A list of values, read as a tuple."""

    def read_all(values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(map(read, values))

    return read_all


# Writing.

_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def write(parameters: Mapping[str, object]) -> bytes:
    """The body of a request. None means left out."""
    try:
        members = {name: written(value) for name, value in parameters.items() if value is not None}
        return _JSON.encode(members).encode()
    except UnicodeEncodeError as error:
        raise ValidationError(
            f"a text holds half of a surrogate pair ({error.object[error.start]!r}), which is no character"
        ) from None
    except ValidationError:
        raise
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"a value that JSON cannot hold: {error}") from None


def written(value: Any) -> Any:
    """One value in the form that JSON takes."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    write_it = _WRITERS.get(kind)
    if write_it is not None:
        return write_it(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Real):
        return int(value) if isinstance(value, Integral) else float(value)
    for base in kind.__mro__:
        # Django's and Jinja2's safe texts, the timestamps of data frames
        if base in _AS_IT_IS or base in _WRITERS:
            return _WRITERS.get(base, base)(value)
    if attrs.has(kind):
        return {
            name: written(member)
            for name, attribute in _sent(kind)
            if (member := getattr(value, attribute)) is not None
        }
    raise ValidationError(f"{value!r} is a {kind.__name__}, which has no form on the wire")


def _epoch(value: datetime) -> int:
    # The service works in whole seconds, and so do AWS's own clients when they send.
    return int(value.timestamp())


def _money(value: Decimal) -> str:
    cents = f"{value:.2f}"
    if not value.is_finite() or Decimal(cents) != value:
        raise ValidationError(f"{value} is not a whole number of cents")
    return cents


def _list(values: Iterable[Any]) -> list[Any]:
    return [written(value) for value in values]


def _map(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: written(member) for name, member in value.items() if member is not None}


_AS_IT_IS = frozenset({str, int, float, bool})
_WRITERS: dict[type, Callable[[Any], Any]] = {
    Decimal: _money,
    Price: lambda value: f"{value.amount:.2f}",
    datetime: _epoch,
    timedelta: lambda value: int(value.total_seconds()),
    list: _list,
    tuple: _list,
    dict: _map,
}
