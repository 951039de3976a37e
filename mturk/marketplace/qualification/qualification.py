"""Qualifications: what workers were granted. AssociateQualificationWithWorker,
DisassociateQualificationFromWorker, GetQualificationScore, ListWorkersWithQualificationType."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, cast

from sqlalchemy import bindparam, select

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.database.lock import find as find_locked
from mturk.marketplace.error import RequestError, wrong_state
from mturk.marketplace.people import message, worker
from mturk.marketplace.qualification import qualification_type
from mturk.marketplace.qualification.qualification_type import ACTIVE
from mturk.marketplace.qualification.system_type import PUBLIC_TYPES
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page


class Qualification(NamedTuple):
    """A qualification with the ids of its type and of its worker."""

    number: int
    qualification_type: int
    worker: int
    value: int
    status: str
    grant_time: int
    reason: str | None
    qualification_type_id: str
    requester: int
    name: str
    worker_id: str


GRANTED = "Granted"
REVOKED = "Revoked"

_WHOLE = (
    select(
        t.qualification,
        t.qualification_type.c.qualification_type_id,
        t.qualification_type.c.requester,
        t.qualification_type.c.name,
        t.worker.c.worker_id,
    )
    .join(t.qualification_type, t.qualification_type.c.number == t.qualification.c.qualification_type)
    .join(t.worker, t.worker.c.number == t.qualification.c.worker)
)
_OF_WORKER = _WHOLE.where(
    t.qualification_type.c.qualification_type_id == bindparam("type_id"), t.worker.c.worker_id == bindparam("worker_id")
)
_IS = (
    t.qualification.c.qualification_type == bindparam("of_type"),
    t.qualification.c.worker == bindparam("of_worker"),
)


def associate_qualification_with_worker(
    call: Call,
    *,
    qualification_type_id: str,
    worker_id: str,
    integer_value: int = 1,
    send_notification: bool = True,
) -> Answer:
    """Grant a qualification, or change the score of one, and tell the worker; a request that waits goes on waiting."""
    type_row = qualification_type.mine(call, qualification_type_id)
    qualification_type.expect(type_row, ACTIVE)
    worker_row = worker.named(call, worker_id)
    grant(call, type_row.number, worker_row.number, integer_value)
    if send_notification:
        text = f'You were granted the Qualification "{type_row.name}" with a score of {integer_value}.'
        message.send(call, [worker_row.number], "You were granted a Qualification", text)
    return {}


def disassociate_qualification_from_worker(
    call: Call, *, worker_id: str, qualification_type_id: str, reason: str | None = None
) -> Answer:
    """Revoke a qualification, and tell the worker if there is a reason; what was accepted stays accepted."""
    qualification_row = _mine(call, qualification_type_id, worker_id, lock=True)
    revoked = {"status": REVOKED, "reason": reason}
    call.database.execute(
        t.qualification.update().where(t.qualification.c.number == qualification_row.number).values(revoked)
    )
    if reason:
        text = f'Your Qualification "{qualification_row.name}" was revoked: {reason}'
        message.send(call, [qualification_row.worker], "A Qualification was revoked", text)
    return {}


def get_qualification_score(call: Call, *, qualification_type_id: str, worker_id: str) -> Answer:
    """The score that a worker has of one of the caller's types."""
    return {"Qualification": _describe(_mine(call, qualification_type_id, worker_id))}


def list_workers_with_qualification_type(
    call: Call,
    *,
    qualification_type_id: str,
    status: str = GRANTED,
    next_token: str | None = None,
    max_results: int = DEFAULT_SIZE,
) -> Answer:
    """Who has a qualification, or with Revoked who had it, in the order in which they first got it."""
    page = Page(("workers", qualification_type_id, status), next_token, max_results)
    type_row = qualification_type.visible(call, qualification_type_id)
    listed = _WHOLE.where(t.qualification.c.qualification_type == type_row.number, t.qualification.c.status == status)
    order, shown_after = t.qualification.c.number, t.qualification.c.grant_time
    rows = page.read(call, Qualification, listed, order, shown_after=shown_after)
    return page.answer("Qualifications", rows, _describe, "number")


def grant(context: Context, type_number: int, worker_number: int, value: int) -> None:
    """Give a worker a score, whether they had one or not."""
    which = {"of_type": type_number, "of_worker": worker_number}
    values = {"value": value, "status": GRANTED, "grant_time": context.now, "reason": None}
    if context.database.execute(t.qualification.update().where(*_IS).values(values), which).rowcount == 0:
        new = {"qualification_type": type_number, "worker": worker_number, **values}
        context.database.execute(t.qualification.insert(), new)


def has(context: Context, type_number: int, worker_number: int) -> bool:
    """Whether a worker has a qualification at present."""
    query = select(t.qualification.c.status).where(*_IS)
    found = context.database.execute(query, {"of_type": type_number, "of_worker": worker_number})
    return found.scalar_one_or_none() == GRANTED


def scores(context: Context, worker_number: int, type_ids: Collection[str]) -> dict[str, int]:
    """A worker's scores of those types that they have, by the types' ids."""
    own_types = set(type_ids) - set(PUBLIC_TYPES)
    if not own_types:
        return {}
    rows = context.database.execute(
        select(t.qualification_type.c.qualification_type_id, t.qualification.c.value)
        .join(t.qualification, t.qualification.c.qualification_type == t.qualification_type.c.number)
        .where(
            t.qualification_type.c.qualification_type_id.in_(own_types),
            t.qualification.c.worker == worker_number,
            t.qualification.c.status == GRANTED,
        )
    )
    return {row.qualification_type_id: row.value for row in rows}


def _mine(call: Call, type_id: str, worker_id: str, *, lock: bool = False) -> Qualification:
    which = {"type_id": type_id, "worker_id": worker_id}
    found = (
        find_locked(call.database, _OF_WORKER, t.qualification, which)
        if lock
        else call.database.execute(_OF_WORKER, which).one_or_none()
    )
    qualification_row = cast("Qualification | None", found)
    if qualification_row is None or qualification_row.requester != call.requester:
        raise RequestError("QualificationDoesNotExist", "You requested a Qualification that does not exist.")
    if qualification_row.status != GRANTED:
        raise wrong_state("Qualification", qualification_row.status, GRANTED)
    return qualification_row


def _describe(qualification_row: Qualification) -> Answer:
    return {
        "QualificationTypeId": qualification_row.qualification_type_id,
        "WorkerId": qualification_row.worker_id,
        "GrantTime": qualification_row.grant_time / SECOND,
        "IntegerValue": qualification_row.value,
        "Status": qualification_row.status,
    }
