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
        hit VARCHAR(255) NOT NULL, number INTEGER NOT NULL, time DOUBLE PRECISION, seen DOUBLE PRECISION,
        most INTEGER, taken INTEGER, PRIMARY KEY (hit, number))""",
)
_LATE = 15 * 60.0  # seconds that a message may need, and that clocks may differ
_ALL = "SELECT * FROM mturk_reviewable WHERE hit = :hit ORDER BY number"
_ADD = """
    INSERT INTO mturk_reviewable (hit, number, time, seen, most, taken)
    VALUES (:hit, :number, :time, :seen, :most, :taken)"""
_TOLD = "UPDATE mturk_reviewable SET time = :time WHERE hit = :hit AND number = :number"
_SEEN = """
    UPDATE mturk_reviewable SET seen = :seen, most = :most, taken = :taken WHERE hit = :hit AND number = :number"""


def by_message(transaction: Transaction, hit: str, time: float, sent: float) -> int:
    """The number of the time that a message tells of, which was `sent` then; a new one if it is not known."""
    rows = transaction.rows(_ALL, hit=hit)
    for row in rows:
        if row["time"] == time:
            return int(row["number"])
    for row in rows:
        # A list showed it before the message came. A marketplace's clock may be ahead, so either time will do.
        if row["time"] is None and min(time, sent) <= row["seen"] + _LATE:
            transaction.change(_TOLD, hit=hit, number=row["number"], time=time)
            return int(row["number"])
    return _add(transaction, hit, rows, time=time, seen=None, most=None, taken=None)


def by_sight(transaction: Transaction, hit: str, most: int | None, taken: int | None, now: float) -> int | None:
    """The number of a new time that a list shows, with so many assignments, so many of them taken; None if none is.

    A HIT leaves Reviewable only to get more work: more assignments, or more time for those that are left.
    """
    rows = transaction.rows(_ALL, hit=hit)
    last = rows[-1] if rows else None
    if last is not None and last["seen"] is None:
        transaction.change(_SEEN, hit=hit, number=last["number"], seen=now, most=most, taken=taken)
        return None
    if last is not None and not (_more(most, last["most"]) or _more(taken, last["taken"])):
        return None
    return _add(transaction, hit, rows, time=None, seen=now, most=most, taken=taken)


def _more(value: int | None, before: int | None) -> bool:
    return value is not None and before is not None and value > before


def _add(transaction: Transaction, hit: str, rows: Sequence[Row], **values: float | None) -> int:
    number = len(rows) + 1  # none is ever deleted
    transaction.change(_ADD, hit=hit, number=number, **values)
    return number
