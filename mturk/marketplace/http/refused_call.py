"""A call that was refused and would have changed something: told in the audit trail, if somebody has signed it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mturk.marketplace.call import Deed
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.watch import subject, visit

_LONGEST = 64  # as the trail has room for


def tell(dispatch: Dispatch, operation: str, body: bytes) -> None:
    """Tell of the call that is being answered, once it is known with which error."""
    here = visit.current()
    if here is not None and here.requester is not None:
        deed = Deed(operation, result=here.code[:_LONGEST])
        dispatch.refused(here.requester, deed, lambda: subject.named(_members(body), {}))


def _members(body: bytes) -> Mapping[str, Any]:
    """What the call has, as far as it can be read."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
