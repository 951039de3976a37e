"""The loop of async handlers: one for all of them, in a thread of its own."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from mturk.errors import MTurkError


class Loop:
    """Calls functions, and runs those that are async on one asyncio loop, which starts when the first comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_here(self) -> bool:
        """Whether this is the loop's own thread, which must not wait for what runs on it."""
        return threading.current_thread() is self._thread

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function, and wait until it is done; what it puts in force is in force for it alone."""
        context = copy_context()
        result = context.run(function, *arguments)
        if inspect.isawaitable(result):
            asyncio.run_coroutine_threadsafe(_within(context, result), self._running()).result()

    def stop(self) -> None:
        """End the loop, and what handlers have left running on it."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            if thread is not threading.current_thread():
                thread.join()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(self._loop,), name="mturk-loop", daemon=True)
                self._thread.start()
            return self._loop


async def _within(context: Context, result: Any) -> None:
    # The loop's thread has a context of its own, and this task a copy of that.
    for variable, value in context.items():
        variable.set(value)
    try:
        await result
    except (SystemExit, KeyboardInterrupt) as error:  # which would end the loop, and all who are on it
        raise MTurkError(f"The handler ended with {error!r}.") from error


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
