"""Where a journal is kept: one SQLite file, or a database that several machines share, by its URL."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from mturk.errors import ConfigurationError, ValidationError

Values = Mapping[str, Any]
_PATIENCE = 60  # seconds that another process may hold a SQLite file
_NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")  # the last bytes of such a file of SQLite
_SETTINGS = {"postgresql": {"isolation_level": "READ COMMITTED"}}


class Statements(Protocol):
    """What may be done within a transaction: SQL with `:name` for values."""

    def rows(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        ...

    def run(self, sql: str, /, **values: Any) -> int:
        """Run a statement, and say how many rows it changed."""
        ...

    def run_all(self, sql: str, values: Iterable[Values]) -> None:
        """Run a statement for each of these."""
        ...


class JournalStore(Protocol):
    """A database of journals."""

    name: str
    """Which of the journals in the database this is."""

    def is_there(self) -> bool:
        """Whether the file or the database exists."""
        ...

    def prepare(self, tables: Iterable[str]) -> None:
        """Make what is not there yet by these statements; several processes may do so at once."""
        ...

    def writing(self) -> AbstractContextManager[Statements]:
        """A transaction that nobody else writes in; on disk when it has ended."""
        ...

    def reading(self) -> AbstractContextManager[Statements]:
        """A place to ask; what is asked for shall be short, a page of a list."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def store_at(place: str | os.PathLike[str]) -> JournalStore:
    """The store at a path or a URL; a URL's fragment names the journal within the database."""
    text = os.fspath(place)
    if "://" not in text:
        return FileStore(Path(text).expanduser())
    return URLStore(text)


class _File:
    """Statements on SQLite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, /, **values: Any) -> int:
        return self._connection.execute(sql, values).rowcount

    def run_all(self, sql: str, values: Iterable[Values]) -> None:
        self._connection.executemany(sql, values)


class FileStore:
    """A journal that is one SQLite file: complete after each transaction, also when it is copied."""

    name = ""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._open: tuple[int, sqlite3.Connection] | None = None

    def __repr__(self) -> str:
        return str(self.path)

    def __reduce__(self) -> tuple[Any, ...]:
        return FileStore, (self.path,)

    def is_there(self) -> bool:
        """Whether the file exists."""
        return self.path.is_file()

    def prepare(self, tables: Iterable[str]) -> None:
        """Make what is not there yet."""
        with self.writing() as database:
            for table in tables:
                database.run(table)

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        """A transaction that nobody else writes in."""
        with self._lock:
            connection = self._connection()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield _File(connection)
                connection.commit()
            except BaseException:
                # Ctrl-C can come at any moment, also before the first and after the last of these.
                if connection.in_transaction:
                    connection.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """A place to ask."""
        with self._lock:
            yield _File(self._connection())

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._open is not None:
                self._open[1].close()
                self._open = None

    def _connection(self) -> sqlite3.Connection:
        # A connection is of no use in a forked child.
        if self._open is None or self._open[0] != os.getpid():
            self._open = (os.getpid(), self._connected())
        return self._open[1]

    def _connected(self) -> sqlite3.Connection:
        _expect_no_other_file(self.path)
        try:
            made = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            tables = {name for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if tables and "mturk_batch" not in tables:
                made.close()
                raise ValidationError(f"journal: {self.path} is the database of something else; give another file")
            # No log beside the file: whoever copies it copies all of it.
            made.execute("PRAGMA journal_mode = DELETE")
            made.execute("PRAGMA synchronous = FULL")
        except sqlite3.DatabaseError as error:
            raise ValidationError(
                f"journal: {self.path} cannot be opened ({error}); expected a file that a batch made, or none yet"
            ) from None
        return made


def _expect_no_other_file(path: str | os.PathLike[str]) -> None:
    """ValidationError where what SQLite would roll back by names a further file, which it would remove.

    That is so where one transaction was of several databases, as none of a batch is: it is a trap.
    """
    try:
        with open(f"{os.fspath(path)}-journal", "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - len(_NAMES_ANOTHER)))
            end = file.read()
    except OSError:
        return
    if end == _NAMES_ANOTHER:
        raise ValidationError(
            f"journal: {path} was not made by a batch: {path}-journal has SQLite remove another file of yours; do not "
            "open it"
        )


class _Shared:
    """Statements through SQLAlchemy."""

    def __init__(self, connection: Any, text: Any) -> None:
        self._connection, self._text = connection, text

    def rows(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.execute(self._text(sql), values)]

    def run(self, sql: str, /, **values: Any) -> int:
        count: int = self._connection.execute(self._text(sql), values).rowcount
        return count

    def run_all(self, sql: str, values: Iterable[Values]) -> None:
        several = [dict(each) for each in values]
        if several:
            self._connection.execute(self._text(sql), several)


def _wait_for(connection: Any, text: Any, what: str) -> None:
    """Have it alone until the transaction ends: without a lock PostgreSQL lets two make a table, or take a HIT."""
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"mturk {what}".encode()).digest()[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


class URLStore:
    """Journals in a database that several machines reach."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.name = parts.fragment
        self._url = urlunsplit(parts._replace(fragment=""))
        self._open: tuple[int, Any] | None = None

    def __repr__(self) -> str:
        # Without the password.
        parts = urlsplit(self._url)
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=place, query="", fragment=self.name))

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a database URL may hold a password, and is not pickled: give it where it is needed")

    def is_there(self) -> bool:
        """That is found out by using it."""
        return True

    def prepare(self, tables: Iterable[str]) -> None:
        """Make what is not there yet."""
        engine, text = self._engine()
        with engine.begin() as connection:
            _wait_for(connection, text, "tables")
            for table in tables:
                connection.execute(text(table))

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        """A transaction that nobody else writes this journal in."""
        engine, text = self._engine()
        with engine.begin() as connection:
            _wait_for(connection, text, f"journal {self.name}")
            yield _Shared(connection, text)

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """A place to ask."""
        engine, text = self._engine()
        with engine.connect() as connection:
            yield _Shared(connection, text)

    def close(self) -> None:
        """Close the connections."""
        if self._open is not None:
            self._open[1].dispose()
            self._open = None

    def _engine(self) -> tuple[Any, Any]:
        try:
            from sqlalchemy import create_engine, make_url, text
            from sqlalchemy.exc import ArgumentError
        except ImportError:
            raise ConfigurationError(
                "A journal in a shared database needs SQLAlchemy: pip install 'mturk[postgresql]'; or give a path"
            ) from None
        if self._open is None or self._open[0] != os.getpid():
            try:
                url = make_url(self._url)
                if url.drivername in ("postgresql", "postgres"):
                    url = url.set(drivername="postgresql+psycopg")  # the driver of the extra, whichever is SQLAlchemy's
                # What a transaction reads once it has its lock shall be what others wrote before.
                engine = create_engine(url, **_SETTINGS.get(url.get_backend_name(), {}))
            except ArgumentError:
                raise ValidationError(f"journal: {self!r} is no database URL such as postgresql+psycopg://…") from None
            except ImportError as error:
                raise ConfigurationError(
                    f"The journal {self!r} needs {error.name}: pip install 'mturk[postgresql]'"
                ) from None
            self._open = (os.getpid(), engine)
            weakref.finalize(self, engine.dispose)  # its connections go when nobody has the journal any more
        return self._open[1], text
