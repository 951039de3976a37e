"""The way out: a connection to any host, directly or through the proxy that the environment had before."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from mturk.errors import ConfigurationError
from mturk.redirect.aws_host import covers, entries, is_this_machine
from mturk.redirect.destination import Destination
from mturk.redirect.proxy_request import END, ENOUGH

PATIENCE = 20.0
"""Seconds for one address to answer, and for a proxy to connect."""


class Unreachable(Exception):
    """There is no connection; why is for who asked for it."""


class _Proxy(NamedTuple):
    host: str
    port: int
    authorization: str

    def __repr__(self) -> str:
        return f"<_Proxy {self.host}:{self.port}>"


class Outward:
    """Connects to hosts. `own` is the port at which the redirect listens, to which nothing is led back."""

    def __init__(self, environ: Mapping[str, str], own: int) -> None:
        self._own = own
        self._past = entries(environ.get("no_proxy") or environ.get("NO_PROXY") or "")
        self._proxy = _proxy_of(environ, own)

    async def connect(self, host: str, port: int, *, tunnel: bool = True) -> socket.socket:
        """A connected socket; requests that are no tunnels go directly, as programs ask for the proxy of these."""
        past = is_this_machine(host) or any(covers(entry, host) for entry in self._past)
        if self._proxy is None or past or not tunnel:
            return await self._dial(host, port)
        sock = await self._dial(self._proxy.host, self._proxy.port)
        try:
            await asyncio.wait_for(_ask(sock, host, port, self._proxy), PATIENCE)
        except BaseException as error:
            sock.close()
            if isinstance(error, (OSError, asyncio.TimeoutError)):
                raise Unreachable(f"the proxy of the environment did not connect to {host}") from None
            raise
        return sock

    async def _dial(self, host: str, port: int) -> socket.socket:
        loop = asyncio.get_running_loop()
        try:
            addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable(f"there is no host {host}") from None
        for family, kind, number, _, address in addresses:
            sock = socket.socket(family, kind, number)
            try:
                sock.setblocking(False)
                await asyncio.wait_for(loop.sock_connect(sock, address), PATIENCE)
                self._expect_another(sock)
            except (OSError, asyncio.TimeoutError):
                sock.close()
            except BaseException:
                sock.close()
                raise
            else:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
        raise Unreachable(f"nobody answers at {host} on port {port}")

    def _expect_another(self, sock: socket.socket) -> None:
        # By whatever name it was called, and through whatever else: from here to here is a circle.
        address, port = sock.getpeername()[:2]
        if port == self._own and address in ("127.0.0.1", "::ffff:127.0.0.1"):
            raise Unreachable("that is this proxy itself")


def expect_answer(to: Destination, environ: Mapping[str, str]) -> None:
    """Fail with a word on what to do where no marketplace is reached by the way that calls are going to take."""
    try:
        asyncio.run(Outward(environ, own=0).connect(to.host, to.port)).close()
    except Unreachable as error:
        raise ConfigurationError(
            f"No marketplace answers at {to.url} ({error}). Start one (mturk serve), or say where it is: "
            "--to https://turk.my-lab.org"
        ) from None


async def _ask(sock: socket.socket, host: str, port: int, proxy: _Proxy) -> None:
    loop = asyncio.get_running_loop()
    name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    head = f"CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n{proxy.authorization}\r\n"
    await loop.sock_sendall(sock, head.encode("latin-1"))
    answer = b""
    # Who is at the other end speaks second, so nothing of theirs can have come yet.
    while END not in answer:
        more = await loop.sock_recv(sock, ENOUGH - len(answer)) if len(answer) < ENOUGH else b""
        if not more:
            raise Unreachable("the proxy of the environment gave no answer")
        answer += more
    status = answer.split(b"\r\n", 1)[0].split(b" ")[1:2]
    if status != [b"200"]:
        said = status[0].decode("latin-1") if status else "nothing"
        raise Unreachable(f"the proxy of the environment answered {said} for {host}")


def _proxy_of(environ: Mapping[str, str], own: int) -> _Proxy | None:
    names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    name = next((name for name in names if environ.get(name)), None)
    if name is None:
        return None
    text = environ[name]
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port or 80
    except ValueError:
        raise ConfigurationError(f"{name} is no address of a proxy, such as http://proxy.my-lab.org:3128.") from None
    if parts.scheme != "http" or not parts.hostname:
        raise ConfigurationError(
            f"{name} is a proxy of the kind {parts.scheme}, to which other hosts cannot be led on. Name an http:// "
            f"one, or run this without it: env -u {name} mturk …"
        )
    if port == own and parts.hostname in ("127.0.0.1", "localhost"):
        return None  # of an earlier start, at the same port
    return _Proxy(parts.hostname, port, _authorization(parts))


def _authorization(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    name = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Proxy-Authorization: Basic {base64.b64encode(name.encode()).decode()}\r\n"
