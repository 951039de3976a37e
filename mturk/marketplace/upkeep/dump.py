"""Copies of a PostgreSQL database, made and put back by PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.schema import CreateSchema

from mturk.marketplace.database.address import Address
from mturk.marketplace.database.diagnosis import explained
from mturk.marketplace.database.engine import make_engine
from mturk.marketplace.error import MarketplaceError

MARK = b"PGDMP"
"""How a file of pg_dump begins."""
_PATIENCE = 30.0
_FUNCTIONS = text(
    "SELECT DISTINCT g.tgfoid::regprocedure::text FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT g.tgisinternal AND n.nspname = :schema"
)
_SCHEMA = re.compile(r" SCHEMA - (\S+) ")


def make(address: Address, database: Connection, draft: Path) -> None:
    """Write all that a transaction sees of a database to a file."""
    snapshot = str(database.execute(text("SELECT pg_export_snapshot()")).scalar_one())
    schema = str(database.execute(text("SELECT current_schema()")).scalar_one())
    # In quotes it is that name, and else a pattern, in small letters.
    only = '--schema="{}"'.format(schema.replace('"', '""'))
    _run("pg_dump", address, "--format=custom", f"--snapshot={snapshot}", only, f"--file={draft}")


def read_through(backup: Path) -> None:
    """Read a file of pg_dump to its end, as what restores it does; MarketplaceError if it cannot be."""
    _run("pg_restore", None, f"--file={os.devnull}", str(backup))


def put_back(backup: Path, address: Address) -> list[str]:
    """Put a file of pg_dump into an empty database, all of it or nothing; the schemas that it was put into."""
    listed = _run("pg_restore", None, "--list", str(backup)).splitlines()
    schemas = [found[1] for found in map(_SCHEMA.search, listed) if found]
    _make_room(address, schemas)
    # Not beside the copy, which may be where nobody can write.
    with tempfile.TemporaryDirectory(prefix="mturk-restore-") as folder:
        list_file = Path(folder, "list")
        # The schema may be there, which is no reason to give up.
        list_file.write_text("\n".join(line for line in listed if not _SCHEMA.search(line)), encoding="utf-8")
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        _run("pg_restore", address, *options, f"--use-list={list_file}", str(backup))
    return schemas


def take_out(address: Address, schemas: Sequence[str]) -> None:
    """Empty a database again into which something was put that is not to stay there."""
    engine = make_engine(address, _PATIENCE)
    try:
        with explained(address), engine.begin() as connection:
            for schema in schemas or [inspect(connection).default_schema_name or "public"]:
                # The functions of its triggers are all that a marketplace has beside tables.
                functions = connection.execute(_FUNCTIONS, {"schema": schema}).scalars().all()
                quote = connection.dialect.identifier_preparer.quote
                tables = [f"{quote(schema)}.{quote(one)}" for one in inspect(connection).get_table_names(schema)]
                for kind, names in (("TABLE", tables), ("FUNCTION", functions)):
                    if names:  # all in one go, since tables refer to each other
                        connection.execute(text(f"DROP {kind} {', '.join(names)}"))
    finally:
        engine.dispose()


def _make_room(address: Address, schemas: Sequence[str]) -> None:
    """See to it that a database is empty, and that it has schemas; what is in one of these is not touched."""
    engine = make_engine(address, _PATIENCE)
    try:
        with explained(address), engine.begin() as connection:
            if any(inspect(connection).get_table_names(schema) for schema in (None, *schemas)):
                raise MarketplaceError(
                    f"The database {address} is not empty. Make a new one with createdb, and name that."
                )
            for schema in schemas:
                connection.execute(CreateSchema(schema, if_not_exists=True))
    finally:
        engine.dispose()


def _run(program: str, address: Address | None, *options: str) -> str:
    """What the program prints; the database's password is in its environment, where nobody else sees it."""
    if shutil.which(program) is None:
        command = [program, *options, *([] if address is None else [f"--dbname={address}"])]
        raise MarketplaceError(
            f"There is no {program}, which comes with PostgreSQL (apt install postgresql-client). "
            f"Where it is, this does the same: {' '.join(command)}"
        )
    environment = dict(os.environ)
    where = []
    if address is not None:
        url: URL = address.with_driver.set(drivername="postgresql")
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
        where = [f"--dbname={url._replace(password=None).render_as_string(hide_password=False)}"]
    ran = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, without a shell
        [program, *where, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment
    )
    if ran.returncode:
        said = " ".join(ran.stderr.split()) or f"exit status {ran.returncode}"
        raise MarketplaceError(f"{program} has failed: {said}")
    return ran.stdout
