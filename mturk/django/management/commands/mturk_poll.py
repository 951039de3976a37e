"""`manage.py mturk_poll`: look for events, and tell the signals of them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from mturk.django import process
from mturk.django.command import ListenCommand


class Command(ListenCommand):
    """Looks at the lists of the service, which also finds what a queue has lost."""

    help = "Look for Mechanical Turk's events in the service's lists, and tell the signals and handlers of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to watch, and what all such commands take."""
        parser.add_argument(
            "--watch",
            action="append",
            default=[],
            metavar="ID",
            help="a HIT, or a HIT type, whose submissions are looked at, or all; what a receiver names as its sender, "
            "and what is in MTURK['WATCH'], is looked at anyway",
        )
        super().add_arguments(parser)

    def work(self, options: dict[str, Any]) -> None:
        """Look."""
        if options["watch"]:
            process.events().watch(*options["watch"])
        self.hear(("poll",), options)
