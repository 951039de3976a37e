"""An answer of HTTP/1.1, read from a socket: its head, its headers, its body; what cannot be so is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.client import BadStatusLine, HTTPException, IncompleteRead, LineTooLong, RemoteDisconnected

import attrs
from urllib3 import HTTPHeaderDict

from mturk.connection.bound import Bounds, TooLarge

Receive = Callable[[int], bytes]
"""Gives what has come, at most so many bytes; none when the other side has closed."""

_AT_ONCE = 65_536
_LONGEST_HEAD = 65_536
_LONGEST_LINE = 1_024  # of a chunk's size, with what else a server says about it
_MOST_LINES = 100  # headers behind a body, and answers that only say that another one follows
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"HTTP/1\.(\d)[ \t]+([1-9]\d\d)(?:[ \t](.*))?")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?")
_FRAMING = ("content-length", "transfer-encoding")
_BODILESS = (204, 304)


@attrs.frozen
class Reply:
    """What came back, read whole."""

    status: int
    reason: str
    headers: HTTPHeaderDict = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)
    is_last: bool
    """Whether nothing more can be asked on this connection."""


_USUAL = Bounds()


def read_reply(receive: Receive, bounds: Bounds = _USUAL) -> Reply:
    """Read one answer to a POST or a GET; http.client's exceptions where it is none, TooLarge where it is that."""
    source = _Source(receive, bounds)
    minor, status, reason, headers = _head(source)
    try:
        content = b"" if status in _BODILESS else _body(source, headers)
        if content is None:
            return Reply(status, reason, headers, source.rest(), is_last=True)
    except TooLarge as error:
        error.status = status
        raise
    return Reply(status, reason, headers, content, is_last=source.has_more or _closes(minor, headers))


class _Source:
    """What has come and is not read yet."""

    def __init__(self, receive: Receive, bounds: Bounds) -> None:
        self._receive = receive
        self._bounds = bounds
        self._left = bounds.largest
        self._held = b""
        self._at = 0

    @property
    def has_more(self) -> bool:
        return self._at < len(self._held)

    def head(self) -> str | None:
        """The lines up to the first empty one; None where nothing came at all."""
        while not (end := _HEAD_ENDS.search(self._held, self._at)):
            if len(self._held) - self._at > _LONGEST_HEAD:
                raise LineTooLong("headers")
            if not self._fetch():
                if self.has_more:
                    raise IncompleteRead(self._held)
                return None
        head, self._at = self._held[self._at : end.start()], end.end()
        return head.decode("latin-1")

    def line(self) -> bytes | None:
        """The next line, without its end; None where the other side has closed instead."""
        while (end := self._held.find(b"\n", self._at)) < 0:
            if len(self._held) - self._at > _LONGEST_LINE:
                raise LineTooLong("chunk size")
            if not self._fetch():
                return None
        line, self._at = self._held[self._at : end], end + 1
        return line.removesuffix(b"\r")

    def exactly(self, size: int) -> bytes:
        """So many bytes of the body; OutOfBounds before they are read, if that makes it too large."""
        self._claim(size)
        held = self._held[self._at : self._at + size]
        self._at += len(held)
        parts, left = [held], size - len(held)
        while left:
            part = self._receive(min(left, _AT_ONCE))
            if not part:
                raise IncompleteRead(b"".join(parts), left)
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def rest(self) -> bytes:
        """All until the other side closes."""
        parts = [self._held[self._at :]]
        self._at = len(self._held)
        self._claim(len(parts[0]))
        while part := self._receive(_AT_ONCE):
            self._claim(len(part))
            parts.append(part)
        return b"".join(parts)

    def _claim(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise self._bounds.too_large()

    def _fetch(self) -> bool:
        more = self._receive(_AT_ONCE)
        self._held, self._at = self._held[self._at :] + more, 0
        return bool(more)


def _head(source: _Source) -> tuple[int, int, str, HTTPHeaderDict]:
    for _ in range(_MOST_LINES):
        head = source.head()
        if head is None:
            raise RemoteDisconnected("Remote end closed connection without response")
        first, *lines = head.split("\n")
        found = _STATUS.fullmatch(first.removesuffix("\r"))
        if found is None or found[2] == "101":
            raise BadStatusLine(first[:200])
        if not found[2].startswith("1"):
            return int(found[1]), int(found[2]), (found[3] or "").strip(), _headers(lines)
    raise HTTPException("no end of answers that say that another one follows")


def _headers(lines: list[str]) -> HTTPHeaderDict:
    """The headers; what is none is passed over as long as the end of the answer can be told without it."""
    headers = HTTPHeaderDict()
    for line in "\n".join(lines).replace("\r", "").replace("\n ", " ").replace("\n\t", " ").split("\n"):
        name, colon, value = line.partition(":")
        if colon and _NAME.fullmatch(name):
            headers.add(name, value.strip(" \t"))
        elif name.strip().lower() in _FRAMING:
            raise HTTPException(f"no header: {line[:200]!r}")
    return headers


def _body(source: _Source, headers: HTTPHeaderDict) -> bytes | None:
    """The body as far as it says where it ends; None where its end is the connection's."""
    length, coding = headers.get("Content-Length"), headers.get("Transfer-Encoding", "identity")
    if coding.lower() != "identity":
        # Two ways to tell where an answer ends, or one that is not known, and the next answer is another's.
        if coding.lower() != "chunked" or length is not None:
            raise HTTPException(f"transfer coding {coding[:200]!r}, content length {length!r}: no end can be told")
        return _chunks(source)
    if length is None:
        return None
    said = {each.strip() for each in length.split(",")}
    number = said.pop()
    if said or not (number.isascii() and number.isdigit() and len(number) <= 15):
        raise HTTPException(f"content length {length[:200]!r}")
    return source.exactly(int(number))


def _chunks(source: _Source) -> bytes:
    parts = []
    while size := _size(source.line()):
        parts.append(source.exactly(size))
        if source.line() != b"":
            raise HTTPException("a chunk is longer than it says")
    # Headers may follow; the service has none.
    if all(source.line() for _ in range(_MOST_LINES)):
        raise HTTPException("no end of headers behind the body")
    return b"".join(parts)


def _size(line: bytes | None) -> int:
    if line is None:
        raise IncompleteRead(b"")
    found = _SIZE.fullmatch(line)
    if found is None:
        raise HTTPException(f"chunk size {line[:200]!r}")
    return int(found[1], 16)


def _closes(minor: int, headers: HTTPHeaderDict) -> bool:
    words = headers.get("Connection", "").lower()
    return "close" in words if minor else "keep-alive" not in words
