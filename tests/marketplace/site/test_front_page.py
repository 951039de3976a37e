"""Requests for the site that are refused in front of it: their browsers get a page, all else gets what it can read."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from mturk.marketplace import ConnectionLimits, Marketplace
from mturk.marketplace.http.complaint import Page
from tests.marketplace.http.served import everything, served, until

KEY = "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/mturk-requester/aws4_request, Signature=0\r\n"
FORM = "POST /worker/sign-in HTTP/1.1\r\nHost: lab\r\n"
CALL = f"POST / HTTP/1.1\r\nHost: lab\r\n{KEY}"
TOO_LARGE = "Content-Length: 999999999\r\n\r\n"
HALF = "Content-Length: 2\r\n\r\nx"
LONG_LINE = f"Transfer-Encoding: chunked\r\n\r\n{'0' * 2000}"


class Answer:
    """What came back, whole."""

    def __init__(self, line: socket.socket) -> None:
        head, _, self.body = everything(line).decode().partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        self.status = int(first.split()[1])
        self.headers = dict(one.lower().split(": ", 1) for one in rest)


@pytest.fixture(scope="module")
def market() -> Iterator[Marketplace]:
    with Marketplace(limits=ConnectionLimits(head=1)) as market:
        yield market


def ask(market: Marketplace, text: str) -> Answer:
    parts = urlsplit(market.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
        line.sendall(text.encode())
        return Answer(line)


@pytest.mark.parametrize("path", ["/worker/sign-in", "/mturk/externalSubmit", "/worker/assignments/3A"])
@pytest.mark.parametrize(
    ("rest", "status", "title"),
    [
        (TOO_LARGE, 413, "That is too large"),
        (LONG_LINE, 400, "That could not be read"),
        (HALF, 408, "That did not work"),
    ],
)
def test_a_browser_is_shown_a_page(market: Marketplace, path: str, rest: str, status: int, title: str) -> None:
    answer = ask(market, FORM.replace("/worker/sign-in", path) + rest)
    assert answer.status == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(answer.body.encode())
    assert f"<h1>{title}</h1>" in answer.body
    assert 'href="/worker/"' in answer.body


@pytest.mark.parametrize(
    ("rest", "status", "kind"),
    [(TOO_LARGE, 413, "application/x-amz-json-1.1"), (LONG_LINE, 400, "text/plain"), (HALF, 408, "")],
)
def test_who_calls_the_api_gets_no_page(market: Marketplace, rest: str, status: int, kind: str) -> None:
    answer = ask(market, f"{CALL}Accept: text/html\r\n{rest}")
    assert (answer.status, answer.headers.get("content-type", "").partition(";")[0]) == (status, kind)
    assert "<" not in answer.body
    if status == 413:
        assert json.loads(answer.body)["__type"] == "RequestEntityTooLargeException"


@pytest.mark.parametrize(
    ("languages", "words"),
    [
        ("fr;q=0.1, de-DE, de;q=0.9", "Das ist zu groß"),
        ("fr", "That is too large"),
        ("de;q=" + "9" * 30_000, "That is too large"),
    ],
)
def test_it_speaks_the_browsers_language(market: Marketplace, languages: str, words: str) -> None:
    assert f"<h1>{words}</h1>" in ask(market, f"{FORM}Accept-Language: {languages}\r\n{TOO_LARGE}").body


def test_it_is_as_safe_as_the_sites_other_pages_and_has_an_id(market: Marketplace) -> None:
    headers = ask(market, FORM + TOO_LARGE).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-amzn-requestid"]


def test_nothing_of_the_request_is_in_it(market: Marketplace) -> None:
    asked = FORM.replace("/worker/", "/worker/%3Cscript%3E") + "Cookie: session=%3Cscript%3E\r\n"
    assert "script" not in ask(market, asked + TOO_LARGE).body


def test_below_a_prefix_it_leads_back_below_it() -> None:
    with Marketplace(public_url="https://turk.example.org/lab") as market:
        for path in ("/lab/worker/sign-in", "/worker/sign-in"):
            answer = ask(market, FORM.replace("/worker/sign-in", path) + TOO_LARGE)
            assert 'href="/lab/worker/"' in answer.body
        assert "max-age" in answer.headers["strict-transport-security"]


def shown(path: str, languages: str, status: int) -> Page | None:
    return Page([("Content-Type", "text/html")], f"{path} {status}".encode()) if path.startswith("/worker") else None


def test_who_finds_no_room_for_a_large_body_is_shown_when_to_come_again() -> None:
    with served(limits=ConnectionLimits(bodies=400_000), largest=lambda _: 1_000_000, pages=shown) as server:
        line = server.line(data=f"{FORM}Content-Length: 200000\r\n\r\n{'x' * 150_000}".encode())
        answer = Answer(line)
        line.close()
    assert (answer.status, answer.headers["retry-after"], answer.body) == (503, "5", "/worker/sign-in 503")


def test_who_makes_place_for_another_is_shown_when_to_come_again() -> None:
    with served(limits=ConnectionLimits(per_address=1), pages=shown) as server:
        first = server.line(data=FORM.encode() + HALF.encode())
        until(lambda: server.server.bodies == 1)
        second = server.line()
        answer = Answer(first)
        for line in (first, second):
            line.close()
    assert (answer.status, answer.headers["retry-after"], answer.body) == (503, "5", "/worker/sign-in 503")
