"""The ids that a call concerned: those that it was given, and those of what it made."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

_MADE = ("HIT", "QualificationType")
_IDS = ("HITId", "HITTypeId", "QualificationTypeId", "QueueUrl")
# What else a call has is not told: members that no operation knows are ignored, and may be as large as they like.
_GIVEN = (*_IDS, "AssignmentId", "HITLayoutId", "QualificationRequestId", "QueueName", "WorkerId", "WorkerIds")
OF_QUEUES: Final = ("QueueName", "QueueUrl")
"""Those that calls of queues have."""
_LONGEST = 255
_LONGEST_ID = 64
_MOST = 100  # so many workers a call can name


def named(
    given: Mapping[str, Any], answer: Mapping[str, Any], members: Container[str] = frozenset(_GIVEN)
) -> dict[str, object]:
    """The ids by AWS's names; no other value of the call is among them, and of a long one only how it begins.

    `members` are those that the operation has: what else is sent along is not looked at by anybody, and could be large.
    """
    ids = {name: _short(given[name]) for name in _GIVEN if name in given and name in members}
    for made in (answer, *(answer[name] for name in _MADE if name in answer)):
        ids.update({name: made[name] for name in _IDS if name in made})
    return ids


def _short(value: object) -> object:
    if isinstance(value, list):
        return [_short(one[:_LONGEST_ID]) for one in value[:_MOST] if isinstance(one, str)]
    # Half a pair of surrogates is good JSON, and no text for a database.
    return value[:_LONGEST].encode(errors="replace").decode() if isinstance(value, str) else None
