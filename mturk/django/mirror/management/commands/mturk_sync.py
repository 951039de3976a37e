"""`manage.py mturk_sync`: bring the mirror up to what the service has."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.db import close_old_connections

from mturk.django import process
from mturk.django.command import Command as EventCommand
from mturk.django.mirror.reconciliation import reconcile
from mturk.errors import TransportError, Unavailable


class Command(EventCommand):
    """Reconciles, again and again or once."""

    help = "Bring the mirror of HITs and submissions up to what Mechanical Turk has, until Ctrl-C or SIGTERM."
    every = 600.0

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How thoroughly, and what all such commands take."""
        parser.add_argument(
            "--full", action="store_true", help="list the submissions of every HIT, not only where counters changed"
        )
        super().add_arguments(parser)

    def work(self, options: dict[str, Any]) -> None:
        """Reconcile."""
        if options["once"]:
            self._reconcile(options)
            return
        while True:
            try:
                self._reconcile(options)
            except (TransportError, Unavailable) as error:
                self.stderr.write(f"{error} It is tried again.")
            time.sleep(self.pause(options))

    def _reconcile(self, options: dict[str, Any]) -> None:
        close_old_connections()
        done = reconcile(process.connection(), full=options["full"])
        found = f"{done.submissions} submissions in {done.lists} lists"
        self.say(1, f"{done.hits} HITs, {done.gone} of the mirror's are gone; {found}.", options)
