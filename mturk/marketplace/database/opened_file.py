"""The file that an SQLite database is in, which its owner alone can read, and may be taken away while it is open.

What is open stays what it was: SQLite goes on to write into a file that has lost its name, or has another one in its
place, and all of that would be lost. So it is looked at in each transaction, which takes about a microsecond.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mturk.marketplace.database.address import Address
from mturk.marketplace.error import DatabaseError

_Identity = tuple[int, int]

_LOOSE = 0o077
"""What makes a file one that others can read or write, or those of its group."""


class OpenedFile:
    """Notices that a database's file, or its log, is not the one that was opened; DatabaseError says so.

    When the same file is back, all goes on. With another one in its place there is no going on but by a restart: what
    the processes know of the old one, such as their keys, would be wrong for it.
    """

    def __init__(self, address: Address) -> None:
        # As it is found from here: a program may go to another folder.
        self._path = "" if address.file is None else os.path.abspath(address.file)
        self._log_path = ""
        self._file: _Identity | None = None
        self._log: _Identity | None = None

    def check(self) -> None:
        """Refuse to go on unless the file is the one that was written to."""
        if self._file is not None and (there := _identity(self._path)) != self._file:
            raise DatabaseError(_lost(self._path, there))

    def written(self) -> None:
        """Refuse to say that something was written unless it is in the file, and in the log, that was written before.

        The first time says which these are. The log is there for as long as the connection that writes.
        """
        self.check()
        if self._log is not None:
            if (there := _identity(self._log_path)) != self._log:
                raise DatabaseError(_lost(self._log_path, there))
        elif self._path:
            self._log_path = f"{os.path.realpath(self._path)}-wal"  # where SQLite has it
            self._file, self._log = _identity(self._path), _identity(self._log_path)

    def forget_log(self) -> None:
        """Begin anew with the log: the connection is given up."""
        self._log = None

    def forget(self) -> None:
        """Begin anew: the database is closed."""
        self._file = self._log = None


def make_file(address: Address) -> None:
    """Make an empty file that its owner alone can read; what SQLite puts beside it is then like it."""
    with suppress(OSError):  # SQLite meets the same obstacle, which is explained then
        os.close(open_private(address.file or Path()))


def open_private(path: Path) -> int:
    """Open a file to write to it, made if there is none, as one that its owner alone can read.

    What the process usually allows others, or takes from everybody, does not count.
    """
    opened = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    if hasattr(os, "fchmod"):
        os.fchmod(opened, 0o600)
    return opened


def is_loose(path: str | os.PathLike[str]) -> bool:
    """Whether a file can be read or written by others than its owner; where systems have no such thing it cannot."""
    return os.name == "posix" and bool(os.stat(path).st_mode & _LOOSE)


def _identity(path: str) -> _Identity | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _lost(path: str, there: _Identity | None) -> str:
    what = "is gone" if there is None else "was replaced by another one"
    return (
        f"The file {path} {what} while it was in use; nothing is read or written any more. "
        "Put it back, or restart the marketplace to go on with what is there now."
    )
