"""What is made of all that is done: it is written into the audit trail, counted for the metrics, or both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from mturk.marketplace.call import Deed
from mturk.marketplace.database.store import afterwards
from mturk.marketplace.watch.metrics import Metrics
from mturk.marketplace.watch.trail import Trail


@dataclass(frozen=True)
class Watch:
    """Where deeds go; there is one only where somebody wants to know of them."""

    trail: Trail | None
    metrics: Metrics | None

    @property
    def keeps(self) -> bool:
        """Whether deeds are written down, and not only counted."""
        return self.trail is not None

    def write_down(self, database: Connection, market_time: int, deed: Deed) -> None:
        """Keep a deed in the transaction that does it, and count it once that is on disk."""
        if self.trail is not None:
            self.trail.add(database, market_time, deed)
        if self.metrics is not None:
            afterwards(database, partial(self.metrics.deed, deed))

    def count(self, deed: Deed) -> None:
        """Count what nothing is written about."""
        if self.metrics is not None:
            self.metrics.deed(deed)
