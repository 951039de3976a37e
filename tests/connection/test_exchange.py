"""Requests leave in one write, and connections are used again as long as it is safe: plain, by TLS, through a proxy."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
import responses
from requests.exceptions import InvalidHeader
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from mturk.connection.adapter import Adapter
from mturk.connection.bound import Bounds
from mturk.connection.credentials import Credentials, FixedCredentials
from mturk.connection.exchange import Exchange
from mturk.connection.transport import Transport
from mturk.errors import TransportError
from tests.connection.far_end import DONE, Server, socks, tunnel

KEYS = FixedCredentials(Credentials("AKIDEXAMPLE", "hush"))


@pytest.fixture
def wire() -> Iterator[tuple[Exchange, socket.socket]]:
    """A connection, and the other end, where each write arrives by itself."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    far.settimeout(5)
    with near, far:
        exchange = Exchange("turk.my-lab.example")
        exchange.sock = near
        yield exchange, far


def test_head_and_body_leave_in_one_write(wire: tuple[Exchange, socket.socket]) -> None:
    exchange, far = wire
    exchange.request("POST", "/", b"{}", {"Host": "turk.my-lab.example", "Content-Length": "2"})
    assert far.recv(1000) == b"POST / HTTP/1.1\r\nHost: turk.my-lab.example\r\nContent-Length: 2\r\n\r\n{}"
    far.sendall(DONE)
    assert exchange.getresponse().content == b"{}"


@pytest.mark.parametrize(
    ("url", "name", "value"),
    [
        ("/\r\nX: y", "Host", "h"),
        ("/", "Host", "h\nX: y"),
        ("/", "Host\r", "h"),
        ("/", "Host", "h\r\n\r\n"),
        ("/", "Host", "hä"),
    ],
)
def test_what_would_begin_another_header_is_never_sent(
    wire: tuple[Exchange, socket.socket], url: str, name: str, value: str
) -> None:
    exchange, far = wire
    with pytest.raises(InvalidHeader, match="more than ASCII text on one line"):
        exchange.request("POST", url, b"{}", {name: value})
    far.setblocking(False)
    with pytest.raises(BlockingIOError):
        far.recv(1000)


@pytest.fixture
def send() -> Iterator[Callable[[str], bytes]]:
    """Send a request to a place, over the same transport each time."""
    with ExitStack() as closing:
        transports: dict[str, Transport] = {}

        def sent(url: str) -> bytes:
            if url not in transports:
                transports[url] = Transport(url, KEYS)
                closing.callback(transports[url].close)
            return transports[url].send("GetHIT", b"{}", 0).content

        yield sent


@pytest.mark.parametrize(
    ("first", "connections"),
    [
        (DONE, 1),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}", 1),
        (DONE.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n"), 2),
        (DONE + DONE, 2),
        (DONE.replace(b"1.1", b"1.0"), 2),
    ],
)
def test_a_connection_is_used_again_where_that_is_safe(
    send: Callable[[str], bytes], first: bytes, connections: int
) -> None:
    with Server(first, DONE) as server:
        url = f"http://127.0.0.1:{server.port}/"
        assert (send(url), send(url)) == (b"{}", b"{}")
        assert server.connections == connections


