"""`mturk simulate` on the command line: what its made-up workers are like."""

from __future__ import annotations

from typing import Any

import click

from mturk.cli import option


@click.command()
@click.option(
    "--database",
    metavar="URL",
    required=True,
    callback=option.check_database,
    help="The marketplace's file, or the URL of its database. Its clock is moved on, and its requesters pay.",
)
@click.option("--hours", type=float, default=24.0, show_default=True, help="How much market time to play.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed is the same run.")
@click.option(
    "--hits", type=click.IntRange(min=0), default=0, help="Publish so many HITs first, if need be in a new file."
)
@click.option("--workers", type=int, default=1000, show_default=True, help="How many workers there are.")
@click.option("--arrivals", type=float, default=60.0, show_default=True, help="How many of them come in an hour.")
@click.option("--visit", type=float, default=5.0, show_default=True, help="How many HITs one takes on, about.")
@click.option("--seconds", type=float, default=60.0, show_default=True, help="How long a HIT takes, about.")
@click.option("--returns", type=float, default=0.05, show_default=True, help="The share of HITs that are returned.")
@click.option("--abandons", type=float, default=0.03, show_default=True, help="The share that is abandoned.")
@click.option("--careful", type=float, default=80.0, show_default=True, help="How many workers are right, mostly.")
@click.option("--hasty", type=float, default=15.0, show_default=True, help="How many are right two times of three.")
@click.option("--guessing", type=float, default=4.0, show_default=True, help="How many answer anything.")
@click.option("--stuck", type=float, default=1.0, show_default=True, help="How many always answer the same.")
def simulate(database: str, hours: float, seed: int, hits: int, **crowd: Any) -> None:
    """Let made-up workers do the HITs that are on offer.

    They come at random over market time, which is moved on; they accept, submit, return and abandon HITs, and
    fill in forms and pages. This is for load and for tests; the workers' ids begin with ASIM.

    \b
    Examples:
      mturk simulate --database test.sqlite3 --hits 1000
      mturk simulate --database test.sqlite3 --hours 8 --arrivals 500
    """
    from mturk.cli import simulate as script
    from mturk.marketplace import Crowd, Marketplace

    with option.mistakes_explained(), Marketplace(database, existing=not hits) as market:
        script.run(market, Crowd(**crowd), hits, hours, seed, click.echo)
