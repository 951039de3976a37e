"""One request to a server that is not trusted, and its answer: limited in time and in size."""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, NamedTuple

from mturk.marketplace.delivery.destination import Endpoint

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TIME = 20.0
"""Seconds that a whole request may take, however slowly the server answers."""
_LARGEST_ANSWER = 65_536
_MOST_READ = 4 * _LARGEST_ANSWER
"""Bytes of all that a server says: headers, and answers that say that another one follows, could be any number."""


class Reply(NamedTuple):
    """What a server answered; a long body is cut."""

    status: int
    body: bytes


class ExchangeError(Exception):
    """There was no answer; the text says why in a few words."""


class Exchange:
    """Asks servers. It follows no redirects and uses no proxy, so that the server that was checked is reached."""

    def __init__(self, *, limit: float = TIME, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._now = now
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._ended = False

    def post(
        self,
        endpoint: Endpoint,
        headers: Mapping[str, str],
        body: bytes,
        *,
        path: str = "/",
        anywhere: bool = False,
        trust: str | None,
    ) -> Reply:
        """Post a body to a server; the path may have a query.

        With `anywhere` the server may be at any address, because the lab named it. `trust` is a file of CA
        certificates in place of the system's.
        """
        return self._ask("POST", endpoint, headers, body, path=path, anywhere=anywhere, trust=trust)

    def get(self, endpoint: Endpoint, headers: Mapping[str, str], *, path: str, trust: str | None) -> Reply:
        """Ask a server for what is at a path, which may have a query."""
        return self._ask("GET", endpoint, headers, None, path=path, anywhere=False, trust=trust)

    def _ask(
        self,
        method: str,
        endpoint: Endpoint,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        path: str,
        anywhere: bool,
        trust: str | None,
    ) -> Reply:
        try:
            with self._line(endpoint, anywhere, trust) as line:
                connection = HTTPConnection(endpoint.host, endpoint.port)
                # HTTPConnection only reads from it, writes to it and closes it.
                connection.sock = line
                connection.request(method, path, body, dict(headers))
                answer = connection.getresponse()
                return Reply(answer.status, answer.read(_LARGEST_ANSWER))
        except ssl.SSLCertVerificationError as error:
            raise ExchangeError(f"its certificate is not good: {error.verify_message}") from None
        except TimeoutError:
            raise ExchangeError(f"no answer within {self._limit:g} seconds") from None
        except OSError as error:
            raise ExchangeError(error.strerror or str(error) or type(error).__name__) from None
        except (HTTPException, ValueError) as error:
            raise ExchangeError(f"its answer is not HTTP: {type(error).__name__}") from None

    def close(self) -> None:
        """Break off requests under way, and start no more."""
        with self._lock:
            self._ended = True
            for one in self._open:
                _break_off(one)

    @contextmanager
    def _line(self, endpoint: Endpoint, anywhere: bool, trust: str | None) -> Iterator[_Line]:
        deadline = _Deadline(self._now, self._now() + self._limit)
        plain = _connect(endpoint, anywhere, deadline)
        with self._lock:
            self._open.add(plain)
            if self._ended:
                _break_off(plain)
        used = plain
        try:
            if endpoint.scheme == "https":
                plain.settimeout(deadline.left())
                used = _context(trust).wrap_socket(plain, server_hostname=endpoint.host, do_handshake_on_connect=False)
                with self._lock:
                    self._open.add(used)
                used.do_handshake()
            yield _Line(used, deadline)
        finally:
            with self._lock:
                self._open -= {plain, used}
            used.close()
            plain.close()


class _Deadline(NamedTuple):
    now: Callable[[], float]
    end: float

    def left(self) -> float:
        left = self.end - self.now()
        if left <= 0:
            raise TimeoutError
        return left


class _Line:
    """A connection with one deadline for all reads and writes.

    An ordinary timeout starts again with each byte: a server that sends one byte a second would never time out.
    """

    def __init__(self, plain: socket.socket, deadline: _Deadline) -> None:
        self._socket = plain
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._socket, self._deadline))

    def close(self) -> None:
        """Does nothing: `Exchange` closes what it opened."""


class _Reader(io.RawIOBase):
    def __init__(self, plain: socket.socket, deadline: _Deadline) -> None:
        self._socket = plain
        self._deadline = deadline
        self._left = _MOST_READ

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._left <= 0:
            raise OSError("its answer has no end")
        self._socket.settimeout(self._deadline.left())
        read = self._socket.recv_into(buffer)
        self._left -= read
        return read


def _connect(endpoint: Endpoint, anywhere: bool, deadline: _Deadline) -> socket.socket:
    found: list[tuple[Any, ...]] = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    allowed = [one for one in found if anywhere or endpoint.may_be_at(one[4][0])]
    if not allowed:
        raise ExchangeError(f"{endpoint.host} stands for an address that nothing may be sent to")
    for number, (family, kind, protocol, _, address) in enumerate(allowed, start=1):
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(deadline.left())
            plain.connect(address)
        except OSError:
            plain.close()
            if number == len(allowed):
                raise
        else:
            return plain
    raise AssertionError("unreachable")


def _break_off(one: socket.socket) -> None:
    try:
        # Not SSLSocket.shutdown, which drops the TLS state while another thread may be reading.
        socket.socket.shutdown(one, socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


@lru_cache(maxsize=4)
def _context(trust: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=trust)
