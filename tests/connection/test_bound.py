"""No answer is larger or takes longer than it may, whatever way it comes; what goes beyond is a lost answer."""

from __future__ import annotations

import gzip
import itertools
import json
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import responses

from mturk import Connection, Notification, Worker
from mturk.connection.credentials import Credentials, FixedCredentials
from mturk.connection.transport import Transport
from mturk.errors import ServiceError, TransportError
from mturk.event.queue import Queue
from tests.connection.far_end import Server, socks, tunnel
from tests.judge import Judge, Raw

KEYS = FixedCredentials(Credentials("AKIDEXAMPLE", "hush"))
OK = b"HTTP/1.1 200 OK\r\n"
SMALL = 100_000
FOR_EVER = 30.0
WAYS = ["plain", "tls", "plain by proxy", "tls by proxy", "plain by socks", "tls by socks"]
Certificate = tuple[ssl.SSLContext, Path]


@contextmanager
def way_to(server: Server, way: str, trusted: Path, **options: Any) -> Iterator[Transport]:
    """A transport that leads to a server on loopback by this way."""
    scheme = "https" if way.startswith("tls") else "http"
    url = f"{scheme}://127.0.0.1:{server.port}/"
    with ExitStack() as open_now:
        transport = Transport(url, KEYS, verify=str(trusted), **options)
        open_now.callback(transport.close)
        # Loopback is never led through a proxy of the environment.
        if way == "plain by proxy":
            transport._settings["proxies"] = {"http": url}  # such a proxy answers by itself
        elif way == "tls by proxy":
            transport._settings["proxies"] = {"https": open_now.enter_context(tunnel())[0]}
        elif way.endswith("socks"):
            transport._settings["proxies"] = {scheme: open_now.enter_context(socks())[0]}
        yield transport


def refused(answer: Iterable[bytes], way: str, certificate: Certificate, **options: Any) -> tuple[TransportError, int]:
    """The error of a call that is answered so, and how many bytes were sent until it was given up."""
    context, trusted = certificate
    with (
        Server(answer, tls=context if way.startswith("tls") else None) as server,
        way_to(server, way, trusted, **options) as transport,
    ):
        with pytest.raises(TransportError) as caught:
            transport.send("CreateHIT", b"{}", 0)
        return caught.value, server.sent


def endless(head: bytes, piece: bytes) -> Iterator[bytes]:
    return itertools.chain([head], itertools.repeat(piece))


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


TOO_LARGE: dict[str, Callable[[], Iterable[bytes]]] = {
    "as it says": lambda: endless(OK + b"Content-Length: 400000000\r\n\r\n", b"x" * 65_536),
    "in chunks": lambda: endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk(b"x" * 65_536)),
    "in one chunk": lambda: endless(OK + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", b"x" * 65_536),
    "until it closes": lambda: endless(OK + b"\r\n", b"x" * 65_536),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", TOO_LARGE)
def test_an_answer_that_is_too_large_is_given_up_before_it_is_read(
    how: str, way: str, certificate: Certificate
) -> None:
    error, sent = refused(TOO_LARGE[how](), way, certificate, largest=SMALL)
    assert "the answer was given up" in str(error)
    assert "larger than the 100,000 bytes that are read (response_limit=)" in str(error)
    assert error.maybe_done
    assert not error.unreachable
    assert sent < 40_000_000, "what buffers on the way hold, and no more"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [SMALL - 1, SMALL])
def test_an_answer_of_the_largest_size_is_read(size: int, way: str, certificate: Certificate) -> None:
    context, trusted = certificate
    answer = OK + b"Content-Length: %d\r\n\r\n" % size + b"x" * size
    with (
        Server(answer, tls=context if way.startswith("tls") else None) as server,
        way_to(server, way, trusted, largest=SMALL) as transport,
    ):
        assert len(transport.send("GetHIT", b"{}", 0).content) == size


BOMB = 64_000_000


@cache
def bomb(coding: str) -> bytes:
    content = bytes(BOMB)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    return {
        "gzip": lambda: gzip.compress(content),
        "deflate": lambda: zlib.compress(content, 9),
        "raw": lambda: raw.compress(content) + raw.flush(),
        "twice": lambda: gzip.compress(bytes(1_000)) + gzip.compress(content),
    }[coding]()


CODINGS = {"gzip": "gzip", "deflate": "deflate", "raw": "deflate", "twice": "gzip"}


