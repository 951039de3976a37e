"""What a worker has said here: told to the worker who asks for all their data, and forgotten with a closed account."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import as_datetime
from mturk.marketplace.database import table as t

_LETTERS = (
    select(t.letter.c.time, t.requester.c.name.label("to"), t.hit.c.hit_id, t.letter.c.text)
    .join(t.requester, t.requester.c.number == t.letter.c.requester)
    .join(t.hit, t.hit.c.number == t.letter.c.hit)
    .order_by(t.letter.c.number)
)
_REPORTS = (
    select(t.report.c.time, t.hit.c.hit_id, t.report.c.reason, t.report.c.text)
    .join(t.hit, t.hit.c.number == t.report.c.hit)
    .order_by(t.report.c.number)
)


def said(context: Context, worker_number: int) -> dict[str, list[dict[str, str]]]:
    """All letters and reports of a worker, oldest first, as JSON has them."""
    queries = {
        "letters": _LETTERS.where(_is(t.letter, worker_number)),
        "reports": _REPORTS.where(_is(t.report, worker_number)),
    }
    return {
        name: [
            {**row, "time": as_datetime(row["time"]).isoformat(timespec="seconds")}
            for row in context.database.execute(query).mappings()
        ]
        for name, query in queries.items()
    }


def forget(context: Context, worker_number: int) -> None:
    """Keep of what a worker said only that a HIT was reported, and for which reason; and not what they have read."""
    for table in (t.letter, t.opened_notice, t.mailbox):
        context.database.execute(table.delete().where(_is(table, worker_number)))
    context.database.execute(t.report.update().where(_is(t.report, worker_number)).values(text=""))


def _is(table: Table, worker_number: int) -> ColumnElement[bool]:
    return table.c.worker == worker_number
