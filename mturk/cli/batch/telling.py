"""How a command of batches says what it did: words for people or one JSON object for scripts, and the exit status."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from mturk.cli.account.safe_text import harmless
from mturk.errors import (
    ConfigurationError,
    ConfirmationNeeded,
    InsufficientFunds,
    MTurkError,
    OverBudget,
    Throttled,
    TransportError,
    Unavailable,
)

DONE, PROBLEMS, WRONG_USE, STOPPED = 0, 1, 2, 3
"""The exit statuses: done; something is wrong with the data or was refused; with how it was called; run it again."""

_STOPPED = (KeyboardInterrupt, click.Abort, TransportError, Throttled, Unavailable, InsufficientFunds, OverBudget)
_WRONG_USE = (click.ClickException, ConfigurationError, ConfirmationNeeded)
_TOLD = (*_STOPPED, *_WRONG_USE, MTurkError, OSError, sqlite3.Error)
_AGAIN = re.compile(r"call publish\(\) again")


class Declined(click.Abort):
    """Somebody was asked, and said no."""


class Teller:
    """What one run of a command tells; with `as_json` words go to stderr, and stdout gets the facts at the end."""

    def __init__(
        self,
        command: str,
        folder: Path,
        *,
        as_json: bool = False,
        yes: bool = False,
        can_ask: Callable[[], bool] = lambda: sys.stdin.isatty(),
    ) -> None:
        self.command, self.folder, self.as_json, self.yes = command, folder, as_json, yes
        self._can_ask = can_ask
        self._facts: dict[str, Any] = {}

    def say(self, words: object) -> None:
        """Something that was asked for."""
        _echo(words, err=self.as_json)

    def warn(self, words: object) -> None:
        """Something that is wrong, or how to go on."""
        _echo(words, err=True)

    def facts(self, **facts: Any) -> None:
        """What scripts are told besides."""
        self._facts.update(facts)

    def expect_answer(self) -> None:
        """There is somebody to ask, or the answer is known."""
        if not (self.yes or self._can_ask()):
            raise ConfigurationError(
                "nothing was done: there is no terminal to ask at; look at it first, then say --yes to go on"
            )

    def ask(self, question: str) -> None:
        """Go on only if the answer is yes."""
        self.expect_answer()
        if not self.yes and not click.confirm(harmless(question), err=True):
            raise Declined

    def ask_number(self, question: str, number: int) -> None:
        """Go on only if the answer is this number."""
        if click.prompt(harmless(question), type=int, err=True) != number:
            raise Declined

    def run(self, work: Callable[[], int | None]) -> int:
        """Do it, tell what went wrong, and give the exit status."""
        words = None
        try:
            status = work() or DONE
        except _TOLD as error:
            status = _status(error)
            words = self._words(error)
            self.warn(f"mturk: {words}")
        if self.as_json:
            told = {"command": self.command, "folder": str(self.folder), "exit": status, "error": words, **self._facts}
            click.echo(json.dumps(told, default=_as_text))
        return status

    def _words(self, error: BaseException) -> str:
        if isinstance(error, Declined):
            return "nothing was done"
        if isinstance(error, (KeyboardInterrupt, click.Abort)):
            return self._way_on(str(error) or "stopped; run it again to go on")
        if isinstance(error, click.ClickException):
            return error.format_message()
        if isinstance(error, sqlite3.Error):
            return f"{self.folder / 'journal'}: {error}"
        return self._way_on(str(error) or type(error).__name__)

    def _way_on(self, words: str) -> str:
        """Words for people who do not write Python."""
        command = f"mturk batch publish {shlex.quote(str(self.folder))}"
        return _AGAIN.sub(lambda _: f"run {command}", words)


def _status(error: BaseException) -> int:
    if isinstance(error, _STOPPED):
        return STOPPED
    return WRONG_USE if isinstance(error, _WRONG_USE) else PROBLEMS


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return dollars(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _echo(words: object, *, err: bool) -> None:
    # A terminal that lacks a letter shows its number: what was done is told in any case.
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(harmless(str(words)).encode(encoding, "backslashreplace").decode(encoding), err=err)


def dollars(amount: Decimal) -> str:
    """An amount with its cents."""
    return f"{amount:.2f}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 HIT, 2 HITs."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
