"""Serves a WSGI application with waitress, in a thread of this process."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import ClientDisconnected
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from mturk.marketplace.error import MarketplaceError, SettingError
from mturk.marketplace.http.api import LostAnswer
from mturk.marketplace.http.channel import Channel

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_THREADS = 8
WAITING = 60
"""How many receivers of messages may wait at the same time."""
_RECEIVERS = WAITING + 4  # threads, so that those who find no place are told so
# Two or three for each of 200 browsers, which keep theirs for a while; below what systems commonly let a process open.
_CONNECTIONS = 600 + _RECEIVERS
_SILENCE = 20  # seconds after which a connection is closed that sends nothing and waits for nothing
_RECEIVE = "AmazonSQS.ReceiveMessage"
_QUIET = logging.getLogger(f"{__name__}.queue")
_QUIET.setLevel(logging.ERROR)
_LAST_PORT = 65_535
_BACKLOG = 1024
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


class _Receivers(ThreadedTaskDispatcher):
    """Threads for those who wait for messages, so that they take none from other calls; started as they are needed."""

    queue_logger = _QUIET
    _closed = False

    def add_task(self, task: Any) -> None:
        with self.lock:
            idle = len(self.threads) - self.active_count
            wanted = len(self.threads) + (idle <= len(self.queue))
        if not self._closed:
            self.set_thread_count(min(wanted, _RECEIVERS))
        super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> Any:
        self._closed = True
        return super().shutdown(cancel_pending, timeout)


class Server:
    """A web server that runs from `start` to `stop`.

    `largest` says how many bytes the body of a request to a path may have. What a proxy hands on below the path
    `prefix` is found with and without it. Who is silent for `silence` seconds, and waits for no answer, is cut off.
    With `sock`, which stays its giver's, and at which other processes may listen too, host and port are not looked at.
    """

    def __init__(
        self,
        application: WSGIApplication,
        host: str,
        port: int,
        *,
        largest: Callable[[str], int],
        prefix: str = "",
        silence: int = _SILENCE,
        sock: socket.socket | None = None,
    ) -> None:
        self._map: dict[int, Any] = {}
        self.socket = _listen(host, port) if sock is None else _listening(sock)
        self._server = create_server(
            _losing(application),
            map=self._map,
            sockets=[self.socket],
            threads=_THREADS,
            connection_limit=_CONNECTIONS,
            channel_timeout=silence,
            cleanup_interval=min(5, silence),
            ident="mturk",
            # Who may say whom a request is from is decided for each of them (`site/door.py`).
            clear_untrusted_proxy_headers=False,
            url_prefix=prefix,
        )
        self._server.channel_class = Channel
        self._server.adj.largest = largest
        # Calls that wait their turn are usual here, and no reason for a line of the log each.
        self._server.task_dispatcher.queue_logger = _QUIET
        self._receivers = _Receivers()
        self._server.add_task = self._add_task
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="mturk-marketplace", daemon=True)

    @property
    def url(self) -> str:
        """The address to reach it at."""
        host, port = self.socket.getsockname()[:2]
        host = _EVERYWHERE.get(host, host)
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> None:
        """Start to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the calls that are being answered, then close."""
        for dispatcher in (self._receivers, self._server.task_dispatcher):
            dispatcher.shutdown()
        self._stopping.set()
        self._server.pull_trigger()
        self._thread.join()
        wasyncore.close_all(self._map)

    def _add_task(self, channel: Channel) -> None:
        receives = channel.requests[0].headers.get("X_AMZ_TARGET") == _RECEIVE
        (self._receivers if receives else self._server.task_dispatcher).add_task(channel)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1, map=self._map, count=1, use_poll=True)


def _listen(host: str, port: int) -> socket.socket:
    if not host:
        raise SettingError("The host is empty; 127.0.0.1 is this machine alone, 0.0.0.0 everywhere.")
    if not isinstance(port, int) or not 0 <= port <= _LAST_PORT:
        raise SettingError(f"{port!r} is not a port; ports go from 0 (any free one) to {_LAST_PORT}.")
    try:
        if "\0" in host:
            raise ValueError  # the system would cut the name off there
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except ValueError:  # no possible name: one of its parts is empty, or has over 63 characters
        raise SettingError(f"{host!r} is not the name of a host. Choose another host.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} of {host} is taken. Stop the other program, or choose another port."
        elif error.errno == errno.EACCES:
            reason = f"Port {port} of {host} is not for ordinary users. Choose one above 1023."
        else:
            cause = error.strerror or error
            reason = f"Cannot listen at port {port} of {host}: {cause}. Choose another host."
        raise MarketplaceError(reason) from None


def _listening(sock: socket.socket) -> socket.socket:
    try:
        if sock.family in (socket.AF_INET, socket.AF_INET6) and sock.getsockname()[1]:
            sock.listen(_BACKLOG)
            return sock.dup()
    except (OSError, AttributeError):
        pass
    raise SettingError(f"sock is a TCP socket with an address of its own, at which it can listen, not {sock!r}.")


def _losing(application: WSGIApplication) -> WSGIApplication:
    def lose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return application(environ, start_response)
        except LostAnswer:
            # Waitress takes the client for gone, and closes the connection without an answer.
            raise ClientDisconnected from None

    return lose
