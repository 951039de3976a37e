"""Messages to workers, which wait for them on the site. NotifyWorkers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import bindparam, exists, select

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import as_datetime
from mturk.marketplace.database import table as t
from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.people import mail

_STRANGER = "Cannot send a notification to a worker who has not done any work for you"
_DECIDED = ("Approved", "Rejected")


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


_MET = exists().where(
    t.assignment.c.worker == t.worker.c.number,
    t.assignment.c.status.in_(_DECIDED),
    t.hit.c.number == t.assignment.c.hit,
    t.hit.c.requester == bindparam("of_requester"),
    # Who closed the account cannot be written to any more.
    ~exists().where(t.closed_account.c.worker == t.worker.c.number),
)
_RECEIVERS = select(t.worker.c.number, t.worker.c.worker_id, _MET.label("met")).where(
    t.worker.c.worker_id.in_(bindparam("worker_ids", expanding=True))
)


def notify_workers(call: Call, *, subject: str, message_text: str, worker_ids: list[str]) -> Answer:
    """Write to workers; whose work the caller never decided on, or whom nobody knows, is only named in the answer."""
    if not worker_ids:
        raise ParameterValidationError("WorkerIds", "Your request parameter WorkerIds has a minimum length of 1.")
    met = {receiver.worker_id: receiver.number for receiver in _receivers(call, worker_ids) if receiver.met}
    # Each gets one message, however often they were named.
    named = list(dict.fromkeys(worker_ids))
    receivers = [met[one] for one in named if one in met]
    send(call, call.requester, receivers, subject, message_text)
    mail.send_message(call, call.requester, receivers, subject, message_text)
    return {"NotifyWorkersFailureStatuses": [_failure(one) for one in named if one not in met]}


def send(context: Context, sender: int, receivers: Collection[int], subject: str, text: str) -> None:
    """Put a message before workers, all known by number."""
    written = {"requester": sender, "subject": subject, "text": text, "time": context.now}
    if receivers:
        context.database.execute(t.message.insert(), [{**written, "worker": number} for number in receivers])


def messages_of(context: Context, worker_id: str) -> list[Message]:
    """What was written to a worker, oldest first."""
    written = (
        select(t.message, t.requester.c.name)
        .join(t.requester, t.requester.c.number == t.message.c.requester)
        .join(t.worker, t.worker.c.number == t.message.c.worker)
        .where(t.worker.c.worker_id == worker_id)
        .order_by(t.message.c.number)
    )
    rows = context.database.execute(written)
    return [Message(row.name, row.subject, row.text, as_datetime(row.time)) for row in rows]


def _receivers(call: Call, worker_ids: list[str]) -> Sequence[Receiver]:
    found = call.database.execute(_RECEIVERS, {"of_requester": call.requester, "worker_ids": worker_ids})
    return cast("Sequence[Receiver]", found.all())


def _failure(worker_id: str) -> Answer:
    return {
        "NotifyWorkersFailureCode": "HardFailure",
        "NotifyWorkersFailureMessage": _STRANGER,
        "WorkerId": worker_id,
    }
