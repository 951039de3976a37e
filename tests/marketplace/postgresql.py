"""A PostgreSQL server for the tests: in a folder of its own, reached by a socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

# What a crash of the machine would lose does not matter here, and tests are many.
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class PostgreSQL:
    """A running server that makes empty databases."""

    def __init__(self, folder: Path) -> None:
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        self._numbers = count(1)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a new, empty place, which is gone afterwards.

        It is a schema: making a database of its own for every test would take ten times as long.
        """
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
            yield f"{self.url}&options=-csearch_path%3D{name}"
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """Start a server, and stop it afterwards."""
    # Not in pytest's folder: the path of a socket is short, and others than root must come in.
    folder = Path(tempfile.mkdtemp(prefix="mturk-postgresql-", dir="/tmp"))
    # The server refuses to run as root, so Debian's own user for it runs it then.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    with _cleaner(folder, user):
        _run(
            folder, user, "initdb", "--username=postgres", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync"
        )
        _run(folder, user, "pg_ctl", "start", "--wait", "--options", options)
        yield PostgreSQL(folder)


@contextmanager
def _cleaner(folder: Path, user: str | None) -> Iterator[None]:
    """Stop the server and remove the folder afterwards, also when the tests are killed: their pipe ends then too."""
    script = 'cat > /dev/null; "$0" stop --pgdata "$1/data" --mode=immediate > /dev/null 2>&1; rm -rf "$1"'
    cleaner = subprocess.Popen(
        ["sh", "-c", script, _program("pg_ctl"), folder],
        user=user,
        group=user,
        cwd="/",
        stdin=subprocess.PIPE,
        start_new_session=True,  # what is sent to the tests, such as Ctrl-C, is not for it
    )
    try:
        yield
    finally:
        cleaner.communicate()


def _run(folder: Path, user: str | None, program: str, *arguments: str) -> None:
    # A server that inherits a pipe would keep it open, so what it says goes to a file.
    with open(folder / "said", "a+") as said:
        ran = subprocess.run(
            [_program(program), "--pgdata", folder / "data", *arguments],
            user=user,
            group=user,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        said.seek(0)
        assert ran.returncode == 0, said.read()


def _program(name: str) -> str:
    # Debian keeps the server's programs out of the way of the path.
    found = shutil.which(name) or max(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), default=None)
    assert found, f"There is no {name}: run tests/setup.sh, which installs what the tests need."
    return found
