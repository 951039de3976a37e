"""A server with an application of a few lines, and sockets to talk to it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mturk.marketplace.http.server import Server

PATIENCE = 20.0
GET = b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n"


class Application:
    """Says the path that was asked for; `/wait` is answered when the gate is opened."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.bodies: list[bytes] = []
        self.open = threading.Event()

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        self.seen.append(path)
        self.bodies.append(environ["wsgi.input"].read())
        if path == "/wait":
            assert self.open.wait(PATIENCE)
        content = b"x" * int(path[5:]) if path.startswith("/size") else path.encode()
        start_response("200 OK", [("Content-Length", str(len(content)))])
        return [content]


class Served:
    """The server, and what its application saw."""

    def __init__(self, **options: Any) -> None:
        self.application = Application()
        self.server = Server(self.application, "127.0.0.1", 0, **{"largest": lambda _: 100_000, **options})
        self.server.start()
        self.address = self.server.socket.getsockname()

    def line(self, source: str = "127.0.0.1", data: bytes = b"") -> socket.socket:
        """A connection from that address, on which something was sent."""
        line = socket.create_connection(self.address, PATIENCE, source_address=(source, 0))
        line.sendall(data)
        return line


@contextmanager
def served(**options: Any) -> Iterator[Served]:
    """A server for the block."""
    found = Served(**options)
    try:
        yield found
    finally:
        found.application.open.set()
        if found.server.is_running:
            found.server.stop()


def everything(line: socket.socket) -> bytes:
    """What is sent until the end of the connection, however that is cut."""
    content = b""
    try:
        while chunk := line.recv(65_536):
            content += chunk
    except ConnectionError:
        pass
    return content


def is_open(line: socket.socket) -> bool:
    """Whether nothing has come of it by now, neither its end nor a last word."""
    line.setblocking(False)
    try:
        line.recv(1)
        return False
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    finally:
        line.settimeout(PATIENCE)


def ask(line: socket.socket) -> bytes:
    """The status line of a request's answer on a connection that stays open."""
    line.sendall(GET)
    answer = b""
    while not answer.endswith(b"\r\n\r\n/"):
        more = line.recv(65_536)
        assert more, answer
        answer += more
    return answer.partition(b"\r\n")[0]


def until(condition: Callable[[], object]) -> None:
    """Wait for something that is to happen soon."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)  # between two looks
