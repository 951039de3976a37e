"""How many files and connections this process may open, which the system limits."""

from __future__ import annotations

import logging
import sys

if sys.platform != "win32":
    import resource

OTHERS = 600
"""For the database, large bodies and answers, which lie in files, and whatever else the program does."""
_FEWEST = 16

_log = logging.getLogger(__name__)


def connections(wanted: int) -> int:
    """So many connections can be held: as many as wanted, unless this process may open too few files.

    How many it may is for the whole program to say, of which a marketplace can be a small part.
    """
    if sys.platform == "win32":
        return wanted
    may, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if may == resource.RLIM_INFINITY or may >= wanted + OTHERS:
        return wanted
    return max(_FEWEST, may - OTHERS, may // 2)


def allow_connections(wanted: int) -> None:
    """Let this process, and those that it starts, open files enough for so many connections.

    Its soft limit is raised as far as that needs and the hard one allows; where that is too few, the log says so. It is
    for programs that do nothing but serve, as `mturk serve`.
    """
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    may = _raised(soft, hard, wanted + OTHERS)
    held = connections(wanted)
    if held < wanted:
        _log.warning(
            "this process may open %d files, which is enough for %d connections and not for %d: raise the limit "
            "(ulimit -n; LimitNOFILE= of systemd)",
            may,
            held,
            wanted,
        )


def _raised(soft: int, hard: int, needed: int) -> int:
    """The soft limit, raised as far as that is needed and allowed."""
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return soft
    higher = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (higher, hard))
    except (OSError, ValueError):
        return soft  # some systems have a lower limit than the one that they tell
    return higher
