"""The ids that a call concerned: those that it was given, and those of what it made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MADE = ("HIT", "QualificationType")
_IDS = ("HITId", "HITTypeId", "QualificationTypeId", "QueueUrl")


def named(given: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, object]:
    """The ids by AWS's names; no other value of the call is among them."""
    ids = {name: value for name, value in given.items() if name.endswith(("Id", "Ids", "QueueUrl", "QueueName"))}
    for made in (answer, *(answer[name] for name in _MADE if name in answer)):
        ids.update({name: made[name] for name in _IDS if name in made})
    return ids
