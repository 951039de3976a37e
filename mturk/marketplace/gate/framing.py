"""Where a request ends, and where the next one begins: heads of which two servers might think differently are refused.

Whoever gets a proxy and this server to disagree about that can hide a request behind another one's (RFC 9112, 11.2).
"""

from __future__ import annotations

import re

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_METHOD = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Z]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_TARGETS = (b"/", b"http://", b"https://", b"*")
_VERSIONS = (b"HTTP/1.0", b"HTTP/1.1")
_BLANK = b" \t"
_ONCE = frozenset({b"authorization", b"content-length", b"content-type", b"host", b"transfer-encoding"})
"""Headers of which a second one might be taken for the first."""


class FramingError(Exception):
    """A head that could be read in two ways; the text says why."""


def checked(head: bytes) -> bytes:
    """The head of a request without superfluous blanks, which some take quadratic time to match."""
    start, *lines = head.split(b"\r\n")
    while lines and not lines[-1]:
        lines.pop()
    version = _version(start)
    fields = [_field(line) for line in lines]
    values = {name.lower(): value for name, value in fields}
    if len(values) != len(fields):
        _refuse_second(fields)
    if version == b"HTTP/1.1" and b"host" not in values:
        raise FramingError("A request of HTTP/1.1 has a Host header; this one has none.")
    _check_length(values, version)
    return b"\r\n".join([start, *(b"%s: %s" % field for field in fields), b"", b""])


def _version(start: bytes) -> bytes:
    method, _, rest = start.partition(b" ")
    target, _, version = rest.partition(b" ")
    if not _METHOD.fullmatch(method) or not target.startswith(_TARGETS) or _CONTROL.search(target):
        raise FramingError("The first line of a request is such as: POST / HTTP/1.1")
    if version not in _VERSIONS:
        raise FramingError("Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    return version


def _field(line: bytes) -> tuple[bytes, bytes]:
    if line.startswith((b" ", b"\t")):
        raise FramingError("A header goes on in a second line, which has not been allowed since 2014.")
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.fullmatch(name):
        raise FramingError("A header is a name, a colon right behind it, and a value.")
    if _CONTROL.search(value):
        raise FramingError("A header has a control character, such as a CR or LF by itself.")
    return name, value.strip(_BLANK)


def _refuse_second(fields: list[tuple[bytes, bytes]]) -> None:
    names = [name.lower() for name, _ in fields]
    for name in _ONCE:
        if names.count(name) > 1:
            raise FramingError(f"A request has one {name.decode().title()} header; this one has several.")


def _check_length(values: dict[bytes, bytes], version: bytes) -> None:
    length, encoding = values.get(b"content-length"), values.get(b"transfer-encoding")
    if length is not None and not _LENGTH.fullmatch(length):
        raise FramingError("Content-Length is a number of bytes.")
    if encoding is None:
        return
    if length is not None:
        raise FramingError("A request has a Content-Length or a Transfer-Encoding; this one has both.")
    if version == b"HTTP/1.0" or encoding.lower().count(b"chunked") > 1:
        raise FramingError("A Transfer-Encoding is chunked, once, in a request of HTTP/1.1.")
