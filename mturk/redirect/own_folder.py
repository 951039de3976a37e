"""A folder of whose files programs run some: its user's own, and no other can write to it or move it."""

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
    for above in {*folder.absolute().parents, *folder.resolve().parents}:
        if _is_shared(above.stat()):
            raise ConfigurationError(
                f"Programs run what is in {folder}, and others may write to {above}, so that they could put another "
                f"folder in its place: run this in a folder of your own (`mturk run`: with TMPDIR in one), or "
                f"chmod go-w {shlex.quote(str(above))}"
            )


def _is_shared(above: os.stat_result) -> bool:
    """Whether others than its owner could rename what is in a folder."""
    if above.st_mode & stat.S_ISVTX:
        return False  # as in /tmp, everybody their own
    return bool(above.st_mode & stat.S_IWOTH or (above.st_mode & stat.S_IWGRP and not _is_alone(above)))


def _is_alone(above: os.stat_result) -> bool:
    """Whether a folder's group is its owner's alone, as many systems give everybody one, of the same name."""
    import grp
    import pwd

    try:
        owner, group = pwd.getpwuid(above.st_uid), grp.getgrgid(above.st_gid)
    except KeyError:
        return False
    return group.gr_name == owner.pw_name and set(group.gr_mem) <= {owner.pw_name}
