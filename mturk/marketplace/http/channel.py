"""A client's connection as waitress serves it, which knows how long it waits, and for what."""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel

from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.gate.lobby import Rank
from mturk.marketplace.http.complaint import TOO_SLOW, Complaint, Farewell, Page, Task
from mturk.marketplace.http.incoming import Request

_KEY = re.compile(r"Credential=[A-Za-z0-9]{1,128}/")
_LINGER = 10.0  # seconds in which a client may go on sending before its connection is cut


class Channel(HTTPChannel):
    """A connection that is not cut while a client still sends what was refused: it would not read the answer.

    `payer` is the network that it comes from; None for a trusted proxy, whose requests are others'. What it does
    outside of `service` it does in the server's own thread.
    """

    task_class = Task
    error_task_class = Complaint
    is_put_off = False
    """Whether its next request is answered only when it has taken the answer before."""
    _lingers = False
    _end: float | None = None
    _turns = 0
    requests: list[Request]

    def __init__(self, server: Any, sock: socket.socket, addr: Any, payer: str | None) -> None:
        self.payer = payer
        self.heard = time.monotonic()
        self.asked = self.answered = 0
        self._answered_at, self._taken = self.heard, 0
        super().__init__(server, sock, addr, server.adj, map=server.members)

    def parser_class(self, adj: object) -> Request:
        """What reads the next request; waitress has a class here."""
        return Request(self)

    @property
    def party(self) -> str:
        """Who waits for the answer to its next request."""
        return self.requests[0].party or "unknown"

    @property
    def name(self) -> str:
        """Who of a network waits, as far as the request says: by the key that it names, else by its cookies."""
        headers = self.requests[0].headers
        found = _KEY.search(headers.get("AUTHORIZATION", ""))
        return found.group() if found else str(headers.get("COOKIE", ""))

    @property
    def rank(self) -> Rank | None:
        """What it waits for; None if it is being answered."""
        if self.is_lingering:
            return Rank.NEW
        if self.requests:
            return Rank.SLOW if self.is_put_off else None
        if self.total_outbufs_len or self.will_close or self.close_when_flushed:
            return Rank.SLOW
        return Rank.IDLE if self.asked else Rank.NEW

    @property
    def is_lingering(self) -> bool:
        """Whether it has its answer, and is only read from so that it can be read."""
        return self._end is not None

    def is_late(self, now: float, limits: ConnectionLimits) -> bool:
        """Whether nothing came for too long, or too little of a request."""
        if self._end is not None:
            return now > self._end
        if self.requests and not self.is_put_off:
            return False
        if now > self.heard + limits.silence:
            return True
        if self.total_outbufs_len:
            return now > self._answered_at + limits.head + self._taken / limits.least_rate
        request = self.request
        return request is not None and now > (
            request.began + limits.head + request.body_bytes_received / limits.least_rate
        )

    def dismiss(self, farewell: Farewell = TOO_SLOW) -> None:
        """Close it at once, with a word where a request has begun."""
        if self.request is not None and not self.total_outbufs_len and not self.is_lingering:
            with suppress(OSError):  # the client is gone, or does not read either
                self.socket.send(farewell.written(self.page(self.request, farewell.status)))
        super().handle_close()

    def page(self, request: Request, status: int) -> Page | None:
        """What a browser is shown that made this request; None where none did, or the head could not be read."""
        path = getattr(request, "path", "")
        languages = request.headers.get("ACCEPT_LANGUAGE", "")
        shown: Page | None = self.server.pages(path, languages, status)
        return shown

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

    def queued(self) -> None:
        """Note that its next request is going to have a turn; called while its requests are locked."""
        self._turns += 1

    def service(self) -> None:
        try:
            super().service()
        finally:
            self.heard = self._answered_at = time.monotonic()
            self._taken = 0
            self._close_what_is_left()

    def _close_what_is_left(self) -> None:
        """Close requests that will have no turn, which waitress leaves when the client hangs up behind an answer."""
        with self.requests_lock:
            self._turns -= 1
            if not self._turns:
                for request in self.requests:
                    request.close()
                self.requests = []

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent = int(super().send(data, do_close=do_close))
        self._taken += sent
        return sent

    def del_channel(self, map: Any = None) -> None:  # the name of waitress
        self.server.left(self)
        super().del_channel(map)
        if self.request is not None:
            self.request.close()
        if self.is_put_off:  # the turn that it waits for will not come
            self.is_put_off = False
            self._close_what_is_left()

    def readable(self) -> bool:
        return self.is_lingering or bool(super().readable())

    def writable(self) -> bool:
        if self.is_lingering:
            return False
        return self.will_close or self.close_when_flushed or self._has_output()

    def _has_output(self) -> bool:
        """Whether there is output that no thread is sending right now; one that sends a part only pulls the trigger."""
        if not self.total_outbufs_len or not self.outbuf_lock.acquire(False):
            return False
        self.outbuf_lock.release()
        return bool(self.total_outbufs_len)

    def handle_read(self) -> None:
        if self._end is None:
            self.heard = time.monotonic()
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

    def _flush_outbufs_below_high_watermark(self) -> None:
        # waitress has the thread wait here for a client who does not read, who could so keep all threads for ever. What
        # is not taken lies in a file instead, and nothing more is answered until it was (`Reception.add_task`).
        pass

    def _flush_some(self, do_close: bool = True) -> bool:
        # What a thread finds out about a client that has gone, the server's own thread finds out too, and closes.
        sent = bool(super()._flush_some(do_close=do_close and self.server.is_own_thread))
        if sent:
            self.heard = time.monotonic()
        return sent
