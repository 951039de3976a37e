"""Requests whose end two servers might see in different places: refused, and nothing behind them is a request."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from mturk.marketplace.gate.framing import checked
from tests.marketplace.http.served import Served, everything, served

BEHIND = b"GET /behind HTTP/1.1\r\nHost: lab\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"
TWO_READINGS = {
    "a length and chunks": f"POST / HTTP/1.1\nHost: lab\nContent-Length: 5\n{CHUNKED}\n\n0\n\n",
    "chunks and a length": f"POST / HTTP/1.1\nHost: lab\n{CHUNKED}\nContent-Length: 5\n\n0\n\n",
    "two lengths": "POST / HTTP/1.1\nHost: lab\nContent-Length: 5\nContent-Length: 6\n\nhello",
    "the same length twice": "POST / HTTP/1.1\nHost: lab\nContent-Length: 5\nContent-Length: 5\n\nhello",
    "a list of lengths": "POST / HTTP/1.1\nHost: lab\nContent-Length: 5, 5\n\nhello",
    "a length with a sign": "POST / HTTP/1.1\nHost: lab\nContent-Length: +5\n\nhello",
    "a negative length": "POST / HTTP/1.1\nHost: lab\nContent-Length: -5\n\nhello",
    "a length in hexadecimal": "POST / HTTP/1.1\nHost: lab\nContent-Length: 0x5\n\nhello",
    "a length that is empty": "POST / HTTP/1.1\nHost: lab\nContent-Length:\n\n",
    "a length of 5000 digits": f"POST / HTTP/1.1\nHost: lab\nContent-Length: {'9' * 5000}\n\n",
    "two encodings": f"POST / HTTP/1.1\nHost: lab\n{CHUNKED}\n{CHUNKED}\n\n0\n\n",
    "chunked twice": f"POST / HTTP/1.1\nHost: lab\n{CHUNKED}, chunked\n\n0\n\n",
    "chunks in HTTP/1.0": f"POST / HTTP/1.0\nHost: lab\n{CHUNKED}\n\n0\n\n",
    "a size of a chunk that is none": f"POST / HTTP/1.1\nHost: lab\n{CHUNKED}\n\n0x5\nhello\n0\n\n",
    "a chunk longer than its size": f"POST / HTTP/1.1\nHost: lab\n{CHUNKED}\n\n5\nhello!\n0\n\n",
    "a line of a chunk without an end": f"POST / HTTP/1.1\nHost: lab\n{CHUNKED}\n\n5;{'a' * 3000}",
    "a doubled Authorization": "POST / HTTP/1.1\nHost: lab\nAuthorization: a\nAuthorization: b\n\n",
    "a doubled Host": "POST / HTTP/1.1\nHost: lab\nHost: other\n\n",
    "a doubled Host in other letters": "POST / HTTP/1.1\nHost: lab\nHOST: lab\n\n",
    "a doubled Content-Type": "POST / HTTP/1.1\nHost: lab\nContent-Type: a/b\nContent-Type: c/d\n\n",
    "no Host": "GET / HTTP/1.1\nAccept: */*\n\n",
    "no header at all": "GET / HTTP/1.1\n\n",
    "a folded header": "GET / HTTP/1.1\nHost: lab\nAccept: text/html,\n */*\n\n",
    "a header folded by a tab": "GET / HTTP/1.1\nHost: lab\nAccept: text/html,\n\t*/*\n\n",
    "a first header that is folded": "GET / HTTP/1.1\n Host: lab\nHost: lab\n\n",
    "a CR by itself": "GET / HTTP/1.1\nHost: lab\nAccept: a\rb\n\n",
    "a LF by itself": "GET / HTTP/1.1\nHost: lab\nAccept: a\x0bX: y\n\n",
    "a LF in the first line": "GET /\x0b HTTP/1.1\nHost: lab\n\n",
    "a NUL": "GET / HTTP/1.1\nHost: lab\nAccept: a\0b\n\n",
    "a blank before the colon": "GET / HTTP/1.1\nHost: lab\nContent-Length : 5\n\nhello",
    "a tab before the colon": "GET / HTTP/1.1\nHost\t: lab\n\n",
    "a header without a colon": "GET / HTTP/1.1\nHost: lab\nhello\n\n",
    "a header without a name": "GET / HTTP/1.1\nHost: lab\n: hello\n\n",
    "no version": "GET /\nHost: lab\n\n",
    "HTTP/2.0": "GET / HTTP/2.0\nHost: lab\n\n",
    "HTTP/1.2": "GET / HTTP/1.2\nHost: lab\n\n",
    "two blanks in the first line": "GET  / HTTP/1.1\nHost: lab\n\n",
    "a blank in the address": "GET /a b HTTP/1.1\nHost: lab\n\n",
    "an address that is none": "GET lab HTTP/1.1\nHost: lab\n\n",
    "a bracket that is left open": "GET http://[ HTTP/1.1\nHost: lab\n\n",
    "a method in small letters": "get / HTTP/1.1\nHost: lab\n\n",
}
CLEAR = {
    "a length": "POST / HTTP/1.1\nHost: lab\nContent-Length: 5\n\nhello",
    "chunks": f"POST / HTTP/1.1\nHost: lab\n{CHUNKED}\n\n5\nhello\n0\n\n",
    "chunks with extensions and a trailer": f"POST / HTTP/1.1\nHost: lab\n{CHUNKED}\n\n5;a=b\nhello\n0\nX: y\n\n",
    "blanks around a value": "GET / HTTP/1.1\nHost: \t lab \t\n\n",
    "a value that is empty": "GET / HTTP/1.1\nHost: lab\nAccept:\n\n",
    "an address with a host": "GET http://lab/ HTTP/1.1\nHost: lab\n\n",
    "a list in two headers": "GET / HTTP/1.1\nHost: lab\nAccept: a/b\nAccept: c/d\n\n",
}


def raw(text: str) -> bytes:
    return text.replace("\n", "\r\n").replace("\x0b", "\n").encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as server:
        yield server


@pytest.mark.parametrize("text", TWO_READINGS.values(), ids=TWO_READINGS)
def test_a_request_with_two_readings_is_refused_and_nothing_behind_it_is_read(server: Served, text: str) -> None:
    server.application.seen.clear()
    with server.line(data=raw(text) + BEHIND) as line:
        answer = everything(line)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"Connection: close" in answer
    assert len(re.findall(rb"HTTP/1\.[01] \d{3} ", answer)) == 1
    assert server.application.seen == []


@pytest.mark.parametrize("text", CLEAR.values(), ids=CLEAR)
def test_a_clear_request_is_answered_and_so_is_the_next_one(server: Served, text: str) -> None:
    server.application.seen.clear()
    with server.line(data=raw(text) + BEHIND.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) as line:
        assert everything(line).count(b"HTTP/1.1 200 OK") == 2
    assert server.application.seen == ["/", "/behind"]


def test_a_length_in_words_of_an_encoding_that_nobody_knows_is_not_read_as_a_request(server: Served) -> None:
    server.application.seen.clear()
    with server.line(data=raw("POST / HTTP/1.1\nHost: lab\nTransfer-Encoding: gzip\n\n") + BEHIND) as line:
        assert everything(line).startswith(b"HTTP/1.1 501 ")
    assert server.application.seen == []


SETTINGS = Adjustments()


def test_blanks_that_would_take_long_to_match_are_gone_before_anything_is_matched() -> None:
    head = b"GET / HTTP/1.1\r\nHost: lab\r\nA:" + b" " * 30_000 + b"x" + b"\t" * 30_000 + b"\r\n\r\n"
    assert checked(head) == b"GET / HTTP/1.1\r\nHost: lab\r\nA: x\r\n\r\n"


NAMES = st.text("ABCdef-", min_size=1, max_size=6).filter(lambda name: name.lower() != "te")
VALUES = st.text("ab ,;=\t\xe9", max_size=12)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), st.sampled_from(["/", "/a?b=c", "http://lab/x", "*"]))
def test_a_clear_head_is_read_as_it_was_before_it_was_checked(fields: list[tuple[str, str]], target: str) -> None:
    lines = [f"GET {target} HTTP/1.1", "Host: lab", *(f"{name}:{value}" for name, value in fields)]
    head = "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")
    before, after = (HTTPRequestParser(SETTINGS) for _ in range(2))
    before.parse_header(head)
    after.parse_header(checked(head))
    assert vars(before) == vars(after)
