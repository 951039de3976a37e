"""`manage.py mturk_doctor`: what is installed, where calls go, and what is wrong with the settings."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.management.base import CommandError

from mturk.cli import doctor
from mturk.cli.advice.finding import Finding
from mturk.django import conf, process
from mturk.django.checks import receiver
from mturk.django.command import Command as EventCommand
from mturk.errors import ConfigurationError, MTurkError


class Command(EventCommand):
    """Says a line for each thing that it looked at. Nothing is sent without `--call`."""

    help = "Say what of mturk is installed, where calls go, and what is wrong with the setting MTURK."
    requires_system_checks = ()  # they are part of what it says

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to make a call."""
        parser.add_argument("--call", action="store_true", help="also ask the service for the balance")
        parser.add_argument("--once", action="store_true", help="look once, as it always does")

    def work(self, options: dict[str, Any]) -> None:
        """Look at everything; CommandError (exit code 1) if something is wrong."""
        bad = 0
        for finding in findings(call=options["call"]):
            bad += not finding.good
            self.stdout.write(finding.text if finding.good else self.style.ERROR(f"{finding.text} [!]"))
        if bad:
            raise CommandError(f"{bad} thing{'s are' if bad > 1 else ' is'} not as it should be.")


def findings(*, call: bool) -> Iterator[Finding]:
    """What is looked at, in the order in which it is said."""
    yield doctor.version()
    yield doctor.extras()
    messages = checks.run_checks(tags=["mturk"])
    for message in messages:
        hint = f" {message.hint}" if message.hint else ""
        yield Finding(f"Settings: {message.msg}{hint} ({message.id})", good=message.level < checks.ERROR)
    if not messages:
        yield Finding("Settings: MTURK has no mistakes")
    yield from _connection(call=call)
    yield _receiver()


def _connection(*, call: bool) -> Iterator[Finding]:
    try:
        connection = process.connection()
        yield Finding(f"Connection: {connection!r}")
        local = connection.local_market is not None
        where = "beside the marketplace's database" if local else "in the current folder"
        yield Finding(f"Mark: {conf.mark(local=local) or f'{conf.MARK} {where}'}")
        if call:
            yield Finding(f"Balance: {connection.balance().available} USD")
    except ConfigurationError as error:
        yield Finding(f"Connection: {error}", good=False)
    except MTurkError as error:
        yield Finding(f"Balance: {error}", good=False)


def _receiver() -> Finding:
    where = receiver()
    if where is None:
        return Finding("Receiver: mturk.django.urls is not included; queues and polls need no receiver")
    topics = len(conf.given().get("TOPICS", ()))
    return Finding(f"Receiver: {where}, for {topics} topic{'s' * (topics != 1)}")
