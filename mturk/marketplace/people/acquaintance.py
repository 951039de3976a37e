"""Which workers a requester may write to: those on whose work it has ever decided."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BigInteger, ColumnElement, bindparam, exists, select

from mturk.marketplace.call import Context
from mturk.marketplace.database import ending
from mturk.marketplace.database import table as t

_COLUMN = t.acquaintance.c
_WORKER, _REQUESTER = bindparam("of_worker", type_=BigInteger), bindparam("of_requester", type_=BigInteger)
_KNOWN = exists().where(_COLUMN.worker == _WORKER, _COLUMN.requester == _REQUESTER)
_MEET = t.acquaintance.insert().from_select(["worker", "requester"], select(_WORKER, _REQUESTER).where(~_KNOWN))


def meet(context: Context, requester: int, worker: int) -> None:
    """Note that a requester decided on a worker's work; while the worker's row is locked nobody else notes it."""
    ending.change(context.database, _MEET, {"of_worker": worker, "of_requester": requester})


def meet_all(context: Context, pairs: Collection[tuple[int, int]]) -> None:
    """Note it of several requesters and workers, in a transaction that is alone."""
    if pairs:
        rows = [{"of_worker": worker, "of_requester": requester} for requester, worker in sorted(pairs)]
        context.database.execute(_MEET, rows)


def met(worker: ColumnElement[int], requester: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the one has decided on work of the other."""
    return exists().where(_COLUMN.worker == worker, _COLUMN.requester == requester)
