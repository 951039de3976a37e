"""Workers: who they are, and the record that the system qualifications are computed from."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TextIO, cast

from sqlalchemy import Connection, bindparam, select

from mturk.marketplace.call import Call, Context
from mturk.marketplace.clock import as_datetime
from mturk.marketplace.database import ending
from mturk.marketplace.database import table as t
from mturk.marketplace.database.lock import find as find_locked
from mturk.marketplace.error import MarketplaceError, NotThere, ParameterValidationError
from mturk.marketplace.money import dollars
from mturk.marketplace.people import ledger
from mturk.marketplace.people.premium_type import PREMIUM_TYPES
from mturk.marketplace.request.rules import CUSTOMER_ID


class Worker(NamedTuple):
    """Who a worker is, and the record of their work."""

    number: int
    worker_id: str
    country: str | None
    subdivision: str | None
    adult: bool
    masters: bool
    premium: str | None
    blocked: bool
    creation_time: int
    accepted: int
    returned: int
    abandoned: int
    submitted: int
    approved: int
    rejected: int


_BY_ID = select(t.worker).where(t.worker.c.worker_id == bindparam("worker_id"))
_COUNTS = {
    name: t.worker.update()
    .where(t.worker.c.number == bindparam("of_worker"))
    .values({name: t.worker.c[name] + bindparam("by")})
    for name in ("accepted", "returned", "abandoned", "submitted", "approved", "rejected")
}


def find(database: Connection, worker_id: str, *, lock: bool = False) -> Worker | None:
    """The worker with that id, if there is one; with `lock` nobody else changes the row until this ends."""
    which = {"worker_id": worker_id}
    if lock:
        return cast("Worker | None", find_locked(database, _BY_ID, t.worker, which))
    return cast("Worker | None", database.execute(_BY_ID, which).one_or_none())


def id_of(database: Connection, number: int) -> str:
    """The id of a worker by number; it never changes."""
    return str(database.execute(select(t.worker.c.worker_id).where(t.worker.c.number == number)).scalar_one())


def on_site(context: Context, worker_id: str, *, lock: bool = False) -> Worker:
    """The worker with that id, who does something on the site."""
    worker_row = find(context.database, worker_id, lock=lock)
    if worker_row is None:
        raise NotThere("There is no worker %(worker_id)s.", worker_id=worker_id)
    return worker_row


def named(call: Call, worker_id: str) -> Worker:
    """The worker whom a requester names in a call; in a sandbox there is one for each id."""
    worker_row = find(call.database, worker_id)
    if worker_row is None and call.settings.sandbox:
        return register(call, worker_id)
    if worker_row is None:
        raise ParameterValidationError.of("WorkerId", worker_id)
    return worker_row


def register(
    context: Context,
    worker_id: str,
    *,
    country: str | None = None,
    subdivision: str | None = None,
    adult: bool | None = None,
    masters: bool | None = None,
    premium: Mapping[str, int] | None = None,
) -> Worker:
    """The worker with that id, registered if unknown; each fact that is given replaces the earlier one."""
    database = context.database
    if CUSTOMER_ID.violations(worker_id):
        raise ValueError(f"A worker's id is an A and up to 63 capitals and digits, not {worker_id!r}.")
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        raise ValueError(f"A country is two capitals, such as DE, not {country!r}.")
    known = find(database, worker_id)
    if subdivision is not None and (country or (known and known.country)) != "US":
        raise ValueError("Only the states of the US are known as subdivisions.")
    given = {
        "country": country,
        "subdivision": subdivision,
        "adult": adult,
        "masters": masters,
        "premium": None if premium is None else _premium(premium),
    }
    facts: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if known is None:
        row = {"worker_id": worker_id, "creation_time": context.now, "adult": False, "masters": False, **facts}
        ledger.open_accounts(database, ledger.earned(t.add_row(database, t.worker, row)))
        context.note("AddWorker", WorkerId=worker_id)
    elif facts:
        context.note("ChangeWorker", WorkerId=worker_id)
        # Who has moved out of the US lives in none of its states.
        moved = {"subdivision": None} if country not in (None, "US") else {}
        database.execute(t.worker.update().where(t.worker.c.number == known.number).values({**moved, **facts}))
    return cast(Worker, database.execute(_BY_ID, {"worker_id": worker_id}).one())


def _premium(values: Mapping[str, int]) -> str:
    unknown = [one for one in values if one not in PREMIUM_TYPES]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no id of a premium qualification type.")
    return json.dumps({PREMIUM_TYPES[one].id: int(value) for one, value in values.items()})


def block(context: Context, worker_id: str, *, blocked: bool = True) -> None:
    """Keep a worker from taking on any work here, or let them again; work in hand can be finished."""
    change = t.worker.update().where(t.worker.c.worker_id == worker_id).values(blocked=blocked)
    if context.database.execute(change).rowcount == 0:
        raise MarketplaceError(f"There is no worker {worker_id}.")
    context.note("BlockWorker" if blocked else "UnblockWorker", WorkerId=worker_id)


ROSTER = (*(column.name for column in t.worker.c if column.name != "number"), "earned")
"""What is told of a worker in a list of all."""


def roster(database: Connection) -> Iterator[tuple[object, ...]]:
    """All workers with their records and what they were paid, by id; read row by row."""
    paid = (t.account.c.kind == "earned") & (t.account.c.owner == t.worker.c.number)
    everybody = (
        select(t.worker, t.account.c.balance.label("earned")).join(t.account, paid).order_by(t.worker.c.worker_id)
    )
    for row in database.execution_options(yield_per=1000).execute(everybody).mappings():
        shown = {
            **row,
            "creation_time": as_datetime(row["creation_time"]).isoformat(timespec="seconds"),
            "earned": dollars(row["earned"]),
        }
        yield tuple(shown[name] for name in ROSTER)


def export(database: Connection, file: TextIO) -> int:
    """Write the roster to a file as CSV, with a line of names, and say how many workers there are."""
    table = csv.writer(file)
    table.writerow(ROSTER)
    count = 0
    for row in roster(database):
        table.writerow(row)
        count += 1
    return count


def count_all(context: Context, what: str, cases: Mapping[int, int]) -> None:
    """Add to a part of the records of several workers, by their numbers."""
    changes = [{"of_worker": number, "by": by} for number, by in sorted(cases.items())]
    context.database.execute(_COUNTS[what], changes)


def count(context: Context, number: int, what: str, by: int = 1) -> None:
    """Change a part of a worker's record."""
    ending.change(context.database, _COUNTS[what], {"of_worker": number, "by": by})
