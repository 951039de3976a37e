"""A list of the service as a table in a terminal, as plain lines in a pipe, as JSON or as CSV."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import attrs
import click
from click.core import ParameterSource

from mturk.cli.account import new_file
from mturk.data.csv_file import Rows
from mturk.data.formula import defused
from mturk.data.safe_text import harmless, json_line, one_line, writable
from mturk.record.display import shown
from mturk.record.export import json_text

if TYPE_CHECKING:
    from rich.console import Console

Fields = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., object])
SCREENFUL = 100
"""How many a terminal gets where nobody said how many."""
WIDE = 150
"""From how many characters on a terminal shows all columns."""
STDOUT = "-"

_JSON = click.option("--json", "as_json", is_flag=True, help="Print all fields as JSON, one object a line.")
_CSV = click.option(
    "--csv", "file", metavar="FILE", help="Write all fields to this file, which only you can read; - is stdout."
)
_OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace the file if it is there already.")
_LIMIT = click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"At most so many. Without it a terminal shows the first {SCREENFUL}, and everything else gets all.",
)


def options(command: F) -> F:
    """Give a command `--json`, `--csv` and `--overwrite`; it takes them as arguments of `Form`."""
    for add in (_OVERWRITE, _CSV, _JSON):
        command = add(command)
    return command


def limited(command: F) -> F:
    """The same and `--limit`."""
    return options(_LIMIT(command))


def goes_on(context: click.Context) -> bool:
    """Whether a group is called for one of its commands, and not alone; its own options would do nothing then."""
    if context.invoked_subcommand is None:
        return False
    sources = map(context.get_parameter_source, context.params)
    if any(source is ParameterSource.COMMANDLINE for source in sources):
        raise click.UsageError(f"Options stand after the command, as in {context.command_path} show ID --option.")
    return True


@attrs.frozen
class Form:
    """How a list is shown."""

    as_json: bool = False
    file: str | None = None
    overwrite: bool = False
    limit: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.as_json and self.file is not None:
            raise click.UsageError("Say --json or --csv, not both.")
        if self.file not in (None, STDOUT):
            new_file.check(Path(str(self.file)), overwrite=self.overwrite)

    @property
    def on_screen(self) -> bool:
        """Whether somebody looks at it."""
        return not self.as_json and self.file is None and sys.stdout.isatty()

    def some(self, things: Iterable[Fields]) -> Iterator[Fields]:
        """As many as are shown."""
        return islice(things, self.limit or (SCREENFUL if self.on_screen else None))

    def show(self, things: Iterable[Fields], columns: Sequence[str], what: str, few: Sequence[str] = ()) -> None:
        """Show the things: of each these columns, in a file all fields; `what` they are called, in the plural.

        A terminal that is not wide gets a `few` of the columns.
        """
        some = self.some(things)
        if self.as_json:
            for each in some:
                click.echo(json_line(json_text(each)))
        elif self.file is not None:
            self._write(list(some), columns, what)
        elif sys.stdout.isatty():
            terminal = console()
            self._draw(terminal, list(some), few if few and terminal.width < WIDE else columns, what)
        else:
            _print_plain(some, columns)

    def _draw(self, terminal: Console, things: list[Fields], columns: Sequence[str], what: str) -> None:
        if not things:
            click.echo(f"There are no {what}.")
            return
        draw(terminal, things, columns)
        if len(things) == (self.limit or SCREENFUL):
            click.echo(f"These are the first {len(things)} {what}; there may be more: --limit N.", err=True)

    def _write(self, things: list[Fields], columns: Sequence[str], what: str) -> None:
        names = list(dict.fromkeys(chain(columns, *things)))
        if self.file == STDOUT:
            # To a pipe as it is: a name that is changed may become another worker's, whose column it then is.
            _fill(sys.stdout, things, names, harmless if sys.stdout.isatty() else writable)
        else:
            with new_file.written(Path(str(self.file)), overwrite=self.overwrite) as file:
                _fill(file, things, names, writable)
        click.echo(f"Wrote {len(things)} {what}.", err=True)


def show_one(fields: Fields, *, as_json: bool) -> None:
    """One thing: a line for each field that there is, or one object."""
    if as_json:
        click.echo(json_line(json_text(fields)))
        return
    # What a worker calls a field is a name, too.
    known = {head(name): value for name, value in fields.items() if value not in (None, (), [])}
    width = max(map(len, known), default=0)
    for name, value in known.items():
        click.echo(f"{name:{width}}  {cell(value)}" if sys.stdout.isatty() else f"{name}\t{cell(value)}")


def cell(value: object) -> str:
    """A value on one line, whole."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, (tuple, list)):
        return one_line(", ".join(map(cell, value)))
    whole = shown(value)
    return one_line(str(value) if whole.endswith("…") else whole)


def head(name: str) -> str:
    """The name of a column on one line, as JSON has it where it would look like another one."""
    line = cell(name)
    return line if line == name else json.dumps(name)


def console() -> Console:
    """The terminal, which takes nothing in a cell for an order."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def draw(where: Console, things: Iterable[Fields], columns: Sequence[str]) -> None:
    """A table that fits the terminal; what is too long goes on below."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        # An id is to be copied.
        table.add_column(Text(head(name)), overflow="fold", no_wrap=name == "id")
    for each in things:
        table.add_row(*(Text(cell(each.get(name))) for name in columns))
    where.print(table)


def _print_plain(things: Iterable[Fields], columns: Sequence[str]) -> None:
    click.echo("\t".join(map(head, columns)))
    for each in things:
        click.echo("\t".join(cell(each.get(name)) for name in columns))


def _fill(file: TextIO, things: Iterable[Fields], names: Sequence[str], made: Callable[[str], str]) -> None:
    rows = Rows(file)
    rows.add(defused(made(name)) for name in names)
    for each in things:
        rows.add(_csv_cell(each.get(name), made) for name in names)


def _csv_cell(value: object, made: Callable[[str], str]) -> str:
    """A text as it stands but for formulas, which no number is; times and durations as in JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, (int, Decimal)):
        return str(value)
    return defused(made(str(value) if isinstance(value, str) else cell(value)))
