"""Where a mark is kept: an SQLite file of this machine, or a database that several machines share."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakSet

from mturk.errors import ConfigurationError

Row = Mapping[str, Any]
_PATIENCE = 30.0  # seconds to wait for another process that is writing
# Any number would do; PostgreSQL keeps such locks apart for each database.
_NOW = "SELECT EXTRACT(EPOCH FROM clock_timestamp())"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(20170118)"


class Transaction(Protocol):
    """What a transaction can do. Statements are written with named parameters, `:id`."""

    def rows(self, statement: str, **values: Any) -> Sequence[Row]:
        """What a statement finds."""
        ...

    def change(self, statement: str, **values: Any) -> int:
        """Carry out a statement, and tell how many rows it changed."""
        ...

    def now(self) -> float:
        """The time, by a clock that all who share the database share."""
        ...


class Storage(Protocol):
    """A database with transactions, from any number of threads."""

    def transaction(self) -> Any:
        """A context manager that gives a `Transaction`, which is alone in the database and on disk at the end."""
        ...

    def close(self) -> None:
        """Let go of the database; the next transaction opens it again."""
        ...


def storage(place: str | os.PathLike[str], schema: Sequence[str]) -> Storage:
    """The database of a path, of ":memory:", or of a URL such as postgresql://…; its tables are made if it is new."""
    name = os.fspath(place)
    if not isinstance(name, str) or not name.strip() or "\0" in name:
        raise ConfigurationError(f"mark= must be a file's path or a database's URL, not {place!r}")
    if name.startswith("sqlite:///"):
        name = name.removeprefix("sqlite:///") or ":memory:"
    return SharedDatabase(name, schema) if "://" in name else File(os.path.expanduser(name), schema)


class _Cursor:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, **values: Any) -> Sequence[Row]:
        return [dict(row) for row in self._connection.execute(statement, values)]

    def change(self, statement: str, **values: Any) -> int:
        return self._connection.execute(statement, values).rowcount

    def now(self) -> float:
        return time.time()


class File:
    """An SQLite file, which several processes of one machine may share."""

    def __init__(self, path: str, schema: Sequence[str]) -> None:
        self._path = path if path == ":memory:" else os.path.abspath(path)
        self._schema = schema
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        _files.add(self)

    def __repr__(self) -> str:
        return f"<File {self._path}>"

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction at a time, as SQLite has it."""
        with self._lock, self._explained():
            connection = self._connection = self._connection or self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Cursor(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file. One in memory would be gone with that, and is closed when nobody has it any more."""
        if self._path != ":memory:":
            with self._lock:
                self._let_go()

    def __del__(self) -> None:
        if self._process == os.getpid():
            self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._path != ":memory:":
            # Readable for its owner alone, as SQLite's files beside it will be.
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        for statement in self._schema:
            connection.execute(statement)
        return connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            folder = Path(self._path).parent
            where = "" if folder.is_dir() else f"; the folder {folder} is not there"
            raise ConfigurationError(f"The mark of events {self._path} cannot be used: {error}{where}.") from error


# A child that is forked in the middle of a transaction would find the file locked for good: SQLite keeps its locks for
# the process, and the thread that would end the transaction is not there.
_files: WeakSet[File] = WeakSet()
_held: list[File] = []
_parents: list[sqlite3.Connection | None] = []


def _hold_all() -> None:
    for file in list(_files):
        file._lock.acquire()
        _held.append(file)


def _release_all() -> None:
    while _held:
        _held.pop()._lock.release()


def _renew_all() -> None:
    for file in _held:
        # The parent's connection is of no use here, and closing it here would take the file's log from the parent.
        _parents.append(file._connection)
        file._connection = None
        file._process = os.getpid()
    _release_all()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold_all, after_in_parent=_release_all, after_in_child=_renew_all)


class _Executor:
    def __init__(self, connection: Any, text: Any) -> None:
        self._connection = connection
        self._text = text

    def rows(self, statement: str, **values: Any) -> Sequence[Row]:
        return [dict(row) for row in self._connection.execute(self._text(statement), values).mappings()]

    def change(self, statement: str, **values: Any) -> int:
        return int(self._connection.execute(self._text(statement), values).rowcount)

    def now(self) -> float:
        if self._connection.dialect.name != "postgresql":
            return time.time()
        # The machines' clocks may differ by more than a lease is long.
        return float(self._connection.execute(self._text(_NOW)).scalar_one())


class SharedDatabase:
    """A database server, through SQLAlchemy."""

    def __init__(self, url: str, schema: Sequence[str]) -> None:
        try:
            from sqlalchemy import create_engine, exc, text
            from sqlalchemy.engine import make_url
        except ImportError:
            raise ConfigurationError(
                "A mark in a database needs SQLAlchemy and its driver: pip install 'mturk[postgresql]'"
            ) from None
        self._text, self._failures = text, exc.SQLAlchemyError
        try:
            found = make_url(url)
            if found.drivername in ("postgres", "postgresql"):
                found = found.set(drivername="postgresql+psycopg")
            self._name = found.render_as_string(hide_password=True)
            self._engine = create_engine(found, pool_pre_ping=True)
        except ImportError as error:
            raise ConfigurationError(
                f"The mark needs the database's driver ({error.name}): pip install 'mturk[postgresql]'"
            ) from None
        except (exc.ArgumentError, ValueError):
            raise ConfigurationError(
                "mark= is not a database's URL; write postgresql://user:password@host/name, or a file's path."
            ) from None
        self._schema = schema
        self._ready = False
        self._process = os.getpid()

    def __repr__(self) -> str:
        return f"<SharedDatabase {self._name}>"

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction at a time, also among processes."""
        if self._process != os.getpid():
            self._engine.dispose(close=False)
            self._process = os.getpid()
        try:
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(self._text(_ONE_AT_A_TIME))
                if not self._ready:
                    for statement in self._schema:
                        connection.execute(self._text(statement))
                yield _Executor(connection, self._text)
            self._ready = True
        except self._failures as error:
            cause = " ".join(str(getattr(error, "orig", None) or error).split())
            raise ConfigurationError(f"The mark of events {self._name} cannot be used: {cause}.") from error

    def close(self) -> None:
        """Close the idle connections."""
        self._engine.dispose()
