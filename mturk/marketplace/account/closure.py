"""The closing of an account: the person goes; the worker id, the work and what was paid for it stay."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from mturk.marketplace.account import alias
from mturk.marketplace.call import Context
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.hit import review, work
from mturk.marketplace.hit.assignment import ACCEPTED
from mturk.marketplace.qualification.qualification_request import STARTED

GONE: Final = (
    t.mail, t.account_link, t.invitation, t.device, t.sitting, t.message, t.mailbox, t.opened_notice, t.letter,
    t.person,
)  # fmt: skip
"""Tables whose rows about the worker go."""
KEPT: Final = frozenset(
    {
        "acquaintance", "alias", "assignment", "bonus", "closed_account", "qualification", "qualification_request",
        "report", "undone", "worker", "worker_block",
    }
)  # fmt: skip
"""Tables whose rows stay, with the worker id and nothing else about the person."""

_FILE: Final = "file"


def close(context: Context, number: int, worker_id: str, now: int) -> None:
    """Close the account of a worker; work in hand is returned first. `now` is in real time."""
    _return_work(context, number, worker_id)
    database = context.database
    for table in GONE:
        database.execute(table.delete().where(table.c.worker == number))
    alias.forget(database, number)
    # That a HIT was reported stays for the operator, in none of the person's own words.
    database.execute(t.report.update().where(t.report.c.worker == number).values(text=""))
    # Requesters keep the files; their names may say whose they are.
    work_of = select(t.assignment.c.number).where(t.assignment.c.worker == number)
    database.execute(t.upload.update().where(t.upload.c.assignment.in_(work_of)).values(name=_FILE))
    # A test that was begun; what was handed in is work.
    begun = t.qualification_request.c.worker == number, t.qualification_request.c.status == STARTED
    database.execute(t.qualification_request.delete().where(*begun))
    nothing = {"country": None, "subdivision": None, "adult": False, "premium": None, "blocked": True}
    database.execute(t.worker.update().where(t.worker.c.number == number).values(nothing))
    database.execute(t.closed_account.insert(), {"worker": number, "time": now})


def _return_work(context: Context, number: int, worker_id: str) -> None:
    column = t.assignment.c
    query = select(column.number, column.assignment_id, column.hit).where(
        column.worker == number, column.status == ACCEPTED
    )
    held = context.database.execute(query).all()
    if not held:
        return
    # Several HITs change in one transaction, so all of them are locked beforehand.
    hits = [row.hit for row in held]
    lock.hold(context.database, t.hit, t.hit.c.number.in_(hits))
    review.hold(context.database, hits, [row.number for row in held])
    for row in held:
        work.give_back(context, worker_id, row.assignment_id)
