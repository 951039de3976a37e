"""Whether a marketplace is in order: its money, rows, files, secrets, and whether what is due happens."""

from __future__ import annotations

import os
import shlex
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from mturk.marketplace.clock import HOUR, SECOND, as_datetime
from mturk.marketplace.database import seal
from mturk.marketplace.database import table as t
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.database.store import pulse
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.hit import offer
from mturk.marketplace.people import ledger
from mturk.marketplace.upkeep import sealed_text
from mturk.marketplace.upkeep.consistency import RULES
from mturk.marketplace.upkeep.problem import RESTORE, Problem
from mturk.marketplace.upkeep.reader import reading

_LATE = HOUR
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SERVE = "Start the marketplace, or find out from its log what keeps it from that"
_KEY = "Put the master key back that it was sealed with"
_INDEXES = text(
    "SELECT c.oid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_am a ON a.oid = c.relam "
    "WHERE a.amname = 'btree' AND i.indisvalid AND c.relnamespace = current_schema()::regnamespace"
)


def check(
    database: str | os.PathLike[str],
    *,
    master_key: str | None = None,
    real_time: Callable[[], float] = time.time,
) -> list[Problem]:
    """Look for everything that is wrong with a marketplace, and change nothing; it may run meanwhile.

    All is read as it is at one moment. Of a million assignments that takes some seconds, of an SQLite file the whole
    file is read. MarketplaceError where there is no marketplace of this version.
    """
    address = Address(database)
    with reading(database) as connection:
        return [
            *of_rows(connection),
            *_of_agenda(connection, int(real_time() * SECOND)),
            *_of_secrets(connection, master_key, address.file),
            *_of_files(address.file),
        ]


def of_rows(database: Connection) -> list[Problem]:
    """What is wrong in the database by itself: damage, money, and rows that do not fit together."""
    damage = list(_of_pages(database))
    if damage:
        return damage  # what else is read in it is not to be relied on
    return [
        *(Problem("ledger", one, RESTORE) for one in ledger.audit(database)),
        *(Problem("groups", one, RESTORE) for one in offer.audit(database)),
        *(problem for rule in RULES for problem in rule.problems(database)),
    ]


def _of_pages(database: Connection) -> Iterator[Problem]:
    if database.dialect.name == "sqlite":
        for (said,) in database.exec_driver_sql("PRAGMA integrity_check(10)"):
            if said != "ok":
                yield Problem("file", f"it is damaged ({' '.join(str(said).split())})", RESTORE, True)
        for table, row, target, _ in database.exec_driver_sql("PRAGMA foreign_key_check"):
            yield Problem(f"{table} {row}", f"it refers to a row of {target} that is not there", RESTORE)
    elif database.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")).first():
        for index in database.execute(_INDEXES).scalars().all():
            try:
                with database.begin_nested():
                    database.execute(text("SELECT bt_index_check(CAST(:index AS regclass))"), {"index": index})
            except Exception as error:
                yield Problem(f"index {index}", f"it is damaged ({error})", f"REINDEX INDEX {index}")


def _of_agenda(database: Connection, real: int) -> Iterator[Problem]:
    shift, _, due = pulse(database)
    if due is not None and due < real + shift - _LATE:
        late = select(func.count()).select_from(t.agenda).where(t.agenda.c.time < real + shift - _LATE)
        number, since = database.execute(late).scalar_one(), as_datetime(due)
        yield Problem("agenda", f"{number} things are overdue, the first since {since:%Y-%m-%d %H:%M} UTC", _SERVE)


def _of_secrets(database: Connection, master_key: str | None, file: Path | None) -> list[Problem]:
    try:
        by = seal.find(master_key, file, make=False)
    except MarketplaceError as error:
        return [Problem("master key", str(error).rstrip("."), "Put it back: docs/security.md")]
    return of_secrets(database, by)


def of_secrets(database: Connection, by: Seal) -> list[Problem]:
    """What in the database cannot be read with a master key, or is sealed with one that is going to be taken out."""
    found = []
    for one in sealed_text.all_sealed(database):
        if by.is_newest(one.sealed, one.label):
            continue
        try:
            by.open(one.sealed, one.label)
        except MarketplaceError:
            found.append(Problem(one.name, f"it cannot be read with {by.where}", _KEY, True))
        else:
            found.append(Problem(one.name, "an older master key has sealed it", "Do mturk keys rotate-master again"))
    return found


def _of_files(file: Path | None) -> Iterator[Problem]:
    if file is None or os.name != "posix":
        return
    for path in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", ".key", ".key.old"))):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & _OTHERS:
            yield Problem(str(path), "others than its owner may use it", f"chmod 600 {shlex.quote(str(path))}")
