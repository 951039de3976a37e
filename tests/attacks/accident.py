"""What happens to a marketplace's files, lock and clock by accident, or by another user of the machine."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from stat import S_IMODE
from tempfile import TemporaryDirectory
from typing import Any

from mturk.marketplace import Marketplace, MarketplaceError
from tests.attacks.arena import ADA, Arena, Attacker
from tests.attacks.front import embedded
from tests.marketplace.sample import type_arguments

WRITERS = 12  # more than there are threads for those who write
SOON = 5.0  # seconds; who waited for the lock would wait 30
HOURS = 3 * 3600


@contextmanager
def alone(**settings: Any) -> Iterator[tuple[Arena, Path]]:
    """An arena of one's own, and its file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lab.sqlite3"
        with embedded(str(path), **settings) as arena:
            yield arena, path


def calls(caller: Attacker) -> list[str]:
    """What becomes of a call that reads, and of one that writes."""
    made = type_arguments(Title=f"Type {caller.number()}")
    return [caller.lab("GetAccountBalance"), caller.lab("CreateHITType", **made)]


def vanished(_: Attacker) -> tuple[list[str], bool, list[str]]:
    """What calls are answered when the file is gone, whether one was made anew, and what they are when it is back."""
    with alone() as (arena, path):
        caller = arena.home()
        aside = path.rename(path.with_suffix(".aside"))
        without, is_new = calls(caller), path.exists()
        aside.rename(path)
        return without, is_new, calls(caller)


def replaced(_: Attacker) -> list[str]:
    """What calls are answered when another file stands in the place of the one that was opened."""
    with alone() as (arena, path):
        caller = arena.home()
        copy = shutil.copy(path, path.with_suffix(".copy"))
        kept = path.rename(path.with_suffix(".kept"))
        os.replace(copy, path)
        try:
            return calls(caller)
        finally:
            os.replace(kept, path)


def modes(_: Attacker) -> set[str]:
    """Who may do what with the files of a marketplace that runs."""
    with alone() as (_arena, path):
        return {oct(S_IMODE(one.stat().st_mode)) for one in path.parent.iterdir()}


def copied(_: Attacker) -> bool:
    """Whether a copy of the database has a secret key in it."""
    with alone() as (arena, path):
        secret = arena.market.requester("lab").secret_key.encode()
        return any(secret in one.read_bytes() for one in path.parent.iterdir() if one.suffix != ".key")


def start_after(_: Attacker, spoil: Callable[[Path], None]) -> str:
    """What becomes of a start after something was done to the database and its key."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lab.sqlite3"
        with Marketplace(path):
            pass
        spoil(path)
        try:
            with Marketplace(path):
                return "started"
        except MarketplaceError:
            return "refused"


def loosen(path: Path) -> None:
    """Let everybody read the key."""
    path.with_name(f"{path.name}.key").chmod(0o644)


def lose(path: Path) -> None:
    """Delete the database, and leave its key."""
    for one in path.parent.glob("lab.sqlite3*"):
        if one.suffix != ".key":
            one.unlink()


def held_up(_: Attacker) -> tuple[str, bool, list[str]]:
    """What a reader is answered while somebody holds the lock and many wait to write; whether soon; and the writers."""
    with alone() as (arena, path), ThreadPoolExecutor(WRITERS) as threads:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            writers = [threads.submit(calls, arena.home()) for _ in range(WRITERS)]
            began = time.monotonic()
            read = arena.honest()
            soon = time.monotonic() - began < SOON
        return read, soon, sorted({one.result()[1] for one in writers})


def turned_back(_: Attacker) -> tuple[bool, bool]:
    """Whether market time goes back with the clock of the machine, and somebody submits before they accepted."""
    machine = [time.time()]
    with alone(real_time=lambda: machine[0]) as (arena, _path):
        before = arena.market.clock.now()
        machine[0] -= HOURS
        after = arena.market.clock.now()
        arena.market.worker(ADA).submit(arena.held, {"label": "cat"})
        machine[0] += HOURS  # signatures have the time of this process
        found = arena.home().lab.answer("GetAssignment", AssignmentId=arena.held)["Assignment"]
    return after < before, found["SubmitTime"] < found["AcceptTime"]


def moved_on(a: Attacker) -> tuple[bool, str]:
    """Whether the clock lets itself be moved on ten thousand years, and what is answered then."""
    try:
        a.arena.market.clock.advance(days=3_650_000)
    except ValueError:
        return False, a.arena.honest()
    return True, a.arena.honest()


def hurried(_: Attacker) -> list[str]:
    """The last words that somebody hears who calls more often than anybody may, and those that others hear."""
    with alone(rate=0.001, burst=30) as (arena, _path):
        hasty = arena.home()
        said = [hasty.rival("GetAccountBalance") for _ in range(40)]
        return [said[0], said[-1], arena.honest()]
