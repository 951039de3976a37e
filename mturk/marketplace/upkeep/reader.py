"""A database as it is at one moment, read without changing anything in it: neither its form nor its journal."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.pool import NullPool

from mturk.marketplace.database import upgrade
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.diagnosis import explained
from mturk.marketplace.database.engine import make_engine
from mturk.marketplace.database.table import market
from mturk.marketplace.error import MarketplaceError

_PATIENCE = 30.0
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@contextmanager
def reading(database: str | os.PathLike[str]) -> Iterator[Connection]:
    """A connection on which all is read as it is now; whoever writes meanwhile does not wait.

    MarketplaceError where there is no marketplace, or one of another version.
    """
    address = Address(database)
    if address.in_memory:
        raise MarketplaceError("A database in memory ends with its process; name a file or a URL.")
    if address.is_missing:
        raise MarketplaceError(f"There is no database {address}. Name one that is there.")
    engine = _file_engine(address.file) if address.file else make_engine(address, _PATIENCE)
    try:
        with explained(address), engine.connect() as plain:
            connection = plain if address.sqlite else plain.execution_options(**_SNAPSHOT)
            if address.sqlite:
                connection.exec_driver_sql("BEGIN")
            _expect_ours(connection, f"The database {address}")
            yield connection
    finally:
        engine.dispose()


def open_file(file: Path) -> sqlite3.Connection:
    """A connection to a database file that changes nothing in it."""
    uri = f"{file.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)


def _file_engine(file: Path) -> Engine:
    return create_engine("sqlite://", creator=lambda: open_file(file), poolclass=NullPool)


def _expect_ours(connection: Connection, name: str) -> None:
    tables = set(inspect(connection).get_table_names())
    if not {market.name, upgrade.MARK} <= tables:
        raise MarketplaceError(f"{name} holds no marketplace. Name one that does.")
    made = upgrade.version(connection) or ""
    if made > upgrade.TODAY.last:
        raise upgrade.too_new(name, made, upgrade.TODAY)
    if made != upgrade.TODAY.last:
        raise MarketplaceError(
            f"{name} was made by an older mturk (its form is {made}, ours {upgrade.TODAY.last}). "
            "Serve it once, which brings it up to date."
        )
