"""`mturk import`: what was done elsewhere, brought into a marketplace."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mturk.cli import option
from mturk.cli.account import new_file
from mturk.data.formula import defused
from mturk.data.safe_text import one_line, writable

if TYPE_CHECKING:
    from mturk.marketplace import Importation, Remark

REFUSED = 1  # the exit status where something did not come in
_FEW = 20
_COLUMNS = ("place", "thing", "came_in", "words")


@click.command("import")
@click.argument("source", metavar="FILE|URL")
@click.option(
    "--into",
    metavar="URL",
    required=True,
    callback=option.check_database,
    help="The marketplace's file, or the URL of its database. It may run meanwhile.",
)
@click.option("--as", "requester", metavar="NAME", default="requester", show_default=True, help="Whose work it was.")
@click.option("--mark", metavar="NAME", help="Give everybody in it a qualification of this name, to keep them out by.")
@click.option("--table", metavar="NAME", help="The table of psiTurk's participants, where there are several.")
@click.option("--encoding", metavar="NAME", default="utf-8-sig", show_default=True, help="That of a CSV file.")
@click.option("--report", metavar="FILE", help="Write all that is to be known of single things to this new CSV file.")
@click.option("--overwrite", is_flag=True, help="Replace the report that is there, of a dry run for instance.")
@click.option("--plan", metavar="DIGEST", help="With --yes: bring it in only if it is what a dry run told of by this.")
@click.option("--dry-run", is_flag=True, help="Only say how much it is, as without --yes.")
@click.option("--yes", is_flag=True, help="Bring it in.")
def import_(
    source: str,
    into: str,
    requester: str,
    mark: str | None,
    table: str | None,
    encoding: str,
    report: str | None,
    overwrite: bool,
    plan: str | None,
    dry_run: bool,
    yes: bool,
) -> int:
    """Bring what was done elsewhere into a marketplace.

    FILE is a table of results or the list of workers from MTurk's requester site, results of turkle, what mturk export
    wrote, or the database of psiTurk or Dallinger (a file, or its URL; it is only read). Ids, times, answers and
    decisions stay as they are. HITs come in closed. No money moves, here or there: it was paid for already. Workers
    come in without accounts at the site; mturk worker invite gives them one.

    Without --yes it is only said how much it is; --yes with the --plan that was told brings in just that, or nothing.
    What is here already stays as it is, so that it can be done again: a longer file adds the rest. Broken off, it
    goes on when it is done again. The exit status is 1 where something did not come in, which is told line by line.

    \b
    Examples:
      mturk import batch_results.csv --into lab.sqlite3
      mturk import batch_results.csv --into lab.sqlite3 --mark "Did it" --yes
      mturk import results.csv --into lab.sqlite3 --yes --plan 6527aa8f2d1a38a9
      mturk import account.jsonl --into lab.sqlite3 --as linguists --yes
      mturk import participants.db --into lab.sqlite3
      mturk import postgresql://dallinger@host/dallinger --into lab.sqlite3
    """
    from mturk.moving import source as origin

    brings = yes and not dry_run
    with option.mistakes_explained(), _told(report, overwrite) as tell:
        things = origin.things(source, encoding=encoding, table=table)
        with option.opened(into) as market:
            done = market.take_in(
                things,
                requester=requester,
                source=origin.name_of(source),
                mark=mark,
                dry_run=not brings,
                plan=plan,
                tell=tell,
            )
    _show(done)
    return REFUSED if done.refused else 0


@contextmanager
def _told(report: str | None, overwrite: bool) -> Iterator[Callable[[Remark], object]]:
    """Tells the first of each sort, and puts all into a file that only its owner can read."""
    told: Counter[bool] = Counter()

    def say(remark: Remark) -> None:
        told[remark.refused] += 1
        if told[remark.refused] <= _FEW:
            click.echo(one_line(f"{'Refused' if remark.refused else 'Note'}: {remark}"), err=True)

    if report is None:
        yield say
    else:
        with new_file.written(Path(report).expanduser(), overwrite=overwrite) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(_COLUMNS)

            def write(remark: Remark) -> None:
                say(remark)
                cells = (remark.place, remark.thing, "no" if remark.refused else "yes", remark.words)
                writer.writerow(defused(writable(one_line(cell))) for cell in cells)

            yield write
    more = sum(number - _FEW for number in told.values() if number > _FEW)
    if more:
        click.echo(f"… and {more:,} more" + ("" if report else "; --report FILE has them all"), err=True)


def _show(done: Importation) -> None:
    kinds = dict.fromkeys([*done.new, *done.there, *done.changed])
    if kinds:
        click.echo(f"{'':18} {'new':>10} {'there':>10} {'decided':>10}")
    for kind in kinds:
        numbers = (part.get(kind, 0) for part in (done.new, done.there, done.changed))
        click.echo(f"{kind:18} " + " ".join(f"{number:>10,}" for number in numbers))
    if done.undecided:
        text = "not decided yet: approve or reject them where they were done, for here that pays nobody"
        click.echo(f"Assignments {text}: {done.undecided:,}")
    click.echo(f"Refused: {done.refused:,}")
    if done.dry_run:
        click.echo(f"Nothing was brought in. To bring in just this: --yes --plan {done.plan}")
    else:
        click.echo("Brought in.")
