"""What one call of a publication takes: plain values, so that another thread or process can make the call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from mturk.doubt import warn
from mturk.errors import AlreadyDone, RequestError, ServiceError, TransportError
from mturk.model.hit import HIT
from mturk.model.publishing import Asked
from mturk.parallel.place import expect_place

if TYPE_CHECKING:
    from mturk.model.hit_type import HITType

_SECOND = timedelta(seconds=1)


@attrs.frozen
class HITOrder:
    """A HIT that is to be published."""

    hit_type: HITType
    place: str
    question: Asked
    lifetime: timedelta
    assignments: int
    label: str
    token: str

    def carry_out(self) -> HIT:
        """Publish it; the HIT that is there if it was published before. One call, CreateHITWithHITType."""
        expect_place(self.hit_type.connection, self.place)
        try:
            return self.hit_type.create_hit(
                self.question,
                self.lifetime,
                max_assignments=self.assignments,
                requester_annotation=self.label,
                unique_request_token=self.token,
            )
        except AlreadyDone as error:
            # The token is the batch's own, so that the HIT is this piece's, whatever was changed since.
            if error.hit_id is None:
                raise
            return HIT(error.hit_id, connection=self.hit_type.connection)


@attrs.frozen
class MoreOrder:
    """More assignments for a HIT that is there."""

    hit: HIT
    place: str
    assignments: int
    lifetime: timedelta
    """How long it is on offer from now on, at least."""
    token: str

    def carry_out(self) -> HIT:
        """Have more people do it: CreateAdditionalAssignmentsForHIT, GetHIT, and UpdateExpirationForHIT if need be."""
        expect_place(self.hit.connection, self.place)
        if self.assignments:
            self.hit.add_assignments(self.assignments, unique_request_token=self.token)
        try:
            self.hit.refresh()
            extended(self.hit, self.lifetime)
        except (TransportError, ServiceError) as error:
            # The assignments are there, whatever became of the rest: with the same token it is done again, not twice.
            error.maybe_done = True
            raise
        return self.hit


def extended(hit: HIT, lifetime: timedelta) -> None:
    """Keep a HIT on offer for so long from now. One call, UpdateExpirationForHIT, unless it is anyway."""
    until = hit.connection.now() + lifetime
    # The wire has whole seconds, and an earlier end is refused.
    if until - hit.expiration < _SECOND:
        return
    try:
        hit.extend(until)
    except RequestError as error:
        warn(f"HIT {hit.id} has more assignments, and is not on offer: {error}")
    else:
        hit._set(expiration=until)


Order = HITOrder | MoreOrder


def carry_out(order: Order) -> HIT:
    """Make the order's calls."""
    return order.carry_out()
