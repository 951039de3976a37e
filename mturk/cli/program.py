"""The command line: what its commands are called, what they take, and how they say that something is wrong.

What a command does stands in a module of its own name, which is imported when the command is run.
"""

from __future__ import annotations

import os
import random
import shlex
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from mturk.cli import (
    access,
    audit,
    bringing,
    crowd,
    diagnosing,
    front_door,
    hearing,
    lookout,
    option,
    people,
    preview,
    redirection,
    upkeep,
)
from mturk.cli.account import export_file, funds, hits, qualifications, workers
from mturk.cli.batch.batch_group import batch
from mturk.data.safe_text import one_line
from mturk.version import __version__

WRONG = 2  # the exit status of everything that went wrong
INTERRUPTED = 130  # what shells expect of a program that was stopped with Ctrl-C
FILE_WIDTH = 80  # of what is not shown on a terminal
SEED = 165  # of the workers' chance, so that each demonstration shows the same


class Program(click.Group):
    """A group of commands that tells each mistake in one line."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; every mistake is one line on stderr and exit status 2."""
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            click.echo(_one_line(error), err=True)
            sys.exit(WRONG)
        except click.Abort:
            click.echo("mturk: stopped", err=True)
            sys.exit(INTERRUPTED)
        if standalone_mode:
            sys.exit(status or 0)
        return status


