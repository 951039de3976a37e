"""Bonuses that were paid, as the service lists them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from mturk.data import wire
from mturk.record.record import related
from mturk.record.value import Value

if TYPE_CHECKING:
    from mturk.model.assignment import Assignment
    from mturk.model.worker import Worker


@attrs.frozen(getstate_setstate=False)
class BonusPayment(Value):
    """A bonus that was paid for an assignment, in US dollars."""

    worker_id: str = wire.field("WorkerId")
    amount: Decimal = wire.field("BonusAmount", wire.money)
    assignment_id: str = wire.field("AssignmentId")
    reason: str = wire.field("Reason")
    grant_time: datetime = wire.field("GrantTime", wire.moment)

    @property
    def worker(self) -> Worker:
        """The worker who got it."""
        return related("Worker", self.worker_id, self._connection)

    @property
    def assignment(self) -> Assignment:
        """The assignment that it was paid for."""
        return related("Assignment", self.assignment_id, self._connection)
