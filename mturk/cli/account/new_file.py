"""A file that only its owner can read, and that has its name only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mturk.errors import ValidationError


def unfinished(path: Path) -> Path:
    """Where it is written."""
    return path.with_name(f"{path.name}.part")


def check(path: Path, *, overwrite: bool) -> None:
    """Refuse a place where no file can be, or where one is already."""
    if path.is_dir():
        raise ValidationError(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise ValidationError(f"{path}: there is no folder {path.parent}")
    for there in (path, unfinished(path)):
        if there.exists() and not overwrite:
            raise ValidationError(f"{there} is there already: name another file, or say --overwrite")


@contextmanager
def written(path: Path, *, overwrite: bool) -> Iterator[TextIO]:
    """A file to write to, which gets its name when all went well; else what was written stays beside it."""
    check(path, overwrite=overwrite)
    part = unfinished(path)
    part.unlink(missing_ok=True)
    with open(part, "x", encoding="utf-8", newline="", opener=_private) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    # Looked at once more: it may have come meanwhile.
    if path.exists() and not overwrite:
        raise ValidationError(f"{path} came up meanwhile, and stays; what was written is in {part}")
    part.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
