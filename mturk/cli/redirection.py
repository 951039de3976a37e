"""`mturk serve --redirect`, `mturk redirect` and `mturk run`: old programs, unchanged, on a marketplace of your own."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

import click

from mturk.cli import end_signal, option

if TYPE_CHECKING:
    from mturk.marketplace import Marketplace
    from mturk.redirect.authority import Authority

PORT = 8016
_FOLDER = "mturk-redirect"
_SIGNALLED = 128  # what shells add to the number of the signal that ended a program
_Say = Callable[[str], object]

_port = click.IntRange(0, 65535)
_NAMED_BY = ("MTURK_ENDPOINT", "AWS_ENDPOINT_URL_MTURK")


def _address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """The marketplace: as it was named, or as the lines name it that `mturk serve` prints."""
    from mturk.redirect.aws_host import is_led

    if value is not None:
        return value
    named = (os.environ.get(name, "") for name in _NAMED_BY)
    # A program of before may have Amazon's own there.
    ours = (
        url for url in named if url.startswith(("http://", "https://")) and not is_led(urlsplit(url).hostname or "")
    )
    return next(ours, option.USUAL_ADDRESS)


_to = click.option(
    "--to",
    "address",
    metavar="URL",
    callback=_address,
    help=f"The marketplace, such as https://turk.my-lab.org; else the one that {' or '.join(_NAMED_BY)} names, else "
    f"{option.USUAL_ADDRESS}.",
)


class Leading(NamedTuple):
    """Where a redirect beside a marketplace listens."""

    port: int

    @contextmanager
    def beside(self, market: Marketplace, warn: _Say) -> Iterator[list[str]]:
        """For as long as the block lasts, lead calls to Amazon's hosts to a marketplace; the lines to export."""
        folder = f"{market.database}.redirect" if os.path.isfile(market.database) else _FOLDER
        authority = _authority(Path(folder))
        with _leading(market.url, authority, Path(folder), self.port, warn) as found:
            yield ["", *_lines(found)]


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options for a redirect, which reach it as `leading`."""

    @click.option("--redirect", is_flag=True, help="Lead calls to Amazon's hosts here, too: docs/redirect.md.")
    @click.option(
        "--redirect-port",
        type=_port,
        default=PORT,
        show_default=True,
        metavar="PORT",
        help="Where the redirect listens, on this machine alone; 0 takes a free one.",
    )
    @wraps(command)
    def gathered(*arguments: Any, redirect: bool, redirect_port: int, **others: Any) -> Any:
        return command(*arguments, **others, leading=Leading(redirect_port) if redirect else None)

    return gathered


@click.command()
@_to
@click.option(
    "--port",
    type=_port,
    default=PORT,
    show_default=True,
    metavar="PORT",
    help="Where to listen, on this machine alone; 0 takes a free one.",
)
@click.option(
    "--folder",
    default=_FOLDER,
    show_default=True,
    metavar="FOLDER",
    help="Where its certificate authority is kept, which is made once, for you alone to read.",
)
def redirect(address: str, port: int, folder: str) -> None:
    """Lead calls to Amazon's hosts to a marketplace, until Ctrl-C.

    It is a proxy for the programs to which you give the lines that it prints, and for no others: nothing is changed
    on this computer. What they send to Amazon's API and sites for Mechanical Turk comes to the marketplace; all else
    goes where it went before, unread. For one beside a marketplace on this computer: mturk serve --redirect

    \b
    Examples:
      mturk redirect
      mturk redirect --to https://turk.my-lab.org
    """
    kept = Path(folder)
    with (
        option.mistakes_explained(),
        end_signal.caught() as end,
        _leading(address, _authority(kept), kept, port, _warn) as found,
    ):
        for line in [*_lines(found), "", "Ctrl-C ends it."]:
            click.echo(line)
        end_signal.wait(end)


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@_to
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED)
def run(address: str, program: tuple[str, ...]) -> int:
    """Run one program whose calls to Amazon come to a marketplace.

    The program is not changed, nor anything else: it gets a proxy and a file of certificates in its environment, which
    end with it. It signs with the key pair of the marketplace, which is to be in the environment, or where else it
    reads one. The exit status is that of the program.

    \b
    Examples:
      mturk run -- python old.py
      mturk run --to https://turk.my-lab.org -- Rscript study.R
    """
    from mturk.redirect.authority import Authority
    from mturk.redirect.destination import Destination
    from mturk.redirect.outward import expect_answer

    with option.mistakes_explained(), tempfile.TemporaryDirectory(prefix="mturk-") as folder:
        expect_answer(Destination(address), os.environ)
        with _leading(address, Authority.passing(time.time), Path(folder), 0, _warn) as found:
            return _run(program, {**os.environ, **found})


COMMANDS: Final = (redirect, run)


@contextmanager
def _leading(address: str, authority: Authority, folder: Path, port: int, warn: _Say) -> Iterator[dict[str, str]]:
    """Lead while the block lasts; what a program needs in its environment."""
    from mturk.redirect import hooks, roots
    from mturk.redirect.destination import Destination
    from mturk.redirect.redirect import Redirect
    from mturk.redirect.surroundings import variables

    destination, bundle = Destination(address), folder.absolute() / "roots.pem"
    roots.write(bundle, authority.pem, os.environ)
    hooks.write(bundle.parent, os.environ)
    with Redirect(destination, authority, port=port) as running:
        for line in _warnings(destination.url, os.environ, readable=destination.is_readable_on_the_way):
            warn(f"mturk: {line}")
        yield variables(running.url, bundle, os.environ)


def _authority(folder: Path) -> Authority:
    from mturk.redirect.authority import Authority

    return Authority.kept(folder, time.time)


def _lines(found: Mapping[str, str]) -> list[str]:
    exports = [f"  export {name}={shlex.quote(value)}" for name, value in found.items()]
    return ["For programs that call Amazon's own hosts, without a change in them:", *exports]


def _warnings(url: str, environ: Mapping[str, str], *, readable: bool) -> Iterator[str]:
    from mturk.redirect.aws_host import HOSTS, bypassing, entries

    yield (
        f"Calls to {', '.join(HOSTS)} are led to {url}, of the programs that get this environment. "
        "All other hosts are passed on as they are."
    )
    passing = bypassing(entries(environ.get("no_proxy") or environ.get("NO_PROXY") or ""))
    if passing:
        yield f"NO_PROXY names {', '.join(passing)}, by which calls would go to Amazon itself: that is left out."
    if readable:
        yield f"What goes to {url} is not encrypted on its way. Name an https:// address."


def _warn(line: str) -> None:
    click.echo(line, err=True)


def _run(program: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a program until it ends by itself; a terminal sends Ctrl-C to it, too, and SIGTERM is handed on."""
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def hand_on(number: int, _frame: object) -> None:
        if not started:
            early.append(number)
        for one in started:
            one.send_signal(number)

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, hand_on),
    }
    try:
        with subprocess.Popen(program, env=environ) as process:  # noqa: S603 - to run it is what was asked for
            started.append(process)
            for number in early:
                process.send_signal(number)
            status = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else _SIGNALLED - status
