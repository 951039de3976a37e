"""A look at the database that takes no longer than whoever asks for it waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Generic, TypeVar

Result = TypeVar("Result")

LIMIT = 2.0
"""Seconds that somebody waits who asks how a marketplace is."""

_log = logging.getLogger(__name__)


class Glance(Generic[Result]):
    """Looks in a thread of its own, one look at a time, whose result all get who ask meanwhile.

    So a database that does not answer keeps one thread, however many ask. `start` has a function run in a thread.
    """

    def __init__(
        self,
        look: Callable[[], Result],
        limit: float = LIMIT,
        start: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._look = look
        self._limit = limit
        self._start = start or _start
        self._turn = threading.Lock()
        self._under_way: Future[Result] | None = None

    def __call__(self) -> Result | None:
        """What there is to see; None where it cannot be seen, or not in time."""
        try:
            return self._begun().result(self._limit)
        except Exception as error:
            _log.warning("the database cannot be looked at: %s", type(error).__name__)
            return None

    def _begun(self) -> Future[Result]:
        with self._turn:
            if self._under_way is None or self._under_way.done():
                begun: Future[Result] = Future()
                self._start(partial(self._run, begun))  # where that fails, the next one tries it
                self._under_way = begun
            return self._under_way

    def _run(self, result: Future[Result]) -> None:
        try:
            result.set_result(self._look())
        except Exception as error:
            result.set_exception(error)


def _start(work: Callable[[], None]) -> None:
    # A daemon: a look that never ends must not keep a program from ending.
    threading.Thread(target=work, name="mturk-glance", daemon=True).start()
