"""The database: opening it, its transactions, and all that differs between SQLite and other databases."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.table import VERSION, agenda, market, metadata

Result = TypeVar("Result")

_TRIES = 3
_PULSE = select(market.c.shift, select(func.min(agenda.c.time)).scalar_subquery().label("due"))


def database_url(database: str | os.PathLike[str]) -> URL:
    """The URL of a database that is given as a URL, as a path, or as ":memory:"."""
    text = os.fspath(database)
    if text == ":memory:":
        return URL.create("sqlite")
    try:
        return make_url(text) if "://" in text else URL.create("sqlite", database=text)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise MarketplaceError(f"{text!r} is not a database URL; write sqlite:///file.sqlite3.") from None


class Store:
    """The marketplace's database, shared by threads, and by other processes that open the same one.

    `patience` is how many seconds a call waits for another process that is writing.
    """

    def __init__(self, database: str | os.PathLike[str], *, patience: float = 30) -> None:
        self._patience = patience
        self._url = database_url(database)
        self._sqlite = self._url.get_backend_name() == "sqlite"
        # Threads of one process take turns here, which is quicker and fairer than SQLite's waiting in steps.
        self._turn = threading.Lock() if self._sqlite else nullcontext()
        self._engine = self._connect()

    def __repr__(self) -> str:
        return f"<Store {self._url.render_as_string(hide_password=True)}>"

    def close(self) -> None:
        """Let go of the database; the last to do so also folds SQLite's log into the file."""
        self._engine.dispose()

    def prepare(self, first: Callable[[Connection], None]) -> None:
        """Make the tables if there are none, with whatever `first` adds; or check that we can read them."""
        with self._trouble_explained(), self._transaction(write=True) as connection:
            if inspect(connection).has_table(market.name):
                self._check_version(connection)
                return
            if inspect(connection).get_table_names():
                raise MarketplaceError(f"{self._name} holds other data. Name a file of its own.")
            metadata.create_all(connection)
            connection.execute(market.insert().values(version=VERSION, shift=0))
            first(connection)

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Do work that changes nothing, on one state of the database."""
        with self._transaction(write=False) as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Do work in one transaction, which is on disk when this returns; tried again where two met."""
        for tries_left in reversed(range(_TRIES)):
            try:
                with self._transaction(write=True) as connection:
                    return work(connection)
            except DatabaseError as error:
                if not tries_left or not _met_another(error):
                    raise
        raise AssertionError("unreachable")

    def pulse(self) -> tuple[int, int | None]:
        """How far market time is ahead, and when the next thing on the agenda is due."""
        shift, due = self.read(lambda connection: connection.execute(_PULSE).one())
        return shift, due

    def shift(self) -> int:
        """How far market time is ahead of real time."""
        return self.pulse()[0]

    def add_shift(self, step: int) -> None:
        """Move market time forward for everybody who shares the database."""
        self.write(lambda connection: connection.execute(market.update().values(shift=market.c.shift + step)))

    @property
    def _name(self) -> str:
        return f"The database {self._url.render_as_string(hide_password=True)}"

    def _connect(self) -> Engine:
        options: dict[str, Any] = {}
        if self._sqlite:
            memory = self._url.database in (None, "", ":memory:")
            # A database in memory lives in its one connection, for which the threads wait their turn.
            size = {"pool_size": 1, "max_overflow": 0} if memory else {"pool_size": 16, "max_overflow": 64}
            options = {
                "poolclass": QueuePool,
                "connect_args": {"check_same_thread": False, "timeout": self._patience},
                **size,
            }
        try:
            engine = create_engine(self._url, **options)
        except (ImportError, NoSuchModuleError, ArgumentError) as error:
            raise MarketplaceError(f"{self._name} cannot be used: {error}.") from None
        if self._sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        turn = self._turn if write else nullcontext()
        with turn, self._engine.connect() as plain:
            connection = plain.execution_options(write=write)
            with connection.begin():
                yield connection

    @contextmanager
    def _trouble_explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise MarketplaceError(f"{self._name} {self._explain(str(cause).strip())}") from None

    def _explain(self, cause: str) -> str:
        if "unable to open" in cause:
            folder = Path(self._url.database or "").resolve().parent
            reason = f"in {folder}" if folder.is_dir() else f"because the folder {folder} does not exist"
            return f"cannot be opened or made {reason}. Name a file in a folder that you can write to."
        if "readonly" in cause:
            return "cannot be written to. Change its permissions, or name another file."
        if "not a database" in cause or "malformed" in cause:
            return f"is damaged or something else ({cause}). Restore a copy of it, or name another file."
        if "locked" in cause:
            return "is locked by another program. Stop that program, or name another file."
        return f"cannot be used: {cause}."

    def _check_version(self, connection: Connection) -> None:
        version = connection.execute(select(market.c.version)).scalar_one()
        if version > VERSION:
            raise MarketplaceError(
                f"{self._name} was made by a newer mturk (its form is {version}, ours {VERSION}). "
                "Install that version, or name another file."
            )
        if version < VERSION:
            raise MarketplaceError(
                f"{self._name} was made by an older mturk (its form is {version}, ours {VERSION}). "
                "Install that version, or name another file."
            )


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` does, and says of which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL also survives a power cut; NORMAL would lose the last transactions then.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the right to write at once; taking it later fails if somebody wrote in between.
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _met_another(error: DatabaseError) -> bool:
    """Whether two transactions met, so that a second try finds what the first one did."""
    # 40001 and 40P01 are SQL's codes for a transaction that lost against another.
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
