"""A copy put back in the place of a database: never over one that is there, unless that is set aside."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import durable, seal
from mturk.marketplace.database import table as t
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.database.store import Store, pulse
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.upkeep import dump, inspection
from mturk.marketplace.upkeep.backup import copy_file
from mturk.marketplace.upkeep.problem import Problem
from mturk.marketplace.upkeep.reader import reading

_PIECES = ("-wal", "-shm", "-journal")
_SQLITE = b"SQLite format 3\0"
Step = Callable[[str], object]


class Restoration(NamedTuple):
    """What was put back, and what is going to happen with it."""

    database: str
    aside: Path | None
    """Where the database is that was there before."""
    due: int
    """So many things became due since the copy was made; they happen at the next start."""
    waiting: int
    """So many events wait in the outbox; those that were delivered since are delivered again."""
    problems: list[Problem]


def restore(
    backup: str | os.PathLike[str],
    database: str | os.PathLike[str],
    *,
    key: str | os.PathLike[str] | None = None,
    force: bool = False,
    drop_outbox: bool = False,
    real_time: Callable[[], float] = time.time,
    step: Step = lambda _: None,
) -> Restoration:
    """Put a copy in the place of a database, of which no process may be running.

    The copy must be of this version, undamaged, and sealed with the master key: that in the file `key`, which is put
    beside an SQLite file, else the one that is there or in MTURK_MARKETPLACE_KEY. Where a database is, it is refused;
    with `force` that one is set aside under another name, with its key. A PostgreSQL database must be empty.
    With `drop_outbox` events that wait are not delivered. What else is wrong with the copy is in `problems`.
    """
    copy, address = Path(backup), Address(database)
    if address.in_memory:
        raise MarketplaceError("A database in memory ends with its process; name a file or a URL.")
    with _errors_told(f"{copy} could not be put back"):
        kind = _kind(copy)
        if (kind == dump.MARK) == address.sqlite:
            raise MarketplaceError(f"{copy} is no copy of the kind of database that {address} is.")
        given = None if key is None else Seal(seal.read(Path(key)), f"the key file {key}")
        now = real_time()
        if address.file is not None:
            return _Place(address.file, now, step).put(copy, given, force=force, drop_outbox=drop_outbox)
        return _into_server(copy, address, given, now, drop_outbox=drop_outbox)


class _Place:
    """The place of a database file."""

    def __init__(self, file: Path, now: float, step: Step) -> None:
        self._file = file
        self._key = seal.key_file(file)
        self._now = now
        self._step = step
        moment = datetime.fromtimestamp(now, timezone.utc)
        self._aside = file.with_name(f"{file.name}.before-{moment:%Y%m%dT%H%M%S}Z")
        self._draft = file.with_name(f".{file.name}.restored-{os.getpid()}")

    def put(self, copy: Path, given: Seal | None, *, force: bool, drop_outbox: bool) -> Restoration:
        there = [path for path in self._pieces() if path.exists()]
        if there and not force:
            raise MarketplaceError(
                f"{there[0]} is there already. Name another file, or set it aside with --force, "
                "once no process uses it any more."
            )
        self._draft.unlink(missing_ok=True)
        try:
            copy_file(copy, self._draft)
            if drop_outbox:
                with closing(sqlite3.connect(self._draft)) as draft, draft:
                    draft.execute(f"DELETE FROM {t.event.name}")  # noqa: S608 - a name of ours
                durable.sync(self._draft)
            by = given or seal.find(None, self._file, make=False)
            with reading(self._draft) as found:
                told = _examined(found, by, self._now)
            self._step("the copy is examined")
            with self._alone():
                aside = self._set_aside(there, by)
                # At each moment the key of the database that is there is in the file.
                self._write_keys([*by.keys, *self._old_keys()], given)
                self._step("the key is there")
                durable.take_place(self._draft, self._file)
                self._step("the copy is in its place")
                self._write_keys(by.keys, given)
        finally:
            self._draft.unlink(missing_ok=True)
        return told._replace(database=str(self._file.absolute()), aside=aside)

    def _pieces(self) -> list[Path]:
        return [self._file, *(self._file.with_name(f"{self._file.name}{end}") for end in _PIECES)]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """See to it that nobody has the database open that is there, and that all of it is in its file."""
        if not self._file.exists():
            yield
            return
        with closing(sqlite3.connect(self._file, timeout=0, isolation_level=None)) as there:
            try:
                there.execute("PRAGMA journal_mode = DELETE").close()
                there.execute("BEGIN EXCLUSIVE").close()
            except sqlite3.OperationalError as error:
                raise MarketplaceError(
                    f"{self._file} is in use ({error}). Stop the marketplace and whatever else has it open."
                ) from None
            except sqlite3.DatabaseError:
                pass  # it is damaged, which may be why it is replaced
            yield

    def _set_aside(self, there: list[Path], by: Seal) -> Path | None:
        """Give what is there another name; the database itself keeps its own too, until another one takes that."""
        if self._key.exists() and (there or not set(self._old_keys()) <= set(by.keys)):
            seal.write(seal.key_file(self._aside), self._old_keys())
        if not there:
            return None
        for path in there:
            if path.exists() and path != self._file:
                path.rename(path.with_name(path.name.replace(self._file.name, self._aside.name, 1)))
        if self._file.exists():
            os.link(self._file, self._aside)
        durable.keep_names(self._file.parent)
        self._step("the old one is set aside")
        return self._aside

    def _old_keys(self) -> list[bytes]:
        return seal.read(self._key) if self._key.exists() else []

    def _write_keys(self, keys: list[bytes], given: Seal | None) -> None:
        if given is not None or self._key.exists():
            seal.write(self._key, list(dict.fromkeys(keys)))


def _into_server(copy: Path, address: Address, given: Seal | None, now: float, *, drop_outbox: bool) -> Restoration:
    url = address.url.render_as_string(hide_password=False)
    by = given or seal.find(None, None, make=False)
    schemas = dump.put_back(copy, address)
    try:
        with reading(url) as found:
            told = _examined(found, by, now)
    except MarketplaceError:
        dump.take_out(address, schemas)
        raise
    if drop_outbox:
        store = Store(url)
        store.write(lambda database: database.execute(t.event.delete()))
        store.close()
        told = told._replace(waiting=0)
    return told._replace(database=str(address))


def _examined(database: Connection, by: Seal, now: float) -> Restoration:
    """What is to be told of a copy; MarketplaceError if its secrets cannot be read, or it is damaged."""
    problems = inspection.of_rows(database)
    if any(problem.is_damage for problem in problems):
        raise MarketplaceError(f"The copy cannot be used: {problems[0]} Take another one.")
    unread = [one for one in inspection.of_secrets(database, by) if one.is_damage]
    if unread:
        raise MarketplaceError(f"The copy was sealed with another master key: {unread[0].where}: {unread[0].what}.")
    shift = pulse(database).shift
    due = select(func.count()).select_from(t.agenda).where(t.agenda.c.time <= int(now * SECOND) + shift)
    waiting = select(func.count()).select_from(t.event)
    return Restoration("", None, database.execute(due).scalar_one(), database.execute(waiting).scalar_one(), problems)


def _kind(copy: Path) -> bytes:
    with copy.open("rb") as file:
        first = file.read(len(_SQLITE))
    if first != _SQLITE and not first.startswith(dump.MARK):
        raise MarketplaceError(f"{copy} is no copy of a marketplace.")
    return first if first == _SQLITE else dump.MARK


@contextmanager
def _errors_told(what: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MarketplaceError(f"{what}: {reason}.") from error
