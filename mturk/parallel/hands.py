"""Many calls at once, which a program that is stopped does not wait for."""

from __future__ import annotations

import queue
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from mturk.data import limit
from mturk.errors import ConfigurationError, ValidationError

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_SURE = ("concurrent.futures.thread", "concurrent.futures.process")


class Hands(Executor):
    """Threads of which none keeps the program alive: Ctrl-C ends it though a call may still wait for its answer."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._errands: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        for _ in range(number):
            threading.Thread(target=self._work, name="mturk-batch", daemon=True).start()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Have it done as soon as a hand is free."""
        future: Future[R] = Future()
        self._errands.put((future, lambda: fn(*args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more; what is under way is not waited for."""
        for _ in range(self._number):
            self._errands.put(None)

    def _work(self) -> None:
        while (errand := self._errands.get()) is not None:
            future, do = errand
            if future.set_running_or_notify_cancel():
                try:
                    result = do()
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)


def how_many(threads: int) -> int:
    """How many calls may be under way at once."""
    return limit.whole("threads", threads, 1, 64)


def elsewhere(executor: Executor, connection: Connection) -> Executor:
    """An executor of the user's own, which may make calls in other processes."""
    if not isinstance(executor, Executor):
        raise ValidationError(
            f"executor: {executor!r}; expected one of concurrent.futures, such as dask's client.get_executor()"
        )
    if connection.budget is not None and not isinstance(executor, (Hands, ThreadPoolExecutor)):
        raise ValidationError(
            "executor: a Budget counts what its own process spends, and this executor has other processes; give their "
            "connections budgets of their own and this one none, or use threads"
        )
    return executor


def is_sure(executor: Executor) -> bool:
    """Whether a call that was cancelled or failed is surely the only one that was made.

    Dask's futures can be cancelled while the call is made, and a call is made once more when its machine is lost.
    """
    # By name: to import the processes' executor takes longer than all of this package.
    return isinstance(executor, Hands) or any(kind.__module__ in _SURE for kind in type(executor).__mro__)


def begun(executor: Executor, work: Callable[[T], R], thing: T) -> Future[R]:
    """Have it done, also where the same was done before."""
    if isinstance(executor, Hands):
        return executor.submit(work, thing)
    try:
        return executor.submit(_done, work, thing, uuid.uuid4().hex)
    except RuntimeError as error:
        raise ConfigurationError(f"executor: it takes no calls any more ({error}); give another one") from error


def _done(work: Callable[[T], R], thing: T, nonce: str) -> R:
    """Do it; without a nonce Dask gives what came of the same call before, such as the error of an empty account."""
    return work(thing)


def ahead(work: Callable[[T], R], things: Iterable[T], threads: int, executor: Executor | None = None) -> Iterator[R]:
    """What comes of each thing, in their order, several under way at once."""
    hands = executor or Hands(threads)
    waiting: deque[Future[R]] = deque()
    try:
        for thing in things:
            waiting.append(begun(hands, work, thing))
            if len(waiting) >= 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        if executor is None:
            hands.shutdown(wait=False)
