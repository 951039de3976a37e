"""A statement of what a worker earned in some time: one line a payment out of the ledger, as CSV, with the total.

It is read some hundred lines at a time, in transactions of their own: whoever takes it slowly keeps nobody waiting.
What was paid for work that was pruned since has a line too, without its title and ids.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, cast

from sqlalchemy import bindparam, func, select, tuple_

from mturk.marketplace.call import Context
from mturk.marketplace.clock import as_datetime
from mturk.marketplace.database import table as t
from mturk.marketplace.money import dollars
from mturk.marketplace.workplace import plain_text

COLUMNS = ("time", "what", "amount_usd", "requester", "title", "hit_id", "assignment_id", "reason")


class Payment(NamedTuple):
    """A reward or a bonus that a worker was paid, and what for; a bonus has the requester's reason."""

    number: int
    time: int
    what: str
    cents: int
    requester: str
    title: str
    hit_id: str
    assignment_id: str
    reason: str | None


Read = Callable[[Callable[[Context], Sequence[Payment]]], Sequence[Payment]]
"""Does a step that only reads in a transaction of its own."""

_REASON = (
    select(t.bonus.c.reason)
    .where(
        t.transfer.c.reason == "bonus",
        # By an index of who was paid, and when: one assignment may have any number of bonuses.
        t.bonus.c.worker == bindparam("of_worker"),
        t.bonus.c.assignment == t.transfer.c.assignment,
        t.bonus.c.grant_time == t.transfer.c.time,
        t.bonus.c.cents == t.transfer.c.cents,
    )
    .order_by(t.bonus.c.number)
    .limit(1)
    .correlate(t.transfer)
    .scalar_subquery()
)
_ORDER = t.transfer.c.time, t.transfer.c.number
_PAYMENTS = (
    select(
        t.transfer.c.number,
        t.transfer.c.time,
        t.transfer.c.reason.label("what"),
        t.transfer.c.cents,
        t.requester.c.name.label("requester"),
        func.coalesce(t.hit_type.c.title, "").label("title"),
        func.coalesce(t.hit.c.hit_id, "").label("hit_id"),
        func.coalesce(t.assignment.c.assignment_id, "").label("assignment_id"),
        _REASON.label("reason"),
    )
    .join(t.requester, t.requester.c.number == t.transfer.c.from_owner)
    .outerjoin(t.assignment, t.assignment.c.number == t.transfer.c.assignment)
    .outerjoin(t.hit, t.hit.c.number == t.transfer.c.hit)
    .outerjoin(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .where(
        t.transfer.c.to_kind == "earned",
        t.transfer.c.to_owner == bindparam("of_worker"),
        tuple_(*_ORDER) > tuple_(bindparam("after_time"), bindparam("after_number")),
        t.transfer.c.time < bindparam("end"),
    )
    .order_by(*_ORDER)
)


def statement(read: Read, worker_number: int, start: int, end: int, *, at_once: int = 500) -> Iterator[str]:
    """The statement from one moment of market time until before another, in pieces of text."""
    part = partial(_payments, worker_number=worker_number, end=end, size=at_once)
    yield _lines([COLUMNS])
    total = 0
    # Before the first payment that has the time of the start.
    last = (start, -1)
    while payments := read(partial(part, after=last)):
        total += sum(payment.cents for payment in payments)
        last = (payments[-1].time, payments[-1].number)
        yield _lines(map(_shown, payments))
    yield _lines([("", "total", dollars(total), "", "", "", "", "")])


def _payments(
    context: Context, *, worker_number: int, after: tuple[int, int], end: int, size: int
) -> Sequence[Payment]:
    which = {"of_worker": worker_number, "after_time": after[0], "after_number": after[1], "end": end}
    return cast("Sequence[Payment]", context.database.execute(_PAYMENTS.limit(size), which).all())


def _shown(payment: Payment) -> tuple[str, ...]:
    time = as_datetime(payment.time).isoformat(timespec="seconds").replace("+00:00", "Z")
    words = (payment.requester, payment.title, payment.hit_id, payment.assignment_id, payment.reason or "")
    return (time, payment.what, dollars(payment.cents), *words)


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(plain_text.row(one) for one in rows)
    return text.getvalue()
