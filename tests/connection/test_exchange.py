"""Requests leave in one write, and connections are used again as long as it is safe: plain, by TLS, through a proxy."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from requests.exceptions import InvalidHeader
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from mturk.connection.adapter import Adapter
from mturk.connection.credentials import Credentials, FixedCredentials
from mturk.connection.exchange import Exchange
from mturk.connection.transport import Transport
from mturk.errors import TransportError

KEYS = FixedCredentials(Credentials("AKIDEXAMPLE", "hush"))
DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


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
    assert exchange.getresponse().whole() == b"{}"


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


class Server:
    """Answers each request with the next of these, piece by piece, and counts the connections."""

    def __init__(self, *answers: bytes | list[bytes], tls: ssl.SSLContext | None = None) -> None:
        self._answers = [[answer] if isinstance(answer, bytes) else answer for answer in answers]
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while self._answers:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            # A client may end the connection, or not trust the certificate.
            with suppress(OSError), ExitStack() as open_now:
                open_now.enter_context(connection)
                if self._tls is not None:
                    connection = open_now.enter_context(self._tls.wrap_socket(connection, server_side=True))
                while self._answers and read_request(connection):
                    for piece in self._answers.pop(0):
                        connection.sendall(piece)


def read_request(connection: socket.socket) -> bool:
    with connection.makefile("rb") as lines:
        length = 0
        while line := lines.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return bool(lines.read(length))


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for 127.0.0.1, and the file by which clients trust it."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, whole = folder / "trusted.pem", folder / "whole.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    trusted.write_bytes(pem)
    form = serialization.PrivateFormat.PKCS8
    whole.write_bytes(pem + key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return context, trusted


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


@contextmanager
def tunnel() -> Iterator[tuple[str, list[str]]]:
    """A proxy that takes CONNECT, and what it was asked for; all leads to the port that is named, on loopback."""
    asked: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def lead(client: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        place = head.split()[1].decode()
        asked.append(place)
        server = socket.create_connection(("127.0.0.1", int(place.rpartition(":")[2])))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=pass_on, args=(server, client), daemon=True).start()
        pass_on(client, server)

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), source, target:
            while data := source.recv(65_536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        client, _ = listener.accept()
        lead(client)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked


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

    adapter = Adapter()
    request = requests.Request("POST", "http://turk.my-lab.example/").prepare()

    def kind() -> type:
        pool = adapter.get_connection_with_tls_context(request, verify=True)
        assert isinstance(pool, HTTPConnectionPool)
        return pool.ConnectionCls

    assert kind() is Exchange
    # As vcrpy does while a cassette is in, which also leaves out connections of another kind that wait in the pool.
    with monkeypatch.context() as patched:
        patched.setattr(HTTPConnectionPool, "ConnectionCls", Recorded)
        assert kind() is Recorded
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
