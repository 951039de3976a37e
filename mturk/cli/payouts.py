"""`mturk payouts`: what is owed to each worker, as a table for whoever pays them."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from mturk.marketplace import Marketplace, Payout

STDOUT = "-"
COLUMNS = ("worker_id", "assignments", "rewards_usd", "bonuses", "bonuses_usd", "total_usd")


def run(
    market: Marketplace,
    since: datetime,
    until: datetime | None,
    file: str,
    say: Callable[[str], object],
    *,
    requester: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write what each worker earned in that time to a CSV file, and say what it comes to."""
    payouts = market.payouts(since, until, requester=requester)
    text = table(payouts)
    write(file, text, overwrite=overwrite)
    end = f"until {_shown(until)}" if until else "until now"
    total = sum((payout.total for payout in payouts), Decimal("0.00"))
    say(f"Owed since {_shown(since)}, {end}: {total} USD to {len(payouts)} {_workers(len(payouts))}.")


def table(payouts: Sequence[Payout]) -> str:
    """The lines of the CSV file; amounts are exact, with two decimals."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in payouts:
        row = (each.worker_id, each.assignments, each.rewards, each.bonuses, each.bonus_amount, each.total)
        writer.writerow(row)
    return lines.getvalue()


def moment(text: str) -> datetime:
    """A time that is given as an ISO date or datetime; in UTC, unless it says otherwise."""
    # Python 3.10 does not know the Z.
    given = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
    return given.replace(tzinfo=timezone.utc) if given.utcoffset() is None else given.astimezone(timezone.utc)


def write(file: str, text: str, *, overwrite: bool, private: bool = False) -> None:
    """Write a table to a file, which is replaced only if that is said, or to stdout.

    A private one can only be read by its owner.
    """
    with opened(file, overwrite=overwrite, private=private) as fill:
        fill(text)


@contextmanager
def opened(file: str, *, overwrite: bool, private: bool = False) -> Iterator[Callable[[str], object]]:
    """Open a file for a table, or stdout, and give what fills it.

    So it is known that the file can be written before anything is done that cannot be done again. Where that fails, a
    new file goes, and one that was there stays as it is.
    """
    if file == STDOUT:
        yield sys.stdout.write
        return
    was_there = os.path.exists(file)
    try:
        with _open(file, overwrite=overwrite, private=private) as lines:
            yield partial(_fill, lines)
    except BaseException:
        if not was_there and os.path.exists(file):
            os.unlink(file)
        raise


def _open(file: str, *, overwrite: bool, private: bool) -> TextIO:
    opener = _private if private else None
    try:
        return open(file, "a" if overwrite else "x", encoding="utf-8", newline="", opener=opener)
    except FileExistsError:
        raise FileExistsError(f"{file} is there already. Name another file, or say --overwrite.") from None
    except OSError as error:
        raise _unwritable(file, error) from None


def _fill(lines: TextIO, text: str) -> None:
    try:
        lines.truncate(0)
        lines.write(text)
        lines.flush()
    except OSError as error:
        raise _unwritable(lines.name, error) from None


def _unwritable(file: str, error: OSError) -> OSError:
    return OSError(f"{file} cannot be written: {error.strerror}.")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _workers(number: int) -> str:
    return "worker" if number == 1 else "workers"
