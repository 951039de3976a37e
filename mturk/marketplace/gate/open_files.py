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
    """So many connections can be held: as many as wanted, unless the system's hard limit is lower, which is said."""
    if sys.platform == "win32":
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    may = _raised(soft, hard, wanted + OTHERS)
    if may == resource.RLIM_INFINITY or may >= wanted + OTHERS:
        return wanted
    held = max(_FEWEST, may - OTHERS, may // 2)
    _log.warning(
        "this process may open %d files, which is enough for %d connections and not for %d: raise the limit "
        "(ulimit -n; LimitNOFILE= of systemd)",
        may,
        held,
        wanted,
    )
    return held


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
