"""Workers who are blocked, as the service lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mturk.data import wire
from mturk.record.record import related
from mturk.record.value import Value

if TYPE_CHECKING:
    from mturk.model.worker import Worker


@attrs.frozen(getstate_setstate=False)
class WorkerBlock(Value):
    """A worker who cannot take this account's HITs, and the reason that was given."""

    worker_id: str = wire.field("WorkerId")
    reason: str = wire.field("Reason")

    @property
    def worker(self) -> Worker:
        """The worker who is blocked."""
        return related("Worker", self.worker_id, self._connection)
