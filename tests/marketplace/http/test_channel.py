"""Bodies that are too large: refused before anybody reads them, in the form of the API."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import requests

from mturk.marketplace import Marketplace
from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.http.server import Server

LIMIT = 6 * 65_535 + 1_000_000
HEAD = "POST / HTTP/1.1\r\nHost: lab\r\nContent-Type: application/x-amz-json-1.1\r\n"


@pytest.fixture
def line() -> Iterator[socket.socket]:
    with Marketplace() as market:
        parts = urlsplit(market.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
            yield line


def answer(line: socket.socket) -> tuple[int, dict[str, str], dict[str, Any]]:
    """The status, the headers and the JSON of what is answered until the end of the connection."""
    content = b""
    while chunk := line.recv(65_536):
        content += chunk
    head, _, body = content.decode().partition("\r\n\r\n")
    first, *rest = head.split("\r\n")
    return int(first.split()[1]), dict(each.lower().split(": ", 1) for each in rest), json.loads(body)


def check(line: socket.socket) -> None:
    status, headers, body = answer(line)
    assert status == 413
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert headers["x-amzn-requestid"]
    assert body == {"__type": "RequestEntityTooLargeException", "message": "Request entity too large"}


def test_a_body_that_is_said_to_be_too_large_is_refused_before_it_is_sent(line: socket.socket) -> None:
    line.sendall(f"{HEAD}Content-Length: {LIMIT + 1}\r\n\r\n".encode())
    line.shutdown(socket.SHUT_WR)
    check(line)


def test_a_client_that_sends_300_mb_all_the_same_reads_the_refusal(line: socket.socket) -> None:
    line.sendall(f"{HEAD}Content-Length: 300000000\r\n\r\n".encode())
    piece = b"x" * 1_000_000
    for _ in range(300):
        line.sendall(piece)
    check(line)


def test_a_chunked_body_is_refused_where_it_becomes_too_large(line: socket.socket) -> None:
    line.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
    for _ in range(30):
        line.sendall(b"%x\r\n%s\r\n" % (100_000, b"x" * 100_000))
    check(line)


def test_a_body_of_the_largest_size_is_read(line: socket.socket) -> None:
    key = "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/mturk-requester/aws4_request\r\n"
    line.sendall(f"{HEAD}{key}Connection: close\r\nContent-Length: {LIMIT}\r\n\r\n".encode() + b"x" * LIMIT)
    status, _, body = answer(line)
    assert (status, body["__type"]) == (400, "IncompleteSignatureException")


def test_a_client_that_goes_on_for_ever_is_cut_off(line: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mturk.marketplace.http.channel._LINGER", 0.2)
    line.sendall(f"{HEAD}Content-Length: 300000000\r\n\r\n".encode())
    assert cut_off(line, within=15)


def cut_off(line: socket.socket, within: float) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            line.sendall(b"x" * 1000)
        except ConnectionError:
            return True
        time.sleep(0.01)
    return False


def test_calls_that_wait_their_turn_are_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with Marketplace() as market, ThreadPoolExecutor(64) as pool:
        statuses = list(pool.map(lambda _: urlopen(market.url).status, range(256)))
    assert statuses == [200] * 256
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_another_wsgi_server_answers_a_large_body_in_the_same_form() -> None:
    market = Marketplace()
    client = market.app.test_client()
    reply = client.post("/", data=b"x" * (LIMIT + 1), content_type="application/x-amz-json-1.1")
    assert (reply.status_code, reply.content_type) == (413, "application/x-amz-json-1.1")
    assert json.loads(reply.data)["__type"] == "RequestEntityTooLargeException"
    market.stop()


def test_connections_that_send_no_request_keep_others_out_for_a_moment_only() -> None:
    def answer(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    server = Server(answer, "127.0.0.1", 0, largest=lambda _: 100, limits=ConnectionLimits(silence=1))
    server.start()
    try:
        with ExitStack() as stack:
            to = server.url.removeprefix("http://").split(":")
            for _ in range(170):
                stack.enter_context(socket.create_connection((to[0], int(to[1]))))
            assert requests.get(server.url, timeout=15).text == "ok"
    finally:
        server.stop()
