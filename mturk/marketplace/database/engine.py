"""Makes the engine of a database: drivers, connection pools, and what each new connection is told."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from mturk.marketplace.database.address import Address
from mturk.marketplace.error import MarketplaceError

# Any number would do; PostgreSQL keeps such locks separate for each database.
_ALONE = text("SELECT pg_advisory_xact_lock(20170117)")
_TOGETHER = text("SELECT pg_advisory_xact_lock_shared(20170117)")

_POSTGRESQL_OPTIONS: dict[str, Any] = {
    # Few, because a server has about a hundred for all processes; more threads wait their turn.
    "pool_size": 8,
    "max_overflow": 8,
    "pool_pre_ping": True,
    "connect_args": {"connect_timeout": 10},
}


def make_engine(address: Address, patience: float) -> Engine:
    """The engine, which opens its first connection when it is used; `patience` is how many seconds a lock may take."""
    try:
        options = _sqlite_options(address, patience) if address.sqlite else _POSTGRESQL_OPTIONS
        # Errors end up in logs, and parameters are what people wrote.
        engine = create_engine(address.with_driver, hide_parameters=True, **options)
    except (NoSuchModuleError, ArgumentError) as error:
        raise MarketplaceError(f"The database {address} cannot be used: {error}.") from None
    except ImportError as error:
        hint = ": pip install 'mturk[postgresql]'" if error.name == "psycopg" else ""
        raise MarketplaceError(f"The database {address} needs {error.name}{hint}.") from None
    if address.sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        event.listen(engine, "connect", lambda connection, _: _prepare_postgresql(connection, patience))
    return engine


def has_pipelines(engine: Engine) -> bool:
    """Whether PostgreSQL's library, which may be the machine's own, sends several statements in one go: from 14 on."""
    driver: Any = engine.dialect.dbapi
    return bool(driver.Pipeline.is_supported())


def _sqlite_options(address: Address, patience: float) -> dict[str, Any]:
    # A database in memory exists in its one connection, for which the threads wait their turn.
    size = {"pool_size": 1, "max_overflow": 0} if address.in_memory else {"pool_size": 16, "max_overflow": 64}
    how: dict[str, Any] = {"check_same_thread": False, "timeout": patience}
    if address.file is None:
        return {"poolclass": QueuePool, "connect_args": how, **size}
    # As one that must be there, since SQLite would make an empty file in place of one that was taken away, and by its
    # whole path, since a program may go to another folder.
    name = f"{Path(address.file).absolute().as_uri()}?mode=rw"
    return {"poolclass": QueuePool, "creator": partial(sqlite3.connect, name, uri=True, **how), **size}


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    try:
        # The driver must not begin transactions by itself: `begin_sqlite` does, and says of which kind.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL").close()
        # FULL also survives a power cut; NORMAL would lose the last transactions then.
        connection.execute("PRAGMA synchronous = FULL").close()
        connection.execute("PRAGMA foreign_keys = ON").close()
    except sqlite3.Error:
        connection.close()  # the pool forgets a connection that could not be prepared
        raise


def begin_sqlite(connection: Connection, *, write: bool, usual: float = 0, within: float | None = None) -> None:
    """Begin a transaction in the database, as SQLAlchemy has in its books.

    `within` is how many seconds to wait for the lock, where it is less than the `usual`.
    """
    # Not by a listener to its event "begin": with any listener there each statement takes a sixth longer.
    raw: Any = connection.connection.driver_connection
    # IMMEDIATE takes the write lock at once; taking it later fails if another connection wrote in between.
    statement = "BEGIN IMMEDIATE" if write else "BEGIN"
    try:
        if within is None:
            raw.execute(statement)
            return
        raw.execute(f"PRAGMA busy_timeout = {_milliseconds(within)}").close()
        try:
            raw.execute(statement)
        finally:
            raw.execute(f"PRAGMA busy_timeout = {_milliseconds(usual)}").close()
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, True, dialect=connection.dialect) from error


def lock_postgresql(connection: Connection, *, together: bool, usual: float, within: float | None = None) -> None:
    """Lock the database for who writes alone, or together with others, in a transaction that has begun."""
    if within is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_milliseconds(within)}")
    connection.execute(_TOGETHER if together else _ALONE)
    if within is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_milliseconds(usual)}")


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))  # none would be for ever in PostgreSQL


def _prepare_postgresql(connection: Any, patience: float) -> None:
    from psycopg.types.string import StrDumper

    class Dumper(StrDumper):
        # Texts of PostgreSQL cannot contain NUL, those of SQLite can. In both, no row has an id with a NUL in it.
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))

    connection.adapters.register_dumper(str, Dumper)
    connection.execute(f"SET lock_timeout = {_milliseconds(patience)}")
    connection.commit()
