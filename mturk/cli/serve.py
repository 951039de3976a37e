"""`mturk serve`: a marketplace in the foreground, from its first lines to its end by a signal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mturk.marketplace import Marketplace

REGION = "us-east-1"
_LOOK = 1.0  # seconds; some systems hand signals over only between two waits


def run(market: Marketplace, say: Callable[[str], object]) -> None:
    """Start the marketplace, say how to reach it, and serve until Ctrl-C or SIGTERM."""
    with _end_signalled() as end, market:
        for line in first_lines(market):
            say(line)
        while not end.wait(_LOOK):
            pass


def first_lines(market: Marketplace) -> list[str]:
    """Where the marketplace is and whose keys it takes, for people and for scripts."""
    return [
        f"Address: {market.public_url}",
        f"Access key: {market.access_key}",
        f"Secret key: {market.secret_key}",
        f"Database: {market.database}",
        "",
        "For boto3, the AWS command line and mturk.connect():",
        f"  export AWS_ENDPOINT_URL_MTURK={market.public_url}",
        f"  export AWS_ACCESS_KEY_ID={market.access_key}",
        f"  export AWS_SECRET_ACCESS_KEY={market.secret_key}",
        f"  export AWS_DEFAULT_REGION={REGION}",
        "",
        "Ctrl-C ends it.",
    ]


@contextmanager
def _end_signalled() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C or SIGTERM sets; a second one ends the program at once."""
    end = threading.Event()
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def finish(_number: int, _frame: object) -> None:
        _set(usual)
        end.set()

    for number in usual:
        signal.signal(number, finish)
    try:
        yield end
    finally:
        _set(usual)


def _set(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
