"""The names of events: AWS's, and those that the Node module and careless fingers write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from mturk.data.enumeration import EventType
from mturk.errors import ValidationError

ANY = "any"

_BY_LETTERS = {member.value.lower(): member for member in EventType}


def event_types(names: str | Iterable[str]) -> frozenset[EventType] | None:
    """The types that a name or a list of names stands for; None for "any", which is all there will ever be."""
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, Iterable):
        raise ValidationError(f"an event is named by a str or a list of them, not by {names!r}")
    # A type that a later service invents is heard by "any" alone.
    found = [_event_type(name) for name in listed]
    if not found:
        raise ValidationError(f"name at least one event: {_all()}")
    known = frozenset(one for one in found if one is not None)
    return None if None in found else known


def _event_type(name: str) -> EventType | None:
    if not isinstance(name, str):
        raise ValidationError(f"an event is named by a str, not by {name!r}; there are {_all()}")
    letters = re.sub(r"[^a-z]", "", str(name).lower())
    if letters == ANY:
        return None
    found = _BY_LETTERS.get(letters)
    if found is None:
        near = get_close_matches(letters, _BY_LETTERS, 1)
        guess = f"did you mean {_BY_LETTERS[near[0]].value!r}? " if near else ""
        raise ValidationError(f"there is no event {name!r}; {guess}There are {_all()}.")
    return found


def _all() -> str:
    return f"{', '.join(member.value for member in EventType)}, and {ANY!r}"
