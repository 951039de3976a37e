"""Where a benchmark's marketplaces are: SQLite files, or schemas of a PostgreSQL server, removed afterwards or kept."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from mturk.marketplace.database.address import Address

MASTER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@contextlib.contextmanager
def places(url: str | None, count: int) -> Iterator[list[str]]:
    """New, empty databases: files, or schemas of a server."""
    if url is None:
        with tempfile.TemporaryDirectory(prefix="mturk-") as folder:
            yield [str(Path(folder, f"{number}.sqlite3")) for number in range(count)]
        return
    names = [f"benchmark_{os.getpid()}_{number}" for number in range(count)]
    for name in names:
        schema(url, name)
    try:
        yield [in_schema(url, name) for name in names]
    finally:
        for name in names:
            drop(url, name)


def schema(url: str, name: str, *, anew: bool = False) -> bool:
    """Make a schema unless there is one of that name, `anew` without what is in it; says whether it is empty."""
    if anew:
        drop(url, name)
    with _connected(url) as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {name}")
        return not sa.inspect(connection).get_table_names(name)


def drop(url: str, name: str) -> None:
    """Remove a schema, if there is one of that name."""
    with _connected(url) as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def in_schema(url: str, name: str) -> str:
    """The address of a schema of a server."""
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"


@contextlib.contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(Address(url).with_driver, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
