"""What the fields of questions and forms may hold, said once and checked when one is made."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from mturk.errors import ValidationError
from mturk.rendering import character

INT = (-(2**31), 2**31 - 1)  # xs:int

Check = Callable[[Any, Any, Any], None]


def refuse(part: object, attribute: Any, expected: str, value: Any) -> ValidationError:
    """The error for a value that a field cannot hold."""
    return ValidationError(f"{type(part).__name__}.{attribute.name}: {value!r}; expected {expected}")


def text(part: object, attribute: Any, value: Any) -> None:
    """A str of characters that XML can carry."""
    if not isinstance(value, str):
        raise refuse(part, attribute, "a str", value)
    found = character.problem(value, f"{type(part).__name__}.{attribute.name}")
    if found:
        raise ValidationError(found)


def optional_text(part: object, attribute: Any, value: Any) -> None:
    """As text, or None for left out."""
    if value is not None:
        text(part, attribute, value)


def optional_flag(part: object, attribute: Any, value: Any) -> None:
    """True, False, or None for left out."""
    if value is not None and not isinstance(value, bool):
        raise refuse(part, attribute, "True, False or None", value)


def whole(low: int | None = None, high: int | None = None, *, optional: bool = False) -> Check:
    """An int between the bounds, both included."""
    bounds = " ".join(words for words, bound in ((f"from {low}", low), (f"to {high}", high)) if bound is not None)

    def check(part: object, attribute: Any, value: Any) -> None:
        if value is None and optional:
            return
        fits = isinstance(value, int) and not isinstance(value, bool)
        if not fits or (low is not None and value < low) or (high is not None and value > high):
            raise refuse(part, attribute, f"a whole number {bounds}".strip(), value)

    return check


def one_of(*allowed: str, optional: bool = False) -> Check:
    """One of these words."""

    def check(part: object, attribute: Any, value: Any) -> None:
        if value not in allowed and not (value is None and optional):
            raise refuse(part, attribute, "one of " + ", ".join(allowed), value)

    return check


def kind(*classes: type, optional: bool = False) -> Check:
    """One of these kinds of part."""
    names = " or ".join(one.__name__ for one in classes)

    def check(part: object, attribute: Any, value: Any) -> None:
        if not isinstance(value, classes) and not (value is None and optional):
            raise refuse(part, attribute, names, value)

    return check


def each(check: Check, *, at_least: int = 0) -> Check:
    """A tuple whose every item passes the check."""

    def check_all(part: object, attribute: Any, value: Any) -> None:
        if not isinstance(value, tuple) or len(value) < at_least:
            raise refuse(part, attribute, f"at least {at_least} of them", value)
        for item in value:
            check(part, attribute, item)

    return check_all


def address(part: object, attribute: Any, value: Any) -> None:
    """The address of a file on the web."""
    text(part, attribute, value)
    if not re.match(r"https?://.", str(value)):
        raise refuse(part, attribute, "an address that begins with https:// or http://", value)


def plain(value: Any) -> Any:
    """The text without a subclass's claim to be markup, or an enum's own words for itself."""
    return str.__str__(value) if isinstance(value, str) else value


def height(value: Any) -> Any:
    """The height of a frame in pixels; left out it is 0, the height of the worker's window."""
    return 0 if value is None else value


def sequence(value: Any) -> Any:
    """One item or several, as a tuple."""
    if value is None:
        return ()
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return (value,)
    return tuple(value)


def words(value: Any) -> Any:
    """A number where the schema has a text, such as a width."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else plain(value)


def texts(value: Any) -> Any:
    """One text or several, as a tuple."""
    return tuple(plain(item) for item in sequence(value))


def finite(part: object, attribute: Any, value: Any) -> None:
    """A number that is not infinite."""
    if not isinstance(value, float) or not math.isfinite(value):
        raise refuse(part, attribute, "a number", value)
