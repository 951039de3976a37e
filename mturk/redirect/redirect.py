"""The proxy itself: it listens on loopback, ends TLS for Amazon's hosts, and leads all others to where they belong."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from mturk.errors import ConfigurationError
from mturk.redirect import tunnel
from mturk.redirect.authority import Authority
from mturk.redirect.aws_host import is_led, normal
from mturk.redirect.destination import Destination
from mturk.redirect.outward import Outward, Unreachable
from mturk.redirect.proxy_request import END, ENOUGH, USER, Asked, Refusal, read
from mturk.redirect.tunnel import Side

LOOPBACK = "127.0.0.1"
"""The only address to listen at: whoever reached the proxy from elsewhere could use it."""
_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_FAREWELL = 2.0  # seconds for an answer of the proxy's own to arrive
_PAUSE = 0.1  # seconds, where no more sockets can be opened

_log = logging.getLogger(__name__)


class Limits(NamedTuple):
    """So many connections at once, and seconds for a head and for a connection on which nothing passes."""

    connections: int = 200
    head: float = 10.0
    idle: float = 600.0


class Redirect:
    """Leads calls to Amazon's hosts to a marketplace while it runs: `with Redirect(destination, authority)`.

    `environ` is the environment whose proxy other hosts are led on to. `port=0` takes a free one.
    """

    def __init__(
        self,
        destination: Destination,
        authority: Authority,
        *,
        port: int = 0,
        environ: Mapping[str, str] = os.environ,
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
    ) -> None:
        self._destination = destination
        self._authority = authority
        self._password = authority.password
        self._environ = environ
        self._limits = limits
        self._listener = _listener(port)
        self._port: int = self._listener.getsockname()[1]
        try:
            if destination.port == self._port and destination.host in (LOOPBACK, "localhost"):
                raise ConfigurationError(f"{destination.url} is where the redirect itself listens. Name a marketplace.")
            self._outward = Outward(environ, self._port)
        except ConfigurationError:
            self._listener.close()
            raise
        self._serving: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="mturk-redirect", daemon=True)
        self._loop = asyncio.new_event_loop()
        self._end: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Redirect {LOOPBACK}:{self._port} to {self._destination.url}>"

    def __enter__(self) -> Redirect:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(RuntimeError):  # it has ended before
            self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """The address for HTTPS_PROXY, with the password."""
        return f"http://{USER}:{self._password}@{LOOPBACK}:{self._port}"

    def _run(self) -> None:
        try:
            self._end = self._loop.create_task(self._accept())
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._end)
        finally:
            self._listener.close()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    def _stop(self) -> None:
        if self._end is not None:
            self._end.cancel()

    async def _accept(self) -> None:
        try:
            while True:
                try:
                    sock, _ = await self._loop.sock_accept(self._listener)
                except OSError:
                    await asyncio.sleep(_PAUSE)
                    continue
                task = self._loop.create_task(self._serve(sock))
                self._serving.add(task)
                task.add_done_callback(self._serving.discard)
        finally:
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        try:
            if len(self._serving) > self._limits.connections:
                raise Refusal(503, f"The redirect holds {self._limits.connections} connections, which is the most")
            asked = read(await asyncio.wait_for(self._head(sock), self._limits.head), self._password)
            await self._lead(sock, asked)
        except Refusal as refusal:
            with suppress(OSError, asyncio.TimeoutError):
                await asyncio.wait_for(self._refuse(sock, refusal), _FAREWELL)
        except (OSError, asyncio.TimeoutError) as error:
            _log.debug("a connection ended: %r", error)
        except Exception:
            _log.exception("a connection ended by a mistake of the redirect's")
        finally:
            sock.close()

    async def _refuse(self, sock: socket.socket, refusal: Refusal) -> None:
        await self._loop.sock_sendall(sock, refusal.answer())
        sock.shutdown(socket.SHUT_WR)
        # What is still to be read when a socket is closed would take the answer away from who sent it.
        while await self._loop.sock_recv(sock, ENOUGH):
            pass

    async def _head(self, sock: socket.socket) -> bytes:
        content = b""
        while END not in content:
            if len(content) >= ENOUGH:
                raise Refusal(431, "The head of the request is too long")
            more = await self._loop.sock_recv(sock, ENOUGH - len(content))
            if not more:
                raise ConnectionResetError("it was closed before its head was whole")
            content += more
        return content

    async def _lead(self, sock: socket.socket, asked: Asked) -> None:
        led = is_led(asked.host)
        far = await (self._market() if led else self._other(asked))
        try:
            if asked.tunnel:
                await self._loop.sock_sendall(sock, _CONNECTED)
            context = self._authority.context(normal(asked.host)) if led and asked.is_secured else None
            near = await tunnel.answering(sock, context)
        except BaseException as error:
            await far.close()
            if isinstance(error, ssl.SSLError) and led:
                _log.warning(
                    "a program did not trust the redirect's certificate for %s (%s): it must read one of the variables "
                    "that name the file of certificates",
                    asked.host,
                    error.reason,
                )
            raise
        far.writer.write(asked.first)
        await tunnel.carry(near, far, self._limits.idle)

    async def _market(self) -> Side:
        target = self._destination
        return await self._reach(target.host, target.port, target.tls, f"the marketplace at {target.url}")

    async def _other(self, asked: Asked) -> Side:
        return await self._reach(asked.host, asked.port, None, asked.host, tunnelled=asked.tunnel)

    async def _reach(
        self, host: str, port: int, tls: ssl.SSLContext | None, name: str, *, tunnelled: bool = True
    ) -> Side:
        try:
            sock = await self._outward.connect(host, port, tunnel=tunnelled)
        except Unreachable as error:
            raise Refusal(502, f"{name} is not reached: {error}") from None
        try:
            return await tunnel.asking(sock, tls, host)
        except (OSError, asyncio.TimeoutError) as error:
            sock.close()
            raise Refusal(502, f"{name} is not reached: {getattr(error, 'reason', '') or 'no TLS'}") from None
        except BaseException:
            sock.close()
            raise


def _listener(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let others listen at the same port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((LOOPBACK, port))
        sock.listen(128)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise ConfigurationError(
            f"The redirect cannot listen at {LOOPBACK}:{port}: {error.strerror}. Name another port, or 0 for a free "
            "one."
        ) from None
    return sock
