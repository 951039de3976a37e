"""`mturk requester` and `mturk worker`: the people of a marketplace, and their keys."""

from __future__ import annotations

import io
from datetime import datetime

import click

from mturk.cli import option


@click.group(invoke_without_command=True)
@click.pass_context
def requester(context: click.Context) -> None:
    """Add requesters; show or revoke their keys; read letters.

    Each requester has a key pair, a balance, and HITs and qualifications that no other one sees.

    \b
    Examples:
      mturk requester add linguists --deposit 500.00
      mturk requester list
      mturk requester keys linguists
      mturk requester revoke AKIAEXAMPLEEXAMPLE12
      mturk requester letters linguists
    """
    _help_if_alone(context)


@requester.command("add")
@click.argument("name")
@option.existing_database
@click.option(
    "--deposit", metavar="USD", callback=option.check_deposit, help="What there is to spend; 10000.00 if not told."
)
def add_requester(name: str, database: str, deposit: str | None) -> None:
    """Make a requester, and print the key pair to sign with.

    \b
    Examples:
      mturk requester add linguists
      mturk requester add linguists --deposit 500.00 --database lab.sqlite3
    """
    with option.mistakes_explained(), option.opened(database) as market:
        made = market.add_requester(name, deposit)
        click.echo(f"Requester: {made.name}")
        click.echo(f"Access key: {made.access_key}")
        click.echo(f"Secret key: {made.secret_key}")


@requester.command("list")
@option.existing_database
def list_requesters(database: str) -> None:
    """List requesters and their access keys, one key a line: name, key, since when, until when, last used.

    The last use is the day (UTC) of the last call that was signed with it.

    \b
    Examples:
      mturk requester list
      mturk requester list --database lab.sqlite3
    """
    with option.mistakes_explained(), option.opened(database) as market:
        keys = market.access_keys()
        width = max(len(key.requester) for key in keys)
        for key in keys:
            ended = f"revoked {key.revoked:%Y-%m-%d %H:%M} UTC" if key.revoked else "in use"
            if key.ends and not key.revoked:
                ended = f"{'ended' if key.ends <= market.clock.now() else 'good until'} {key.ends:%Y-%m-%d %H:%M} UTC"
            used = f"last used {key.last_used:%Y-%m-%d}" if key.last_used else "never used"
            made = f"made {key.created:%Y-%m-%d %H:%M} UTC"
            click.echo(f"{key.requester:{width}}  {key.access_key}  {made}  {ended}  {used}")


@requester.command("keys")
@click.argument("name", default="requester")
@option.existing_database
@click.option("--new", is_flag=True, help="Make another pair, beside those that there are.")
@click.option(
    "--expires",
    metavar="DATE",
    callback=option.read_moment,
    help="Make another pair, which is refused from this day or time on, in market time and UTC.",
)
def show_keys(name: str, database: str, new: bool, expires: datetime | None) -> None:
    """Show the key pair that a requester signs with, or make another.

    It is the oldest that is good, or a new one where none is. Without NAME it is the requester that was made with the
    database.

    \b
    Examples:
      mturk requester keys
      mturk requester keys linguists --database lab.sqlite3
      mturk requester keys linguists --expires 2027-06-30
    """
    with option.mistakes_explained(), option.opened(database) as market:
        if name not in market.requesters():
            raise click.ClickException(f"There is no requester {name!r}; see mturk requester list.")
        found = market.requester(name)
        if new or expires:
            found = found.add_key(expires)
        market.note("ShowKeys", {"Requester": name})
        click.echo(f"Requester: {found.name}")
        click.echo(f"Access key: {found.access_key}")
        click.echo(f"Secret key: {found.secret_key}")


@requester.command("revoke")
@click.argument("access_key")
@option.existing_database
def revoke_key(access_key: str, database: str) -> None:
    """Take a key pair out of use, at once and for ever.

    \b
    Examples:
      mturk requester revoke AKIAEXAMPLEEXAMPLE12
    """
    with option.mistakes_explained(), option.opened(database) as market:
        market.revoke_key(access_key)
        click.echo(f"Revoked: {access_key}")


@click.group(invoke_without_command=True)
@click.pass_context
def worker(context: click.Context) -> None:
    """Add workers to a marketplace of yours; invite, block them.

    This is for who runs a marketplace. A requester's view of workers, also on AWS, is mturk workers.

    \b
    Examples:
      mturk worker add A1ADA --country GB
      mturk worker invite --count 20 --csv links.csv
      mturk worker block A1ADA
      mturk worker export --csv workers.csv
    """
    _help_if_alone(context)


@worker.command("add")
@click.argument("worker_id")
@option.existing_database
@click.option("--country", metavar="CC", help="Where the worker lives: two capitals, such as DE.")
@click.option("--subdivision", metavar="CC", help="The state, in the US.")
@click.option("--adult/--no-adult", default=None, help="The worker may see content for adults, or may not.")
@click.option("--masters/--no-masters", default=None, help="The worker is one of the Masters, or is not.")
def add_worker(
    worker_id: str,
    database: str,
    country: str | None,
    subdivision: str | None,
    adult: bool | None,
    masters: bool | None,
) -> None:
    """Register a worker, or change what is known of one; what is left out stays as it is.

    \b
    Examples:
      mturk worker add A1ADA
      mturk worker add A1ADA --country US --subdivision NY --adult
    """
    with option.mistakes_explained(), option.opened(database) as market:
        market.worker(worker_id, country, subdivision, adult, masters)
        click.echo(f"Worker: {worker_id}")


@worker.command("block")
@click.argument("worker_id")
@option.existing_database
@click.option("--undo", is_flag=True, help="Let the worker work again.")
def block_worker(worker_id: str, database: str, undo: bool) -> None:
    """Keep a worker from all work here; what was accepted can be finished.

    \b
    Examples:
      mturk worker block A1ADA
      mturk worker block A1ADA --undo
    """
    with option.mistakes_explained(), option.opened(database) as market:
        market.block_worker(worker_id, blocked=not undo)
        click.echo(f"{'Unblocked' if undo else 'Blocked'}: {worker_id}")


@worker.command("export")
@option.existing_database
@option.csv_file
@option.overwrite
def export_workers(database: str, file: str, overwrite: bool) -> None:
    """Write all workers, their records and what they were paid to a file.

    \b
    Examples:
      mturk worker export --csv workers.csv
      mturk worker export --csv - --database lab.sqlite3
    """
    from mturk.cli import payouts

    with option.mistakes_explained(), option.opened(database) as market:
        table = io.StringIO(newline="")
        number = market.export_workers(table)
        payouts.write(file, table.getvalue(), overwrite=overwrite)
        click.echo(f"Exported {number} workers.", err=file == payouts.STDOUT)


def _help_if_alone(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
