"""`mturk batch status` and `watch`: how a batch stands, once or until all work is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from mturk.batch.batch_status import BatchStatus
from mturk.cli.batch.telling import Teller, counted
from mturk.errors import Throttled, TransportError, Unavailable


def tell(status: BatchStatus, teller: Teller) -> None:
    """Say how the batch stands."""
    teller.say(status)
    teller.facts(**facts(status))


def facts(status: BatchStatus) -> dict[str, Any]:
    """The counts by their names."""
    return attrs.asdict(status)


def is_in(status: BatchStatus) -> bool:
    """Whether nobody is at work, and nobody can take more on, as far as the service lists it."""
    return not status.pending and not (status.on_offer and status.available)


def watch(
    look: Callable[[], BatchStatus],
    teller: Teller,
    pause: Callable[[], object],
    is_over: Callable[[BatchStatus], bool] = is_in,
) -> None:
    """Look again and again until all that is published is in; tell what is new.

    The first look must succeed; later ones are taken again where the connection is lost.
    """
    status = look()
    tell(status, teller)
    while not is_over(status):
        pause()
        try:
            now = look()
        except (TransportError, Throttled, Unavailable) as error:
            teller.warn(f"mturk: {error} Looking again.")
            continue
        if _counts(now) != _counts(status):
            teller.say(line(now))
        status = now
        teller.facts(**facts(status))
    teller.say(f"All work is in: {counted(status.submitted, 'submission')} to be decided, {status.decided} decided.")
    if status.left:
        be = "is" if status.left == 1 else "are"
        teller.warn(f"{counted(status.left, 'HIT')} {be} not published yet.")


def line(status: BatchStatus) -> str:
    """The status in a line."""
    done = status.submitted + status.decided
    end = "" if status.expected_end is None else f"; expected end {status.expected_end:%Y-%m-%d %H:%M} UTC"
    return (
        f"{done:,} of {status.assignments:,} assignments are in, {status.pending:,} at work, "
        f"{status.available:,} to be accepted{end}"
    )


def _counts(status: BatchStatus) -> BatchStatus:
    """All but the expected end, which is another one each time."""
    return attrs.evolve(status, expected_end=None)
