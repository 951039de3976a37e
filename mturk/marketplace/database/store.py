"""The database: its tables, its transactions, and what is announced when they are on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, func, inspect, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from mturk.marketplace.database import driver, ending, group_count, upgrade
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.diagnosis import explained, failures_explained
from mturk.marketplace.database.engine import begin_sqlite, has_pipelines, lock_postgresql, make_engine
from mturk.marketplace.database.opened_file import OpenedFile, make_file
from mturk.marketplace.database.row import known
from mturk.marketplace.database.table import agenda, market, metadata
from mturk.marketplace.database.turn import Turns, Whose, nobody
from mturk.marketplace.database.upgrade import Steps
from mturk.marketplace.error import DatabaseBusy, MarketplaceError

Result = TypeVar("Result")

_TRIES = 3
_NOT_ALLOWED = "23514"  # by a check constraint
# All reads of a transaction see one snapshot, as in SQLite.
_POSTGRESQL_READS = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_NEWS = "mturk.news"
_AFTERWARDS = "mturk.afterwards"
_PULSE = select(market.c.shift, market.c.reached, select(func.min(agenda.c.time)).scalar_subquery().label("due"))
_SHIFT = market.update().where(market.c.shift + bindparam("step") <= bindparam("most"))
_SHIFT = _SHIFT.values(shift=market.c.shift + bindparam("step"))
_REACH = market.update().where(market.c.reached < bindparam("now")).values(reached=bindparam("now"))


class Pulse(NamedTuple):
    """What the market's time follows from, and what is next."""

    shift: int
    """How far market time is ahead of real time."""
    reached: int
    """A market time that has passed, noted now and then."""
    due: int | None
    """When the next thing on the agenda is due."""


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

    `patience` is how many seconds a change waits until it is its turn to be written, and `whose` says on whose behalf
    this thread writes: turns go round among those.
    """

    def __init__(
        self,
        database: str | os.PathLike[str],
        *,
        patience: float = 30,
        steps: Steps = upgrade.TODAY,
        whose: Callable[[], Whose] = nobody,
    ) -> None:
        self._address = Address(database)
        self._steps = steps
        self.sqlite = self._address.sqlite
        self._turns = Turns(patience, whose=whose)
        self._opened = OpenedFile(self._address)
        self._engine = make_engine(self._address, patience)
        self._puts_off = not self.sqlite and has_pipelines(self._engine)
        self._has_writer = self._address.file is not None
        self._writer: Connection | None = None
        self._has_ended = False
        self.listeners: dict[str, Callable[[int], None]] = {}
        """What to call with the earliest time when something is announced, by its name."""
        self.waited: Callable[[float], None] | None = None
        """What to call with the seconds that each transaction waited until it could write."""
        self.gave_up: Callable[[], None] | None = None
        """What to call for each change that was given up because others were writing for too long."""

    def __repr__(self) -> str:
        return f"<Store {self._address}>"

    @property
    def name(self) -> str:
        """Where the database is, for people: a file's whole path, or a URL without its password."""
        return self._address.name

    @property
    def is_held_up(self) -> bool:
        """Whether those who write in this process wait for others, and have done so for long."""
        return self._turns.held_up

    @property
    def missed(self) -> int:
        """How many changes of this process were given up because others were writing for too long."""
        return self._turns.missed

    @property
    def patience(self) -> float:
        """How many seconds a change waits until it is its turn to be written."""
        return self._turns.patience

    def close(self) -> None:
        """Close the connections; SQLite's last one also merges its log into the file."""
        # Somebody may be writing, and that may be this very thread, which a signal has called here.
        if self._turns.take_free():
            self._dismiss_writer()
            self._turns.give_back()
        else:
            self._has_ended = True
        self._engine.dispose()
        self._opened.forget()

    def prepare(self, first: Callable[[Connection], None] | None) -> None:
        """Create the tables if there are none, with whatever `first` adds; or upgrade older ones.

        Without `first` nothing is created: there must be tables. It is one transaction, which happens whole or not at
        all, and once, even if several processes start together.
        """
        self._opened.forget()
        if self._address.is_missing:
            if first is None:
                raise self._no_marketplace()
            make_file(self._address)
        with explained(self._address), self._transaction(write=True, rebuilds=True) as connection:
            tables = inspect(connection).get_table_names()
            if not tables:
                if first is None:
                    raise self._no_marketplace()
                metadata.create_all(connection)
                upgrade.stamp(connection, self._steps)
                connection.execute(market.insert().values(shift=0, reached=0))
                first(connection)
            elif market.name not in tables:
                raise MarketplaceError(f"{self._name} holds other data. Name a database of its own.")
            elif upgrade.MARK not in tables:
                raise MarketplaceError(f"{self._name} is older than mturk's first release. Name another database.")
            elif upgrade.bring_up(connection, self._steps, self._name):
                self._check_references(connection)

    def expect_whole(self, beside: Callable[[Path], Path]) -> None:
        """Refuse to begin anew where the database's file is missing, but another is there that is made with it."""
        other = beside(self._address.file) if self._address.file and self._address.is_missing else None
        if other is not None and os.path.exists(other):
            raise MarketplaceError(
                f"{self._name} is missing, but {other} is there, so that there was one. Put it back, or restore a "
                f"copy. To begin anew, without what was in it, take {other.name} away."
            )

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

    def write(
        self, work: Callable[[Connection], Result], *, together: bool = False, within: float | None = None
    ) -> Result:
        """Do work in one transaction, which is on disk when this returns; retried if it conflicts with another.

        On PostgreSQL work that locks all it relies on (`lock.py`) may be done `together` with other such work.
        DatabaseBusy says that others have written for too long, or for `within` seconds, where that is less.
        """
        try:
            return self._write(work, together, within)
        except DatabaseBusy:
            if within is None:
                self._turns.miss()
                if self.gave_up is not None:
                    self.gave_up()
            raise

    def _write(self, work: Callable[[Connection], Result], together: bool, within: float | None) -> Result:
        with failures_explained(self._address):
            puts_off = together and self._puts_off
            for tries_left in reversed(range(_TRIES + together)):
                try:
                    # What was in the way again and again cannot be, the last time.
                    kept = together and tries_left > 0
                    with self._transaction(
                        write=True, together=kept, puts_off=kept and puts_off, within=within
                    ) as connection:
                        return work(connection)
                except DatabaseError as error:
                    if not tries_left or not _is_conflict(error):
                        raise
                    # What is not allowed, such as a payment of more than there is, is told where it is tried.
                    puts_off = puts_off and getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED
        raise AssertionError("unreachable")

    def pulse(self) -> Pulse:
        """What the market's time follows from, and what is next."""
        return self.read(pulse)

    def add_shift(self, step: int, most: int, note: Callable[[Connection], object] = lambda _: None) -> bool:
        """Move market time forward for all who share the database; False, and nothing, if it is then ahead by more.

        What it is to be noted by is done in the same transaction: `note`.
        """

        def move(connection: Connection) -> bool:
            is_moved = driver.change(connection, _SHIFT, {"step": step, "most": most}) > 0
            if is_moved:
                note(connection)
            return is_moved

        return self.write(move)

    def note_time(self, now: int) -> None:
        """Note that this market time has come, unless others are writing for long: then the next one notes it."""
        with suppress(DatabaseBusy):
            self.write(lambda connection: driver.change(connection, _REACH, {"now": now}), within=0)

    @property
    def _name(self) -> str:
        return f"The database {self._address}"

    def _no_marketplace(self) -> MarketplaceError:
        return MarketplaceError(f"{self._name} holds no marketplace. Name one that does, or make it by mturk serve.")

    @contextmanager
    def _transaction(
        self,
        *,
        write: bool,
        together: bool = False,
        puts_off: bool = False,
        rebuilds: bool = False,
        within: float | None = None,
    ) -> Iterator[Connection]:
        together = together and not self.sqlite
        turn = self._turns.taken(together=together, within=within) if write else nullcontext(None)
        connect = self._writing if write and self._has_writer else self._engine.connect
        if not write:
            self._opened.check()
        came = perf_counter() if write and self.waited is not None else None
        with turn as left, connect() as plain:
            info = plain.info
            # A failed transaction of the same connection may have left news behind.
            info.pop(_NEWS, None)
            info.pop(_AFTERWARDS, None)
            group_count.forget(plain)
            connection = plain if write or self.sqlite else plain.execution_options(**_POSTGRESQL_READS)
            with self._references_off(plain) if rebuilds else nullcontext(), connection.begin():
                ending.begin(plain, puts_off=puts_off)
                if write:
                    self._begin_to_write(connection, together=together, within=left)
                elif self.sqlite:
                    begin_sqlite(connection, write=False)
                if came is not None and self.waited is not None:
                    self.waited(perf_counter() - came)
                yield connection
                group_count.write(connection)
                ending.write(connection)
            if write:
                self._opened.written()
            for act in info.pop(_AFTERWARDS, ()):
                act()
            news: dict[str, int] = info.pop(_NEWS, {})
        for what, time in news.items():
            if what in self.listeners:
                self.listeners[what](time)

    def _begin_to_write(self, connection: Connection, *, together: bool, within: float | None) -> None:
        if self.sqlite:
            begin_sqlite(connection, write=True, usual=self.patience, within=within)
        else:
            # Before anything is read, the time among it: who is alone finds all that others did before.
            lock_postgresql(connection, together=together, usual=self.patience, within=within)
        self._turns.got_in()

    # Taking a connection out of the pool and giving it back takes as long as two statements do.
    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The connection of the one writer that there is in a file."""
        self._opened.check()
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
            self._opened.forget_log()

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


def pulse(connection: Connection) -> Pulse:
    """What the market's time follows from, and what is next."""
    return Pulse._make(known(driver.row(connection, _PULSE, {})))


def _is_conflict(error: DatabaseError) -> bool:
    """Whether a concurrent transaction was in the way, so that a retry sees what it has done."""
    # The codes for a serialization failure and a deadlock.
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
