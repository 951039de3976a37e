"""What a worker is told, newest first: messages, bonuses, rejections, and approvals that came with words.

Only messages are written for that. The others are read from the rows that say them anyway, each kind by an index of
its own, so that a decision costs nothing more; an approval without words is on the dashboard alone. What was read is
known by a moment up to which everything was, and by what was opened since.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    Table,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    null,
    select,
    tuple_,
    union_all,
)

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.error import NotThere
from mturk.marketplace.people import worker

MESSAGE = "message"
BONUS = "bonus"
REJECTION = "rejection"
APPROVAL = "approval"
KINDS: Final = (MESSAGE, BONUS, REJECTION, APPROVAL)
"""In the order in which those of one moment are shown."""
MOST_COUNTED = 100
"""What was not read is counted up to this: a worker sees "99+"."""


_LONGEST_NUMBER = 18


class Notice(NamedTuple):
    """Something a worker is told; a message has a subject, the others have the title of their HIT."""

    kind: str
    number: int
    time: int
    requester: str
    subject: str
    text: str
    cents: int | None
    """Of a bonus; of a decision the reward."""
    assignment_id: str | None
    hit_id: str | None
    unread: bool

    @property
    def key(self) -> str:
        """What the notice is asked for by."""
        return f"{self.kind}-{self.number}"


class Notices(NamedTuple):
    """A page of notices."""

    rows: Sequence[Notice]
    next: str | None
    """What to ask for the following page with; None on the last."""


class _Source(NamedTuple):
    """Where a worker's notices of one kind come from."""

    number: ColumnElement[int]
    time: ColumnElement[Any]
    mine: ColumnElement[bool]
    unread: ColumnElement[bool]
    whole: Select[Any]


_WORKER = select(t.worker.c.number).where(t.worker.c.worker_id == bindparam("of_worker_id")).scalar_subquery()
_READ_UNTIL = func.coalesce(select(t.mailbox.c.read_until).where(t.mailbox.c.worker == _WORKER).scalar_subquery(), -1)
_DECISION = (t.hit_type.c.title, func.coalesce(t.assignment.c.requester_feedback, ""), t.hit_type.c.reward)


def _source(
    kind: str,
    table: Table,
    time: ColumnElement[Any],
    words: tuple[ColumnElement[Any], ...],
    places: FromClause,
    *which: ColumnElement[bool],
) -> _Source:
    number, mine = table.c.number, and_(table.c.worker == _WORKER, *which)
    opened = exists().where(
        t.opened_notice.c.worker == _WORKER, t.opened_notice.c.kind == kind, t.opened_notice.c.subject == number
    )
    unread = (time > _READ_UNTIL) & ~opened
    subject, text, cents = words
    named = {
        "kind": literal_column(f"'{kind}'", String),
        "number": number,
        "time": time,
        "requester": t.requester.c.name,
        "subject": subject,
        "text": text,
        "cents": cents,
        "assignment_id": cast(null(), String) if table is t.message else t.assignment.c.assignment_id,
        "hit_id": cast(null(), String) if table is t.message else t.hit.c.hit_id,
        "unread": unread,
    }
    columns = (column.label(name) for name, column in named.items())
    whole = select(*columns).select_from(places).join(t.requester, t.requester.c.number == _payer(table)).where(mine)
    return _Source(number, time, mine, unread, whole)


def _payer(table: Table) -> ColumnElement[Any]:
    return t.hit.c.requester if table is t.assignment else table.c.requester


def _typed(places: FromClause) -> FromClause:
    return places.join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)


_WORK = _typed(t.assignment.join(t.hit, t.hit.c.number == t.assignment.c.hit))
_PAID_WORK = t.bonus.join(t.assignment, t.assignment.c.number == t.bonus.c.assignment)
_SOURCES: Final = {
    MESSAGE: _source(
        MESSAGE,
        t.message,
        t.message.c.time,
        (t.message.c.subject, t.message.c.text, cast(null(), BigInteger)),
        t.message,
    ),
    BONUS: _source(
        BONUS,
        t.bonus,
        t.bonus.c.grant_time,
        (t.hit_type.c.title, t.bonus.c.reason, t.bonus.c.cents),
        _typed(_PAID_WORK.join(t.hit, t.hit.c.number == t.bonus.c.hit)),
    ),
    REJECTION: _source(
        REJECTION,
        t.assignment,
        t.assignment.c.rejection_time,
        _DECISION,
        _WORK,
        t.assignment.c.rejection_time.is_not(None),
    ),
    APPROVAL: _source(
        APPROVAL,
        t.assignment,
        t.assignment.c.approval_time,
        _DECISION,
        _WORK,
        t.assignment.c.approval_time.is_not(None),
        t.assignment.c.requester_feedback.is_not(None),
    ),
}


