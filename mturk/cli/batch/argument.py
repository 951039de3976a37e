"""What all commands of batches take."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Any

import click

from mturk.cli.batch.batch_folder import BatchFolder
from mturk.cli.batch.telling import Teller
from mturk.data import price
from mturk.errors import ValidationError

Work = Callable[..., int | None]

yes = click.option("--yes", is_flag=True, help="Do it without asking.")
encoding = click.option(
    "--encoding",
    metavar="NAME",
    default="utf-8",
    show_default=True,
    callback=lambda _context, _parameter, value: _known(value),
    help="The encoding of the file; Excel may have written cp1252.",
)
file = click.Path(dir_okay=False, path_type=Path)


def batch_command(work: Work) -> Callable[..., int]:
    """A command on FOLDER with --json, whose mistakes are a line each and whose answer is the exit status."""

    @click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object; words go to stderr.")
    @wraps(work)
    def run(folder: Path, as_json: bool, **options: Any) -> int:
        teller = Teller(work.__name__, folder, as_json=as_json, yes=options.pop("yes", False))
        return teller.run(lambda: work(BatchFolder(folder), teller, **options))

    return run


def amount(_context: click.Context, _parameter: click.Parameter, value: str) -> Decimal:
    """Read an amount in US dollars."""
    try:
        return price.amount("it", value)
    except ValidationError as error:
        raise click.BadParameter(f"{error}.") from None


def share(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
    """Read a share from 0 to 1, as 2/3 or 0.6."""
    try:
        found = float(Fraction(value))
    except (ValueError, ZeroDivisionError, OverflowError):
        found = -1.0
    if not 0 <= found <= 1:
        raise click.BadParameter(f"{value!r} is no share; expected one from 0 to 1, such as 2/3 or 0.6.")
    return found


def _known(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise click.BadParameter(f"{name!r} is not known; expected utf-8, cp1252 or the like.") from None
    return "utf-8-sig" if name.lower().replace("_", "-") in ("utf-8", "utf8") else name
