"""Serves a WSGI application with waitress, in a thread of this process."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected
from waitress.task import ThreadedTaskDispatcher

from mturk.marketplace.dispatch import only_reads
from mturk.marketplace.error import MarketplaceError, SettingError
from mturk.marketplace.gate import open_files
from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.http.api import TARGET, LostAnswer
from mturk.marketplace.http.channel import Channel
from mturk.marketplace.http.complaint import Pages
from mturk.marketplace.http.incoming import Request
from mturk.marketplace.http.reception import BodyLimits, Reception
from mturk.marketplace.waiting_line import WaitingLine

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_THREADS = 8
WAITING = 60
"""How many receivers of messages may wait at the same time."""
_RECEIVERS = WAITING + 4  # threads, so that those who find no place are told so
_LARGEST_HEAD = 32_768
_AFTER_TROUBLE = 0.1  # seconds, so that trouble without an end fills no disk at once
_TURN = 5.0  # seconds within which what waits for its turn gets it, when the server ends
_FINISH = 20.0  # seconds for all that is being answered then
_RECEIVE = "AmazonSQS.ReceiveMessage"
_OLD_CALL = "AWSAccessKeyId="
_READERS = 8  # threads, which those who wait until they can write never take
_log = logging.getLogger(__name__)
_QUIET = logging.getLogger(f"{__name__}.queue")
_QUIET.setLevel(logging.ERROR)
_LAST_PORT = 65_535
_BACKLOG = 1024
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


class _Threads(ThreadedTaskDispatcher):
    """So many threads at most for one kind of request, which takes none from others; started as they are needed."""

    # Calls that wait their turn are usual here, and no reason for a line of the log each.
    queue_logger = _QUIET
    _closed = False

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        # Else whoever sends a hundred requests that take long would have all others wait for all of them. All of a
        # laboratory or a class may have one address: among those turns go round by what they say of themselves.
        self.queue: WaitingLine[Channel] = WaitingLine(_whose, _by_name)

    def add_task(self, task: Any) -> None:
        with self.lock:
            idle = len(self.threads) - self.active_count
            wanted = len(self.threads) + (idle <= len(self.queue))
        if not self._closed:
            self.set_thread_count(min(wanted, self._most))
        super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> Any:
        self._closed = True
        return super().shutdown(cancel_pending, timeout)


class Server:
    """A web server that runs from `start` to `stop`.

    `largest` says how many bytes the body of a request to a path may have, `unsigned` how many without the signature of
    a key, where that is less. What a proxy hands on below the path `prefix` is found with and without it. `spares` are
    the addresses, those of trusted proxies, whose connections and requests are others'. `pages` are for browsers whose
    requests are refused before the application has seen them.
    With `sock`, which stays its giver's, and at which other processes may listen too, host and port are not looked at.
    """

    def __init__(
        self,
        application: WSGIApplication,
        host: str,
        port: int,
        *,
        largest: Callable[[str], int],
        unsigned: Callable[[str], int] | None = None,
        prefix: str = "",
        limits: ConnectionLimits | None = None,
        spares: Callable[[str], bool] = lambda _: False,
        sock: socket.socket | None = None,
        pages: Pages = lambda *_: None,
        turn: float = _TURN,
        finish: float = _FINISH,
    ) -> None:
        limits = limits or ConnectionLimits()
        self.socket = _listen(host, port) if sock is None else _listening(sock)
        self._turn, self._finish = turn, finish
        self._callers = _Threads(_THREADS)
        self._receivers = _Threads(_RECEIVERS)
        self._readers = _Threads(_READERS)
        self._reception = Reception(
            _losing(application),
            self.socket,
            Adjustments(
                sockets=[self.socket],
                max_request_header_size=_LARGEST_HEAD,
                ident="mturk",
                # Who may say whom a request is from is decided for each of them (`site/door.py`).
                clear_untrusted_proxy_headers=False,
                url_prefix=prefix,
            ),
            self._queue,
            replace(limits, connections=open_files.connections(limits.connections)),
            BodyLimits(largest, unsigned or largest),
            spares,
            pages,
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="mturk-marketplace", daemon=True)

    @property
    def url(self) -> str:
        """The address to reach it at."""
        host, port = self.socket.getsockname()[:2]
        host = _EVERYWHERE.get(host, host)
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def is_running(self) -> bool:
        """Whether it answers."""
        return self._thread.is_alive()

    @property
    def held(self) -> int:
        """How many connections there are."""
        return self._reception.held

    @property
    def waiting(self) -> int:
        """How many requests wait for a thread."""
        return sum(len(dispatcher.queue) for dispatcher in self._dispatchers)

    @property
    def bodies(self) -> int:
        """How many bytes of bodies have come, of requests that are not answered yet."""
        return self._reception.stock.held

    def start(self) -> None:
        """Start to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Take no new connections, finish the calls that are being answered, then close."""
        self._stopping.set()
        self._reception.pull_trigger()
        self._thread.join()
        for dispatcher in self._dispatchers:
            dispatcher.shutdown(timeout=1)
        self._reception.close()

    @property
    def _dispatchers(self) -> tuple[_Threads, ...]:
        return self._receivers, self._readers, self._callers

    def _queue(self, channel: Channel) -> _Threads:
        request = channel.requests[0]
        target = request.headers.get("X_AMZ_TARGET", "")
        if target == _RECEIVE:
            return self._receivers
        return self._readers if _reads(request, target) else self._callers

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                self._reception.work()
            except Exception:  # whatever it was, others are to be answered
                _log.exception("a connection made trouble")
                self._stopping.wait(_AFTER_TROUBLE)
        self._reception.drain(self._dispatchers, turn=self._turn, finish=self._finish)


def _whose(channel: Channel) -> str:
    return channel.party


def _by_name(channel: Channel) -> str:
    return channel.name


def _reads(request: Request, target: str) -> bool:
    """Whether a request asks for something, and changes nothing but what can as well be left."""
    if request.error:  # then it was not read
        return True
    if request.command in ("GET", "HEAD"):
        return _OLD_CALL not in request.query  # the old API changes things by GET, too
    return only_reads(target.removeprefix(TARGET))


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
