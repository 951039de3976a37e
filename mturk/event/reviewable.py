"""Which time a HIT became reviewable: counted here, because messages tell a time only and lists tell none.

Nothing is told twice. A message is the late one of a time that a list showed, if it may be; and a list shows a new
time only where there is more to review than before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mturk.event.storage import Row, Transaction

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS mturk_reviewable (
        hit VARCHAR(255) NOT NULL, number INTEGER NOT NULL, time DOUBLE PRECISION, told VARCHAR(400),
        seen DOUBLE PRECISION, most INTEGER, taken INTEGER, PRIMARY KEY (hit, number))""",
)
_LATE = 15 * 60.0  # seconds that a message may need, and that clocks may differ
_ALL = "SELECT * FROM mturk_reviewable WHERE hit = :hit ORDER BY number"
_ADD = """
    INSERT INTO mturk_reviewable (hit, number, time, told, seen, most, taken)
    VALUES (:hit, :number, :time, :told, :seen, :most, :taken)"""
_TOLD = "UPDATE mturk_reviewable SET time = :time, told = :told WHERE hit = :hit AND number = :number"
# Whatever a list shows next is more than nothing.
_LEFT = "UPDATE mturk_reviewable SET most = 0, taken = 0 WHERE hit = :hit AND seen IS NOT NULL"
_SEEN = """
    UPDATE mturk_reviewable SET seen = :seen, most = :most, taken = :taken WHERE hit = :hit AND number = :number"""


def by_message(transaction: Transaction, hit: str, time: float, sent: float, told: str) -> int:
    """The number of the time that a message tells of, which was `sent` then; a new one if it is not known.

    `told` is the source, and which message and place in it: twice in one second is told twice by the same source.
    """
    rows = transaction.rows(_ALL, hit=hit)
    for row in rows:
        if row["time"] == time and (row["told"] == told or _source(row["told"]) != _source(told)):
            return int(row["number"])
    for row in rows:
        # A list showed it before the message came. A marketplace's clock may be ahead, so either time will do.
        if row["time"] is None and min(time, sent) <= row["seen"] + _LATE:
            transaction.change(_TOLD, hit=hit, number=row["number"], time=time, told=told)
            return int(row["number"])
    return _add(transaction, hit, rows, time=time, told=told, seen=None, most=None, taken=None)


def by_sight(transaction: Transaction, hit: str, most: int | None, taken: int | None, now: float) -> int | None:
    """The number of a new time that a list shows, with so many assignments, so many of them taken; None if none is.

    A HIT leaves Reviewable only to get more work: more assignments, or more time for those that are left.
    Where nobody saw it leave, there is more to review.
    """
    rows = transaction.rows(_ALL, hit=hit)
    last = rows[-1] if rows else None
    if last is not None and last["seen"] is None:
        transaction.change(_SEEN, hit=hit, number=last["number"], seen=now, most=most, taken=taken)
        return None
    if last is not None and not (_more(most, last["most"]) or _more(taken, last["taken"])):
        return None
    return _add(transaction, hit, rows, time=None, told=None, seen=now, most=most, taken=taken)


def left(transaction: Transaction, hit: str) -> None:
    """Note that the HIT is not reviewable now: when it is so again, that is another time."""
    transaction.change(_LEFT, hit=hit)


def _source(told: str | None) -> str:
    return (told or "").partition(" ")[0]


def _more(value: int | None, before: int | None) -> bool:
    return value is not None and before is not None and value > before


def _add(transaction: Transaction, hit: str, rows: Sequence[Row], **values: float | str | None) -> int:
    number = len(rows) + 1  # none is ever deleted
    transaction.change(_ADD, hit=hit, number=number, **values)
    return number
