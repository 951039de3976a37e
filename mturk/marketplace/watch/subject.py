"""The ids that a call concerned: those that it was given, and those of what it made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MADE = ("HIT", "QualificationType")
_IDS = ("HITId", "HITTypeId", "QualificationTypeId", "QueueUrl")
# What else a call has is not told: members that no operation knows are ignored, and may be as large as they like.
_GIVEN = (*_IDS, "AssignmentId", "HITLayoutId", "QualificationRequestId", "QueueName", "WorkerId", "WorkerIds")
_LONGEST = 255
_MOST = 100  # so many workers a call can name


def named(given: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, object]:
    """The ids by AWS's names; no other value of the call is among them, and of a long one only how it begins."""
    ids = {name: _short(given[name]) for name in _GIVEN if name in given}
    for made in (answer, *(answer[name] for name in _MADE if name in answer)):
        ids.update({name: made[name] for name in _IDS if name in made})
    return ids


def _short(value: object) -> object:
    if isinstance(value, list):
        return [_short(one) for one in value[:_MOST] if isinstance(one, str)]
    # Half a pair of surrogates is good JSON, and no text for a database.
    return value[:_LONGEST].encode(errors="replace").decode() if isinstance(value, str) else None
