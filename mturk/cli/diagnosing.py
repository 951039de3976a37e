"""`mturk doctor`: what is here, and what is in programs that were written for Mechanical Turk."""

from __future__ import annotations

from pathlib import Path

import click

from mturk.cli.account import reach
from mturk.data.safe_text import one_line


@click.command()
@click.argument("scripts", nargs=-1, metavar="[SCRIPT]...", type=click.Path(path_type=Path))
@click.option("--online", is_flag=True, help="Ask the service for the balance too, which changes nothing.")
@reach.options
def doctor(scripts: tuple[Path, ...], online: bool, **where: str | None) -> int:
    """Say what is here and where calls go, or what SCRIPT needs.

    One line each: the program that the name mturk runs, the version, the extras that are there, the endpoint, and
    where the credentials come from. Nothing is sent without --online, and no secret is shown. With it the service is
    asked: whether it is reached, by the right key, at the right time, and what the key may do. A line that ends in
    [!] is wrong and says the next step, and then the exit status is 1.

    With programs in Python, R, JavaScript or shell, notebooks, pages, or folders: says line by line what would not
    go to a marketplace of yours, and what to write. They are read, not run, and not changed.

    \b
    Examples:
      mturk doctor
      mturk doctor --online --endpoint sandbox --profile lab
      mturk doctor publish.py analysis.R experiment/
      python -m mturk doctor
    """
    from mturk.cli import diagnosis
    from mturk.cli.advice import scrutiny
    from mturk.cli.advice.finding import tell

    with reach.calling():
        if not scripts:
            return diagnosis.run(click.echo, where, online=online)
        if online or any(where.values()):
            raise click.UsageError("Programs are looked at without a service: leave --online and where to go out.")
        return tell(scrutiny.findings(scripts), lambda text: click.echo(one_line(text)))
