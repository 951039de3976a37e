"""Ending a HIT: what is still open, and how an attempt to delete it too early is explained."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from mturk.data.enumeration import AssignmentStatus, HITStatus
from mturk.errors import DoesNotExist, InvalidState, MTurkError, RequestError

if TYPE_CHECKING:
    from mturk.model.hit import HIT


@attrs.frozen(repr=False)
class OpenWork:
    """What keeps a HIT from being deleted; false when nothing does.

    `pending` workers are at it, until `until` at the latest; `undecided` submissions wait for you; `on_offer` says
    that workers can still accept it. `refused` is what the service said when it would not delete the HIT though
    nothing is known to be open: try again in a minute.
    """

    pending: int = 0
    until: datetime | None = None
    undecided: int = 0
    on_offer: bool = False
    refused: str | None = None

    def __repr__(self) -> str:
        return f"<OpenWork: {self}>"

    def __bool__(self) -> bool:
        return bool(self.pending or self.undecided or self.on_offer or self.refused)

    def __str__(self) -> str:
        parts = []
        if self.on_offer:
            parts.append("it is still on offer")
        if self.pending:
            latest = f" until {self.until:%Y-%m-%d %H:%M:%S} UTC at the latest" if self.until else ""
            parts.append(f"{self.pending} worker{'s' * (self.pending > 1)} at it{latest}")
        if self.undecided:
            parts.append(f"{self.undecided} submission{'s' * (self.undecided > 1)} undecided")
        if self.refused:
            parts.append(f"the service refused to delete it: {self.refused}")
        return ", ".join(parts) or "nothing is open"


def close(hit: HIT, *, approve: bool) -> OpenWork:
    """Expire the HIT, settle what is undecided if that is wanted, delete it if nothing is open; what is open."""
    if hit._has("status") and hit.status == HITStatus.DISPOSED:
        return OpenWork()
    try:
        hit.expire()
    except (DoesNotExist, InvalidState) as error:
        if not was_deleted(error):
            raise
        hit._set(status=HITStatus.DISPOSED)
        return OpenWork()
    if approve:
        approve_undecided(hit)
    work = open_work(hit)
    if not work:
        try:
            hit.delete()
        except InvalidState as error:
            return OpenWork(refused=error.message)
    return work


def open_work(hit: HIT) -> OpenWork:
    """What is open at this HIT now. Two calls or more: GetHIT, and a list of its undecided submissions."""
    hit.refresh()
    # The counters lag; a HIT that is all taken has somebody at it whatever they say.
    pending = hit.assignments_pending or (1 if hit.status == HITStatus.UNASSIGNABLE else 0)
    return OpenWork(
        pending=pending,
        until=_latest(hit) if pending else None,
        # The service's counters lag, and submitted work is in none of them.
        undecided=hit.assignments(status=AssignmentStatus.SUBMITTED).count(),
        on_offer=hit.status == HITStatus.ASSIGNABLE,
    )


def approve_undecided(hit: HIT) -> None:
    """Approve what waits for a decision."""
    # Listed whole at first: a list that loses items while it is walked may skip some.
    for assignment in list(hit.assignments(status=AssignmentStatus.SUBMITTED)):
        with suppress(InvalidState):  # decided meanwhile, by itself or by somebody else
            assignment.approve()


def is_gone(hit: HIT) -> bool:
    """Whether the HIT is deleted, looked up after an answer was lost; False where that cannot be found out."""
    try:
        hit.refresh()
    except DoesNotExist:
        return True
    except MTurkError:
        return False
    return hit.status == HITStatus.DISPOSED


def was_deleted(error: RequestError) -> bool:
    """Whether a refusal to delete says that the HIT is gone already."""
    return isinstance(error, DoesNotExist) or (isinstance(error, InvalidState) and error.state == HITStatus.DISPOSED)


def _latest(hit: HIT) -> datetime:
    now = hit.connection.now()
    last_accept = min(now, hit.expiration) if hit.expiration else now
    return last_accept + (hit.assignment_duration or timedelta(0))


def explained(hit: HIT, error: InvalidState) -> InvalidState:
    """The service's refusal to delete, with what is open at the HIT."""
    try:
        work = open_work(hit)
    except MTurkError:
        return error
    known = f"What is open: {work}." if work else "Nothing is known to be open: the service's counters may lag."
    return InvalidState(
        f"{error.message.rstrip('.')}. {known} hit.close() expires it, and deletes it once it can be.",
        operation=error.operation,
        code=error.code,
        turk_code=error.turk_code,
        request_id=error.request_id,
        status=error.status,
        maybe_done=error.maybe_done,
    )
