"""What workers are owed: the rewards and bonuses that the ledger says they earned in a stretch of market time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, func, select

from mturk.marketplace.clock import as_milliseconds
from mturk.marketplace.database import table as t
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.money import dollars


@dataclass(frozen=True)
class Payout:
    """What one worker is owed: so many paid assignments and bonuses, and what they come to in dollars."""

    worker_id: str
    assignments: int = 0
    rewards: Decimal = Decimal("0.00")
    bonuses: int = 0
    bonus_amount: Decimal = Decimal("0.00")

    @property
    def total(self) -> Decimal:
        """Rewards and bonuses together."""
        return self.rewards + self.bonus_amount


def owed(
    database: Connection, now: int, since: datetime, until: datetime | None = None, *, requester_name: str | None = None
) -> list[Payout]:
    """What each worker earned from `since` until before `until`, by worker id; or only what one requester paid."""
    start, end = as_milliseconds(since), None if until is None else as_milliseconds(until)
    if end is not None and end > now:
        # What comes in until then would be in no list.
        raise MarketplaceError(f"{until} has not come yet in market time. Name a moment that has, or none.")
    query = _movements().where(t.transfer.c.time >= start)
    if end is not None:
        query = query.where(t.transfer.c.time < end)
    if requester_name is not None:
        query = query.where(t.transfer.c.from_owner == _number(database, requester_name))
    rows: list[Any] = list(database.execute(query))
    return [_payout(worker_id, parts) for worker_id, parts in groupby(rows, key=lambda row: str(row[0]))]


def _movements() -> Select[Any]:
    # Only requesters pay workers, so the number of who paid is a requester's.
    return (
        select(t.worker.c.worker_id, t.transfer.c.reason, func.count(), func.sum(t.transfer.c.cents))
        .join(t.worker, t.worker.c.number == t.transfer.c.to_owner)
        .where(t.transfer.c.to_kind == "earned")
        .group_by(t.worker.c.worker_id, t.transfer.c.reason)
        .order_by(t.worker.c.worker_id, t.transfer.c.reason)
    )


def _payout(worker_id: str, parts: Iterable[tuple[Any, ...]]) -> Payout:
    sums = {reason: (int(count), Decimal(dollars(int(cents)))) for _, reason, count, cents in parts}
    none = (0, Decimal("0.00"))
    return Payout(worker_id, *sums.get("reward", none), *sums.get("bonus", none))


def _number(database: Connection, name: str) -> int:
    found = database.execute(select(t.requester.c.number).where(t.requester.c.name == name)).scalar_one_or_none()
    if found is None:
        names = database.execute(select(t.requester.c.name).order_by(t.requester.c.number)).scalars().all()
        raise MarketplaceError(f"There is no requester {name!r}, only: {', '.join(names)}.")
    return int(found)