def _number_unread(source: _Source) -> ColumnElement[int]:
    some = select(source.number).where(source.mine, source.unread).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


_UNREAD = select(*(_number_unread(source).label(kind) for kind, source in _SOURCES.items()))


def unread(context: Context, worker_id: str) -> int:
    """How much of what a worker was told was not read yet, counted up to MOST_COUNTED."""
    return min(MOST_COUNTED, sum(context.database.execute(_UNREAD, {"of_worker_id": worker_id}).one()))


def notices(
    context: Context, worker_id: str, *, kind: str | None = None, after: str | None = None, size: int = 20
) -> Notices:
    """A page of what a worker was told, or of one kind; `after` is what the last page gave."""
    mark = None if after is None else _known(context, worker_id, after)
    kinds = [kind] if kind else KINDS
    pages = [_page(one, mark).limit(size + 1).subquery() for one in kinds]
    rows = context.database.execute(union_all(*map(select, pages)), {"of_worker_id": worker_id})
    found = sorted((Notice(*row) for row in rows), key=_place)
    return Notices(found[:size], found[size - 1].key if len(found) > size else None)


def find(context: Context, worker_id: str, key: str) -> Notice | None:
    """Something that a worker was told, by its key."""
    kind, _, number = key.partition("-")
    if kind not in _SOURCES or not (number.isdecimal() and number.isascii() and len(number) < _LONGEST_NUMBER):
        return None
    source = _SOURCES[kind]
    row = context.database.execute(source.whole.where(source.number == int(number)), {"of_worker_id": worker_id})
    found = row.one_or_none()
    return None if found is None else Notice(*found)


def mark_read(context: Context, worker_id: str, notice: Notice) -> None:
    """Remember that a worker has read this."""
    same = find(context, worker_id, notice.key)
    if same is not None and same.unread:
        row = {"worker": worker.on_site(context, worker_id).number, "kind": same.kind, "subject": same.number}
        context.database.execute(t.opened_notice.insert(), row)
        _tidy(context, worker_id)


def mark_all_read(context: Context, worker_id: str, until: int) -> None:
    """Remember that a worker has read all that was told up to a moment."""
    _advance(context, worker_id, min(until, context.now))
    _tidy(context, worker_id)


def _tidy(context: Context, worker_id: str) -> None:
    """Where all was read, remember no more than that."""
    if not unread(context, worker_id):
        _advance(context, worker_id, context.now)
        number = worker.on_site(context, worker_id).number
        context.database.execute(t.opened_notice.delete().where(t.opened_notice.c.worker == number))


def _advance(context: Context, worker_id: str, until: int) -> None:
    number = worker.on_site(context, worker_id).number
    which = t.mailbox.c.worker == number
    earlier = context.database.execute(select(t.mailbox.c.read_until).where(which)).scalar_one_or_none()
    if earlier is None:
        context.database.execute(t.mailbox.insert(), {"worker": number, "read_until": until})
    elif until > earlier:
        context.database.execute(t.mailbox.update().where(which).values(read_until=until))


def _known(context: Context, worker_id: str, key: str) -> Notice:
    found = find(context, worker_id, key)
    if found is None:
        raise NotThere("There is no such page.")
    return found


def _place(notice: Notice) -> tuple[int, int, int]:
    return -notice.time, KINDS.index(notice.kind), -notice.number


def _page(kind: str, mark: Notice | None) -> Select[Any]:
    source = _SOURCES[kind]
    query = source.whole.order_by(source.time.desc(), source.number.desc())
    if mark is None:
        return query
    if kind == mark.kind:
        return query.where(tuple_(source.time, source.number) < (mark.time, mark.number))
    later = KINDS.index(kind) > KINDS.index(mark.kind)
    return query.where(source.time <= mark.time if later else source.time < mark.time)
