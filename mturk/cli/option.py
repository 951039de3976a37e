"""What several commands take, and how they tell in one line what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mturk.data import price

if TYPE_CHECKING:
    from mturk.marketplace import Marketplace


USUAL_ADDRESS = "http://127.0.0.1:8017"
"""Where a marketplace is that was told nothing else."""


def check_database(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse what cannot be a database's file or URL."""
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty; name a file.")
    if value is not None and os.path.isdir(value):
        raise click.BadParameter(f"{value} is a folder; name a file in it.")
    return value


def read_moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read an ISO date or datetime."""
    from mturk.cli.payouts import moment

    if value is None:
        return None
    try:
        return moment(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date or time, as 2026-11-01 or 2026-11-01T12:30.") from None


def check_deposit(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse what is no amount of money."""
    try:
        price.amount("it", "0" if value is None else value)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error
    return value


@contextmanager
def opened(database: str, *, public_url: str | None = None) -> Iterator[Marketplace]:
    """A marketplace that is there already, without a server; `public_url` is where others reach it.

    What is done with it comes into its audit trail.
    """
    from mturk.marketplace import Marketplace

    market = Marketplace(database, existing=True, public_url=public_url, audit_trail=True)
    try:
        yield market
    finally:
        market.stop()


@contextmanager
def mistakes_explained() -> Iterator[None]:
    """Make one line of whatever a marketplace or a call cannot do."""
    from mturk.errors import MTurkError

    try:
        yield
    except Exception as error:
        # A value that a marketplace does not take is a ValueError.
        if isinstance(error, (MTurkError, ValueError, OSError, *_of_marketplace())):
            raise click.ClickException(str(error)) from error
        raise


def _of_marketplace() -> tuple[type[Exception], ...]:
    # A redirect to a marketplace elsewhere does without the packages that one here needs.
    known = sys.modules.get("mturk.marketplace.error")
    return (known.MarketplaceError,) if known else ()


existing_database = click.option(
    "--database",
    metavar="URL",
    envvar="MTURK_DATABASE",
    default="mturk.sqlite3",
    show_default=True,
    callback=check_database,
    help="The marketplace's file, or the URL of its database. MTURK_DATABASE is read too, for a URL with a password.",
)
upload_limit = click.option(
    "--upload-limit",
    type=click.IntRange(1, 2_000_000_000),
    default=10_000_000,
    show_default=True,
    metavar="BYTES",
    help="How large a file may be that a worker uploads.",
)
private_destinations = click.option(
    "--allow-private-destinations",
    is_flag=True,
    help="Let requesters have events sent to this machine and to private networks: docs/security.md.",
)
sandbox = click.option(
    "--sandbox", is_flag=True, help="Make a new database a sandbox: 10,000.00 always, nothing is spent, no fees."
)
csv_file = click.option(
    "--csv", "file", metavar="FILE", required=True, help="Write the table to this file; - is stdout."
)
overwrite = click.option("--overwrite", is_flag=True, help="Replace the file if it is there already.")
