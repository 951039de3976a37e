"""Carrying out what is due, in its order. Something that fails is put off by itself: nothing else waits for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from mturk.marketplace import agenda
from mturk.marketplace.agenda import Item
from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.store import Store
from mturk.marketplace.error import DatabaseError
from mturk.marketplace.hit import disposal, due_approval, due_batch, expiration, work
from mturk.marketplace.qualification import qualification_type_deletion
from mturk.marketplace.request import idempotency

_AUTOMATIC: Final[dict[str, Callable[[Context, int], None]]] = {
    agenda.EXPIRE: expiration.expire,
    agenda.ABANDON: work.abandon,
    agenda.DISPOSE_REQUIRING_HITS: disposal.dispose_of_requiring,
    agenda.FREE_NAME: qualification_type_deletion.free_name,
    agenda.DISPOSE_OLD_HIT: disposal.dispose_of_old,
    agenda.FORGET_FILES: disposal.forget_files,
    agenda.FORGET_TOKENS: idempotency.forget,
}
PUT_OFF = 600 * SECOND
"""How much later, in market time, something that failed is tried again."""
_TURN = 0.1
"""Seconds after which one transaction lets others write."""

_log = logging.getLogger(__name__)


class Due:
    """Carries out what is due, for one thread at a time; `context` makes that of a transaction at a market time."""

    def __init__(self, store: Store, context: Callable[[Connection, int], Context]) -> None:
        self._store = store
        self._context = context
        self._one_by_one = 0

    def carry_out_some(self, now: int, within: float | None) -> bool:
        """Carry out the earliest things, in one transaction, and return whether there may be more."""
        if self._one_by_one:
            self._one_by_one -= 1
            return self._carry_out_one(now, within)
        try:
            return self._store.write(lambda database: self._some(database, now), within=within)
        except DatabaseError:
            raise
        except Exception:
            # One of them failed, and nothing was done: which it is shows when each has a transaction of its own.
            self._one_by_one = due_approval.LARGEST
            return True

    def _carry_out_one(self, now: int, within: float | None) -> bool:
        tried: list[Item] = []

        def one(database: Connection) -> bool:
            item = agenda.first(database, now)
            if item is None:
                return False
            tried[:] = [item]
            return self._some(database, now, most=1)

        try:
            return self._store.write(one, within=within)
        except DatabaseError:
            raise
        except Exception:
            if not tried:
                raise
            (item,) = tried
            _log.exception("what was due failed, and is put off: %r of number %d", item.kind, item.subject)
            self._store.write(lambda database: agenda.put_off(database, item, now + PUT_OFF), within=within)
            return True

    def _some(self, database: Connection, now: int, most: int = due_approval.LARGEST) -> bool:
        if due_approval.approve(self._context(database, now), most):
            return True
        end = time.monotonic() + _TURN
        together = due_batch.begin(database, now)
        for done in range(min(most, due_batch.LARGEST)):
            if time.monotonic() > end:
                return True
            item = agenda.first(database, now)
            if item is None:
                return False
            if item.kind == agenda.APPROVE and together is None:
                due_approval.approve(self._context(database, now), most)
                continue
            if together is not None and not together.includes(item, done):
                return True
            if agenda.take(database, item.kind, item.subject):
                # At the time at which it was due, however late that is noticed.
                _AUTOMATIC[item.kind](self._context(database, item.time), item.subject)
        return True
