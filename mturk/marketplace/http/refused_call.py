"""A call that was refused and would have changed something: told in the audit trail, if somebody has signed it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mturk.marketplace.call import Deed
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.watch import subject, visit

_LONGEST = 64  # as the trail has room for


def tell(dispatch: Dispatch, operation: str, given: bytes | Mapping[str, Any]) -> None:
    """Tell of the call that is being answered, once its error is known; `given` is its body, or what it has."""
    here = visit.current()
    if here is not None and here.requester is not None:
        deed = Deed(operation, result=here.code[:_LONGEST])
        dispatch.refused(here.requester, deed, lambda: subject.named(_members(given), {}))


def _members(given: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    """What the call has, as far as it can be read."""
    if isinstance(given, Mapping):
        return given
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
