"""A call that is made while its answer is not needed yet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """Something that is begun now, in a thread that keeps no program alive, and waited for when it is needed."""

    __slots__ = ("_do", "_error", "_found", "_thread")

    def __init__(self, do: Callable[[], T]) -> None:
        self._do = do
        self._found: list[T] = []
        self._error: BaseException | None = None
        run = partial(copy_context().run, self._run)
        self._thread = threading.Thread(target=run, name="mturk-prefetch", daemon=True)
        with suppress(RuntimeError):  # where no thread can be started any more, it is done when it is needed
            self._thread.start()

    def result(self) -> T:
        """What came of it, or the error that it raised."""
        if self._thread.ident is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        # A forked child has none of its parent's threads, and whatever they did not end is not done.
        return self._found[0] if self._found else self._do()

    def _run(self) -> None:
        try:
            self._found.append(self._do())
        except BaseException as error:
            self._error = error
