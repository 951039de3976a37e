"""Workers whom a requester blocked from accepting more work. CreateWorkerBlock, DeleteWorkerBlock, ListWorkerBlocks."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from mturk.marketplace.call import Answer, Call
from mturk.marketplace.database import table as t
from mturk.marketplace.error import ParameterValidationError, RequestError
from mturk.marketplace.people import worker
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page

_MOST = 100_000

_IS = (
    t.worker_block.c.requester == bindparam("of_requester"),
    t.worker_block.c.worker == bindparam("of_worker"),
)
_WHOLE = select(t.worker_block, t.worker.c.worker_id).join(t.worker, t.worker.c.number == t.worker_block.c.worker)


class WorkerBlock(NamedTuple):
    """A block with the id of its worker."""

    number: int
    requester: int
    worker: int
    reason: str
    worker_id: str


def create_worker_block(call: Call, *, worker_id: str, reason: str) -> Answer:
    """Keep a worker from accepting any more of the caller's work; a second time changes the reason."""
    key = _key(call, worker.named(call, worker_id))
    if call.database.execute(t.worker_block.update().where(*_IS).values(reason=reason), key).rowcount:
        return {}
    mine = select(func.count()).select_from(t.worker_block).where(t.worker_block.c.requester == call.requester)
    if call.database.execute(mine).scalar_one() >= _MOST:
        raise RequestError("InvalidParameterValue", f"No more than {_MOST} workers can be blocked.")
    row = {"requester": key["of_requester"], "worker": key["of_worker"], "reason": reason}
    call.database.execute(t.worker_block.insert(), row)
    return {}


def delete_worker_block(call: Call, *, worker_id: str, reason: str | None = None) -> Answer:
    """Let a worker accept the caller's work again; nothing happens to one who is not blocked."""
    worker_row = worker.find(call.database, worker_id)
    if worker_row is None:
        raise ParameterValidationError("WorkerId", "WorkerId is invalid.")
    call.database.execute(t.worker_block.delete().where(*_IS), _key(call, worker_row))
    return {}


def list_worker_blocks(call: Call, *, next_token: str | None = None, max_results: int = DEFAULT_SIZE) -> Answer:
    """The workers whom the caller blocked, in the order in which it was done."""
    page = Page(("blocks", call.requester), next_token, max_results)
    listed = _WHOLE.where(t.worker_block.c.requester == call.requester)
    rows = page.read(call, WorkerBlock, listed, t.worker_block.c.number)
    return page.answer("WorkerBlocks", rows, _describe, "number")


def _describe(block_row: WorkerBlock) -> Answer:
    return {"WorkerId": block_row.worker_id, "Reason": block_row.reason}


def _key(call: Call, worker_row: Worker) -> dict[str, int]:
    return {"of_requester": call.requester, "of_worker": worker_row.number}
