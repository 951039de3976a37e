"""The members of a call of a queue: read from JSON, with the type and the limits that SQS has for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mturk.marketplace.error import FrontEndError
from mturk.marketplace.queue.queue_error import QueueError, invalid, missing

Members = Mapping[str, Any]
LARGEST_BATCH = 10
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_LONGEST_LIST = 100  # more names than there are attributes


def text(given: Members, name: str) -> str:
    """A text that must be there."""
    value = _typed(given, name, str, "a string")
    if not value:
        raise missing(name)
    return str(value)


def optional_text(given: Members, name: str) -> str:
    """A text, or an empty one."""
    return _typed(given, name, str, "a string") or ""


def number(given: Members, name: str, least: int, most: int) -> int | None:
    """A whole number, if it is there."""
    value: int | None = _typed(given, name, int, "a whole number")
    if value is not None and (isinstance(value, bool) or not least <= value <= most):
        raise invalid(name, value, f"Must be between {least} and {most}, if provided.")
    return value


def texts(given: Members, name: str) -> list[str]:
    """Some texts, perhaps none."""
    values: list[Any] = _typed(given, name, list, "a list") or []
    if len(values) > _LONGEST_LIST or not all(isinstance(value, str) for value in values):
        raise _malformed(name, "a list of strings")
    return values


def mapping(given: Members, name: str) -> dict[str, Any]:
    """Values by their names, perhaps none."""
    values: dict[str, Any] = _typed(given, name, dict, "an object") or {}
    return values


def entries(given: Members) -> list[dict[str, Any]]:
    """The entries of a batch: one to ten, each with an Id of its own."""
    found: list[Any] = _typed(given, "Entries", list, "a list") or []
    if not all(isinstance(entry, dict) for entry in found):
        raise _malformed("Entries", "a list of objects")
    if not found:
        raise QueueError("EmptyBatchRequest", "There should be at least one entry in the request.")
    if len(found) > LARGEST_BATCH:
        text = f"Maximum number of entries per request are {LARGEST_BATCH}. You have sent {len(found)}."
        raise QueueError("TooManyEntriesInBatchRequest", text)
    ids = [text_of_id(entry) for entry in found]
    if len(set(ids)) < len(ids):
        raise QueueError("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id in the request.")
    return found


def text_of_id(entry: Members) -> str:
    """The Id of an entry of a batch."""
    found = text(entry, "Id")
    if not _ENTRY_ID.fullmatch(found):
        reason = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
        raise QueueError("InvalidBatchEntryId", f"{reason}It can be at most 80 letters long.")
    return found


def _typed(given: Members, name: str, kind: type, shown: str) -> Any:
    value = given.get(name)
    if value is not None and not isinstance(value, kind):
        raise _malformed(name, shown)
    return value


def _malformed(name: str, expected: str) -> FrontEndError:
    return FrontEndError("SerializationException", f"{name} is {expected}.")
