"""What `mturk serve` tells of itself while it runs: its log, its metrics, and its audit trail."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NamedTuple

import click

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client looks for a folder that several processes share."""


class Lookout(NamedTuple):
    """What was asked for: the form of the log, and settings of the marketplace."""

    log: str
    settings: dict[str, Any]

    @contextmanager
    def begun(self, processes: int) -> Iterator[None]:
        """For as long as the block lasts, have a folder in which so many processes count together."""
        if not self.settings["metrics"] or processes == 1 or _FOLDER in os.environ:
            yield
            return
        with tempfile.TemporaryDirectory(prefix="mturk-metrics-") as folder:
            os.environ[_FOLDER] = folder
            try:
                yield
            finally:
                del os.environ[_FOLDER]


def options(serve: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options for all of this; it gets them together, as `lookout`."""

    @click.option(
        "--log",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How warnings and errors are written to standard error.",
    )
    @click.option("--access-log", is_flag=True, help="Write a line there for each request, too.")
    @click.option("--metrics", is_flag=True, help="Have metrics for Prometheus at /metrics, for this machine alone.")
    @click.option(
        "--metrics-for", multiple=True, metavar="NETWORK", help="Have metrics for these addresses or networks, too."
    )
    @click.option(
        "--audit-trail/--no-audit-trail",
        default=True,
        show_default=True,
        help="Keep in the database who changed what, for mturk audit.",
    )
    @wraps(serve)
    def command(
        *arguments: Any,
        log: str,
        access_log: bool,
        metrics: bool,
        metrics_for: tuple[str, ...],
        audit_trail: bool,
        **named: Any,
    ) -> Any:
        settings = {"metrics": metrics_for or metrics, "access_log": access_log, "audit_trail": audit_trail}
        return serve(*arguments, lookout=Lookout(log, settings), **named)

    return command
