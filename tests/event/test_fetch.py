"""A page is fetched from a real server with little trust: no redirects, not much, not long, no keys."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mturk.errors import TransportError
from mturk.event.fetch import LARGEST, Fetched, fetch
from tests.event import seal
from tests.event.seal import Page, Web


@pytest.fixture
def web() -> Iterator[Web]:
    with seal.serving() as web:
        yield web


@pytest.mark.parametrize("status", [200, 404, 503])
def test_a_page_is_its_status_and_its_bytes(web: Web, status: int) -> None:
    web.pages["/x.pem"] = Page(b"\x00\xff\n", status)
    assert fetch(f"{web.url}/x.pem") == Fetched(status, b"\x00\xff\n")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(web: Web, status: int) -> None:
    web.pages["/x.pem"] = Page(status=status, headers={"Location": "/y.pem"})
    assert fetch(f"{web.url}/x.pem").status == status
    assert web.asked == ["/x.pem"]


@pytest.mark.parametrize(("size", "too_large"), [(LARGEST, False), (LARGEST + 1, True), (LARGEST * 40, True)])
def test_no_more_is_read_than_64_kib(web: Web, size: int, too_large: bool) -> None:
    web.pages["/x.pem"] = Page(b"x" * size)
    found = fetch(f"{web.url}/x.pem")
    assert found == (Fetched(200, b"", is_too_large=True) if too_large else Fetched(200, b"x" * size))


def test_a_password_of_a_netrc_file_is_not_sent(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    web.pages["/x.pem"] = Page(b"x")
    fetch(f"{web.url}/x.pem")
    assert "authorization" not in web.sent[0]
    assert web.sent[0]["accept-encoding"] == "identity"


def test_cookies_are_not_kept(web: Web) -> None:
    web.pages["/x.pem"] = Page(b"x", headers={"Set-Cookie": "a=b"})
    for _ in range(2):
        fetch(f"{web.url}/x.pem")
    assert all("cookie" not in sent for sent in web.sent)


def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/x.pem"
        with pytest.raises(TransportError, match=r"No answer from 127\.0\.0\.1"):
            fetch(url)


def test_a_connection_that_breaks_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(1_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(TransportError):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/x.pem")
        thread.join()


def test_a_page_that_never_ends_is_given_up(web: Web) -> None:
    web.pages["/x.pem"] = Page(b"x" * 1_000, drip=0.02)
    began = time.monotonic()
    with pytest.raises(TransportError, match="OutOfBounds"):
        fetch(f"{web.url}/x.pem", within=0.3)
    assert time.monotonic() - began < 10
    assert web.asked == ["/x.pem"]


def test_https_is_checked_against_the_certificates_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with seal.serving(tmp_path) as web:
        web.pages["/x.pem"] = Page(b"x")
        with pytest.raises(TransportError, match="SSLError"):
            fetch(f"{web.url}/x.pem")
        assert web.asked == []
        monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "web.pem"))
        assert fetch(f"{web.url}/x.pem") == Fetched(200, b"x")
