"""Where calls lead to: what an executor's other processes must have in common with the program that gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mturk.errors import ConfigurationError

if TYPE_CHECKING:
    from mturk.connection.connection import Connection


def place(connection: Connection) -> str:
    """Where a connection leads to."""
    # A marketplace within the process has another port each time; its database tells it apart by the first HIT.
    return "local" if connection.local_market is not None else connection.url


def expect_place(connection: Connection, wanted: str) -> None:
    """In another process the connection is that process's own: it must lead to the same place."""
    found = place(connection)
    if found != wanted:
        raise ConfigurationError(
            f"the executor's process is connected with {found}, and the batch is of {wanted}; nothing was sent. "
            "Call mturk.connect(…) there, or set MTURK_ENDPOINT and the keys in its environment"
        )
