"""A batch of what is due: things that happen in one transaction, with all that they change locked beforehand.

Approvals are not among them: they happen in sets, see `due_approval`.
"""

from __future__ import annotations

from itertools import takewhile
from typing import NamedTuple, cast

from sqlalchemy import Connection, bindparam, select

from mturk.marketplace import agenda
from mturk.marketplace.agenda import Item
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.hit import review

_OF_HIT = (agenda.EXPIRE, agenda.DISPOSE_OLD_HIT)
_OF_ASSIGNMENT = (agenda.ABANDON,)
LARGEST = 100
"""So many things at a time: a long agenda must not keep others from writing."""

_DUE = (
    select(t.agenda.c.kind, t.agenda.c.subject, t.assignment.c.hit)
    .outerjoin(t.assignment, t.agenda.c.kind.in_(_OF_ASSIGNMENT) & (t.assignment.c.number == t.agenda.c.subject))
    .where(t.agenda.c.time <= bindparam("now"))
    .order_by(t.agenda.c.time, t.agenda.c.kind, t.agenda.c.subject)
    .limit(LARGEST)
)


class Due(NamedTuple):
    """A thing that is due, and the HIT of the assignment if it is about one."""

    kind: str
    subject: int
    hit: int | None


class Batch(NamedTuple):
    """What one transaction may carry out."""

    things: frozenset[tuple[str, int]]
    hits: frozenset[int]

    def includes(self, item: Item, done: int) -> bool:
        """Whether this may happen now, after so many things: what is planned anew for a locked HIT may, too."""
        if item.kind == agenda.APPROVE or (len(self.things) == 1 and done):
            return False
        return (item.kind, item.subject) in self.things or (item.kind in _OF_HIT and item.subject in self.hits)


def begin(database: Connection, now: int) -> Batch | None:
    """Lock what the next things that are due will change; None where nothing needs locks, and all may happen."""
    if not lock.needed(database):
        return None
    due = cast("list[Due]", database.execute(_DUE, {"now": now}).all())
    together = list(takewhile(lambda one: one.kind in _OF_HIT or one.hit is not None, due))
    if not together:
        # What is about anything but HITs locks what it needs while it happens, and so has a transaction of its own.
        return Batch(frozenset((one.kind, one.subject) for one in due[:1]), frozenset())
    hits = frozenset(one.subject if one.hit is None else one.hit for one in together)
    lock.hold(database, t.hit, t.hit.c.number.in_(hits))
    if len(together) > 1:
        review.hold(database, hits, [one.subject for one in together if one.hit is not None])
    return Batch(frozenset((one.kind, one.subject) for one in together), hits)
