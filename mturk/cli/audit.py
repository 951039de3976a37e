"""`mturk audit`: who did what at a marketplace, for whoever runs it.

Addresses and ids come from outside. Here each entry is one line without anything that a terminal obeys, and in a table
no cell is a formula.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from mturk.cli import option
from mturk.data.formula import defused
from mturk.data.safe_text import json_line, one_line

if TYPE_CHECKING:
    from mturk.marketplace import AuditEntry

COLUMNS = (
    "time", "market_time", "actor", "requester", "access_key", "worker_id", "operator", "address", "operation",
    "subjects", "result", "request_id",
)  # fmt: skip
_TIMES = ("time", "market_time")
_PLAIN = re.compile(r"[A-Za-z0-9_.:/@,+-]*")


@click.command("audit")
@option.existing_database
@click.option(
    "--since",
    metavar="DATE",
    callback=option.read_moment,
    help="Only what was done on this day or later, in real time and UTC: 2026-11-01, 2026-11-01T12:30.",
)
@click.option("--until", metavar="DATE", callback=option.read_moment, help="Only what was done before this time.")
@click.option("--requester", metavar="NAME", help="Only what this requester did.")
@click.option("--worker", metavar="ID", help="Only what this worker did, or what was tried with their account.")
@click.option("--operation", metavar="NAME", help="Only this operation or step: ApproveAssignment, SignIn.")
@click.option("--json", "as_json", is_flag=True, help="Write a line of JSON for each.")
@click.option("--csv", "file", metavar="FILE", help="Write a table to this file instead; - is stdout.")
@option.overwrite
def audit(
    database: str,
    since: datetime | None,
    until: datetime | None,
    requester: str | None,
    worker: str | None,
    operation: str | None,
    as_json: bool,
    file: str | None,
    overwrite: bool,
) -> None:
    """Show who did what at a marketplace, and from where.

    It is the audit trail in its order: calls that changed something, what workers did at the site, keys that were made
    and revoked, who signed in and who failed, and what was done by these commands. There is what was done since mturk
    serve keeps the trail. Whether all money is accounted for is another question.

    \b
    Examples:
      mturk audit --since 2026-11-01
      mturk audit --worker A1ADA --operation SignIn
      mturk audit --requester linguists --csv trail.csv
      mturk audit --json | jq 'select(.result != "OK")'
    """
    from mturk.cli import payouts

    if as_json and file is not None:
        raise click.UsageError("--json writes to stdout, and --csv to a file: choose one of them.")
    with option.mistakes_explained(), option.opened(database) as market:
        found = market.trail(since, until, requester=requester, worker=worker, operation=operation)
        if file is None:
            _show(found, as_json=as_json)
            return
        with payouts.opened(file, overwrite=overwrite, private=True) as fill:
            number, text = _table(found)
            fill(text)
        click.echo(f"Wrote {number} entries.", err=file == payouts.STDOUT)


def _show(found: Iterator[AuditEntry], *, as_json: bool) -> None:
    number = 0
    for number, entry in enumerate(found, start=1):  # noqa: B007 - how many there were
        click.echo(json_line(json.dumps(facts(entry))) if as_json else line(entry))
    if not number and not as_json:
        click.echo("There are no entries.")


def facts(entry: AuditEntry) -> dict[str, Any]:
    """An entry as JSON has it."""
    whole = asdict(entry)
    return {**whole, **{name: whole[name].isoformat(timespec="milliseconds") for name in _TIMES}}


def line(entry: AuditEntry) -> str:
    """An entry on one line: when, who, from where, what, about what, and how it went."""
    who = entry.requester or entry.worker_id or entry.operator or "-"
    key = f" by {entry.access_key}" if entry.access_key else ""
    about = " ".join(f"{name}={_words(value)}" for name, value in entry.subjects.items()) or "-"
    text = (
        f"{entry.time:%Y-%m-%d %H:%M:%S} UTC {entry.actor} {who}{key} from {entry.address or '-'} "
        f"{entry.operation} {about} {entry.result}"
    )
    return one_line(text)


def _words(value: object) -> str:
    """A value as a call had it, which may be anything: what could look like the rest of the line stands in quotes."""
    text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _table(found: Iterator[AuditEntry]) -> tuple[int, str]:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    number = 0
    for number, entry in enumerate(found, start=1):  # noqa: B007 - how many there were
        told = {**facts(entry), "subjects": json.dumps(entry.subjects)}
        writer.writerow(defused(one_line(str(told[name] or ""))) for name in COLUMNS)
    return number, lines.getvalue()
