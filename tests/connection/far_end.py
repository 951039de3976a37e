"""Who stands at the other end of a connection: servers that answer what they are told to, and proxies."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress

DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Answers each request with the next of these, piece by piece, and counts the connections."""

    def __init__(self, *answers: bytes | Iterable[bytes], tls: ssl.SSLContext | None = None) -> None:
        self._answers = [[answer] if isinstance(answer, bytes) else answer for answer in answers]
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self.sent = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while self._answers:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            # A client may end the connection, or not trust the certificate.
            with suppress(OSError), ExitStack() as open_now:
                open_now.enter_context(connection)
                if self._tls is not None:
                    connection = open_now.enter_context(self._tls.wrap_socket(connection, server_side=True))
                while self._answers and read_request(connection):
                    for piece in self._answers.pop(0):
                        connection.sendall(piece)
                        self.sent += len(piece)


def read_request(connection: socket.socket) -> bool:
    with connection.makefile("rb") as lines:
        length = 0
        while line := lines.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return bool(lines.read(length))


@contextmanager
def tunnel() -> Iterator[tuple[str, list[str]]]:
    """A proxy that takes CONNECT, and what it was asked for; all leads to the port that is named, on loopback."""
    asked: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def lead(client: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        place = head.split()[1].decode()
        asked.append(place)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        join(client, int(place.rpartition(":")[2]))

    def serve() -> None:
        client, _ = listener.accept()
        lead(client)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked


@contextmanager
def socks() -> Iterator[tuple[str, list[int]]]:
    """A SOCKS proxy of version 5 for one connection, and the ports it was asked for, all of them on loopback."""
    asked: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listener.accept()
        client.recv(100)
        client.sendall(b"\x05\x00")  # no password
        asked.append(int.from_bytes(client.recv(100)[-2:], "big"))
        client.sendall(b"\x05\x00\x00\x01" + bytes(6))
        join(client, asked[-1])

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield f"socks5://127.0.0.1:{listener.getsockname()[1]}", asked


def join(client: socket.socket, port: int) -> None:
    """Pass on what comes, both ways, between a client and a port on loopback."""
    server = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=pass_on, args=(server, client), daemon=True).start()
    pass_on(client, server)


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError), source, target:
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
