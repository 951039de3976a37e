"""Doing to many what cannot be taken back: on a live service the count is repeated first; one refusal stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

import attrs

from mturk.errors import ConfirmationNeeded, InsufficientFunds, MTurkError, RequestError
from mturk.record.record import Record

R = TypeVar("R", bound=Record)


@attrs.frozen
class Partial(Generic[R]):
    """How far a step for many came: what it was done to, what was refused and why, and what was not tried."""

    done: list[R]
    refused: list[tuple[R, RequestError]]
    not_tried: list[R]


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


def do_all(things: Sequence[R], verb: Callable[[R], None], already: Callable[[RequestError], bool]) -> int:
    """Do it to each, and say to how many; what `already` tells to be so from before is passed over.

    A refusal stops nothing: the first is raised at the end. Anything else (no connection, no permission, no money)
    is raised at once. Either carries a `Partial`, and the same call again goes on from there.
    """
    done: list[R] = []
    refused: list[tuple[R, RequestError]] = []
    for number, thing in enumerate(things):
        try:
            verb(thing)
        except MTurkError as error:
            if not isinstance(error, RequestError) or isinstance(error, InsufficientFunds):
                error.partial = Partial(done, refused, list(things[number:]))
                raise
            if not already(error):
                refused.append((thing, error))
        else:
            done.append(thing)
    if refused:
        raise _first_of(refused, done)
    return len(done)


def _first_of(refused: list[tuple[R, RequestError]], done: list[R]) -> RequestError:
    thing, error = refused[0]
    error.partial = Partial(done, refused, [])
    error.message = (
        f"{error.message.rstrip('.')}. This is {thing!r}; {len(refused)} were refused and {len(done)} done, "
        "see error.partial"
    )
    return error
