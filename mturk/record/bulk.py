"""Doing to many what cannot be taken back: on a live service the count has to be repeated first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from mturk.errors import ConfirmationNeeded
from mturk.record.record import Record

R = TypeVar("R", bound=Record)


def confirmed(things: Iterable[R], what: str, confirm: int | None) -> list[R]:
    """The things, complete; ConfirmationNeeded if any is live and `confirm` is not their number."""
    found = list(things)
    if confirm is not None and confirm != len(found):
        raise ConfirmationNeeded(f"confirm={confirm}, but {what} {len(found)}: nothing was done")
    if confirm is None and any(each.connection.is_live for each in found):
        raise ConfirmationNeeded(
            f"{what} {len(found)} on the live service, which cannot be taken back: nothing was done. "
            f"Repeat the call with confirm={len(found)}"
        )
    return found
