"""Letters: what workers write to requesters, about a HIT. A requester answers by NotifyWorkers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import DAY, as_datetime, as_milliseconds
from mturk.marketplace.database import table as t
from mturk.marketplace.error import NotThere, TooOften, WorkerError
from mturk.marketplace.paged_list import PAGE, page
from mturk.marketplace.people import worker
from mturk.marketplace.workplace import concern, plain_text

LONGEST = 2000
A_DAY = 10
"""So many letters a worker can write in 24 hours."""
TO_ONE_A_DAY = 3
"""So many of them to one requester."""


@dataclass(frozen=True)
class Letter:
    """What a worker wrote to a requester about a HIT, with their assignment if they have one; in market time."""

    time: datetime
    worker_id: str
    text: str
    hit_id: str
    title: str
    assignment_id: str | None


_SENT = (
    select(t.letter.c.requester, func.count())
    .where(t.letter.c.worker == bindparam("of_worker"), t.letter.c.time > bindparam("since"))
    .group_by(t.letter.c.requester)
)
_LISTED = (
    select(
        t.letter.c.number,
        t.letter.c.time,
        t.worker.c.worker_id,
        t.letter.c.text,
        t.hit.c.hit_id,
        t.hit_type.c.title,
        t.assignment.c.assignment_id,
    )
    .join(t.worker, t.worker.c.number == t.letter.c.worker)
    .join(t.hit, t.hit.c.number == t.letter.c.hit)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .outerjoin(t.assignment, (t.assignment.c.hit == t.letter.c.hit) & (t.assignment.c.worker == t.letter.c.worker))
    .where(
        t.letter.c.requester == bindparam("of_requester"),
        t.letter.c.number > bindparam("after"),
        t.letter.c.time >= bindparam("since"),
    )
    .order_by(t.letter.c.number)
    .limit(PAGE + 1)
)


def send(context: Context, worker_id: str, hit_id: str, text: str) -> None:
    """Write to the requester of a HIT."""
    worker_row = worker.on_site(context, worker_id, lock=True)
    words = plain_text.cleaned(text)
    if not words:
        raise WorkerError("Write something to the requester.")
    if len(words) > LONGEST:
        raise WorkerError("That is too long.")
    about = concern.find(context, worker_row, hit_id)
    if about is None:
        raise NotThere("There is no such HIT.")
    if not left(context, worker_row.number, about.requester):
        raise TooOften("You have written a lot today. Please come back tomorrow.")
    row = {"worker": worker_row.number, "requester": about.requester, "hit": about.hit}
    context.database.execute(t.letter.insert(), {**row, "text": words, "time": context.now})
    context.note("Write", worker_id=worker_id, HITId=hit_id)


def left(context: Context, worker_number: int, requester: int) -> int:
    """How many letters a worker can still write to a requester now."""
    which = {"of_worker": worker_number, "since": context.now - DAY}
    sent = {int(to): int(count) for to, count in context.database.execute(_SENT, which)}
    return max(0, min(A_DAY - sum(sent.values()), TO_ONE_A_DAY - sent.get(requester, 0)))


def letters(
    database: Connection, requester: int, since: datetime | None = None, after: int | None = None
) -> tuple[list[Letter], int | None]:
    """A page of what was written to a requester, or what from a moment on, oldest first, and where the page ends.

    Every text is harmless.
    """
    start = 0 if since is None else as_milliseconds(since)
    found = database.execute(_LISTED, {"of_requester": requester, "since": start, "after": after or 0}).all()
    rows, end = page(found, lambda row: int(row.number))
    told = [
        Letter(
            as_datetime(row.time),
            row.worker_id,
            plain_text.cleaned(row.text),
            row.hit_id,
            plain_text.on_one_line(row.title),
            row.assignment_id,
        )
        for row in rows
    ]
    return told, end
