"""`mturk preview`: a row of a table in a page, in the browser as workers see it. Nothing is published."""

from __future__ import annotations

import json
import tempfile
import webbrowser
from collections.abc import Callable, Iterable
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit

import attrs
import click

from mturk.cli.account import reach, tabulation
from mturk.data.safe_text import one_line

if TYPE_CHECKING:
    from mturk.batch.batch_report import BatchReport
    from mturk.batch.row_question import Asking
    from mturk.marketplace import Marketplace
    from mturk.model.assignment import Assignment
    from mturk.question.question import Examined
    from mturk.table.sheet import Cells

VISITOR = "A1PREVIEW"
LIMIT = 65_535
"""Of a question, in bytes."""
_DAY = timedelta(days=1)
_Say = Callable[[str], object]


@click.command("preview")
@click.argument("page", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--rows", metavar="FILE", type=click.Path(exists=True, dir_okay=False), help="The table: .csv, .tsv or .jsonl."
)
@click.option(
    "--row", "number", type=click.IntRange(min=1), metavar="N", help="Show this row, 1 if not told; needs --rows."
)
@click.option(
    "--engine",
    type=click.Choice(["mturk", "jinja"]),
    default="mturk",
    show_default=True,
    help="How the page names its places: ${name}, or Jinja2's.",
)
@click.option("--encoding", default="utf-8-sig", show_default=True, metavar="NAME", help="Of the table.")
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="The port to show it at, else a free one."
)
def preview(
    page: str,
    rows: str | None,
    number: int | None,
    engine: Literal["mturk", "jinja"],
    encoding: str,
    no_browser: bool,
    port: int,
) -> None:
    """Show a page as workers see it, filled with a row.

    It opens in the browser, in the frame of a worker site inside this program. You can submit it: what you would get
    is printed, and it is on offer again. Before that all rows are held against the page, and what is wrong is told as
    batch.check() tells it; the exit status is 1 then. No account and no database is touched. Ctrl-C ends it.

    \b
    Examples:
      mturk preview label.html
      mturk preview label.html --rows photos.csv --row 7
    """
    if number is not None and rows is None:
        raise click.UsageError("--row is a row of --rows, which is missing.")
    with reach.calling():
        found = look(page, rows, number or 1, engine, encoding)
        _tell(found)
        if found.question is None:
            reach.end(_not_shown(number or 1, found), reach.PROBLEM)
        _show(found.question, Path(page).name, port, (lambda _: None) if no_browser else _browse)
    if not found.report:
        raise click.exceptions.Exit(reach.PROBLEM)


@attrs.frozen
class Look:
    """What was found: the report on all rows, and the question of the row that is shown, if it can be."""

    report: BatchReport
    question: Examined | None
    has_table: bool


def look(page: str, rows: str | None, number: int, engine: Literal["mturk", "jinja"], encoding: str) -> Look:
    """Hold the rows against the page, and make the question of one."""
    from mturk.batch.examination import Examination
    from mturk.batch.row_question import asking
    from mturk.errors import ValidationError
    from mturk.table import sheet

    asked = asking(page, engine)
    table: Iterable[Cells] = [_names(asked)] if rows is None else sheet.read(rows, encoding)
    examination = Examination(asked, LIMIT)
    wanted: Cells | None = None
    for key, cells, _ in examination.pass_by((str(at), cells) for at, cells in enumerate(table, 1)):
        wanted = cells if key == str(number) else wanted
    report = examination.report()
    if wanted is None and report:
        raise ValidationError(f"--row {number}: {rows} has {report.rows} rows")
    return Look(report, None if wanted is None else _question(asked, wanted), rows is not None)


def _names(asked: Asking) -> Cells:
    """Each place with its own name in it, where there is no row."""
    return {name: f"${{{name}}}" for name in asked.needs or ()}


def _question(asked: Asking, cells: Cells) -> Examined | None:
    from mturk.errors import MTurkError
    from mturk.question import question

    try:
        found = question.examine(asked.make(cells), LIMIT)
    except MTurkError:
        return None  # it is in the report
    return None if found.problems else found


def _not_shown(number: int, found: Look) -> str:
    rows = found.report.rows
    if number > rows:
        return f"there is no row {number}, for the table has {rows}; what is wrong with these stands above"
    return f"row {number} cannot be shown: see above"


