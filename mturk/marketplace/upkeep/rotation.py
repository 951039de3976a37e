"""A new master key: everything that is sealed is sealed anew, and nothing is lost wherever that is broken off.

At any moment the key file has the key of everything in the database: first the new key is written before the old one,
then all is sealed anew in one transaction, and only then is the old key taken out. Processes that run go on: who seals
something reads the key file in its transaction, and who cannot open something reads it again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from mturk.marketplace.call import Deed
from mturk.marketplace.database import seal
from mturk.marketplace.database import table as t
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.database.store import Store
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.upkeep import sealed_text
from mturk.marketplace.watch import trail

_HOW = (
    f"For a new master key set {seal.VARIABLE} to a new key (openssl rand -base64 32), a comma, and the present one; "
    "restart every process of the marketplace with that, and do this again. Then the old one can be taken out."
)
Step = Callable[[str], object]


class Rotation(NamedTuple):
    """What was done: how many secrets were sealed anew, and where the old key was put."""

    resealed: int
    old_key: Path | None
    """None where it is nowhere: it was to be forgotten, or is in the environment still."""


def rotate_master_key(
    database: str | os.PathLike[str], *, forget_old: bool = False, step: Step = lambda _: None
) -> Rotation:
    """Seal all secrets of a marketplace with a new master key, while it runs.

    Of an SQLite file the key file beside it is replaced. The old key goes to `lab.sqlite3.key.old`, since copies of the
    database that were made until now need it, unless `forget_old`. Where the master key is in MTURK_MARKETPLACE_KEY,
    that has to hold both first: the new one, a comma, the old one. Broken off, it goes on when it is done again.
    """
    store = Store(database)
    try:
        store.prepare(None)
        file = store.read(store.file)
        path = seal.key_file(file) if file else None
        if path is None or not path.exists():
            return Rotation(_by_environment(store, file), None)
        return _by_file(store, path, forget_old=forget_old, step=step)
    finally:
        store.close()


def new_site_key(database: str | os.PathLike[str]) -> None:
    """Forget the key that the site signs with, where its master key is lost; the next start makes a new one.

    Everybody who is signed in has to do that again, links that were sent are void, and who closed an account that a
    proxy signed them in to is not recognized any more. No process may serve the marketplace meanwhile: it would go on
    with the old one. Work and money are not concerned. There is no way back.
    """
    store = Store(database)

    def forget(connection: Connection) -> None:
        connection.execute(t.market.update().values(sealed_site_key=None))
        trail.note(connection, time.time, Deed("NewSiteKey"))

    try:
        store.prepare(None)
        store.write(forget)
    finally:
        store.close()


def _by_environment(store: Store, file: Path | None) -> int:
    by = seal.find(None, file, make=False)
    if len(by.keys) == 1:
        raise MarketplaceError(f"{seal.VARIABLE} has one key. {_HOW}")

    def renew(database: Connection) -> int:
        trail.note(database, time.time, Deed("RotateMasterKey"))
        return _reseal(database, by)

    return store.write(renew)


def _by_file(store: Store, path: Path, *, forget_old: bool, step: Step) -> Rotation:
    def renew(database: Connection) -> int:
        # Nobody else writes meanwhile, another one who does this among them.
        known = seal.read(path)
        wanted = known if len(known) > 1 else [seal.new_key(), *known]
        return _reseal(database, Seal(wanted, f"the key file {path}"), lambda: _announce(path, wanted, step))

    def end(database: Connection) -> Path | None:
        known = seal.read(path)
        by = Seal(known, f"the key file {path}")
        _reseal(database, by)
        old = None if forget_old else path.with_name(f"{path.name}.old")
        if old is not None:
            earlier = seal.read(old) if old.exists() else []
            seal.write(old, [*known[1:], *(one for one in earlier if one not in known)])
        step("the old key is kept")
        seal.write(path, known[:1])
        trail.note(database, time.time, Deed("RotateMasterKey"))
        return old

    resealed = store.write(renew)
    step("everything is sealed anew")
    return Rotation(resealed, store.write(end))


def _announce(path: Path, wanted: list[bytes], step: Step) -> None:
    seal.write(path, wanted)
    step("both keys are in the file")


def _reseal(database: Connection, by: Seal, before: Callable[[], object] = lambda: None) -> int:
    """Seal with the newest key what an older one has sealed; before that all of it is opened, or nothing is done."""
    older = [one for one in sealed_text.all_sealed(database) if not by.is_newest(one.sealed, one.label)]
    secrets = [by.open(one.sealed, one.label) for one in older]
    before()
    sealed_text.reseal(database, zip(older, secrets, strict=True), by)
    return len(older)
