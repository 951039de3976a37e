"""A folder of whose files programs run one and trust another: it is its user's own, and nobody else can write to it."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

from mturk.errors import ConfigurationError


def expect_own(folder: Path, user: int | None = None) -> None:
    """Refuse a folder in which somebody else could put another file in the place of ours; `user` is who runs this."""
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_uid != (os.geteuid() if user is None else user):
        raise ConfigurationError(
            f"Programs run what is in {folder}, and it belongs to somebody else, who could change that. Name a folder "
            "of your own, or run this in one."
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        way = f"chmod go-w {shlex.quote(str(folder))}"
        raise ConfigurationError(f"Programs run what is in {folder}, and others may write to it: {way}")
