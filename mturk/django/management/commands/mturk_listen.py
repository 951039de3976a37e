"""`manage.py mturk_listen`: hear events, and tell the signals of them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from mturk.django import conf
from mturk.django.command import ListenCommand


class Command(ListenCommand):
    """Hears the sources that are named, or those of MTURK["SOURCES"]."""

    help = "Hear Mechanical Turk's events, and tell the signals and handlers of them, until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The sources, and what all such commands take."""
        parser.add_argument(
            "sources",
            nargs="*",
            metavar="SOURCE",
            help="the URL of an SQS queue, or poll; MTURK['SOURCES'] unless given, else poll",
        )
        super().add_arguments(parser)

    def work(self, options: dict[str, Any]) -> None:
        """Hear them."""
        self.hear(tuple(options["sources"] or conf.option("SOURCES", ())), options)
