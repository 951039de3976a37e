"""The database: opening it, its transactions, and all that differs between SQLite and other databases."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from mturk.marketplace.database import address, upgrade
from mturk.marketplace.database.table import agenda, market, metadata
from mturk.marketplace.database.upgrade import Steps
from mturk.marketplace.error import MarketplaceError

Result = TypeVar("Result")

_TRIES = 3
_POSTGRESQL = "postgresql+psycopg"
# Any number would do; PostgreSQL keeps such locks apart for each database.
_ONE_WRITER = text("SELECT pg_advisory_xact_lock(20170117)")
# One state of the database for all that is read, as in SQLite.
_POSTGRESQL_READS = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_POSTGRESQL_OPTIONS: dict[str, Any] = {
    # Few, because a server has about a hundred for all processes; more threads wait their turn.
    "pool_size": 8,
    "max_overflow": 8,
    "pool_pre_ping": True,
    "connect_args": {"connect_timeout": 10},
}
_NEWS = "mturk.news"
_PULSE = select(market.c.shift, select(func.min(agenda.c.time)).scalar_subquery().label("due"))


def announce(database: Connection, what: str, time: int = 0) -> None:
    """Once this transaction is on disk, tell those in this process who wait for such things."""
    news = database.info.setdefault(_NEWS, {})
    news[what] = min(time, news.get(what, time))


def database_url(database: str | os.PathLike[str]) -> URL:
    """The URL of a database that is given as a URL, as a path, or as ":memory:"."""
    given = os.fspath(database)
    if given == ":memory:":
        return URL.create("sqlite")
    try:
        return make_url(given) if "://" in given else URL.create("sqlite", database=given)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise MarketplaceError(
            f"{_without_password(given)!r} is not a database URL; write sqlite:///file.sqlite3 or postgresql://user:password@host/name."
        ) from None


def _without_password(url: str) -> str:
    return re.sub(r"//([^:/@]*):[^@]*@", r"//\1:***@", url)


def with_driver(url: URL) -> URL:
    """The URL with the driver that we use, where it names none."""
    return url.set(drivername=_POSTGRESQL) if url.drivername in ("postgres", "postgresql") else url


class Store:
    """The marketplace's database, shared by threads, and by other processes that open the same one.

    `patience` is how many seconds a call waits for another process that is writing.
    """

    def __init__(self, database: str | os.PathLike[str], *, patience: float = 30, steps: Steps = upgrade.TODAY) -> None:
        self._patience = patience
        self._steps = steps
        address.check_name(database)
        self._url = database_url(database)
        address.check_url(self._url)
        self.sqlite = self._url.get_backend_name() == "sqlite"
        # Threads of one process take turns here, which is quicker and fairer than waiting inside the database.
        self._turn = threading.Lock()
        self._engine = self._connect()
        self.listeners: dict[str, Callable[[int], None]] = {}
        """Who is told of what `announce` is called with, and of the earliest time of it."""

    def __repr__(self) -> str:
        return f"<Store {self._url.render_as_string(hide_password=True)}>"

    @property
    def name(self) -> str:
        """Where the database is, for people: a file's whole path, or a URL without its password."""
        file = address.file_of(self._url)
        if file is not None:
            return str(file.absolute())
        return ":memory:" if self.sqlite else self._url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Let go of the database; the last to do so also folds SQLite's log into the file."""
        self._engine.dispose()

    def prepare(self, first: Callable[[Connection], None] | None) -> None:
        """Make the tables if there are none, with whatever `first` adds; or bring older ones up to date.

        Without `first` nothing is made: there must be tables. All of it is one transaction: it happens whole or
        not at all, and once though several processes begin.
        """
        if first is None and address.is_missing(self._url):
            raise self._no_marketplace()
        with self._trouble_explained(), self._transaction(write=True, rebuilds=True) as connection:
            tables = inspect(connection).get_table_names()
            if not tables:
                if first is None:
                    raise self._no_marketplace()
                metadata.create_all(connection)
                upgrade.stamp(connection, self._steps)
                connection.execute(market.insert().values(shift=0))
                first(connection)
            elif market.name not in tables:
                raise MarketplaceError(f"{self._name} holds other data. Name a database of its own.")
            elif upgrade.MARK not in tables:
                raise MarketplaceError(f"{self._name} is older than mturk's first release. Name another database.")
            elif upgrade.bring_up(connection, self._steps, self._name):
                self._check_references(connection)

    def file(self, connection: Connection) -> Path | None:
        """The file that an SQLite database is in; None in memory, and elsewhere."""
        if not self.sqlite:
            return None
        # The database itself knows best: a URL can name its file in many ways.
        name = connection.exec_driver_sql("PRAGMA database_list").first()
        return Path(name[2]) if name and name[2] else None

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

    def shift(self) -> int:
        """How far market time is ahead of real time."""
        return self.read(pulse)[0]

    def add_shift(self, step: int) -> None:
        """Move market time forward for everybody who shares the database."""
        self.write(lambda connection: connection.execute(market.update().values(shift=market.c.shift + step)))

    @property
    def _name(self) -> str:
        return f"The database {self._url.render_as_string(hide_password=True)}"

    def _no_marketplace(self) -> MarketplaceError:
        return MarketplaceError(f"{self._name} holds no marketplace. Name one that does, or make it by mturk serve.")

    def _connect(self) -> Engine:
        try:
            options = self._sqlite_options() if self.sqlite else _POSTGRESQL_OPTIONS
            engine = create_engine(with_driver(self._url), **options)
        except (NoSuchModuleError, ArgumentError) as error:
            raise MarketplaceError(f"{self._name} cannot be used: {error}.") from None
        except ImportError as error:
            hint = ": pip install 'mturk[postgresql]'" if error.name == "psycopg" else ""
            raise MarketplaceError(f"{self._name} wants {error.name}{hint}.") from None
        if self.sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            event.listen(engine, "connect", self._prepare_postgresql)
        return engine

    def _sqlite_options(self) -> dict[str, Any]:
        memory = self._url.database in (None, "", ":memory:")
        # A database in memory lives in its one connection, for which the threads wait their turn.
        size = {"pool_size": 1, "max_overflow": 0} if memory else {"pool_size": 16, "max_overflow": 64}
        return {
            "poolclass": QueuePool,
            "connect_args": {"check_same_thread": False, "timeout": self._patience},
            **size,
        }

    def _prepare_postgresql(self, connection: Any, _record: object) -> None:
        from psycopg.types.string import StrDumper

        class Dumper(StrDumper):
            # PostgreSQL's texts have no such character, SQLite's do: to both an id with one is nobody's.
            def dump(self, obj: str) -> Any:
                return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))

        connection.adapters.register_dumper(str, Dumper)
        connection.execute(f"SET lock_timeout = {round(self._patience * 1000)}")
        connection.commit()

    @contextmanager
    def _transaction(self, *, write: bool, rebuilds: bool = False) -> Iterator[Connection]:
        turn = self._turn if write else nullcontext()
        with turn, self._engine.connect() as plain:
            # Another transaction of the same connection may have left news behind when it failed.
            plain.info.pop(_NEWS, None)
            options = {} if write or self.sqlite else _POSTGRESQL_READS
            connection = plain.execution_options(write=write, **options)
            with self._references_off(plain) if rebuilds else nullcontext(), connection.begin():
                if write and not self.sqlite:
                    connection.execute(_ONE_WRITER)
                yield connection
            news: dict[str, int] = plain.info.pop(_NEWS, {})
        for what, time in news.items():
            if what in self.listeners:
                self.listeners[what](time)

    @contextmanager
    def _references_off(self, connection: Connection) -> Iterator[None]:
        """Let tables be made anew: SQLite must not look at the references to them in between."""
        raw: Any = connection.connection.driver_connection
        if self.sqlite:
            raw.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            if self.sqlite:
                raw.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def _trouble_explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            # PostgreSQL's texts have several lines.
            raise MarketplaceError(f"{self._name} {self._explain(' '.join(str(cause).split()))}") from None

    def _explain(self, cause: str) -> str:
        obstacle = address.obstacle(self._url)
        if obstacle:
            return obstacle
        if "unable to open" in cause:
            folder = Path(self._url.database or "").resolve().parent
            reason = f"in {folder}" if folder.is_dir() else f"because the folder {folder} does not exist"
            return f"cannot be opened or made {reason}. Name a file in a folder that you can write to."
        if "readonly" in cause:
            return "cannot be written to. Change its permissions, or name another file."
        if "not a database" in cause or "malformed" in cause:
            return f"is damaged or something else ({cause}). Restore a copy of it, or name another file."
        if "locked" in cause or "lock timeout" in cause:
            return "is locked by another program. Stop that program, or name another file."
        return f"cannot be used: {cause.rstrip('.')}."

    def _check_references(self, connection: Connection) -> None:
        if self.sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise MarketplaceError(f"{self._name} has rows that refer to nothing. Restore a copy of it.")


def pulse(connection: Connection) -> tuple[int, int | None]:
    """How far market time is ahead, and when the next thing on the agenda is due."""
    shift, due = connection.execute(_PULSE).one()
    return shift, due


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    try:
        # The driver must not begin transactions by itself: `_begin_sqlite` does, and says of which kind.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL").close()
        # FULL also survives a power cut; NORMAL would lose the last transactions then.
        connection.execute("PRAGMA synchronous = FULL").close()
        connection.execute("PRAGMA foreign_keys = ON").close()
    except sqlite3.Error:
        connection.close()  # the pool forgets a connection that could not be prepared
        raise


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the right to write at once; taking it later fails if somebody wrote in between.
    write = connection.get_execution_options().get("write")
    raw: Any = connection.connection.driver_connection
    raw.execute("BEGIN IMMEDIATE" if write else "BEGIN")


def _met_another(error: DatabaseError) -> bool:
    """Whether two transactions met, so that a second try finds what the first one did."""
    # 40001 and 40P01 are SQL's codes for a transaction that lost against another.
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
