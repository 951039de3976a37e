"""The options that say where a command's calls go, and how it ends when they go wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from mturk.connection.settings import Settings
from mturk.data.safe_text import one_line
from mturk.errors import ConfigurationError, MTurkError, ValidationError

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

PROBLEM, WRONG_USE, STOPPED = 1, 2, 3
"""How a command ends: something is wrong, it was called wrongly, it was stopped and can be called again."""

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS = (
    click.option(
        "--endpoint",
        metavar="WHERE",
        help="sandbox, production, local or an address; else MTURK_ENDPOINT, AWS_ENDPOINT_URL_MTURK or the profile.",
    ),
    click.option("--profile", metavar="NAME", help="The profile in AWS's files that has the keys; else AWS_PROFILE."),
    click.option("--region", metavar="NAME", help="The region to sign for; AWS's own endpoints need none."),
    click.option(
        "--database",
        metavar="URL",
        help="The marketplace's file, or the URL of its database, where the endpoint is local; else MTURK_DATABASE.",
    ),
)


def options(command: F) -> F:
    """Give a command the options; it takes them as `**where`, which is for `connected`."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command


def connected(where: Mapping[str, str | None], *, max_attempts: int = 5) -> Connection:
    """The connection that the options, the environment and AWS's files say, as a script would get it."""
    from mturk.connection.connection import Connection

    database = where.get("database")
    _expect_marketplace(where.get("endpoint"), where.get("profile"), database)
    return Connection(
        where.get("endpoint"),
        profile=where.get("profile"),
        region=where.get("region"),
        database=database,
        max_attempts=max_attempts,
    )


def _expect_marketplace(endpoint: str | None, profile: str | None, database: str | None) -> None:
    """Looking at a marketplace in the wrong folder must not make an empty one there."""
    from mturk.connection.endpoint import find_endpoint

    settings = Settings(profile=profile)
    if find_endpoint(endpoint, settings) != "local":
        return
    name = os.path.expanduser(database or settings.environ.get("MTURK_DATABASE") or "mturk.sqlite3")
    if "://" not in name and not os.path.isfile(name):
        raise ConfigurationError(
            f"There is no marketplace in {name}: go to its folder, or name its file with --database or MTURK_DATABASE"
        )


@contextmanager
def calling() -> Iterator[None]:
    """Tell in one line what went wrong: exit status 2 where the command was called wrongly, 3 after Ctrl-C, else 1."""
    try:
        yield
    except (ConfigurationError, ValidationError) as error:
        end(str(error), WRONG_USE)
    except UnicodeEncodeError as error:
        end(f"{error.encoding} has no letters for it; set PYTHONIOENCODING=utf-8, or write --csv FILE", PROBLEM)
    except KeyboardInterrupt:
        end("stopped; call it again", STOPPED)
    except BrokenPipeError:
        raise  # who reads has enough
    except (MTurkError, TimeoutError, OSError) as error:
        end(str(error), PROBLEM)


def end(text: str, status: int) -> NoReturn:
    """Say why, and end the program with this status."""
    click.echo(f"mturk: {one_line(text)}", err=True)
    raise click.exceptions.Exit(status)
