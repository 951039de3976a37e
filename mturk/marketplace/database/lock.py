"""Which rows a transaction locks, and in which order: the one rule for what happens at the same time.

SQLite has one writer, who begins IMMEDIATE. There is nothing to lock, and nothing is read twice.

On PostgreSQL a transaction that writes is alone, unless it is of those that are done together (`Store.write`): what is
done by the thousand, about HITs, assignments, bonuses, messages of queues and the outbox. Those share one lock, which
all others take for themselves; so these find nothing half done, and no time goes back between them. To be done
together, a transaction must be right whatever others like it do at the same time: it locks each row that it relies on
before it reads it, or changes it by an UPDATE that says what it relies on.

It locks rows in the order of `ORDER`:

1. the HIT. A transaction that changes a HIT, its assignments or its reports locks the HIT before it reads them, so
   that assignments and reports have no locks of their own.
2. the qualification type: to change it, or `shared` to rely on its state until the end of the transaction.
3. the worker: before a second request for a qualification can be made, and before money reaches the worker or it is
   noted who has decided on their work.
4. the request for a qualification, then the qualification.
5. the accounts: "available", "hold", "earned", "fees". An UPDATE of a balance is the lock.
6. the groups of HITs, as the last thing of a transaction (`group_count.py`).

An UPDATE locks as well, so writes keep the order too. Several rows of one table are locked from the lowest number.
A transaction that will change several, and cannot do so in this order, locks all of them beforehand by `hold`: a review
(the workers of its HIT, the accounts of its requester) and a batch of the agenda. What is new has no row to lock: there
a unique constraint decides (tokens, names, HIT types, grants), and `Store.write` repeats the transaction that came
second. What is new is written before accounts are changed, because who comes second waits for the first. So no two
transactions wait for each other; should they ever, one is undone and repeated, the last time alone.

The balances of a requester and the count of a group are changed by all that goes on there. So they are the last thing
in a transaction, and go to the database together with its end (`ending.py`): who waits for them waits for that alone.

Messages of queues stand outside of this order: who receives or removes them leaves out those that another transaction
has locked (`free`), or locks them from the lowest number, and such a transaction locks nothing else but an outlet.

What is done together and seen on the site for one worker, as that nobody holds more than 25 HITs, is done one at a time
for each worker (`one_at_a_time`).

What must not be done together, because rows alone do not keep it: agenda, accounts and sittings of people, keys,
payouts (who looks for what was paid until now must not miss what is about to be), qualifications and their tests,
blocks, settings of notifications, queues themselves, topics, layouts, notices, reports and letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, literal_column, select, text

from mturk.marketplace.database import table as t

ORDER: Final = (t.hit, t.qualification_type, t.worker, t.qualification_request, t.qualification, t.account, t.hit_group)

_WORKER_HERE = text("SELECT pg_advisory_xact_lock(20170117, CAST(:worker AS integer))")


def needed(database: Connection) -> bool:
    """Whether other writers may be at work."""
    return database.dialect.name != "sqlite"


def find(
    database: Connection, query: Select[Any], table: Table, values: Mapping[str, Any], *, shared: bool = False
) -> Row[Any] | None:
    """Read one row, and lock that part of it which is of the table, until the transaction ends."""
    if not needed(database):
        return database.execute(query, values).one_or_none()
    locking = _locking(query, table, shared)
    row = database.execute(locking, values).one_or_none()
    # A row that belongs to another one since it was waited for, such as a HIT to another type, is left out at first.
    return row if row is not None else database.execute(locking, values).one_or_none()


def take(database: Connection, query: Select[Any], table: Table, values: Mapping[str, Any]) -> None:
    """Lock the row that a query finds, before it is read together with others that only its lock keeps as they are."""
    if needed(database):
        find(database, query, table, values)


def one_at_a_time(database: Connection, worker: int) -> None:
    """Let nobody else be here for this worker, until the transaction ends; to be asked for before any row is locked."""
    if needed(database):
        database.execute(_WORKER_HERE, {"worker": worker})


def free(database: Connection, query: Select[Any], table: Table) -> Select[Any]:
    """The query without the rows of the table that others have locked; those it finds are locked."""
    return query.with_for_update(of=table, skip_locked=True) if needed(database) else query


def hold(database: Connection, table: Table, *which: ColumnElement[bool]) -> None:
    """Lock several rows without reading them."""
    if needed(database):
        rows: Select[Any] = select(literal_column("1")).select_from(table).where(*which).order_by(*table.primary_key)
        database.execute(rows.with_for_update(of=table, key_share=True))


# Queries are constants of their modules; made anew for each call they would be compiled for each call.
@lru_cache(maxsize=256)
def _locking(query: Select[Any], table: Table, shared: bool) -> Select[Any]:
    # NO KEY, because references to the row need not wait: rows are never deleted nor numbered anew.
    return query.with_for_update(of=table, read=shared, key_share=not shared)
