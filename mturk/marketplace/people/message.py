"""Messages to workers, which wait for them on the site. NotifyWorkers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import bindparam, exists, func, select, tuple_

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import as_datetime
from mturk.marketplace.database import table as t
from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.paged_list import PAGE, page
from mturk.marketplace.people import acquaintance, mail
from mturk.marketplace.quota import LEAST_MESSAGE, LETTERS

Place = tuple[int, int]
"""Where a page of messages ends: the time and the number of its last one."""

_STRANGER = "Cannot send a notification to a worker who has not done any work for you"


@dataclass(frozen=True)
class Message:
    """What a requester wrote to a worker."""

    requester: str
    subject: str
    text: str
    time: datetime


class Receiver(NamedTuple):
    """A worker, and whether the caller has ever decided about work of theirs."""

    number: int
    worker_id: str
    met: bool


_MET = acquaintance.met(t.worker.c.number, bindparam("of_requester"))
# Who closed the account cannot be written to any more.
_CLOSED = exists().where(t.closed_account.c.worker == t.worker.c.number)
_RECEIVERS = select(t.worker.c.number, t.worker.c.worker_id, (_MET & ~_CLOSED).label("met")).where(
    t.worker.c.worker_id.in_(bindparam("worker_ids", expanding=True))
)
# A message that comes later has a higher number, too; the time comes first because the index has it so.
_PLACE = t.message.c.time, t.message.c.number
_RECEIVER = select(t.worker.c.number).where(t.worker.c.worker_id == bindparam("of_worker")).scalar_subquery()
_WRITTEN = (
    select(t.message, t.requester.c.name)
    .join(t.requester, t.requester.c.number == t.message.c.requester)
    .where(
        t.message.c.worker == _RECEIVER,
        tuple_(*_PLACE) > tuple_(bindparam("time"), bindparam("number")),
    )
    .order_by(*_PLACE)
    .limit(PAGE + 1)
)


def notify_workers(call: Call, *, subject: str, message_text: str, worker_ids: list[str]) -> Answer:
    """Write to workers; whose work the caller never decided on, or whom nobody knows, is only named in the answer."""
    if not worker_ids:
        raise ParameterValidationError("WorkerIds", "Your request parameter WorkerIds has a minimum length of 1.")
    met = {receiver.worker_id: receiver.number for receiver in _receivers(call, worker_ids) if receiver.met}
    # Each gets one message, however often they were named.
    named = list(dict.fromkeys(worker_ids))
    receivers = [met[one] for one in named if one in met]
    send(call, receivers, subject, message_text)
    mail.send_message(call, call.requester, receivers, subject, message_text)
    return {"NotifyWorkersFailureStatuses": [_failure(one) for one in named if one not in met]}


def send(call: Call, receivers: Collection[int], subject: str, text: str) -> None:
    """Put a message of the caller's before workers, all known by number."""
    if not receivers:
        return
    size = max(LEAST_MESSAGE, len(f"{subject}{text}".encode()))
    call.expect_room(LETTERS, len(receivers) * size, lambda: _kept(call))
    written = {"requester": call.requester, "subject": subject, "text": text, "size": size, "time": call.now}
    call.database.execute(t.message.insert(), [{**written, "worker": number} for number in receivers])


def messages_of(context: Context, worker_id: str, after: Place | None = None) -> tuple[list[Message], Place | None]:
    """A page of what was written to a worker, oldest first, from where the last page ended, and where this one does."""
    time, number = after or (0, 0)
    which = {"of_worker": worker_id, "time": time, "number": number}
    rows, end = page(context.database.execute(_WRITTEN, which).all(), lambda row: (int(row.time), int(row.number)))
    return [Message(row.name, row.subject, row.text, as_datetime(row.time)) for row in rows], end


def _receivers(call: Call, worker_ids: list[str]) -> Sequence[Receiver]:
    found = call.database.execute(_RECEIVERS, {"of_requester": call.requester, "worker_ids": worker_ids})
    return cast("Sequence[Receiver]", found.all())


def _kept(call: Call) -> int:
    """The bytes that the caller wrote."""
    query = select(func.coalesce(func.sum(t.message.c.size), 0)).where(t.message.c.requester == call.requester)
    return int(call.database.execute(query).scalar_one())


def _failure(worker_id: str) -> Answer:
    return {
        "NotifyWorkersFailureCode": "HardFailure",
        "NotifyWorkersFailureMessage": _STRANGER,
        "WorkerId": worker_id,
    }