def test_an_answer_that_is_none_may_have_been_carried_out_and_its_connection_is_closed(
    send: Callable[[str], bytes],
) -> None:
    with Server(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", DONE) as server:
        url = f"http://127.0.0.1:{server.port}/"
        with pytest.raises(TransportError, match="content length 'x'") as caught:
            send(url)
        assert caught.value.maybe_done
        assert send(url) == b"{}"
        assert server.connections == 2


def test_what_tls_holds_behind_an_answer_is_not_the_next_answer(certificate: tuple[ssl.SSLContext, Path]) -> None:
    context, trusted = certificate
    head, body = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"{}" + DONE.replace(b"{}", b"!!")
    with Server([head, body], DONE, tls=context) as server:
        transport = Transport(f"https://127.0.0.1:{server.port}/", KEYS, verify=str(trusted))
        assert [transport.send("GetHIT", b"{}", 0).content for _ in range(2)] == [b"{}", b"{}"]
        transport.close()
        assert server.connections == 2


def test_calls_by_tls_use_one_connection(certificate: tuple[ssl.SSLContext, Path]) -> None:
    context, trusted = certificate
    with Server(DONE, DONE, tls=context) as server:
        transport = Transport(f"https://127.0.0.1:{server.port}/", KEYS, verify=str(trusted))
        assert [transport.send("GetHIT", b"{}", 0).content for _ in range(2)] == [b"{}", b"{}"]
        transport.close()
        assert server.connections == 1


def test_a_certificate_that_is_not_trusted_gets_no_request(certificate: tuple[ssl.SSLContext, Path]) -> None:
    with Server(DONE, tls=certificate[0]) as server:
        transport = Transport(f"https://127.0.0.1:{server.port}/", KEYS)
        with pytest.raises(TransportError, match="certificate") as caught:
            transport.send("GetHIT", b"{}", 0)
        transport.close()
        assert not caught.value.maybe_done


def test_a_proxy_leads_to_the_service_without_seeing_the_request(
    certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate
    with Server(DONE, DONE, tls=context) as server, tunnel() as (proxy, asked):
        transport = Transport(f"https://127.0.0.1:{server.port}/", KEYS, verify=str(trusted))
        # Loopback is never led through a proxy of the environment.
        transport._settings["proxies"] = {"https": proxy}
        assert [transport.send("GetHIT", b"{}", 0).content for _ in range(2)] == [b"{}", b"{}"]
        transport.close()
        assert (asked, server.connections) == ([f"127.0.0.1:{server.port}"], 1)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_socks_proxy_leads_to_the_service_on_one_connection(
    certificate: tuple[ssl.SSLContext, Path], scheme: str
) -> None:
    context, trusted = certificate
    with Server(DONE, DONE, tls=context if scheme == "https" else None) as server, socks() as (proxy, asked):
        transport = Transport(f"{scheme}://127.0.0.1:{server.port}/", KEYS, verify=str(trusted))
        transport._settings["proxies"] = {scheme: proxy}
        assert [transport.send("GetHIT", b"{}", 0).content for _ in range(2)] == [b"{}", b"{}"]
        transport.close()
        assert (asked, server.connections) == ([server.port], 1)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_a_proxy_took_before_it_died_is_perhaps_done(
    certificate: tuple[ssl.SSLContext, Path], scheme: str
) -> None:
    context, trusted = certificate
    with ExitStack() as open_now:
        server = open_now.enter_context(Server(b"", tls=context if scheme == "https" else None))
        proxy, _ = open_now.enter_context(tunnel()) if scheme == "https" else (f"http://127.0.0.1:{server.port}", None)
        transport = Transport(f"{scheme}://127.0.0.1:{server.port}/", KEYS, verify=str(trusted))
        open_now.callback(transport.close)
        transport._settings["proxies"] = {scheme: proxy}
        with pytest.raises(TransportError, match="the connection broke") as caught:
            transport.send("CreateHIT", b"{}", 0)
        assert caught.value.maybe_done


def test_what_fits_no_header_was_surely_not_sent() -> None:
    with Server(DONE) as server:
        transport = Transport(f"http://127.0.0.1:{server.port}/", KEYS, region="mittelerde-größe-1")
        with pytest.raises(TransportError, match="more than ASCII text on one line") as caught:
            transport.send("CreateHIT", b"{}", 0)
        transport.close()
        assert not caught.value.maybe_done


def test_connections_that_another_library_puts_in_place_of_urllib3_s_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Recorded(HTTPConnection):
        pass

    adapter = Adapter(Bounds())
    request = requests.Request("POST", "http://turk.my-lab.example/").prepare()

    def kind() -> type:
        pool = adapter.get_connection_with_tls_context(request, verify=True)
        assert isinstance(pool, HTTPConnectionPool)
        return pool.ConnectionCls

    assert kind() is Exchange
    pool = adapter._pool
    assert isinstance(pool, HTTPConnectionPool)
    # As vcrpy does while a cassette is in, which also leaves out connections of another kind that wait in the pool.
    with monkeypatch.context() as patched:
        patched.setattr(HTTPConnectionPool, "ConnectionCls", Recorded)
        assert kind() is Recorded
        pool.ConnectionCls("turk.my-lab.example", **pool.conn_kw)  # which takes urllib3's arguments only
    assert kind() is Exchange


def test_headers_are_found_whatever_their_case_by_what_stands_in_for_the_network(
    send: Callable[[str], bytes],
) -> None:
    seen = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        seen.append(request.headers["x-amz-target"])
        return 200, {}, "{}"

    with responses.RequestsMock() as mock:
        mock.add_callback("POST", "https://turk.my-lab.example/", answer)
        assert send("https://turk.my-lab.example/") == b"{}"
    assert seen == ["MTurkRequesterServiceV20170117.GetHIT"]
