"""A file of pg_dump, tried out: read to its end, and put back into a database that is gone afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from mturk.marketplace.database.address import Address
from mturk.marketplace.database.diagnosis import explained
from mturk.marketplace.database.engine import make_engine
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.upkeep import dump, inspection
from mturk.marketplace.upkeep.problem import Problem
from mturk.marketplace.upkeep.reader import reading

RESTORED = "the copy was put back into a database of its own, and added up"
READ = "the file was read to its end, and the database that is in it was added up; the copy was not put back anywhere"
NOT_ALLOWED = f"{READ}, because this role may not make databases (ALTER ROLE … CREATEDB)"
_DRILL = "Keep an older copy until the drill (docs/upkeep.md) was done with this one"
_PATIENCE = 30.0
_NAME = re.compile(r"mturk_scratch_([0-9]+)_[0-9]+")
_DAY = 86_400
_MAY = text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")


class Trial(NamedTuple):
    """What was found, and how far it was looked."""

    problems: list[Problem]
    looked_at: str


def try_out(copy: Path, address: Address, now: float, *, scratch: bool) -> Trial:
    """See whether a file of pg_dump can be used; with `scratch` it is put back, where this role may make databases.

    That takes as much room on the server as the database, until it is done.
    """
    dump.read_through(copy)
    if not scratch:
        return Trial([], READ)
    with _administering(address) as connection:
        if not connection.execute(_MAY).scalar_one():
            return Trial([], NOT_ALLOWED)
        problems = list(_left_behind(connection, now))
        name = f"mturk_scratch_{int(now)}_{os.getpid()}"
        # Whatever goes wrong with that database, the copy is there.
        try:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        except DBAPIError as error:
            return Trial([*problems, Problem("copy", f"nothing to put it back into ({_said(error)})", _DRILL)], READ)
        try:
            problems += _put_back(copy, address, name)
        finally:
            problems += _dropped(connection, name)
        return Trial(problems, RESTORED)


def _put_back(copy: Path, address: Address, name: str) -> list[Problem]:
    url = address.url.set(database=name).render_as_string(hide_password=False)
    try:
        dump.put_back(copy, Address(url))
        with reading(url) as found:
            return inspection.of_rows(found)
    except MarketplaceError as error:
        return [Problem("copy", f"it could not be put back ({str(error).rstrip('.')})", _DRILL, True)]


def _dropped(connection: Connection, name: str) -> list[Problem]:
    try:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    except DBAPIError as error:
        return [Problem(f"database {name}", f"it could not be dropped ({_said(error)})", f"dropdb {name}")]
    return []


def _said(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())


def _left_behind(connection: Connection, now: float) -> Iterator[Problem]:
    """Databases of those that were killed while they tried out a copy; they are not removed without being asked."""
    for name in connection.execute(text("SELECT datname FROM pg_database")).scalars():
        found = _NAME.fullmatch(name)
        if found and int(found[1]) < now - _DAY:
            yield Problem(f"database {name}", "a backup that was killed has left it behind", f"dropdb {name}")


@contextmanager
def _administering(address: Address) -> Iterator[Connection]:
    engine = make_engine(address, _PATIENCE)
    try:
        with explained(address), engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
    finally:
        engine.dispose()
