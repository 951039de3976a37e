"""Bytes over a connected socket, in time, and with as few stops on the way as that takes.

Python polls a socket that has a timeout before each send and each receive, and to change the timeout is a call of the
system too. At each of them other threads may go on, and this one has to come to its turn again, which costs eight
threads as much as half of their own work. So a socket without TLS never waits by itself: it is sent to at once, and
polled before what is received.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from urllib3.util import wait_for_read

_NEVER = 0.0


def send(sock: socket.socket, data: bytes, seconds: float | None) -> None:
    """Send all of it; TimeoutError where the other side takes no more for so long."""
    sent = _sent_at_once(sock, data) if _is_plain(sock) else 0
    if sent < len(data):
        sock.settimeout(seconds)
        sock.sendall(data[sent:])


def receiver(sock: socket.socket, seconds: float | None) -> Callable[[int], bytes]:
    """What gives whatever has come, with the most bytes to give; TimeoutError where nothing comes for so long."""
    if not _is_plain(sock):
        sock.settimeout(seconds)
        return sock.recv

    def receive(most: int) -> bytes:
        if not wait_for_read(sock, seconds):
            raise TimeoutError("timed out")
        return sock.recv(most)

    return receive


def _is_plain(sock: socket.socket) -> bool:
    # What TLS reads and writes is not only what is received and sent, and other libraries' sockets may be of any kind.
    return type(sock) is socket.socket


def _sent_at_once(sock: socket.socket, data: bytes) -> int:
    if sock.gettimeout() != _NEVER:
        sock.settimeout(_NEVER)
    try:
        return sock.send(data)
    except BlockingIOError:
        return 0