@click.group(
    cls=Program,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def command(context: click.Context) -> None:
    """Run human work through Amazon Mechanical Turk's API, on a marketplace of your own.

    \b
    Examples:
      mturk demo                         see the main job done in a few seconds
      mturk serve                        a marketplace for your scripts
      mturk serve --database lab.sqlite3 --port 8018 --no-fees
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command.command()
@click.option(
    "--database",
    metavar="PATH",
    callback=option.check_database,
    help="Keep the marketplace in this file. Without it everything is thrown away at the end.",
)
@click.option("--site", is_flag=True, help="Be the worker: open the worker site with work on offer, signed in.")
def demo(database: str | None, site: bool) -> None:
    """See the main job done: publish, work, review, pay, delete.

    A marketplace is started inside this program, on a new database. 24 messages are published as HITs, three
    workers label each of them, the answers are reviewed and paid for, and the HITs are deleted. The workers are
    played by the program; no AWS account is used, and no money is spent.

    With --site you are the worker: the page at which people work is opened, with work on offer, until Ctrl-C.

    \b
    Examples:
      mturk demo
      mturk demo --database demo.sqlite3
      mturk demo --site
    """
    from rich.console import Console

    from mturk.cli import demo as script
    from mturk.cli import demo_site, end_signal
    from mturk.marketplace import Marketplace

    shown = sys.stdout.isatty()
    console = Console(
        force_terminal=shown, width=None if shown else FILE_WIDTH, highlight=False, markup=False, emoji=False
    )
    with (
        option.mistakes_explained(),
        tempfile.TemporaryDirectory(prefix="mturk-") as folder,
        Marketplace(database or os.path.join(folder, "demo.sqlite3")) as market,
    ):
        if site:
            with end_signal.caught() as end:
                demo_site.run(market, click.echo, lambda: end_signal.wait(end), Path(folder, "events.sqlite3"))
        else:
            script.run(market, console, random.Random(SEED))  # noqa: S311 - nothing secret is drawn
    if database:
        click.echo(f"The marketplace is kept: mturk serve --database {shlex.quote(database)}")


@command.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8017,
    show_default=True,
    metavar="PORT",
    help="The port to listen at; 0 takes a free one.",
)
@click.option(
    "--database",
    metavar="URL",
    envvar="MTURK_DATABASE",
    default="mturk.sqlite3",
    show_default=True,
    callback=option.check_database,
    help="A file, made if there is none, or the URL of a database. MTURK_DATABASE is read too.",
)
@click.option(
    "--deposit",
    metavar="USD",
    default="10000.00",
    show_default=True,
    callback=option.check_deposit,
    help="What a new requester has to spend; one that is there already keeps what it has.",
)
@click.option("--existing", is_flag=True, help="Refuse to begin a new database where there is none.")
@click.option("--fees/--no-fees", default=True, show_default=True, help="Charge MTurk's fees, or none.")
@click.option("--public-url", metavar="URL", help="The address for clients, behind a proxy: see docs/deploy.md.")
@click.option(
    "--plain-http", is_flag=True, help="Listen where others can reach it though nobody encrypts what passes there."
)
@click.option(
    "--sign-up",
    type=click.Choice(["invite", "open"]),
    default="invite",
    show_default=True,
    help="Who can have an account at the worker site: who was invited (mturk worker invite), or everybody.",
)
@click.option("--sign-in", metavar="header:NAME", help="Take who is signed in from a header that a trusted proxy sets.")
@click.option(
    "--trusted-proxy", multiple=True, metavar="ADDRESS", help="A proxy, or a network of them, whose headers are true."
)
@click.option("--terms", metavar="FILE", help="What workers consent to when they sign up.")
@click.option(
    "--task-host",
    metavar="HOST",
    help="A name below which each requester's task pages have a host of their own; it needs --public-url.",
)
@click.option("--offline", is_flag=True, help="Keep task pages from all other hosts.")
@option.upload_limit
@option.private_destinations
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="NUMBER",
    help="How many processes serve it: about as many as there are cores. More than one are worth it on PostgreSQL.",
)
@option.sandbox
@redirection.options
@front_door.options
@lookout.options
def serve(
    host: str,
    port: int,
    database: str,
    deposit: str,
    existing: bool,
    fees: bool,
    public_url: str | None,
    plain_http: bool,
    sign_up: str,
    sign_in: str | None,
    trusted_proxy: tuple[str, ...],
    terms: str | None,
    task_host: str | None,
    offline: bool,
    upload_limit: int,
    allow_private_destinations: bool,
    processes: int,
    sandbox: bool,
    leading: redirection.Leading | None,
    rates: dict[str, Any],
    limits: dict[str, Any],
    quota: dict[str, Any],
    lookout: lookout.Lookout,
) -> None:
    """Serve a marketplace for any AWS SDK, until Ctrl-C.

    The first lines say its address and the key pair to sign with, which is made with the database and stays the
    same. The secret key is said that one time; later `mturk requester keys` shows it. Whatever was answered is in
    the database, also if this program is killed.

    \b
    Examples:
      mturk serve
      mturk serve --database lab.sqlite3 --no-fees
      mturk serve --public-url https://turk.my-lab.org --database lab.sqlite3
      mturk serve --sign-up open --terms terms.txt
      mturk serve --sign-in header:X-Remote-User --trusted-proxy 127.0.0.1
      mturk serve --database postgresql://user@host/lab --processes 4
      mturk serve --redirect --sandbox
      mturk serve --log json --access-log --metrics
    """
    from mturk.cli import serve as server
    from mturk.cli.sibling import Siblings
    from mturk.marketplace import ConnectionLimits, Marketplace, allow_connections, keep_log

    settings: dict[str, Any] = {
        "deposit": deposit,
        "sandbox": sandbox,
        "fees": fees,
        "public_url": public_url,
        "sign_up": sign_in or sign_up,
        "trusted_proxies": trusted_proxy,
        "terms": terms,
        "task_host": task_host,
        "offline": offline,
        "upload_limit": upload_limit,
        "limits": (held := ConnectionLimits(**limits)),
        **rates,
        "allow_private_destinations": allow_private_destinations,
        **quota,
        **lookout.settings,
    }
    with option.mistakes_explained(), lookout.begun(processes):
        server.expect_encryption(host, public_url, plain_http=plain_http)
        market = Marketplace(database, host=host, port=port, existing=existing, **settings)
        if processes > 1 and market.database == ":memory:":
            raise click.BadParameter("a database in memory has one process.", param_hint="'--processes'")
        warn = partial(click.echo, err=True)
        keep_log(lookout.log)
        allow_connections(held.connections)
        server.run(
            market,
            host,
            click.echo,
            warn,
            unknown_proxy=public_url is not None and not trusted_proxy,
            task_host=task_host,
            siblings=Siblings(database, settings, processes - 1, warn, lookout.log) if processes > 1 else None,
            leading=leading,
        )


@command.command()
@option.existing_database
@click.option(
    "--since",
    metavar="DATE",
    required=True,
    callback=option.read_moment,
    help="Count from this day or time on, in market time and UTC: 2026-11-01, 2026-11-01T12:30.",
)
@click.option(
    "--until",
    metavar="DATE",
    callback=option.read_moment,
    help="Count what came before this day or time; it must have passed. Without it all is counted.",
)
@option.csv_file
@click.option("--requester", metavar="NAME", help="Count only what this requester paid.")
@option.overwrite
def payouts(
    database: str, since: datetime, until: datetime | None, file: str, requester: str | None, overwrite: bool
) -> None:
    """Write what is owed to each worker: rewards and bonuses.

    The table has a line for each worker who earned something in that time: how many assignments were paid, how
    many bonuses, and the amounts in dollars. To pay each cent once, let each list begin where the last one ended.

    \b
    Examples:
      mturk payouts --since 2026-11-01 --until 2026-12-01 --csv november.csv
      mturk payouts --since 2026-11-01 --csv - --database lab.sqlite3
    """
    from mturk.cli import payouts as script

    with option.mistakes_explained(), option.opened(database) as market:
        say = partial(click.echo, err=file == script.STDOUT)
        script.run(market, since, until, file, say, requester=requester, overwrite=overwrite)


people.requester.add_command(hearing.letters)
command.add_command(hearing.reports)
command.add_command(audit.audit)
command.add_command(batch)
command.add_command(diagnosing.doctor)
command.add_command(people.requester)
command.add_command(people.worker)
people.worker.add_command(access.invite)
people.worker.add_command(access.reset)
for single in (hits.hits, hits.assignments, workers.workers, qualifications.qualifications, funds.balance):
    command.add_command(single)
for single in (
    *bringing.COMMANDS,
    crowd.simulate,
    export_file.export,
    preview.preview,
    *redirection.COMMANDS,
    *upkeep.COMMANDS,
):
    command.add_command(single)


def _one_line(error: click.ClickException) -> str:
    text = one_line(error.format_message())
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return f"mturk: {text}"
    return f"{error.ctx.command_path}: {text} See {error.ctx.command_path} --help"
