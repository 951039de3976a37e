"""The database: its tables, its transactions, and what is announced when they are on disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from mturk.marketplace.database import driver, ending, group_count, upgrade
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.diagnosis import explained, failures_explained
from mturk.marketplace.database.engine import begin_sqlite, has_pipelines, make_engine
from mturk.marketplace.database.row import known
from mturk.marketplace.database.table import agenda, market, metadata
from mturk.marketplace.database.upgrade import Steps
from mturk.marketplace.error import MarketplaceError

Result = TypeVar("Result")

_TRIES = 3
_NOT_ALLOWED = "23514"  # by a check constraint
_TOGETHER_AT_MOST = 8  # half of a process's connections, so that those who read find one while these wait
# Any number would do; PostgreSQL keeps such locks separate for each database.
_ALONE = text("SELECT pg_advisory_xact_lock(20170117)")
_TOGETHER = text("SELECT pg_advisory_xact_lock_shared(20170117)")
# All reads of a transaction see one snapshot, as in SQLite.
_POSTGRESQL_READS = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_NEWS = "mturk.news"
_AFTERWARDS = "mturk.afterwards"
_PULSE = select(market.c.shift, select(func.min(agenda.c.time)).scalar_subquery().label("due"))


def announce(database: Connection, what: str, time: int = 0) -> None:
    """Call the listener of this process for `what`, with the earliest `time`, once this transaction is on disk."""
    news = database.info.setdefault(_NEWS, {})
    news[what] = min(time, news.get(what, time))


def afterwards(database: Connection, act: Callable[[], None]) -> None:
    """Do something once this transaction is on disk; never, if it is undone.

    What transactions of this process leave to be done is done in their order, unless they are done together, and the
    next one waits for it. So it must be quick, raise nothing, and leave the database alone.
    """
    database.info.setdefault(_AFTERWARDS, []).append(act)


class Store:
    """The marketplace's database, shared by threads, and by other processes that open the same one.

    `patience` is how many seconds a call waits for another process that is writing.
    """

    def __init__(self, database: str | os.PathLike[str], *, patience: float = 30, steps: Steps = upgrade.TODAY) -> None:
        self._address = Address(database)
        self._steps = steps
        self.sqlite = self._address.sqlite
        # Threads of one process take turns here, which is quicker and fairer than waiting inside the database.
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(_TOGETHER_AT_MOST)
        self._engine = make_engine(self._address, patience)
        self._puts_off = not self.sqlite and has_pipelines(self._engine)
        self._has_writer = self._address.file is not None
        self._writer: Connection | None = None
        self._has_ended = False
        self.listeners: dict[str, Callable[[int], None]] = {}
        """What to call with the earliest time when something is announced, by its name."""

    def __repr__(self) -> str:
        return f"<Store {self._address}>"

    @property
    def name(self) -> str:
        """Where the database is, for people: a file's whole path, or a URL without its password."""
        return self._address.name

    def close(self) -> None:
        """Close the connections; SQLite's last one also merges its log into the file."""
        # Somebody may be writing, and that may be this very thread, which a signal has called here.
        if self._turn.acquire(blocking=False):
            self._dismiss_writer()
            self._turn.release()
        else:
            self._has_ended = True
        self._engine.dispose()

    def prepare(self, first: Callable[[Connection], None] | None) -> None:
        """Create the tables if there are none, with whatever `first` adds; or upgrade older ones.

        Without `first` nothing is created: there must be tables. It is one transaction, which happens whole or not at
        all, and once, even if several processes start together.
        """
        if self._address.is_missing:
            if first is None:
                raise self._no_marketplace()
            _make_file(self._address)
        with explained(self._address), self._transaction(write=True, rebuilds=True) as connection:
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
        # SQLite is asked, because a URL can name its file in many ways.
        name = connection.exec_driver_sql("PRAGMA database_list").first()
        return Path(name[2]) if name and name[2] else None

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Do work that changes nothing, on one snapshot of the database."""
        with failures_explained(self._address), self._transaction(write=False) as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], Result], *, together: bool = False) -> Result:
        """Do work in one transaction, which is on disk when this returns; retried if it conflicts with another.

        On PostgreSQL work that locks all it relies on (`lock.py`) may be done `together` with other such work.
        """
        with failures_explained(self._address):
            puts_off = together and self._puts_off
            for tries_left in reversed(range(_TRIES + together)):
                try:
                    # What was in the way again and again cannot be, the last time.
                    kept = together and tries_left > 0
                    with self._transaction(write=True, together=kept, puts_off=kept and puts_off) as connection:
                        return work(connection)
                except DatabaseError as error:
                    if not tries_left or not _is_conflict(error):
                        raise
                    # What is not allowed, such as a payment of more than there is, is told where it is tried.
                    puts_off = puts_off and getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED
        raise AssertionError("unreachable")

    def shift(self) -> int:
        """How far market time is ahead of real time."""
        return self.read(pulse)[0]

    def add_shift(self, step: int) -> None:
        """Move market time forward for all who share the database."""
        self.write(lambda connection: connection.execute(market.update().values(shift=market.c.shift + step)))

    @property
    def _name(self) -> str:
        return f"The database {self._address}"

    def _no_marketplace(self) -> MarketplaceError:
        return MarketplaceError(f"{self._name} holds no marketplace. Name one that does, or make it by mturk serve.")

    @contextmanager
    def _transaction(
        self, *, write: bool, together: bool = False, puts_off: bool = False, rebuilds: bool = False
    ) -> Iterator[Connection]:
        turn = nullcontext() if not write else self._places if together and not self.sqlite else self._turn
        connect = self._writing if write and self._has_writer else self._engine.connect
        with turn, connect() as plain:
            info = plain.info
            # A failed transaction of the same connection may have left news behind.
            info.pop(_NEWS, None)
            info.pop(_AFTERWARDS, None)
            group_count.forget(plain)
            connection = plain if write or self.sqlite else plain.execution_options(**_POSTGRESQL_READS)
            with self._references_off(plain) if rebuilds else nullcontext(), connection.begin():
                ending.begin(plain, puts_off=puts_off)
                if self.sqlite:
                    begin_sqlite(connection, write=write)
                elif write:
                    # Before anything is read, the time among it: who is alone finds all that others did before.
                    connection.execute(_TOGETHER if together else _ALONE)
                yield connection
                group_count.write(connection)
                ending.write(connection)
            for act in info.pop(_AFTERWARDS, ()):
                act()
            news: dict[str, int] = info.pop(_NEWS, {})
        for what, time in news.items():
            if what in self.listeners:
                self.listeners[what](time)

    # Taking a connection out of the pool and giving it back takes as long as two statements do.
    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The connection of the one writer that there is in a file."""
        self._writer = self._writer or self._engine.connect()
        fine = False
        try:
            yield self._writer
            fine = True
        finally:
            if self._has_ended:
                self._has_ended = False
                self._writer.invalidate()  # the pool that it came from is gone
                fine = False
            if not fine:
                self._dismiss_writer()

    def _dismiss_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    @contextmanager
    def _references_off(self, connection: Connection) -> Iterator[None]:
        """Let tables be created anew: SQLite must not check the references to them in between."""
        raw: Any = connection.connection.driver_connection
        if self.sqlite:
            raw.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            if self.sqlite:
                raw.execute("PRAGMA foreign_keys = ON")

    def _check_references(self, connection: Connection) -> None:
        if self.sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise MarketplaceError(f"{self._name} has rows that refer to nothing. Restore a copy of it.")


def pulse(connection: Connection) -> tuple[int, int | None]:
    """How far market time is ahead, and when the next thing on the agenda is due."""
    shift, due = known(driver.row(connection, _PULSE, {}))
    return shift, due


def _make_file(address: Address) -> None:
    """Make an empty file that its owner alone can read; what SQLite puts beside it is then like it."""
    with suppress(OSError):  # SQLite meets the same obstacle, which is explained then
        os.close(os.open(address.file or "", os.O_WRONLY | os.O_CREAT, 0o600))


def _is_conflict(error: DatabaseError) -> bool:
    """Whether a concurrent transaction was in the way, so that a retry sees what it has done."""
    # The codes for a serialization failure and a deadlock.
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
