"""What will happen automatically, and when: expiry, abandonment, automatic approval, the end of qualification types,
and of HITs and tokens that are old.

Each thing is put here in the transaction that causes it, and removed in the one that carries it out. So it
happens exactly once, whichever process is first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from sqlalchemy import Connection, bindparam, func, select

from mturk.marketplace.database import driver, ending
from mturk.marketplace.database import table as t
from mturk.marketplace.database.first_rows import first_rows
from mturk.marketplace.database.store import announce

# The words stand in databases, so they stay as they are.
EXPIRE = "expire"
ABANDON = "abandon"
APPROVE = "approve"
DISPOSE_OLD_HIT = "outdate"
DISPOSE_REQUIRING_HITS = "dispose"
FREE_NAME = "forget"
FORGET_FILES = "forget files"
FORGET_TOKENS = "forget tokens"

NEWS = "agenda"
"""What is announced when something was planned."""

_NEXT = first_rows(
    select(t.agenda)
    .where(t.agenda.c.time <= bindparam("now"))
    .order_by(t.agenda.c.time, t.agenda.c.kind, t.agenda.c.subject),
    1,
)


_PLAN = t.agenda.insert()
_IS = (t.agenda.c.kind == bindparam("of_kind"), t.agenda.c.subject == bindparam("of_subject"))
_HAS = select(t.agenda.c.time).where(*_IS)
_CANCEL = t.agenda.delete().where(*_IS)
_CHANGE = t.agenda.update().where(*_IS)


class Item(NamedTuple):
    """Something that will happen."""

    kind: str
    subject: int
    time: int


def plan(database: Connection, kind: str, subject: int, time: int) -> None:
    """Note that something will happen to a HIT, an assignment or a qualification type at that time."""
    ending.change(database, _PLAN, {"kind": kind, "subject": subject, "time": time})
    announce(database, NEWS, time)


def change(database: Connection, kind: str, subject: int, to: str, time: int) -> None:
    """Note that something will happen to the subject in place of what was planned, if that is still there, or anew."""
    if ending.puts_off(database):
        cancel(database, kind, subject)
        plan(database, to, subject, time)
        return
    values = {"of_kind": kind, "of_subject": subject, "kind": to, "time": time}
    if driver.change(database, _CHANGE, values):
        announce(database, NEWS, time)
    else:
        plan(database, to, subject, time)


def has(database: Connection, kind: str, subject: int) -> bool:
    """Whether something of that kind was planned for the subject before this transaction."""
    return driver.row(database, _HAS, {"of_kind": kind, "of_subject": subject}) is not None


def cancel(database: Connection, kind: str, subject: int) -> None:
    """Remove something because it will not happen."""
    ending.change(database, _CANCEL, {"of_kind": kind, "of_subject": subject})


def take(database: Connection, kind: str, subject: int) -> bool:
    """Remove something because it happens now; False if it was not there."""
    return driver.change(database, _CANCEL, {"of_kind": kind, "of_subject": subject}) > 0


def put_off(database: Connection, item: Item, time: int) -> None:
    """Have something happen later that could not happen now, if it is still there."""
    at = t.agenda.c.time == item.time
    which = t.agenda.c.kind == item.kind, t.agenda.c.subject == item.subject
    database.execute(t.agenda.update().where(*which, at).values(time=time))


def cancel_all(database: Connection, kind: str, subjects: Sequence[int]) -> None:
    """Remove things that happen now."""
    database.execute(t.agenda.delete().where(t.agenda.c.kind == kind, t.agenda.c.subject.in_(subjects)))


def number_due(database: Connection, now: int, most: int) -> int:
    """How many things are due, counted up to a number."""
    due = select(t.agenda.c.subject).where(t.agenda.c.time <= now).limit(most).subquery()
    return int(database.execute(select(func.count()).select_from(due)).scalar_one())


def first(database: Connection, now: int) -> Item | None:
    """The earliest thing that is due."""
    return cast("Item | None", database.execute(_NEXT, {"now": now}).one_or_none())
