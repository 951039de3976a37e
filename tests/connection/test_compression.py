"""A compressed body is what it was before, as urllib3 reads it; what is no such body is refused."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3 import HTTPResponse
from urllib3.exceptions import DecodeError

from mturk.connection.bound import Bounds, TooLarge
from mturk.connection.compression import plain

BOUNDS = Bounds(largest=1_000)


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def raw(content: bytes) -> bytes:
    made = zlib.compressobj(wbits=-15)
    return made.compress(content) + made.flush()


PACKERS = {
    "gzip": ("gzip", zipped),
    "GZIP": ("GZIP", zipped),
    "x-gzip": ("x-gzip", zipped),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", raw),
    "two streams": ("gzip", lambda content: zipped(content[:5]) + zipped(content[5:])),
    "something behind it": ("gzip", lambda content: zipped(content) + bytes(7)),
}


@pytest.mark.parametrize("how", PACKERS)
@settings(deadline=None)  # on a busy machine anything takes its time
@given(content=st.binary(max_size=1_000))
def test_a_body_is_unpacked_as_urllib3_does_it(how: str, content: bytes) -> None:
    coding, pack = PACKERS[how]
    headers = {"Content-Encoding": coding}
    packed = pack(content)
    assert plain(packed, headers, BOUNDS) == content
    assert HTTPResponse(io.BytesIO(packed), headers, preload_content=False).read(decode_content=True) == content


@pytest.mark.parametrize("how", PACKERS)
@pytest.mark.parametrize(("size", "fits"), [(1_000, True), (1_001, False), (5_000_000, False)])
def test_no_more_is_unpacked_than_may_be(how: str, size: int, fits: bool) -> None:
    coding, pack = PACKERS[how]
    packed = pack(bytes(size))
    if fits:
        assert len(plain(packed, {"Content-Encoding": coding}, BOUNDS)) == size
    else:
        with pytest.raises(TooLarge, match="1,000 bytes"):
            plain(packed, {"Content-Encoding": coding}, BOUNDS)


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": ""}, {"Content-Encoding": "Identity"}])
def test_a_body_that_is_not_compressed_stays(headers: dict[str, str]) -> None:
    assert plain(b"{}", headers, BOUNDS) == b"{}"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_no_body_is_none_however_it_is_called(coding: str) -> None:
    assert plain(b"", {"Content-Encoding": coding}, BOUNDS) == b""


@pytest.mark.parametrize(
    ("content", "coding", "why"),
    [
        (b"{}", "gzip", "no gzip"),
        (b"\xff\xff\xff", "deflate", "no deflate"),
        (zipped(b"{}")[:-1], "gzip", "too soon"),
        (zipped(b"{}")[:-5] + bytes(5), "gzip", "no gzip"),
        (zlib.compress(b"{}")[:-1], "deflate", "too soon"),
        (b"x", "deflate", "no deflate|too soon"),
        (b"{}", "br", "only gzip and deflate were asked for"),
        (zipped(zipped(b"{}")), "gzip, gzip", "only gzip and deflate"),
        (zipped(b"") * 17, "gzip", "more than 16 streams"),
    ],
)
def test_what_is_no_such_body_is_refused(content: bytes, coding: str, why: str) -> None:
    with pytest.raises(DecodeError, match=why):
        plain(content, {"Content-Encoding": coding}, BOUNDS)
