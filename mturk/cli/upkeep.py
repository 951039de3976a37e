"""`mturk backup`, `restore`, `check`, `prune` and `keys`: what keeps a marketplace running for years."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import click

from mturk.cli import option

PROBLEMS = 1  # the exit status where something is wrong with the marketplace
_DAYS = {"d": 1, "w": 7, "y": 365}


def read_age(_context: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    """Read a length of time in days, weeks or years: 400d, 60w, 2y."""
    found = re.fullmatch(r"([0-9]{1,5})([dwy])", value.strip())
    if found is None:
        raise click.BadParameter(f"{value!r} is no length of time, as 400d, 60w or 2y.")
    return timedelta(days=int(found[1]) * _DAYS[found[2]])


@click.command()
@click.argument("folder")
@option.existing_database
@click.option("--key", metavar="FILE", help="Keep the master key in this file, which lies in another folder.")
@click.option("--no-scratch", is_flag=True, help="Do not put a copy of PostgreSQL back, to try it out.")
def backup(folder: str, database: str, key: str | None, no_scratch: bool) -> int:
    """Copy a marketplace while it runs, and verify the copy.

    The copy is put into FOLDER under a name with the time, once it is whole. Nobody waits for it. It is opened then:
    its ledger is added up, and it is seen whether the master key fits. Without the master key nobody can sign with
    what is in the copy, nor read its secrets: keep it elsewhere, once (--key). Of PostgreSQL it is a file of pg_dump.
    That is read to its end, and put back into a new database of the same server, which takes as much room there until
    it is dropped again: if the role may make databases, and without --no-scratch. The output says what was looked at.

    The exit status is 0 for a good copy, 1 for a copy in which something is wrong as it is in the database, and 2
    where there is none.

    \b
    Examples:
      mturk backup /backup --database lab.sqlite3
      mturk backup /backup --database lab.sqlite3 --key /safe/lab.key
    """
    from mturk.marketplace import back_up

    with option.mistakes_explained():
        made = back_up(database, folder, key=key, scratch=not no_scratch)
    click.echo(f"Backup: {made.path}")
    if made.key:
        click.echo(f"Master key: {made.key}")
    click.echo(f"Looked at: {made.looked_at}")
    return _told(made.problems)


@click.command()
@click.argument("copy")
@click.option(
    "--database",
    metavar="URL",
    required=True,
    callback=option.check_database,
    help="Put it there: a file that is not there yet, or the URL of an empty database.",
)
@click.option("--key", metavar="FILE", help="The master key of the copy; it is put beside a file.")
@click.option("--force", is_flag=True, help="Set the database aside that is there.")
@click.option("--drop-outbox", is_flag=True, help="Deliver no events that wait in the copy.")
def restore(copy: str, database: str, key: str | None, force: bool, drop_outbox: bool) -> int:
    """Put a copy in the place of a database.

    No process may use that place. It is examined first: whether it is of this version, whole, and sealed with the
    master key. With --force a database that is there is set aside under another name, with its key, and nothing of it
    is lost. Keys that were revoked since the copy was made are good again, and what was paid since is not in it.

    \b
    Examples:
      mturk restore lab-20261101T030000Z.sqlite3 --database new.sqlite3
      mturk restore lab-20261101T030000Z.sqlite3 --database lab.sqlite3 --force
    """
    from mturk.marketplace import restore as put_back

    with option.mistakes_explained():
        done = put_back(copy, database, key=key, force=force, drop_outbox=drop_outbox)
    click.echo(f"Restored: {done.database}")
    if done.aside:
        click.echo(f"Set aside: {done.aside}")
    click.echo(f"Due meanwhile: {done.due}, which happen at the next start (expirations, approvals and the like)")
    click.echo(
        f"Events that wait: {done.waiting}; those that were delivered since the copy was made are delivered again"
    )
    return _told(done.problems)


@click.command()
@option.existing_database
def check(database: str) -> int:
    """Say what is wrong with a marketplace, and change nothing.

    It may run meanwhile. Every cent, counters, what is planned, files, damage and the master key are looked at. There
    is a line for each problem, with what to do; the exit status is 0 where there is none, else 1.

    \b
    Examples:
      mturk check --database lab.sqlite3
      mturk check --database postgresql://user@host/lab
    """
    from mturk.marketplace import check as look

    with option.mistakes_explained():
        found = look(database)
    if not found:
        click.echo("In order.")
    return _told(found)


@click.command()
@option.existing_database
@click.option(
    "--older", metavar="AGE", required=True, callback=read_age, help="Remove what is older than this: 400d, 60w, 2y."
)
@click.option("--dry-run", is_flag=True, help="Only say how much it is, as without --yes.")
@click.option("--yes", is_flag=True, help="Remove it.")
@click.option("--trail", is_flag=True, help="Remove the audit trail of that time, too.")
@click.option("--vacuum", is_flag=True, help="Give the room back to the disk then; all others wait for that on SQLite.")
def prune(database: str, older: timedelta, dry_run: bool, yes: bool, trail: bool, vacuum: bool) -> None:
    """Remove what is old, beside a marketplace that runs.

    HITs go that were disposed of so long ago, with their assignments, answers, files and bonuses; and messages,
    letters, events and mail by their own age. The ledger stays, and with it balances and payouts; so do workers and
    their records, and HITs that were not disposed of. So does the audit trail, which is evidence, without --trail.
    There is no way back but a copy. Without --yes it is only said how much it is. Broken off, it goes on when it is
    done again.

    \b
    Examples:
      mturk prune --older 400d --database lab.sqlite3
      mturk prune --older 400d --yes --vacuum --database lab.sqlite3
      mturk prune --older 10y --yes --trail --database lab.sqlite3
    """
    from mturk.marketplace import prune as remove

    removes = yes and not dry_run
    with option.mistakes_explained():
        done = remove(database, older, dry_run=not removes, trail=trail, vacuum=vacuum)
    for name, number in done.rows.items():
        if number:
            click.echo(f"{name:22} {number:>12,}")
    click.echo(f"{'bytes of text':22} {done.bytes:>12,}")
    if done.kept_entries:
        click.echo(f"The audit trail stays, with {done.kept_entries:,} entries of that age. To remove them: --trail")
    if removes:
        click.echo(f"Removed. The longest moment that others waited: {done.longest * 1000:.0f} ms")
        if not vacuum:
            click.echo("The file stays as large, and what is new takes the room. To make it smaller: --vacuum")
    else:
        click.echo("Nothing was removed. To do it: --yes")


@click.group()
def keys() -> None:
    """Change the key that seals all secrets in the database.

    \b
    Examples:
      mturk keys rotate-master --database lab.sqlite3
      mturk keys new-site --yes --database lab.sqlite3
    """


@keys.command("rotate-master")
@option.existing_database
@click.option("--forget-old", is_flag=True, help="Keep the old key nowhere; older copies cannot be used then.")
def rotate_master(database: str, forget_old: bool) -> None:
    """Seal all secrets with a new master key, while the marketplace runs.

    Of an SQLite file the key file beside it gets the new key, and the old one goes to a file that ends in .old: copies
    that were made before need it. Where the key is in MTURK_MARKETPLACE_KEY, that holds both first: the new one, a
    comma, the old one, for every process. Broken off at any moment, it goes on when it is done again.

    \b
    Examples:
      mturk keys rotate-master --database lab.sqlite3
    """
    from mturk.marketplace import rotate_master_key

    with option.mistakes_explained():
        done = rotate_master_key(database, forget_old=forget_old)
    click.echo(f"Secrets sealed anew: {done.resealed}")
    if done.old_key:
        click.echo(f"Old key: {done.old_key}")


@keys.command("new-site")
@option.existing_database
@click.option("--yes", is_flag=True, help="Do it: there is no way back.")
def new_site(database: str, yes: bool) -> None:
    """Have the site sign with a new key, where the old one cannot be read any more.

    Only where the master key that sealed it is lost for good. Stop every process of the marketplace first; the next
    start makes the new key. Everybody signs in again, links that were sent are void, and people who closed their
    accounts are not recognized if they come back. Work and money are not concerned.

    \b
    Examples:
      mturk keys new-site --yes --database lab.sqlite3
    """
    from mturk.marketplace import new_site_key

    if not yes:
        raise click.UsageError("There is no way back from this. To do it: --yes.")
    with option.mistakes_explained():
        new_site_key(database)
    click.echo("The next start makes a new key for the site.")


def _told(problems: Sequence[object]) -> int:
    for one in problems:
        click.echo(str(one), err=True)
    return PROBLEMS if problems else 0


COMMANDS: Final = (backup, restore, check, prune, keys)
"""All of them."""
