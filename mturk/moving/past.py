"""Things that were done elsewhere, in the words of the API, as a marketplace takes them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from mturk.data import wire
from mturk.data.locale import Locale
from mturk.errors import ValidationError
from mturk.requirements import QualificationRequirement

Thing = tuple[str, Mapping[str, Any], str]
"""What kind of thing it is, its members under AWS's names, and where it stands, for people."""


_OWN_ID, _WORKER_ID = re.compile("[A-Z0-9]{1,64}"), re.compile("A[A-Z0-9]{1,63}")


def unread(place: str, what: str, error: str) -> Thing:
    """Something that could not be read, and why."""
    return "Unread", {"What": what, "Error": error}, place


def own_id(given: str | None, word: str) -> str:
    """An id that a program kept: MTurk's own as it is, another one marked by a word as one that gets a new one here."""
    text = given or ""
    own = _WORKER_ID if word == "worker" else _OWN_ID
    return text if own.fullmatch(text) else f"{word} {text}"


def members(kind: type, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of one of our classes under AWS's names; texts of JSON are read as what they stand for."""
    return {
        name: _written(fields[field], read)
        for name, field, read in wire.plan(kind)
        if fields.get(field) is not None and fields.get(field) != ""
    }


def seconds(moment: datetime) -> float:
    """A time as the API tells it; without a time zone it is in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def moment(text: str | None) -> float | None:
    """A time out of a text as databases and JSON have it; None for none."""
    if not text:
        return None
    try:
        return seconds(datetime.fromisoformat(text.strip().replace("Z", "+00:00")))
    except (ValueError, OverflowError):
        raise ValidationError(f"{text!r:.60} is no time; expected one such as 2026-11-23 18:49:23") from None


def earlier(begun: float | None, ended: float | None) -> float | None:
    """When something began that ended then: two clocks may have told the times, so that the first is the later one."""
    return begun if begun is None or ended is None else min(begun, ended)


def dollars(text: str | None) -> Decimal:
    """An amount that was kept as a fraction, to the cent."""
    try:
        amount = Decimal(text or "0").quantize(Decimal("0.01"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount.is_nan():
        raise ValidationError(f"{text!r:.60} is no amount; expected one such as 0.05")
    return amount


def _written(value: Any, read: wire.Read | None) -> Any:
    if isinstance(value, datetime):
        return seconds(value)
    if read is wire.moment:
        return moment(str(value))
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if read is wire.duration:
        return value if isinstance(value, int) else str(value)
    if isinstance(value, Decimal) or read is wire.money:
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        if read is wire.keywords:
            # As our own verbs send them, so that the same values lead to the same HIT type.
            return ",".join(map(str, value))
        return [_requirement(each) for each in value if isinstance(each, Mapping)]
    return value


def _requirement(fields: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: fields.get(field) for name, field, _ in wire.plan(QualificationRequirement)}
    locales = asked.get("LocaleValues")
    if isinstance(locales, list):
        places = [place for place in locales if isinstance(place, Mapping)]
        asked["LocaleValues"] = [
            {name: place[field] for name, field, _ in wire.plan(Locale) if place.get(field)} for place in places
        ]
    return asked
