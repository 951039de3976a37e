"""Bodies: refused by the head of their request where that is possible, and never many of them at once."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from threading import Event
from urllib.parse import urlsplit

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.gate.stock import SMALL, Stock
from mturk.marketplace.http.server import Server
from tests.marketplace.http.served import GET, PATIENCE, Served, everything, served, until

HEAD = "POST / HTTP/1.1\r\nHost: lab\r\n"
KEY = "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/mturk-requester/aws4_request, Signature=0\r\n"
LIMIT = 6 * 65_535 + 1_000_000
OK = b"HTTP/1.1 200 OK"
OTHER = "127.0.0.2"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def market() -> Iterator[Marketplace]:
    with Marketplace() as market:
        yield market


@pytest.fixture
def line(market: Marketplace) -> Iterator[socket.socket]:
    parts = urlsplit(market.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
        yield line


def refusal(line: socket.socket) -> tuple[int, str]:
    head, _, body = everything(line).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["__type"]


def serve(stack: ExitStack, bodies: int = 1_000_000, **options: object) -> Served:
    limits = ConnectionLimits(bodies=bodies)
    return stack.enter_context(served(limits=limits, largest=lambda _: 1_000_000, **options))


def send(
    stack: ExitStack, server: Served, announced: int, sent: int, source: str = OTHER, more: str = ""
) -> socket.socket:
    head = f"{HEAD}{more}Connection: close\r\nContent-Length: {announced}\r\n\r\n".encode()
    return stack.enter_context(server.line(source, head + b"x" * sent))


@pytest.mark.parametrize("expects", ["", "Expect: 100-continue\r\n"], ids=["at once", "after being asked"])
@pytest.mark.parametrize(
    ("key", "length", "answer"),
    [
        (KEY, LIMIT + 1, (413, "RequestEntityTooLargeException")),
        ("", LIMIT + 1, (413, "RequestEntityTooLargeException")),
        ("", SMALL + 1, (400, "MissingAuthenticationTokenException")),
        ("Authorization: Basic eDp5\r\n", SMALL + 1, (400, "MissingAuthenticationTokenException")),
        ("Authorization: AWS4-HMAC-SHA256 x\r\n", SMALL + 1, (400, "MissingAuthenticationTokenException")),
    ],
)
def test_a_body_is_refused_before_a_byte_of_it_is_sent(
    line: socket.socket, key: str, length: int, answer: tuple[int, str], expects: str
) -> None:
    line.sendall(f"{HEAD}{key}{expects}Content-Length: {length}\r\n\r\n".encode())
    line.shutdown(socket.SHUT_WR)
    assert refusal(line) == answer


@pytest.mark.parametrize(("key", "most"), [(KEY, LIMIT), ("", SMALL)], ids=["signed", "unsigned"])
def test_chunks_are_refused_as_soon_as_they_are_too_many(line: socket.socket, key: str, most: int) -> None:
    line.sendall(f"{HEAD}{key}Transfer-Encoding: chunked\r\n\r\n".encode())
    piece = b"1000\r\n%s\r\n" % (b"x" * 0x1000)
    line.sendall(piece * (most // len(piece)))
    line.settimeout(0.2)
    with pytest.raises(TimeoutError):  # so many are taken, and more are waited for
        line.recv(1)
    line.settimeout(20)
    line.sendall(piece)
    assert refusal(line) == (413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("path", ["/", "/queue/1/lab", "/sns/x", "/upload/x", "/nowhere"])
def test_nothing_large_comes_to_the_api_without_a_key(market: Marketplace, path: str) -> None:
    parts = urlsplit(market.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
        line.sendall(HEAD.replace(" / ", f" {path} ").encode() + b"Content-Length: 100000\r\n\r\n")
        assert refusal(line) == (400, "MissingAuthenticationTokenException")


def test_a_small_body_without_a_key_is_read(line: socket.socket) -> None:
    line.sendall(f"{HEAD}Connection: close\r\nContent-Length: {SMALL}\r\n\r\n".encode() + b"x" * SMALL)
    assert refusal(line) == (400, "MissingAuthenticationTokenException")


def test_who_is_told_to_go_on_goes_on(stack: ExitStack) -> None:
    server = serve(stack)
    (line,) = [stack.enter_context(server.line())]
    line.sendall(f"{HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n".encode())
    assert line.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.sendall(b"hello")
    assert line.recv(1000).startswith(OK)


def test_an_address_has_a_quarter_of_what_all_may_send_at_once(stack: ExitStack) -> None:
    server = serve(stack)
    send(stack, server, 200_000, 190_000)
    until(lambda: server.server.bodies == 190_000)
    over = send(stack, server, 200_000, 190_000)
    answer = everything(over)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 5\r\n" in answer
    assert everything(send(stack, server, 200_000, 200_000, "127.0.0.3")).startswith(OK)


def test_what_all_send_at_once_has_an_end_too(stack: ExitStack) -> None:
    server = serve(stack)
    for number in range(5):
        send(stack, server, 200_000, 190_000, f"127.0.1.{number}")
    until(lambda: server.server.bodies == 950_000)
    assert everything(send(stack, server, 200_000, 199_000)).startswith(b"HTTP/1.1 503 ")


def test_a_small_body_is_taken_whatever_else_is_here(stack: ExitStack) -> None:
    server = serve(stack)
    send(stack, server, 250_000, 249_000)
    until(lambda: server.server.bodies == 249_000)
    assert everything(send(stack, server, SMALL, SMALL)).startswith(OK)


def test_who_comes_by_a_trusted_proxy_has_a_quarter_as_anybody_has(stack: ExitStack) -> None:
    """Not every proxy keeps a body until it is whole."""
    server = serve(stack, spares=lambda address: address == OTHER)
    slow, quick = "X-Forwarded-For: 192.0.2.2, 192.0.2.1\r\n", "X-Forwarded-For: 192.0.2.1, 192.0.2.2\r\n"
    send(stack, server, 200_000, 190_000, more=slow)
    until(lambda: server.server.bodies == 190_000)
    assert everything(send(stack, server, 200_000, 190_000, more=slow)).startswith(b"HTTP/1.1 503 ")
    assert everything(send(stack, server, 200_000, 200_000, more=quick)).startswith(OK)


def test_a_trusted_proxy_that_does_not_tell_whose_they_are_may_send_as_much_as_all(stack: ExitStack) -> None:
    server = serve(stack, spares=lambda address: address == OTHER)
    send(stack, server, 500_000, 400_000)
    until(lambda: server.server.bodies == 400_000)
    assert everything(send(stack, server, 500_000, 500_000)).startswith(OK)


def test_a_body_counts_until_its_request_is_answered_or_its_sender_gone(stack: ExitStack) -> None:
    server = serve(stack)
    for _ in range(3):
        gone = send(stack, server, 250_000, 240_000)
        until(lambda: server.server.bodies == 240_000)
        gone.close()
        until(lambda: not server.server.bodies)
        assert everything(send(stack, server, 250_000, 250_000)).startswith(OK)
    assert everything(send(stack, server, 900_000, 900_000)).startswith(b"HTTP/1.1 503 ")
    assert everything(send(stack, server, 250_000, 250_000)).startswith(OK)


@pytest.mark.parametrize("line", ["1" * 2000, f"5;{'a' * 2000}", f"0\r\nX: {'y' * 9000}"], ids=["size", "more", "end"])
def test_what_stands_between_chunks_has_an_end(stack: ExitStack, line: str) -> None:
    server = serve(stack)
    found = stack.enter_context(server.line(data=f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{line}".encode()))
    assert everything(found).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("size", [1, 3, 511, 512, 513, 8192, 20_000])
def test_chunks_of_every_size_are_put_together(stack: ExitStack, size: int) -> None:
    server = serve(stack)
    content = bytes(number % 251 for number in range(30_000))
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    head = f"{HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert everything(stack.enter_context(server.line(data=head + body + b"0\r\n\r\n"))).startswith(OK)
    assert server.application.bodies == [content]


def test_a_stock_forgets_who_has_nothing_in_it() -> None:
    stock = Stock(1000)
    assert stock.add("a", 250)
    assert not stock.add("a", 1)
    assert stock.add(None, 700)
    assert not stock.add("b", 50)
    for network, size in (("a", 251), (None, 700), ("b", 50)):
        stock.remove(network, size)
    assert stock.held == 0
    assert stock.add(None, 1000)


class LastWord:
    """An answer that its client hangs up on, and that does not end before the server knows of that."""

    def __init__(self) -> None:
        self.is_known: Callable[[], bool] = bool
        self.hung_up = Event()
        self.is_over = Event()

    def __call__(self, _: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        assert self.hung_up.wait(PATIENCE)
        start_response("200 OK", [("Content-Length", "1")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield b"x"

    def close(self) -> None:
        until(self.is_known)
        self.is_over.set()


def test_what_came_behind_a_request_whose_client_hung_up_does_not_count_for_ever() -> None:
    application = LastWord()
    server = Server(application, "127.0.0.1", 0, largest=lambda _: 100_000)
    application.is_known = lambda: server.held == 0
    server.start()
    try:
        with socket.create_connection(server.socket.getsockname(), PATIENCE) as line:
            line.sendall(GET + f"{HEAD}Content-Length: 6000\r\n\r\n".encode() + b"x" * 6000)
            until(lambda: server.bodies == 6000)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by a reset
        application.hung_up.set()
        assert application.is_over.wait(PATIENCE)
        until(lambda: server.bodies == 0)
    finally:
        server.stop()


COOKIES = f"Cookie: {'x' * 40_000}\r\n"


@pytest.mark.parametrize(
    ("head", "is_told"),
    [
        (f"GET / HTTP/1.1\r\n{COOKIES}Host: lab\r\n\r\n", True),
        (f"GET / HTTP/1.1\r\nHost: lab\r\n{COOKIES.lower()}\r\n", True),
        (f"GET /{'x' * 40_000} HTTP/1.1\r\nHost: lab\r\nCookie: {'x' * 10_000}\r\n\r\n", False),
        (f"GET /?cookie:{'x' * 40_000} HTTP/1.1\r\nHost: lab\r\n\r\n", False),
        (f"GET / HTTP/1.1\r\nHost: lab\r\nA: {'x' * 40_000}\r\n\r\n", False),
    ],
)
def test_who_has_too_many_cookies_for_any_request_is_told_to_forget_them(
    line: socket.socket, head: str, is_told: bool
) -> None:
    """And nobody else: a page elsewhere, which can make an address long, would sign workers out."""
    line.sendall(head.encode())
    line.shutdown(socket.SHUT_WR)
    said = everything(line)
    assert said.split()[1] == b"431"
    assert (b'Clear-Site-Data: "cookies"' in said) is is_told
