"""Files that are on the disk, whole, once they have their name; their owner alone can read them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600


def write(path: Path, content: bytes) -> None:
    """Make or replace a file; a crash leaves the earlier one or this one, and no half of it."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as file:
        if hasattr(os, "fchmod"):  # whatever the process usually allows others, or an earlier draft did
            os.fchmod(file.fileno(), PRIVATE)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    take_place(draft, path)


def make(path: Path) -> None:
    """Make an empty file; FileExistsError if there is one."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))


def sync(path: Path) -> None:
    """Have what was written to a file on the disk."""
    file = os.open(path, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def take_place(draft: Path, path: Path) -> None:
    """Give a file that is on the disk its name, whatever had it."""
    os.replace(draft, path)
    keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """Have the names of a folder's files on the disk, where the system can."""
    with suppress(PermissionError):  # Windows opens no folders
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