@pytest.mark.parametrize("way", ["plain", "tls", "tls by socks"])
@pytest.mark.parametrize("coding", CODINGS)
def test_what_becomes_too_large_when_it_is_decompressed_is_never_made(
    coding: str, way: str, certificate: Certificate
) -> None:
    content = bomb(coding)
    head = OK + f"Content-Encoding: {CODINGS[coding]}\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    tracemalloc.start()
    try:
        error, _ = refused([head, content], way, certificate, largest=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "larger than the 1,000,000 bytes" in str(error)
    assert error.maybe_done
    assert peak < 10_000_000


def dripping(start: bytes, drop: bytes) -> Iterator[bytes]:
    yield start
    until = time.monotonic() + FOR_EVER
    while time.monotonic() < until:
        time.sleep(0.02)
        yield drop


SLOW: dict[str, Callable[[], Iterable[bytes]]] = {
    "a status": lambda: dripping(b"HTTP/1.1 200 ", b"O"),
    "headers": lambda: dripping(OK, b"X: y\r\n"),
    "other answers before it": lambda: dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a body": lambda: dripping(OK + b"Content-Length: 1000000\r\n\r\n", b"x"),
    "chunks": lambda: dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk(b"x")),
    "a body until it closes": lambda: dripping(OK + b"\r\n", b"x"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", SLOW)
def test_an_answer_that_does_not_end_is_given_up_though_a_byte_comes_now_and_then(
    how: str, way: str, certificate: Certificate
) -> None:
    error, _ = refused(SLOW[how](), way, certificate, timeout=(5.0, 5.0, 0.3))
    assert "not whole within 0.3 seconds (timeout=)" in str(error)
    assert error.maybe_done


@pytest.mark.parametrize("way", WAYS)
def test_silence_is_given_up_after_the_time_for_one_wait(way: str, certificate: Certificate) -> None:
    silence = (b"" for _ in dripping(b"", b""))
    error, _ = refused(silence, way, certificate, timeout=(5.0, 0.2, 20.0))
    assert "no answer in time" in str(error)
    assert error.maybe_done


# What another library holds in place of a connection.


def mocked(body: bytes, headers: dict[str, str]) -> bytes:
    transport = Transport("https://turk.my-lab.example/", KEYS, largest=1_000)
    with responses.RequestsMock() as mock:
        mock.post("https://turk.my-lab.example/", body=body, headers=headers)
        try:
            return transport.send("GetHIT", b"{}", 0).content
        finally:
            transport.close()


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}])
def test_what_another_library_holds_is_bounded_too(headers: dict[str, str]) -> None:
    def content(size: int) -> bytes:
        return gzip.compress(bytes(size)) if headers else bytes(size)

    assert mocked(content(1_000), headers) == bytes(1_000)
    with pytest.raises(TransportError, match="larger than the 1,000 bytes"):
        mocked(content(1_001), headers)


# Through a connection.


def test_a_connection_reads_no_more_than_its_limit_and_tries_again_where_that_is_safe(
    judge: Judge, connect: Callable[..., Connection]
) -> None:
    judge.trouble(Raw(b" " * 2_000))
    judge.answer("GetAccountBalance", {"AvailableBalance": "1.00"}, {"AvailableBalance": "1.00"})
    assert connect(judge.url, response_limit=1_000).balance().available == 1
    assert judge.arrived == 2


def test_an_answer_that_is_too_large_is_not_asked_for_again_where_that_would_do_it_twice(
    judge: Judge, connect: Callable[..., Connection]
) -> None:
    judge.trouble_always(Raw(b" " * 2_000))
    with pytest.raises(TransportError, match="response_limit") as caught:
        Notification("https://queue", "SQS", "Ping").send_test(
            "Ping", connection=connect(judge.url, response_limit=1_000)
        )
    assert caught.value.maybe_done
    assert judge.arrived == 1


def test_an_answer_of_twenty_million_bytes_is_within_the_usual_limit(judge: Judge, connection: Connection) -> None:
    many = {"AvailableBalance": "1.00", "OnHoldBalance": "0" * 20_000_000}
    judge.answer_with(lambda operation, body: Raw(json.dumps(many).encode()))
    assert len(connection.call("GetAccountBalance")["OnHoldBalance"]) == 20_000_000


DEEP = b'{"HIT": ' + b"[" * 100_000


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_that_is_nested_too_deeply_is_none(
    status: int, judge: Judge, connect: Callable[..., Connection]
) -> None:
    judge.trouble_always(Raw(DEEP, status, done=False))
    with pytest.raises((TransportError, ServiceError), match=r"no JSON object|without a readable message"):
        connect(judge.url, max_attempts=1).call("GetAccountBalance")


def test_a_queue_s_answer_is_bounded_and_may_not_be_nested_too_deeply(
    judge: Judge, connect: Callable[..., Connection]
) -> None:
    connection = connect(judge.url, response_limit=200_000)
    queue = Queue(f"{judge.url}000000000000/turk", connection)
    for content, words in [(DEEP, "no JSON object"), (b" " * 200_001, "response_limit")]:
        judge.trouble(Raw(content, done=False))
        with pytest.raises(TransportError, match=words):
            queue.attributes()
    queue.close()


def test_a_message_to_workers_whose_answer_is_too_large_is_perhaps_sent(
    judge: Judge, connect: Callable[..., Connection]
) -> None:
    judge.trouble_always(Raw(b" " * 2_000, done=False))
    with pytest.raises(TransportError) as caught:
        Worker.notify_all(["A1"], "Hello", "New work", connection=connect(judge.url, response_limit=1_000))
    assert (caught.value.maybe_done, judge.arrived) == (True, 1)
