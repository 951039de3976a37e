"""`mturk reports` and `mturk requester letters`: what workers say, for who runs the marketplace or publishes on it.

The marketplace gives their texts without control characters. Here each is one line, so that no text looks like two,
and in a table no cell is a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mturk.cli import option
from mturk.data.formula import defused

if TYPE_CHECKING:
    from mturk.marketplace import Letter, Report

REPORT_COLUMNS = ("time", "worker_id", "reason", "text", "requester", "hit_id", "title")
LETTER_COLUMNS = ("time", "worker_id", "text", "hit_id", "title", "assignment_id")


csv_file = click.option("--csv", "file", metavar="FILE", help="Write a table to this file instead; - is stdout.")
since = click.option(
    "--since",
    metavar="DATE",
    callback=option.read_moment,
    help="Only what came on this day or later, in market time and UTC: 2026-11-01, 2026-11-01T12:30.",
)


@click.command("reports")
@option.existing_database
@since
@csv_file
@option.overwrite
def reports(database: str, since: datetime | None, file: str | None, overwrite: bool) -> None:
    """Show which HITs workers reported and why, oldest first.

    The reason is one of personal_data, broken, offensive, dishonest and other. What workers and requesters wrote is
    shown without control characters. Nothing happens to a reported HIT by itself.

    \b
    Examples:
      mturk reports
      mturk reports --since 2026-11-01 --csv reports.csv
    """
    with option.mistakes_explained(), option.opened(database) as market:
        told = market.reports(since)
        _tell("reports", report_lines(told), table(REPORT_COLUMNS, told), file, overwrite=overwrite)


@click.command("letters")
@click.argument("name", default="requester")
@option.existing_database
@since
@csv_file
@option.overwrite
def letters(name: str, database: str, since: datetime | None, file: str | None, overwrite: bool) -> None:
    """Show what workers wrote to a requester, oldest first.

    Each letter is about a HIT; where the worker has an assignment of it, that is named. The requester answers by the
    operation NotifyWorkers. Without NAME it is the requester that was made with the database.

    \b
    Examples:
      mturk requester letters
      mturk requester letters linguists --since 2026-11-01 --csv letters.csv
    """
    with option.mistakes_explained(), option.opened(database) as market:
        if name not in market.requesters():
            raise click.ClickException(f"There is no requester {name!r}; see mturk requester list.")
        told = market.requester(name).letters(since)
        _tell("letters", letter_lines(told), table(LETTER_COLUMNS, told), file, overwrite=overwrite)


def _tell(what: str, lines: Sequence[str], text: str, file: str | None, *, overwrite: bool) -> None:
    from mturk.cli import payouts

    if file is None:
        for line in lines or [f"There are no {what}."]:
            click.echo(line)
        return
    payouts.write(file, text, overwrite=overwrite)
    click.echo(f"Wrote {len(lines)} {what}.", err=file == payouts.STDOUT)


def report_lines(reports: Sequence[Report]) -> list[str]:
    """Each report in two lines: who reports which HIT of whom, and what they say."""
    return [
        f"{_shown(each.time)}  {each.worker_id}  {each.reason}  {each.hit_id}  of {_line(each.requester)}: "
        f"{_line(each.title)}\n    {_line(each.text) or '-'}"
        for each in reports
    ]


def letter_lines(letters: Sequence[Letter]) -> list[str]:
    """Each letter in two lines: who writes about what, and the text."""
    return [
        f"{_shown(each.time)}  {each.worker_id}  {each.assignment_id or '-'}  {each.hit_id}: {_line(each.title)}\n"
        f"    {_line(each.text)}"
        for each in letters
    ]


def table(columns: Sequence[str], told: Sequence[Report] | Sequence[Letter]) -> str:
    """The lines of a CSV file, with the whole texts."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns)
    for each in told:
        facts = {**asdict(each), "time": each.time.isoformat(timespec="seconds")}
        writer.writerow(defused(facts[name] or "") for name in columns)
    return lines.getvalue()


def _line(text: str) -> str:
    return " ".join(text.split())


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
