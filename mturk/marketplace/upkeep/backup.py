"""A copy of a marketplace that runs: of one moment, verified, and there only when it is whole."""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from mturk.marketplace.database import durable, seal
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.upkeep import dump, inspection, trial
from mturk.marketplace.upkeep.problem import Problem
from mturk.marketplace.upkeep.reader import open_file, reading

_DRAFT = ".part"
# Nobody else's: the folder may be one for other things too.
_IS_DRAFT = re.compile(r"\..+-[0-9a-f]{16}\.part(-journal|-wal|-shm)?")
_LEFT_BEHIND = 86_400.0
"""Seconds after which a copy that nobody finished is no more being made."""
_OPENED = "the copy was opened, and added up"
Step = Callable[[str], object]


class Backup(NamedTuple):
    """A copy of a marketplace: its file, that of the master key if it was asked for, and what is wrong in it."""

    path: Path
    key: Path | None
    problems: list[Problem]
    looked_at: str
    """How it was verified, in a sentence."""


def back_up(
    database: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    key: str | os.PathLike[str] | None = None,
    scratch: bool = True,
    real_time: Callable[[], float] = time.time,
    step: Step = lambda _: None,
) -> Backup:
    """Copy a marketplace into a folder, which is made if need be, and verify the copy; it may run meanwhile.

    The copy is named after the database and the time. Nobody waits for it. It holds no master key, without which nobody
    can sign with what is in it: `key` names a file for that, in another folder. The copy is opened, and its ledger
    added up: what is wrong is in `problems`, and was so in the database. Of PostgreSQL it is a file of pg_dump,
    which is read to its end, and put back into a new database of the same server that is dropped then: where this role
    may make one, and unless `scratch` is False. `looked_at` says what was done.
    """
    address, place = Address(database), Path(folder)
    apart = None if key is None else _expect_apart(Path(key), place)
    with _errors_told(place):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _tidy(place, real_time())
        # Of containers that share a folder each has a process 1.
        draft = place / f".{_stem(address)}-{secrets.token_hex(8)}{_DRAFT}"
        try:
            problems, looked_at = _copy(address, draft, apart, step), _OPENED
            if address.file is None:
                tried = trial.try_out(draft, address, real_time(), scratch=scratch)
                problems, looked_at = [*problems, *(one for one in tried.problems if one not in problems)], tried[1]
            step("the copy is verified")
            path = _name(draft, place, _stem(address), real_time(), ".sqlite3" if address.sqlite else ".dump")
        finally:
            draft.unlink(missing_ok=True)
    return Backup(path, apart, problems, looked_at)


def copy_file(source: Path, draft: Path) -> None:
    """Copy a database file as it is at one moment, to a single file that is on the disk when this returns."""
    durable.make(draft)
    with closing(open_file(source)) as origin, closing(sqlite3.connect(draft)) as target:
        # In one go, and so of one moment; with a write-ahead log nobody waits for who reads.
        origin.backup(target)
        target.execute("PRAGMA journal_mode = DELETE").close()
    durable.sync(draft)


def _copy(address: Address, draft: Path, apart: Path | None, step: Step) -> list[Problem]:
    with reading(address.name if address.sqlite else address.url.render_as_string(hide_password=False)) as live:
        if address.file is None:
            durable.make(draft)
            dump.make(address, live, draft)
            durable.sync(draft)
            return _verified(live, address, apart)
    copy_file(address.file, draft)
    step("the copy is made")
    with reading(draft) as copied:
        return _verified(copied, address, apart)


def _verified(copied: Connection, address: Address, apart: Path | None) -> list[Problem]:
    problems = inspection.of_rows(copied)
    try:
        by = seal.find(None, address.file, make=False)
    except MarketplaceError:
        if apart is not None:
            raise
        return problems
    if apart is not None:
        _keep_key(by, apart)
    return [*problems, *inspection.of_secrets(copied, by)]


def _keep_key(by: Seal, apart: Path) -> None:
    """Put the master key into a file, in which no other one may be: who has the copies of that needs it."""
    if apart.exists():
        if seal.read(apart) == by.keys:
            return
        raise MarketplaceError(f"{apart} holds another master key, which older copies need. Name another file.")
    apart.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    seal.write(apart, by.keys)


def _expect_apart(key: Path, folder: Path) -> Path:
    if key.absolute().parent.resolve() == folder.absolute().resolve():
        raise MarketplaceError(f"The master key does not belong beside the copies in {folder}. Name another folder.")
    return key


def _stem(address: Address) -> str:
    return address.file.stem if address.file else str(address.url.database or "marketplace")


def _name(draft: Path, place: Path, stem: str, now: float, ending: str) -> Path:
    """Give the draft the first name that is free; from then on it is a copy."""
    moment = f"{datetime.fromtimestamp(now, timezone.utc):%Y%m%dT%H%M%SZ}"
    number = 1
    while True:
        path = place / f"{stem}-{moment}{f'-{number}' if number > 1 else ''}{ending}"
        try:
            os.link(draft, path)
        except FileExistsError:
            number += 1
            continue
        except OSError:  # a file system without links
            if path.exists():
                number += 1
                continue
            os.replace(draft, path)
        durable.keep_names(place)
        return path


def _tidy(place: Path, now: float) -> None:
    """Remove what was left by who was killed."""
    for path in place.glob(f".*{_DRAFT}*"):
        if _IS_DRAFT.fullmatch(path.name) and now - path.stat().st_mtime > _LEFT_BEHIND:
            path.unlink(missing_ok=True)


@contextmanager
def _errors_told(place: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MarketplaceError(f"No copy could be made in {place}: {reason}. Nothing is left of it.") from error
