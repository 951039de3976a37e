"""The connection of this process, made on first use of what the setting MTURK says."""

from __future__ import annotations

from mturk.connection.connection import Connection, current
from mturk.django import conf


def make_connection() -> Connection:
    """A connection as the settings say; sends nothing."""
    options = conf.arguments(conf.CONNECTION)
    return Connection(options.pop("endpoint", None), **options)


def connection() -> Connection:
    """The connection in force: that of `mturk.using` or `mturk.connect`, else the one that the setting MTURK describes.

    It is made on first use, one for each process. Nothing is sent. ConfigurationError if the setting, or what it leaves to
    the environment, is not enough.
    """
    return current()
