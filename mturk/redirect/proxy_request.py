"""What a program asks of the proxy: the head of its request, read strictly, and the refusals."""

from __future__ import annotations

import base64
import hmac
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from mturk.redirect.aws_host import is_led

USER = "mturk"
ENOUGH = 32_768
"""Bytes that a head may have."""
END = b"\r\n\r\n"
_LINE = re.compile(r"([A-Z]{1,20}) (\S{1,8000}) HTTP/1\.[01]")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253}):([0-9]{1,5})")
_HOST = re.compile(r"[0-9A-Fa-f:.]+|[A-Za-z0-9._-]{1,253}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*")
# Between the program and the proxy alone.
_HOP = {"connection", "keep-alive", "proxy-authorization", "proxy-connection"}
_PLAIN, _TLS, _FREE = 80, 443, 1024


class Refusal(Exception):
    """An answer of the proxy itself: a status of HTTP, and why in one line."""

    def __init__(self, status: int, text: str, header: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self._header = header

    def answer(self) -> bytes:
        """What is sent; clients show the first line, so it has the whole text."""
        body = f"{self.text}\n".encode()
        head = f"HTTP/1.1 {self.status} {self.text}\r\n{self._header}Content-Type: text/plain; charset=utf-8\r\n"
        return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode("latin-1", "replace") + body


class Asked(NamedTuple):
    """Where to, and what is sent there first; `tunnel` is a connection, whose bytes are nobody's here."""

    host: str
    port: int
    tunnel: bool
    first: bytes = b""

    @property
    def is_secured(self) -> bool:
        """Whether TLS comes next, where it is ended here."""
        return self.tunnel and self.port == _TLS


def read(content: bytes, password: str) -> Asked:
    """Read a head, and what came behind it."""
    head, _, behind = content.partition(END)
    line, *headers = head.decode("latin-1").split("\r\n")
    found = _LINE.fullmatch(line)
    if found is None or not all(_HEADER.fullmatch(header) for header in headers):
        raise Refusal(400, "This is no request that a proxy can read")
    method, target = found.groups()
    if method != "CONNECT" and not target.lower().startswith("http://"):
        raise Refusal(400, "This is a proxy for programs: name it in HTTPS_PROXY, as mturk run does")
    _expect_password(headers, password)
    return _tunnel(target, behind) if method == "CONNECT" else _plain(method, target, headers, behind)


def _expect_password(headers: list[str], password: str) -> None:
    expected = f"{USER}:{password}".encode()
    for header in headers:
        name, _, value = header.partition(":")
        kind, _, coded = value.strip().partition(" ")
        if name.lower() == "proxy-authorization" and kind.lower() == "basic":
            try:
                given = base64.b64decode(coded.strip(), validate=True)
            except ValueError:  # also of what is no ASCII
                continue
            if hmac.compare_digest(given, expected):
                return
    raise Refusal(
        407, "The password of this proxy is missing or wrong", 'Proxy-Authenticate: Basic realm="mturk redirect"\r\n'
    )


def _tunnel(target: str, behind: bytes) -> Asked:
    found = _AUTHORITY.fullmatch(target)
    if found is None:
        raise Refusal(400, "CONNECT names a host and a port")
    host, port = found[1].strip("[]"), int(found[2])
    if not is_led(host):
        return Asked(host, _port(port, _TLS), True, behind)
    if port not in (_TLS, _PLAIN):
        raise Refusal(403, f"Of {host} only the ports {_TLS} and {_PLAIN} are led to the marketplace")
    if behind and port == _TLS:
        raise Refusal(400, "TLS begins when the proxy has answered")
    return Asked(host, port, True, behind)


def _plain(method: str, target: str, headers: list[str], behind: bytes) -> Asked:
    try:
        parts = urlsplit(target)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise Refusal(400, "This is no address of a web page")
    # As it was written: an address that is put together again may lack a `?`, or have a slash more.
    path = target[len("http://") + len(parts.netloc) :].partition("#")[0] or "/"
    kept = [header for header in headers if header.partition(":")[0].lower() not in _HOP]
    # One request a connection: the next one may be for another host.
    head = "\r\n".join([f"{method} {path if path[0] == '/' else '/' + path} HTTP/1.1", *kept, "Connection: close"])
    return Asked(host, _port(_PLAIN if port is None else port, _PLAIN), False, head.encode("latin-1") + END + behind)


def _port(port: int, usual: int) -> int:
    """Programs call the usual port, or one that no service of the system has; not, for instance, one for mail."""
    if port != usual and not _FREE <= port <= 65535:
        raise Refusal(403, f"Port {port} is none that this proxy leads to: {usual}, or one from {_FREE} on")
    return port
