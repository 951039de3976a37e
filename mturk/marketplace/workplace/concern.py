"""The HIT that a worker reports or writes about: one that they may look at, or have worked on."""

from __future__ import annotations

from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, bindparam, exists, select

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.error import WorkerError
from mturk.marketplace.hit import offer
from mturk.marketplace.people.worker import Worker


class Concern(NamedTuple):
    """A HIT that a worker has something to say about, and whose it is."""

    hit: int
    hit_id: str
    requester: int
    requester_name: str
    title: str


_OF_WORKER: ColumnElement[int] = bindparam("of_worker")
_HIT = (
    select(
        t.hit.c.number.label("hit"),
        t.hit.c.hit_id,
        t.hit.c.requester,
        t.requester.c.name.label("requester_name"),
        t.hit_type.c.title,
    )
    .join(t.requester, t.requester.c.number == t.hit.c.requester)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .where(t.hit.c.hit_id == bindparam("of_hit_id"))
)
_WORKED_ON = _HIT.where(
    exists().where(t.assignment.c.hit == t.hit.c.number, t.assignment.c.worker == _OF_WORKER)
    | exists().where(t.undone.c.hit == t.hit.c.number, t.undone.c.worker == _OF_WORKER)
)


def find(context: Context, worker_row: Worker, hit_id: str) -> Concern | None:
    """The HIT with that id, if it concerns the worker."""
    which = {"of_hit_id": hit_id, "of_worker": worker_row.number}
    found = context.database.execute(_WORKED_ON, which).one_or_none()
    if found is None and _may_preview(context, worker_row, hit_id):
        found = context.database.execute(_HIT, {"of_hit_id": hit_id}).one_or_none()
    return cast("Concern | None", found)


def _may_preview(context: Context, worker_row: Worker, hit_id: str) -> bool:
    try:
        offer.preview(context, worker_row.worker_id, hit_id)
    except WorkerError:
        return False
    return True
