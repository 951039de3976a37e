"""A file that takes the place of another one only when it is whole."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mturk.errors import ValidationError


def target(path: Path) -> Path:
    """The file itself, where a link leads to it; ValidationError where no file can be."""
    found = path.resolve()
    if not found.parent.is_dir():
        raise ValidationError(f"{path}: there is no folder {path.parent}")
    if found.exists() and not found.is_file():
        raise ValidationError(f"{path} is no regular file, so that no table can take its place; name another file")
    return found


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """The name of a new file, hidden beside the target, that takes its place at the end and keeps its permissions.

    If anything goes wrong the target stays as it was, and nothing is left beside it.
    """
    found = target(path)
    new = found.with_name(f".{found.name}.{os.getpid()}-{threading.get_ident()}")
    # What a process of this number left when it was killed; of a link only the link.
    new.unlink(missing_ok=True)
    try:
        yield new
        if found.exists():
            shutil.copymode(found, new)
        new.replace(found)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A new file to write to, in UTF-8, that takes the place of the one at the path when all went well."""
    with replacing(path) as new, new.open("x", encoding="utf-8", newline="") as file:
        yield file
