"""Bytes go over any socket whole and in time, also over one that never waits."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mturk.connection import line
from mturk.connection.bound import Bounds, OutOfBounds

WAIT = 30  # seconds for what comes at once, unless something is broken
SOON = 0.05
MORE_THAN_FITS = b"0123456789abcdef" * 250_000


class Other(socket.socket):
    """A socket of another kind, on which nothing is done but what all kinds can do."""


KINDS = [socket.socket, Other]


def pair(kind: type[socket.socket]) -> tuple[socket.socket, socket.socket]:
    """A connected socket of this kind, and its other end."""
    near, far = socket.socketpair()
    far.settimeout(WAIT)
    return kind(fileno=near.detach()), far


@pytest.fixture(params=KINDS)
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = pair(request.param)
    with near, far:
        yield near, far


Ends = tuple[socket.socket, socket.socket]


def received(sock: socket.socket, size: int) -> bytes:
    parts = []
    while size and (part := sock.recv(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def echo(sock: socket.socket, size: int) -> None:
    sock.sendall(received(sock, size))


@settings(deadline=None)  # a thread for each message takes its time on a busy machine
@given(st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 400_000)), min_size=1, max_size=5))
def test_all_kinds_send_and_receive_the_same(messages: list[tuple[bytes, int]]) -> None:
    def echoed(kind: type[socket.socket]) -> list[bytes]:
        near, far = pair(kind)
        with near, far:
            found = []
            for text, zeros in messages:
                data = text + bytes(zeros)
                other_end = threading.Thread(target=echo, args=(far, len(data)))
                other_end.start()
                line.send(near, data, WAIT)
                receive, back = line.receiver(near, WAIT), b""
                while len(back) < len(data):
                    back += receive(len(data) - len(back))
                found.append(back)
                other_end.join()
            return found

    expected = [text + bytes(zeros) for text, zeros in messages]
    assert [echoed(kind) for kind in KINDS] == [expected, expected]


def test_what_does_not_fit_at_once_is_sent_as_the_other_side_takes_it(ends: Ends) -> None:
    near, far = ends
    sending = threading.Thread(target=line.send, args=(near, MORE_THAN_FITS, WAIT))
    sending.start()
    assert received(far, len(MORE_THAN_FITS)) == MORE_THAN_FITS
    sending.join()
    far.sendall(b"thanks")
    assert line.receiver(near, WAIT)(100) == b"thanks"


@pytest.mark.parametrize("full", [False, True])
def test_to_send_ends_when_the_other_side_takes_nothing(ends: Ends, full: bool) -> None:
    near, _ = ends
    if full:
        near.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                near.send(MORE_THAN_FITS)
    with pytest.raises(TimeoutError):
        line.send(near, MORE_THAN_FITS, SOON)


def test_to_receive_ends_when_nothing_comes(ends: Ends) -> None:
    near, _ = ends
    line.send(near, b"hello", WAIT)
    with pytest.raises(TimeoutError):
        line.receiver(near, SOON)(100)


def test_to_receive_ends_when_all_of_it_takes_too_long(ends: Ends) -> None:
    near, far = ends
    moments = chain([0.0, 0.0, 9.0], repeat(10.0))
    receive = line.receiver(near, WAIT, Bounds(seconds=10.0, monotonic=lambda: next(moments)))
    for _ in range(2):
        far.sendall(b"x")
        assert receive(100) == b"x"
    far.sendall(b"x")
    with pytest.raises(OutOfBounds, match="not whole within 10 seconds"):
        receive(100)


def test_the_last_wait_is_as_long_as_is_left_of_all_the_time(ends: Ends) -> None:
    near, far = ends
    moments = chain([0.0, 0.0, 10.0 - SOON], repeat(10.0))
    receive = line.receiver(near, WAIT, Bounds(seconds=10.0, monotonic=lambda: next(moments)))
    far.sendall(b"x")
    assert receive(100) == b"x"
    with pytest.raises(OutOfBounds, match="not whole within 10 seconds"):
        receive(100)


def test_nothing_is_received_where_the_other_side_has_closed(ends: Ends) -> None:
    near, far = ends
    line.send(near, b"hello", WAIT)
    assert far.recv(100) == b"hello"
    far.close()
    assert line.receiver(near, WAIT)(100) == b""


def test_to_send_to_nobody_is_an_error(ends: Ends) -> None:
    near, far = ends
    far.close()
    with pytest.raises(ConnectionError):
        line.send(near, b"hello", WAIT)


@pytest.mark.parametrize(("kind", "timeout"), [(socket.socket, 0.0), (Other, 2.0)])
def test_only_the_plain_kind_is_kept_from_waiting(kind: type[socket.socket], timeout: float) -> None:
    near, far = pair(kind)
    with near, far:
        line.send(near, b"hello", 1.0)
        far.sendall(b"hello")
        assert line.receiver(near, 2.0)(100) == b"hello"
        assert near.gettimeout() == timeout
