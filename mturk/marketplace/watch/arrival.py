"""Where each request arrives first: it gets its id, and is counted and told to the access log once it is answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mturk.marketplace.watch import route, visit
from mturk.marketplace.watch.metrics import Metrics
from mturk.marketplace.watch.visit import Visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ACCESS: str = "mturk.access"
"""The logger of the access log."""
UNKNOWN_OPERATION = "unknown"
_TARGET = "HTTP_X_AMZ_TARGET"
# Where calls come in, of which the application behind has nothing else to tell.
_OF_CALLS = frozenset({"", "/", "/queue/<account>/<name>"})

_log = logging.getLogger(ACCESS)


class Arrival:
    """A WSGI application in front of all others; `operations` are the names that calls may have in what is counted."""

    def __init__(
        self,
        behind: WSGIApplication,
        operations: Collection[str],
        *,
        metrics: Metrics | None = None,
        access_log: bool = False,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._behind = behind
        self._operations = operations
        self._metrics = metrics
        self._access_log = access_log
        self._now = now

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        here = Visit(environ.get("REMOTE_ADDR", ""))
        token = visit.arrive(here)
        try:
            if self._metrics is None and not self._access_log:
                return self._behind(environ, start_response)
            return self._watched(here, environ, start_response)
        finally:
            visit.leave(token)

    def _watched(self, here: Visit, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        stay = _Stay(self._now())

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            stay.status = int(status[:3])
            return start_response(status, headers, *error)

        def tell() -> None:
            self._tell(here, environ, stay)

        try:
            return _Answer(self._behind(environ, start), stay, tell)
        except BaseException:
            tell()
            raise

    def _tell(self, here: Visit, environ: WSGIEnvironment, stay: _Stay) -> None:
        seconds = self._now() - stay.begun
        operation = self._operation(here, environ)
        if self._metrics is not None:
            self._metrics.request(here, stay.status, seconds, operation)
        if self._access_log:
            facts = {
                "method": _printable(environ["REQUEST_METHOD"]),
                "path": here.path or ("/" if operation else route.UNKNOWN),
                **({"operation": operation} if operation else {}),
                "status": stay.status,
                **({"code": here.code} if here.code else {}),
                "bytes": stay.size,
                "ms": round(seconds * 1000, 1),
                "address": here.address,
                **({} if here.requester is None else {"requester": here.requester}),
                **({} if here.worker_id is None else {"worker": here.worker_id}),
            }
            line = " ".join(f"{name}={value}" for name, value in facts.items())
            _log.info("%s", line, extra={"facts": facts, "request_id": here.id})

    def _operation(self, here: Visit, environ: WSGIEnvironment) -> str | None:
        """The operation that was called, if it was a call."""
        if here.operation:
            return here.operation
        target = environ.get(_TARGET)
        if not target or here.place not in _OF_CALLS:
            return None
        name = target.rpartition(".")[2]
        return name if name in self._operations else UNKNOWN_OPERATION


class _Stay:
    """How a request is answered; a status of 0 is no answer."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.status = 0
        self.size = 0


class _Answer:
    """The body of an answer, which is told of when all of it was taken."""

    def __init__(self, body: Iterable[bytes], stay: _Stay, tell: Callable[[], None]) -> None:
        self._body = body
        self._stay = stay
        self._tell = tell

    def __iter__(self) -> Iterator[bytes]:
        for part in self._body:
            self._stay.size += len(part)
            yield part

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        try:
            if close is not None:
                close()
        finally:
            self._tell()


def _printable(text: str) -> str:
    """A method as it may stand in a line: clients can send any word for it."""
    return text[:16] if text.isascii() and text.isalpha() else "-"
