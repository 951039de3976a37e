"""Answers are read however they arrive in pieces, and what cannot be an answer is refused."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from email.message import Message
from http.client import BadStatusLine, HTTPException, HTTPResponse, IncompleteRead, LineTooLong, RemoteDisconnected
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk.connection.bound import Bounds, TooLarge
from mturk.connection.reply import Reply, read_reply

OK = b"HTTP/1.1 200 OK\r\n"
DONE = OK + b"Content-Length: 2\r\n\r\n{}"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def arriving(parts: Iterable[bytes]) -> Callable[[int], bytes]:
    """A socket's `recv`: each call gives what came next, at most as much as is asked for."""
    left = [part for part in parts if part]

    def receive(most: int) -> bytes:
        if not left:
            return b""
        part, left[0] = left[0][:most], left[0][most:]
        if not left[0]:
            del left[0]
        return part

    return receive


def reply(*parts: bytes) -> Reply:
    return read_reply(arriving(parts))


def byte_by_byte(answer: bytes) -> list[bytes]:
    return [answer[at : at + 1] for at in range(len(answer))]


ANSWERS = [
    (OK + b"Content-Length: 2\r\n\r\n{}", b"{}", False),
    (OK + b"content-length:2\r\nDate: now\r\n\r\n{}", b"{}", False),
    (OK + b"Content-Length: 0\r\n\r\n", b"", False),
    (OK.replace(b"\r", b"") + b"Content-Length: 2\n\n{}", b"{}", False),
    (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", b"{}", False),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\n{}", b"{}", False),
    (b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\n{}", b"{}", False),
    (OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}", b"{}", True),
    (OK + b"Content-Length: 2\r\nConnection: Keep-Alive\r\n\r\n{}", b"{}", False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"{}", True),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}", b"{}", False),
    (OK + b"\r\n{}", b"{}", True),
    (OK + b"\r\n", b"", True),
    (CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", b"{}", False),
    (CHUNKED + b"1;name=value\r\n{\r\n01\r\n}\r\n0\r\nTrailer: x\r\n\r\n", b"{}", False),
    (CHUNKED + b"A \r\n0123456789\r\n0\r\n\r\n", b"0123456789", False),
    (CHUNKED + b"0\r\n\r\n", b"", False),
    (CHUNKED + b"2\r\n{}\r\n0\r\n", b"{}", False),
    (b"HTTP/1.1\t200\tOK\r\nContent-Length: 2\r\n\r\n{}", b"{}", False),
    (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", b"{}", False),
    (OK + b"Content-Length: 2, 2\r\n\r\n{}", b"{}", False),
    (OK + b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}", b"{}", False),
    (OK + b"no header\r\nX (y): z\r\n: w\r\nContent-Length: 2\r\n\r\n{}", b"{}", False),
    (b"HTTP/1.1 204 No Content\r\n\r\n", b"", False),
    (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", b"", False),
]


@pytest.mark.parametrize(("answer", "content", "is_last"), ANSWERS)
def test_an_answer_is_read_whole_and_byte_by_byte(answer: bytes, content: bytes, is_last: bool) -> None:
    for parts in ([answer], byte_by_byte(answer)):
        found = reply(*parts)
        assert (found.content, found.is_last) == (content, is_last)


def test_status_reason_and_headers_are_told_whatever_their_case() -> None:
    found = reply(b"HTTP/1.1 400  Bad  thing \r\nX-One: a\r\nx-one:\tb \r\nEMPTY:\r\nContent-Length: 0\r\n\r\n")
    assert (found.status, found.reason) == (400, "Bad  thing")
    assert (found.headers["x-ONE"], found.headers["empty"]) == ("a, b", "")


def test_a_header_that_goes_on_in_the_next_line_is_read_whole() -> None:
    found = reply(OK + b"X-One: a\r\n b\r\n\tc\r\nContent-Length: 0\r\n\r\n")
    assert found.headers["X-One"] == "a b c"


@given(
    content=st.binary(max_size=200),
    cuts=st.lists(st.integers(0, 400), max_size=12),
    sizes=st.none() | st.lists(st.integers(1, 50), min_size=1, max_size=8),
    headers=st.lists(
        st.tuples(st.text("abcXYZ-09", min_size=1, max_size=12).map("x-".__add__), st.text("abc äÿ:;,=0", max_size=20)),
        max_size=6,
    ),
)
def test_an_answer_is_read_as_the_standard_library_reads_it(
    content: bytes, cuts: list[int], sizes: list[int] | None, headers: list[tuple[str, str]]
) -> None:
    head = b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in headers)
    if sizes is None:
        answer = OK + head + b"Content-Length: %d\r\n\r\n" % len(content) + content
    else:
        answer = OK + head + CHUNKED.removeprefix(OK) + b"".join(chunks(content, sizes)) + b"0\r\n\r\n"
    marks = sorted({0, len(answer), *(cut for cut in cuts if cut < len(answer))})
    found = reply(*(answer[start:end] for start, end in pairwise(marks)))
    known, body = read_by_the_standard_library(answer)
    assert (found.status, found.reason, found.content) == (known.status, known.reason, body)
    told = cast("Message", known.headers)
    assert {name: found.headers.getlist(name) for name, _ in headers} == {
        name: [value.strip(" \t") for value in told.get_all(name, [])] for name, _ in headers
    }
    assert not found.is_last


def read_by_the_standard_library(answer: bytes) -> tuple[HTTPResponse, bytes]:
    near, far = socket.socketpair()
    with near:
        with far:
            far.sendall(answer)
        known = HTTPResponse(near, method="POST")
        known.begin()
        return known, known.read()


def chunks(content: bytes, sizes: list[int]) -> Iterable[bytes]:
    while content:
        for size in sizes:
            if content:
                yield b"%x\r\n%b\r\n" % (len(content[:size]), content[:size])
                content = content[size:]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", RemoteDisconnected),
        (OK, IncompleteRead),
        (OK + b"Content-Length: 3\r\n\r\n{}", IncompleteRead),
        (CHUNKED + b"3\r\n{}", IncompleteRead),
        (CHUNKED + b"2\r\n{}\r\n", IncompleteRead),
        (CHUNKED, IncompleteRead),
        (b"SSH-2.0-OpenSSH\r\n\r\n", BadStatusLine),
        (b"HTTP/2 200 OK\r\n\r\n", BadStatusLine),
        (b"HTTP/1.1 20 OK\r\n\r\n", BadStatusLine),
        (b"HTTP/1.1 099 OK\r\n\r\n", BadStatusLine),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", BadStatusLine),
        (OK + b"Content-Length : 2\r\n\r\n{}", HTTPException),
        (OK + b" Transfer-Encoding: chunked\r\n\r\n", HTTPException),
        (OK + b"Content-Length: -1\r\n\r\n", HTTPException),
        (OK + b"Content-Length: \xb2\r\n\r\n", HTTPException),
        (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", HTTPException),
        (OK + b"Content-Length: 9999999999999999\r\n\r\n", HTTPException),
        (OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", HTTPException),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n", HTTPException),
        (CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", HTTPException),
        (CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n", HTTPException),
        (CHUNKED + b"1\r\n{}\r\n0\r\n\r\n", HTTPException),
        (OK + b"X: " + b"x" * 200_000, LineTooLong),
        (CHUNKED + b"1" * 200_000, LineTooLong),
        (CHUNKED + b"0\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", HTTPException),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000 + DONE, HTTPException),
    ],
)
def test_what_is_no_answer_is_refused(answer: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        reply(answer)


def test_what_follows_an_answer_makes_it_the_last() -> None:
    assert reply(OK + b"Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n").is_last


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Length: 10\r\n\r\n", b"0123456789"),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"),
        (b"\r\n", b"0123456789"),
    ],
)
def test_a_body_has_as_many_bytes_as_it_may_and_no_more(head: bytes, body: bytes) -> None:
    for parts in ([OK + head + body], byte_by_byte(OK + head + body)):
        assert read_reply(arriving(parts), Bounds(largest=10)).content == b"0123456789"
        with pytest.raises(TooLarge, match="9 bytes") as caught:
            read_reply(arriving(parts), Bounds(largest=9))
        assert caught.value.status == 200


def test_a_body_that_says_that_it_is_too_large_is_not_read() -> None:
    head = OK + b"Content-Length: 400000000\r\n\r\n"
    left = [head]

    def receive(most: int) -> bytes:
        return left.pop()  # there is no second time

    with pytest.raises(TooLarge):
        read_reply(receive)
