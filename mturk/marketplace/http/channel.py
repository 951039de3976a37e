"""A client's connection as waitress serves it, which refuses a body that is too large in the form of the API."""

from __future__ import annotations

import socket
import time
from copy import copy
from functools import lru_cache
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from mturk.marketplace.http.api import too_large

_LINGER = 10.0  # seconds in which a client may go on sending before its connection is cut


class _Complaint(ErrorTask):
    """What is wrong with a request that no application has seen."""

    def execute(self) -> None:
        if not isinstance(self.request.error, RequestEntityTooLarge):
            super().execute()
            return
        reply = too_large()
        self.channel.linger()
        self.status = f"{reply.status} {RequestEntityTooLarge.reason}"
        self.response_headers.extend(reply.headers)
        self.set_close_on_finish()
        self.content_length = len(reply.body)
        self.write(reply.body)


class Request(HTTPRequestParser):
    """A request, whose body may be as large as `adj.largest` says of its path."""

    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        self.adj = _limited(self.adj, self.adj.largest(self.path))


@lru_cache(maxsize=64)
def _limited(settings: Any, largest: int) -> Any:
    limited = copy(settings)
    limited.max_request_body_size = largest + 1  # the first size that is refused
    return limited


class Channel(HTTPChannel):
    """A connection that is not cut while a client still sends what was refused: it would not read the answer."""

    error_task_class = _Complaint
    parser_class = Request
    _lingers = False
    _end: float | None = None

    def linger(self) -> None:
        """Take what still comes and throw it away, when the answer is sent."""
        self._lingers = True

    def check_client_disconnected(self) -> bool:
        """Whether the client has hung up while it waits for its answer, in which nothing is read from it."""
        try:
            return not self.connected or not self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def readable(self) -> bool:
        return self._end is not None or bool(super().readable())

    def writable(self) -> Any:
        return super().writable() if self._end is None else time.monotonic() > self._end

    def handle_read(self) -> None:
        if self._end is None:
            super().handle_read()
            return
        try:
            self.recv(self.adj.recv_bytes)  # closes when the client does
        except OSError:
            self.handle_close()

    def handle_close(self) -> None:
        if self._lingers and self._end is None and self.connected and not self.total_outbufs_len:
            self._end = time.monotonic() + _LINGER
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the client is gone
            else:
                return
        super().handle_close()
