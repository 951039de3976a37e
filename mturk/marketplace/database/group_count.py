"""How many HITs of each group can be accepted: what a transaction changes about it is written as its last thing.

So a group, which many transactions count in, is locked for a moment only. Several are locked from the lowest number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, case

from mturk.marketplace.database import ending
from mturk.marketplace.database import offer_table as t

_PENDING = "mturk.group counts"

_GROUP = t.hit_group.c
_IS = _GROUP.hit_type == bindparam("of_type")
_COUNT = t.hit_group.update().where(_IS).values(hits=_GROUP.hits + bindparam("more"))
_LATER = case((_GROUP.newest < bindparam("at"), bindparam("at")), else_=_GROUP.newest)
_COUNT_NEW = _COUNT.values(newest=_LATER)

Changes = dict[int, tuple[int, int]]
"""For each HIT type how many HITs more can be accepted, and when one last came to it (0: none did)."""


def add(database: Connection, hit_type: int, more: int, *, came: int = 0) -> None:
    """Count `more` HITs of a group that can be accepted, or fewer; `came` is when one is new in it."""
    changes: Changes = database.info.setdefault(_PENDING, {})
    so_far, last = changes.get(hit_type, (0, 0))
    changes[hit_type] = so_far + more, max(last, came)


@contextmanager
def attempt(database: Connection) -> Iterator[None]:
    """A part of a transaction that is undone alone if it fails, with what it has counted."""
    before = dict(database.info.get(_PENDING, {}))
    try:
        with database.begin_nested():
            yield
    except BaseException:
        database.info[_PENDING] = before
        raise


def forget(database: Connection) -> None:
    """Begin anew, whatever an earlier transaction that failed has left behind."""
    database.info.pop(_PENDING, None)


def write(database: Connection) -> None:
    """Write down all that was counted, from the lowest number of a group."""
    changes: Changes = database.info.pop(_PENDING, {})
    for hit_type, (more, came) in sorted(changes.items()):
        if came:
            ending.change(database, _COUNT_NEW, {"of_type": hit_type, "more": more, "at": came})
        elif more:
            ending.change(database, _COUNT, {"of_type": hit_type, "more": more})
