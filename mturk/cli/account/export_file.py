"""`mturk export`: everything of an account in a file of JSON Lines."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import attrs
import click

from mturk.cli.account import new_file, reach
from mturk.data.safe_text import json_line, one_line
from mturk.errors import MTurkError, Throttled, TransportError, Unavailable
from mturk.record.export import json_text
from mturk.version import __version__

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

OPTIONAL = ("bonuses", "reviews", "requests")
PASSING = (TransportError, Throttled, Unavailable)
"""What may be gone when it is tried again later."""
_FEW = 5  # of what could not be read
_SOON, _LATER = 0.2, 60.0  # seconds between two words, to a terminal and to a log


@click.command("export")
@click.argument("file", metavar="FILE.jsonl")
@click.option(
    "--without",
    type=click.Choice(OPTIONAL),
    multiple=True,
    help="Leave this out; can be given several times. Bonuses and reviews are a call for each HIT.",
)
@click.option(
    "--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="How many calls are under way at once."
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there already, or a part of it.")
@reach.options
def export(file: str, without: tuple[str, ...], threads: int, overwrite: bool, **where: str | None) -> None:
    """Write everything of your account to a file of JSON Lines.

    A line for each thing: HIT types (as far as there are HITs of them), HITs with their questions, assignments with
    their answers, bonuses, what review policies found, qualification types and who has them, requests, blocks, the
    balance. What is deleted is no longer told by the service. It takes three calls for each HIT, and more for those
    with over 100 assignments.

    The file can be read by you alone: it holds worker ids and answers. It gets its name when it is whole; until then
    it is FILE.jsonl.part. If it is stopped the exit status is 3; if something could not be read, which a line of the
    kind Unread tells, it is 1.

    \b
    Examples:
      mturk export account.jsonl
      mturk export account.jsonl --endpoint production --without reviews
    """
    from mturk.model.hit import HIT

    path = Path(file).expanduser()
    with reach.calling():
        new_file.check(path, overwrite=overwrite)
        connection = reach.connected(where)
        # Before the file: what cannot be read at all leaves nothing behind, and takes nothing away.
        HIT.all(connection=connection).first()
        meter = Meter(sys.stderr)
        with new_file.written(path, overwrite=overwrite) as lines:
            try:
                write(lines, connection, frozenset(without), threads, meter)
            except KeyboardInterrupt:
                _stopped(path, meter, "it was stopped", reach.STOPPED)
            except MTurkError as error:
                _stopped(path, meter, str(error), reach.STOPPED if isinstance(error, PASSING) else reach.PROBLEM)
        meter.end()
    click.echo(f"{meter} in {path}", err=True)
    _tell_unread(meter.unread)


def write(lines: TextIO, connection: Connection, without: frozenset[str], threads: int, meter: Meter) -> None:
    """Write all lines: first what this is, last what it holds."""
    from mturk.cli.account.holdings import UNREAD, Holdings
    from mturk.parallel.hands import ahead

    head = {"mturk": __version__, "time": _now(), "url": connection.url, "without": sorted(without)}
    lines.write(line("Export", head))
    for kind, fields in Holdings(connection, without).lines(partial(ahead, threads=threads)):
        lines.write(line(kind, fields))
        if kind == UNREAD:
            meter.unread.append(f"{fields['kind']} {fields['of']}: {fields['error']}")
        else:
            meter.count(kind)
    lines.write(line("End", {"time": _now(), "counts": dict(meter.counts), "unread": len(meter.unread)}))


def line(kind: str, fields: Mapping[str, Any]) -> str:
    """A thing as a line of the file."""
    return json_line(f'{{"kind": {json.dumps(kind)}, "record": {json_text(fields)}}}') + "\n"


@attrs.define
class Meter:
    """How far it is: a line that is written over in a terminal, one each minute in a log."""

    file: TextIO
    clock: Callable[[], float] = time.monotonic
    counts: Counter[str] = attrs.field(factory=Counter)
    unread: list[str] = attrs.field(factory=list)
    _last: float = attrs.field(default=attrs.Factory(lambda self: self.clock(), takes_self=True))

    def __str__(self) -> str:
        return ", ".join(f"{number:,} {kind}" for kind, number in self.counts.items()) or "nothing"

    def count(self, kind: str) -> None:
        """One more of this kind."""
        self.counts[kind] += 1
        now = self.clock()
        if now - self._last >= (_SOON if self.file.isatty() else _LATER):
            self._last = now
            self.file.write(f"\r{self}" if self.file.isatty() else f"{self}\n")
            self.file.flush()

    def end(self) -> None:
        """Leave the line."""
        if self.file.isatty():
            self.file.write("\r\x1b[K")


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _stopped(path: Path, meter: Meter, why: str, status: int) -> NoReturn:
    meter.end()
    part = new_file.unfinished(path)
    reach.end(
        f"{why}; so far {meter} in {part}. {path} is not written; --overwrite begins anew",
        status,
    )


def _tell_unread(unread: list[str]) -> None:
    if not unread:
        return
    for each in unread[:_FEW]:
        click.echo(f"Not read: {one_line(each)}", err=True)
    reach.end(f"{len(unread)} things could not be read; lines of the kind Unread say which", reach.PROBLEM)
