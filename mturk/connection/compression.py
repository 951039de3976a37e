"""The body of an answer as it was before it was compressed: never more of it than may be."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from urllib3.exceptions import DecodeError

from mturk.connection.bound import Bounds

_MOST_STREAMS = 16  # in one body, each of which has the rest copied
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


def plain(content: bytes, headers: Mapping[str, str], bounds: Bounds) -> bytes:
    """The body without the coding that its headers name.

    OutOfBounds as soon as it is too large; urllib3's DecodeError where it is no such coding, or one not asked for.
    """
    coding = headers.get("Content-Encoding", "identity").strip().lower()
    if not content or coding in ("", "identity"):
        return content
    try:
        if coding in ("gzip", "x-gzip"):
            return _gunzipped(content, bounds)
        if coding == "deflate":
            return _inflated(content, _kind_of(content), bounds)
    except zlib.error as error:
        raise DecodeError(f"its content is no {coding}: {error}") from error
    raise DecodeError(f"its content coding is {coding[:200]!r}, and only gzip and deflate were asked for")


def _gunzipped(content: bytes, bounds: Bounds) -> bytes:
    parts, left = [], bounds.largest
    for _ in range(_MOST_STREAMS):
        part, content = _stream(content, _GZIP, left, bounds)
        parts.append(part)
        left -= len(part)
        if not content.startswith(b"\x1f\x8b"):  # what stands behind it and is none is passed over, as everybody does
            return b"".join(parts)
    raise DecodeError(f"its content is more than {_MOST_STREAMS} streams of gzip")


def _inflated(content: bytes, kind: int, bounds: Bounds) -> bytes:
    return _stream(content, kind, bounds.largest, bounds)[0]


def _kind_of(content: bytes) -> int:
    # What is called deflate is the format of zlib, which some servers have never heard of. RFC 1950, section 2.2.
    is_zlib = content[0] & 0x0F == 8 and int.from_bytes(content[:2], "big") % 31 == 0
    return _ZLIB if is_zlib else _RAW


def _stream(content: bytes, kind: int, left: int, bounds: Bounds) -> tuple[bytes, bytes]:
    """One stream, and what follows it."""
    stream = zlib.decompressobj(kind)
    part = stream.decompress(content, left + 1)
    if len(part) > left:
        raise bounds.too_large()
    if not stream.eof:
        raise DecodeError("its content ends too soon")
    return part, stream.unused_data
