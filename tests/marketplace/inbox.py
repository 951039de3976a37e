"""A queue's server with faults on demand: it keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TAKEN = b'{"MessageId":"1"}'
WAIT = 20
"""Seconds after which a test fails that waits for a message."""


class Inbox:
    """Takes requests at `url`; `answer` says with which status, headers and body each is answered."""

    def __init__(self, context: Any = None) -> None:
        self.requests: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.answer: Callable[[], tuple[int, dict[str, str], bytes]] = lambda: (200, {}, TAKEN)
        self.hold = threading.Event()
        self.hold.set()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://localhost:{self._server.server_address[1]}/000000000000/events"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.hold.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def refuse(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Answer like this from now on."""
        self.answer = lambda: (status, headers or {}, body)

    def take(self) -> None:
        """Answer as a queue does from now on."""
        self.answer = lambda: (200, {}, TAKEN)

    def next(self, wait: float = WAIT) -> dict[str, Any]:
        """The next message, as soon as it comes."""
        _, body = self.requests.get(timeout=wait)
        document: dict[str, Any] = json.loads(json.loads(body)["MessageBody"])
        return document


class _Server(ThreadingHTTPServer):
    address_family = 2  # localhost is asked for by both of its addresses
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up has its reasons, and they are tested elsewhere."""


def _handler(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            inbox.requests.put((headers, body))
            inbox.hold.wait()
            status, more, content = inbox.answer()
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Tests say by themselves what went wrong."""

    return Handler
