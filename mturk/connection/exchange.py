"""A connection of urllib3's pools that sends a request in one write and reads its answer at once.

urllib3 and http.client build a request header by header and send its body by itself, and read the answer's headers with
the parser of the `email` package: more than half of the time that a call takes. Nor do they bound an answer. Everything
else is theirs: to connect, TLS, proxies, the pool. All that is overridden is `request` and `getresponse`; no private
state of theirs is touched.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from http.client import ResponseNotReady
from typing import Any

from requests.exceptions import InvalidHeader
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection

from mturk.connection import line
from mturk.connection.bound import Bounds
from mturk.connection.reply import Reply, read_reply

_USUAL = Bounds()


class Received(HTTPResponse):
    """An answer that was read whole; its connection is free as soon as it is released."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(
            reply.content,
            headers=reply.headers,
            status=reply.status,
            version=11,
            reason=reply.reason,
            preload_content=False,
        )
        self.content = reply.content
        """The body as it came."""


class Exchange(HTTPConnection):
    """A connection without TLS."""

    def __init__(self, *place: Any, bounds: Bounds = _USUAL, **settings: Any) -> None:
        super().__init__(*place, **settings)
        self._bounds = bounds

    def request(  # type: ignore[override]  # urllib3 calls it so, unlike http.client
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> None:
        """Send a request whose headers are complete, its body as bytes."""
        head = _head(method, url, headers or {})
        if self.sock is None:
            self.connect()
        line.send(self.sock, head + (body or b""), self.timeout)

    def getresponse(self) -> Received:  # type: ignore[override]  # urllib3 wants a response of its own here, unlike http.client
        """Read the answer whole."""
        if self.sock is None:
            raise ResponseNotReady
        seconds = self._bounds.seconds if self.timeout is None else self.timeout
        reply = read_reply(line.receiver(self.sock, seconds, self._bounds), self._bounds)
        if reply.is_last or _holds_more(self.sock):
            self.close()
        return Received(reply)


class SafeExchange(Exchange, HTTPSConnection):
    """A connection with TLS."""


def _holds_more(sock: object) -> bool:
    """TLS reads whole records: what came behind an answer may be held there, where no look at the socket finds it."""
    if isinstance(sock, ssl.SSLSocket):
        return sock.pending() > 0
    return not isinstance(sock, socket.socket)  # of another kind of TLS that cannot be told


def _head(method: str, url: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = f"{method} {url} HTTP/1.1\r\n{''.join(lines)}\r\n"
    if head.count("\n") != len(lines) + 2 or head.count("\r") != len(lines) + 2 or not head.isascii():
        raise InvalidHeader("the address or a header holds more than ASCII text on one line")
    return head.encode()
