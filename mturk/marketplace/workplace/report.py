"""Reports: what workers tell the operator of HITs that should not be here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import DAY, as_datetime, as_milliseconds
from mturk.marketplace.database import table as t
from mturk.marketplace.error import NotThere, TooOften, WorkerError
from mturk.marketplace.paged_list import PAGE, page
from mturk.marketplace.people import worker
from mturk.marketplace.workplace import concern, plain_text

REASONS: Final = ("personal_data", "broken", "offensive", "dishonest", "other")
LONGEST = 1000
A_DAY = 20
"""So many reports a worker can make in 24 hours."""


@dataclass(frozen=True)
class Report:
    """What a worker says of a HIT: a reason, and words that may be empty. The time is the market's."""

    time: datetime
    worker_id: str
    reason: str
    text: str
    requester: str
    hit_id: str
    title: str


_MADE = select(func.count()).where(t.report.c.worker == bindparam("of_worker"), t.report.c.time > bindparam("since"))
_REPORTED = select(t.report.c.number).where(
    t.report.c.worker == bindparam("of_worker"), t.report.c.hit == bindparam("of_hit")
)
_LISTED = (
    select(
        t.report.c.number,
        t.report.c.time,
        t.worker.c.worker_id,
        t.report.c.reason,
        t.report.c.text,
        t.requester.c.name.label("requester"),
        t.hit.c.hit_id,
        t.hit_type.c.title,
    )
    .join(t.worker, t.worker.c.number == t.report.c.worker)
    .join(t.hit, t.hit.c.number == t.report.c.hit)
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .join(t.requester, t.requester.c.number == t.hit.c.requester)
    .where(t.report.c.number > bindparam("after"), t.report.c.time >= bindparam("since"))
    .order_by(t.report.c.number)
    .limit(PAGE + 1)
)


def make(context: Context, worker_id: str, hit_id: str, reason: str, text: str = "") -> None:
    """Report a HIT, once, for one of REASONS."""
    worker_row = worker.on_site(context, worker_id, lock=True)
    if reason not in REASONS:
        raise WorkerError("Say what is wrong with the HIT.")
    words = plain_text.cleaned(text)
    if len(words) > LONGEST:
        raise WorkerError("That is too long.")
    about = concern.find(context, worker_row, hit_id)
    if about is None:
        raise NotThere("There is no such HIT.")
    if is_reported(context, worker_row.number, about.hit):
        raise WorkerError("You have already reported this HIT.")
    if not left(context, worker_row.number):
        raise TooOften("You have reported many HITs today. Please come back tomorrow.")
    row = {"worker": worker_row.number, "hit": about.hit, "reason": reason, "text": words, "time": context.now}
    context.database.execute(t.report.insert(), row)
    context.note("Report", worker_id=worker_id, HITId=hit_id)


def left(context: Context, worker_number: int) -> int:
    """How many reports a worker can still make now."""
    which = {"of_worker": worker_number, "since": context.now - DAY}
    return max(0, A_DAY - int(context.database.execute(_MADE, which).scalar_one()))


def is_reported(context: Context, worker_number: int, hit_number: int) -> bool:
    """Whether a worker has reported a HIT."""
    which = {"of_worker": worker_number, "of_hit": hit_number}
    return context.database.execute(_REPORTED, which).scalar_one_or_none() is not None


def reports(
    database: Connection, since: datetime | None = None, after: int | None = None
) -> tuple[list[Report], int | None]:
    """A page of all reports, or of those from a moment on, oldest first, and where it ends; every text is harmless."""
    start = 0 if since is None else as_milliseconds(since)
    found = database.execute(_LISTED, {"since": start, "after": after or 0}).all()
    rows, end = page(found, lambda row: int(row.number))
    return [Report(as_datetime(time), *map(plain_text.cleaned, words)) for _, time, *words in rows], end
