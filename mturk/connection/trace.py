"""Seeing the calls: a debug line in the log for each, and a tracer for the prompt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs

from mturk.data.safe_text import one_line

logger = logging.getLogger("mturk")


@attrs.frozen
class Attempt:
    """One attempt at one call, as a tracer sees it: no parameters, no answers, no secrets."""

    operation: str
    seconds: float
    outcome: str

    def __str__(self) -> str:
        # The outcome may be a code of the service's own.
        return one_line(f"{self.operation} {self.seconds * 1000:.1f} ms {self.outcome}")


_tracers: list[Callable[[Attempt], object]] = []


@contextmanager
def tracer(tell: Callable[[Attempt], object]) -> Iterator[None]:
    """Be told of each call while the block runs: `with mturk.tracer(print): …`."""
    _tracers.append(tell)
    try:
        yield
    finally:
        _tracers.remove(tell)


def note(operation: str, seconds: float, outcome: str) -> None:
    """Log a try, and tell the tracers."""
    if not _tracers and not logger.isEnabledFor(logging.DEBUG):
        return
    attempt = Attempt(operation, seconds, outcome)
    logger.debug("%s", attempt)
    for tell in tuple(_tracers):
        try:
            tell(attempt)
        except Exception:  # a call has been made, and its outcome matters more than who is told of it
            logger.exception("a tracer failed")
