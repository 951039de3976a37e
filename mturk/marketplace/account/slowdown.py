"""Tries that are counted for a while, in the database, so that nobody can guess without end on any process.

Ten failures in fifteen minutes, for a name or for an address on the network, and both are refused until the oldest
of them is fifteen minutes old. For a person under several names it is ten together; then no password is right for as
long, and nothing tells that the names are one person's. A try is counted before its password is looked at, so that a
thousand at the same time are no more than ten.

Who fails on purpose, again and again, would so keep the owner of an account out. Therefore a browser in which the
owner was signed in before is known by a cookie (`device.py`) and counted by itself: it stays open however often others
fail, and whoever holds that cookie has ten tries too. In a browser that is not known a link for a new password, from
the operator or by e-mail, always opens the account: it is not counted.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from mturk.marketplace.account.secret import digest
from mturk.marketplace.clock import HOUR, SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.error import TooOften, told

MOST = 10
WINDOW = 15 * 60 * SECOND
_LONGEST_WINDOW = HOUR
_OLDEST_THAT_COUNTS = (
    select(t.attempt.c.time)
    .where(t.attempt.c.subject == bindparam("of_subject"), t.attempt.c.time > bindparam("since"))
    .order_by(t.attempt.c.time.desc())
    .limit(1)
    .offset(bindparam("others"))
)


class TooManyTries(TooOften):
    """Somebody must wait; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(told("There were too many tries. Wait a few minutes, then try again."))
        self.seconds = seconds


def check(database: Connection, subjects: Collection[str], now: int, *, most: int = MOST, window: int = WINDOW) -> None:
    """Refuse if any of the subjects was tried so often."""
    waits = [_wait(database, subject, now, most, window) for subject in subjects]
    if any(waits):
        raise TooManyTries(max(1, -(-max(waits) // SECOND)))


def is_full(database: Connection, subject: str, now: int, *, most: int = MOST, window: int = WINDOW) -> bool:
    """Whether the subject was tried so often."""
    return bool(_wait(database, subject, now, most, window))


def count(database: Connection, subjects: Collection[str], now: int) -> list[int]:
    """Count a try for each of the subjects, and say under which numbers."""
    database.execute(t.attempt.delete().where(t.attempt.c.time < now - _LONGEST_WINDOW))
    rows = [{"subject": digest(subject), "time": now} for subject in subjects]
    return [t.add_row(database, t.attempt, row) for row in rows]


def take_back(database: Connection, numbers: Collection[int]) -> None:
    """Forget tries that did not fail."""
    database.execute(t.attempt.delete().where(t.attempt.c.number.in_(numbers)))


def network(address: str) -> str:
    """What one household or machine has of the network: an IPv4 address, or the first half of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))


def _wait(database: Connection, subject: str, now: int, most: int, window: int) -> int:
    which = {"of_subject": digest(subject), "since": now - window, "others": most - 1}
    oldest = database.execute(_OLDEST_THAT_COUNTS, which).scalar_one_or_none()
    return 0 if oldest is None else int(oldest) + window - now
