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

from mturk.connection.bound import Bounds

_NEVER = 0.0
_USUAL = Bounds()


def send(sock: socket.socket, data: bytes, seconds: float | None) -> None:
    """Send all of it; TimeoutError where the other side takes no more for so long."""
    sent = _sent_at_once(sock, data) if _is_plain(sock) else 0
    if sent < len(data):
        sock.settimeout(seconds)
        sock.sendall(data[sent:])


def receiver(sock: socket.socket, seconds: float, bounds: Bounds = _USUAL) -> Callable[[int], bytes]:
    """What gives whatever has come, with the most bytes to give; TimeoutError where nothing comes for so long.

    OutOfBounds as soon as everything together, from now on, has taken longer than it may.
    """
    monotonic = bounds.monotonic
    until = monotonic() + bounds.seconds

    def receive(most: int) -> bytes:
        left = until - monotonic()
        if left <= 0 or not wait_for_read(sock, left if left < seconds else seconds):
            raise _too_late(until - monotonic(), bounds)
        return sock.recv(most)

    def receive_waiting(most: int) -> bytes:
        left = until - monotonic()
        if left <= 0:
            raise bounds.too_slow()
        if left < seconds:  # else it waits as long as it was told to, and to tell it again would be one more stop
            sock.settimeout(left)
        try:
            return sock.recv(most)
        except TimeoutError:
            raise _too_late(until - monotonic(), bounds) from None

    if _is_plain(sock):
        return receive
    sock.settimeout(seconds)
    return receive_waiting


def _too_late(left: float, bounds: Bounds) -> Exception:
    return TimeoutError("timed out") if left > 0 else bounds.too_slow()


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
