"""How a program that runs until somebody ends it is ended: by Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_LOOK = 1.0  # seconds; some systems hand signals over only between two waits


def wait(end: threading.Event, look: Callable[[], object] = lambda: None) -> None:
    """Wait for that event, and let signals through meanwhile; look after something now and then."""
    while not end.wait(_LOOK):
        look()


@contextmanager
def caught() -> Iterator[threading.Event]:
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