def _tell(found: Look) -> None:
    lines = str(found.report).splitlines()
    for line in lines if found.has_table else lines[1:]:
        click.echo(one_line(line))


def _show(asked: Examined, name: str, port: int, browse: _Say) -> None:
    from mturk.cli import end_signal

    with end_signal.caught() as end:
        try:
            from mturk.marketplace import Marketplace, MarketplaceError
        except ModuleNotFoundError as error:
            if "mturk[marketplace]" not in str(error):
                raise
            show_file(asked, name, click.echo, lambda: end_signal.wait(end), browse)
            return
        try:
            with Marketplace(port=port) as market:
                show_on_site(market, asked, name, click.echo, lambda: end_signal.wait(end), browse)
        except MarketplaceError as error:
            reach.end(str(error), reach.PROBLEM)


def show_on_site(
    market: Marketplace,
    asked: Examined,
    name: str,
    say: _Say,
    until_interrupted: Callable[[], object],
    browse: _Say,
) -> None:
    """Have it on offer at the site of a marketplace, to one worker who is signed in by a link."""
    from mturk.connection.connection import Connection
    from mturk.model.assignment import Assignment
    from mturk.model.hit_type import HITType

    with Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection:
        kind = HITType.create(one_line(f"Preview of {name}")[:128], "A preview", "0.05", _DAY, connection=connection)
        market.worker(VISITOR, country="US", subdivision="NY", adult=True)
        hit = kind.create_hit(asked, _DAY)

        def hear(message: str) -> None:
            for event in json.loads(message)["Events"]:
                if event["EventType"] == "AssignmentSubmitted":
                    for line in answers(Assignment.get(event["AssignmentId"], connection=connection)):
                        say(line)
                    kind.create_hit(asked, _DAY)
                    say("It is on offer again.")

        group = f"{urlsplit(market.site_url).path}groups/{hit.group_id}"
        address = f"{market.sign_in_link(VISITOR)}&next={quote(group)}"
        say(f"Preview: {address}")
        say("That link is good once, for this browser. Accept the HIT to fill it in. Ctrl-C ends it.")
        browse(address)
        with market.listen(hear):
            until_interrupted()


def answers(submitted: Assignment) -> list[str]:
    """What a requester would get of a submission, a line for each field."""
    from mturk.errors import AnswerError

    try:
        found = {name.removeprefix("answers."): cell for name, cell in submitted.answers.columns().items()}
    except AnswerError as error:
        return [f"Submitted, and it cannot be read: {one_line(str(error))}"]
    lines = [f"  {one_line(field)}: {tabulation.cell(value)}" for field, value in found.items()]
    return ["Submitted. This is what you would get:", *(lines or ["  nothing"])]


def show_file(asked: Examined, name: str, say: _Say, until_interrupted: Callable[[], object], browse: _Say) -> None:
    """Show the page from a temporary file, where there is no marketplace to show it."""
    from mturk.question import question
    from mturk.question.html_question import HTMLQuestion

    read = question.read(asked.xml)
    if not isinstance(read, HTMLQuestion):
        reach.end(
            "only a page of HTML can be shown without the site: pip install 'mturk[marketplace]'", reach.WRONG_USE
        )
    with tempfile.TemporaryDirectory(prefix="mturk-") as folder:
        file = Path(folder, "preview.html")
        file.write_text(framed(read.html, name), encoding="utf-8", errors="replace")
        say(f"Preview: {file.as_uri()}")
        say(
            "This is the page alone: it cannot be submitted, and crowd elements are not drawn. "
            "With pip install 'mturk[marketplace]' it is as workers see it. Ctrl-C ends it."
        )
        browse(file.as_uri())
        until_interrupted()


def framed(html: str, name: str) -> str:
    """The page in a frame of its own, which keeps it from files and from other pages."""
    return (
        f'<!DOCTYPE html><meta charset="utf-8"><title>Preview of {escape(name)}</title>'
        "<style>html,body,iframe{margin:0;border:0;width:100%;height:100%}</style>"
        f'<iframe sandbox="allow-scripts allow-modals" srcdoc="{escape(html)}"></iframe>'
    )


def _browse(address: str) -> None:
    if not webbrowser.open(address):
        click.echo("No browser was found here; open the address in one.", err=True)
