"""`mturk worker invite` and `mturk worker reset`: links with which people come to the worker site."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import click

from mturk.cli import option
from mturk.cli.option import USUAL_ADDRESS

if TYPE_CHECKING:
    from mturk.marketplace import Marketplace

COLUMNS = ("worker_id", "url", "ends")
_MOST = 10_000
_LONGEST = 365

site_address = click.option(
    "--url",
    metavar="URL",
    envvar="MTURK_PUBLIC_URL",
    default=USUAL_ADDRESS,
    show_default=True,
    help="Where workers reach the marketplace: the --public-url of mturk serve, or the address that it prints. "
    "MTURK_PUBLIC_URL is read too.",
)


@click.command("invite")
@click.argument("worker_id", required=False)
@option.existing_database
@site_address
@click.option(
    "--count", type=click.IntRange(1, _MOST), default=1, show_default=True, help="For how many people, a link each."
)
@click.option(
    "--days", type=click.IntRange(1, _LONGEST), default=14, show_default=True, help="How long a link is good."
)
@click.option(
    "--csv", "file", metavar="FILE", help="Write the links to this file, which only you can read; - is stdout."
)
@option.overwrite
def invite(
    worker_id: str | None, database: str, url: str, count: int, days: int, file: str | None, overwrite: bool
) -> None:
    """Make links with which people sign up at the worker site, each good once.

    Who opens one becomes a new worker. With WORKER_ID the link is for that worker, who was made by mturk worker add.
    Send each link to one person: whoever has it can use it.

    \b
    Examples:
      mturk worker invite
      mturk worker invite --count 20 --csv links.csv --url https://turk.my-lab.org
      mturk worker invite A1ADA --days 3
    """
    from mturk.cli import payouts

    if worker_id is not None and count > 1:
        raise click.UsageError("A worker has one account, so --count cannot be more than 1 with WORKER_ID.")
    length = timedelta(days=days)
    with option.mistakes_explained(), option.opened(database, public_url=url) as market:
        # Asked before, so that a link is never told to be good for longer than it is.
        end = datetime.now(timezone.utc) + length
        if file is None:
            click.echo("\n".join(_links(market, worker_id, count, length)))
            return
        with payouts.opened(file, overwrite=overwrite, private=True) as fill:
            fill(_table(worker_id, _links(market, worker_id, count, length), end))
        many = "1 invitation" if count == 1 else f"{count} invitations"
        click.echo(f"Made {many}, good until {end:%Y-%m-%d %H:%M} UTC.", err=file == payouts.STDOUT)


@click.command("reset")
@click.argument("worker_id")
@option.existing_database
@site_address
def reset(worker_id: str, database: str, url: str) -> None:
    """Make a link with which a worker sets a new password at the worker site.

    It is good once and for a day. Be sure of who asks for it: whoever has the link gets into the account. The worker is
    signed out everywhere once it was used.

    \b
    Examples:
      mturk worker reset A1ADA
      mturk worker reset A1ADA --url https://turk.my-lab.org
    """
    with option.mistakes_explained(), option.opened(database, public_url=url) as market:
        click.echo(market.reset(worker_id))


def _links(market: Marketplace, worker_id: str | None, count: int, length: timedelta) -> list[str]:
    """All of them, or none."""
    return market.invite_many(count, length) if worker_id is None else [market.invite(worker_id, length)]


def _table(worker_id: str | None, links: list[str], end: datetime) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((worker_id or "", link, end.isoformat(timespec="minutes")) for link in links)
    return lines.getvalue()
