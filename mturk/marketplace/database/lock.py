"""Which rows a transaction locks, and in which order: the one rule for what happens at the same time.

SQLite has one writer, who begins IMMEDIATE. There is nothing to lock, and nothing is read twice.

PostgreSQL locks rows, in the order of `ORDER`:

1. the HIT. A transaction that changes a HIT, its assignments or its reports locks the HIT before it reads them, so
   that assignments and reports have no locks of their own.
2. the qualification type: to change it, or `shared` to rely on its state until the end of the transaction.
3. the worker: before a second request for a qualification can be made, and before money reaches the worker.
4. the request for a qualification, then the qualification.
5. the accounts: "available", "hold", "earned", "fees". An UPDATE of a balance is the lock.
6. the groups of HITs, as the last thing of a transaction (`group_count.py`).

An UPDATE locks as well, so writes keep the order too. Several rows of one table are locked from the lowest number.
A transaction that will change several, and cannot do so in this order, locks all of them beforehand by `hold`: a review
(the workers of its HIT, the accounts of its requester) and a batch of the agenda. What is new has no row to lock: there
a unique constraint decides (tokens, names, HIT types, grants), and `Store.write` repeats the transaction that came
second. So no two transactions wait for each other.

Messages of queues stand outside of this order: who receives or removes them leaves out those that another transaction
has locked (`free`), or locks them from the lowest number, and such a transaction locks nothing else but an outlet.

Something on the agenda is removed only once the HIT that it is about is locked, so that it cannot be carried out while
a call cancels it.

Writers on PostgreSQL also take one lock for all (`Store`), which with this order only making and upgrading the tables
needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, literal_column, select

from mturk.marketplace.database import table as t

ORDER: Final = (t.hit, t.qualification_type, t.worker, t.qualification_request, t.qualification, t.account, t.hit_group)


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
