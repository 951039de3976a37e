"""Requests to servers that are not trusted: in time, of limited size, with addresses and certificates checked."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mturk.marketplace.delivery.destination import Endpoint, endpoint_of
from mturk.marketplace.delivery.exchange import Exchange, ExchangeError, Reply
from tests.marketplace.inbox import TAKEN, Inbox


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with a certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


@pytest.fixture
def secure(certificate: str) -> Iterator[Inbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    inbox = Inbox(context)
    yield inbox
    inbox.close()


def post(exchange: Exchange, url: str, **options: Any) -> Reply | None:
    endpoint = endpoint_of(url, private=True)
    headers = {"host": endpoint.authority, "content-type": "text/plain"}
    return exchange.post(endpoint, headers, b"hello", **{"trust": None, **options})


def test_a_server_with_a_trusted_certificate_gets_the_request(secure: Inbox, certificate: str) -> None:
    assert post(Exchange(), secure.url, trust=certificate) == (200, TAKEN)
    headers, body = secure.requests.get(timeout=5)
    assert body == b"hello"
    assert headers["host"] == endpoint_of(secure.url).authority


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(secure: Inbox) -> None:
    with pytest.raises(ExchangeError, match="its certificate is not good"):
        post(Exchange(), secure.url)
    assert secure.requests.empty()


def test_a_server_with_somebody_elses_certificate_gets_nothing(secure: Inbox, certificate: str) -> None:
    other = secure.url.replace("localhost", "127.0.0.1")
    with pytest.raises(ExchangeError, match="its certificate is not good"):
        post(Exchange(), other, trust=certificate)
    assert secure.requests.empty()


@contextmanager
def serving(talk: Any) -> Iterator[Endpoint]:
    """A server on a socket; `talk` is done with each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            # The client may hang up.
            with connection, suppress(OSError):
                talk(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Endpoint("http", "127.0.0.1", listener.getsockname()[1], private=True)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def ask(exchange: Exchange, endpoint: Endpoint) -> Reply | None:
    return exchange.post(endpoint, {"host": endpoint.authority}, b"x", trust=None)


def _say_nothing(connection: socket.socket) -> None:
    while connection.recv(1000):
        pass


def _trickle(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def _trickle_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize("talk", [_say_nothing, _trickle, _trickle_body])
def test_a_server_has_so_long_for_the_whole_answer_however_slowly_it_speaks(talk: Callable[..., Any]) -> None:
    with serving(talk) as endpoint:
        begin = time.monotonic()
        with pytest.raises(ExchangeError, match=r"no answer within 0\.3 seconds"):
            ask(Exchange(limit=0.3), endpoint)
        assert time.monotonic() - begin < 5


def _talk_much(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def test_of_an_endless_answer_no_more_than_the_beginning_is_read() -> None:
    with serving(_talk_much) as endpoint:
        assert len(ask(Exchange(), endpoint).body) == 65_536


_CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="another answer follows"),
        pytest.param(_CHUNKED + b"0\r\n", b"a: b\r\n", id="headers behind a body"),
    ],
)
def test_a_server_that_speaks_without_end_is_not_listened_to_for_all_its_time(begin: bytes, more: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(begin)
        while True:
            connection.sendall(more * 1_000)

    with serving(talk) as endpoint, pytest.raises(ExchangeError, match="has no end"):
        ask(Exchange(limit=2), endpoint)


@pytest.mark.parametrize("said", [b"", b"Good morning\r\n\r\n", b"HTTP/1.1 nonsense\r\n\r\n"])
def test_an_answer_that_is_not_http_is_an_error(said: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(said)

    with serving(talk) as endpoint, pytest.raises(ExchangeError):
        ask(Exchange(), endpoint)


def test_what_is_under_way_can_be_broken_off() -> None:
    begun = threading.Event()

    def talk(connection: socket.socket) -> None:
        begun.set()
        _say_nothing(connection)

    exchange = Exchange()
    with serving(talk) as endpoint:
        errors = []

        def run() -> None:
            try:
                ask(exchange, endpoint)
            except ExchangeError as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        assert begun.wait(5)
        exchange.close()
        thread.join(5)
        assert len(errors) == 1
        with pytest.raises(ExchangeError):
            ask(exchange, endpoint)


def test_no_proxy_is_asked(secure: Inbox, certificate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    assert post(Exchange(), secure.url, trust=certificate).status == 200


def test_a_host_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ExchangeError):
        post(Exchange(), "https://no.such.host.invalid/1/q")


@pytest.mark.parametrize("url", ["http://10.1.2.3:9/1/q", "https://169.254.169.254/1/q", "https://[fe80::1]/1/q"])
def test_an_address_that_nothing_may_be_sent_to_is_not_connected_to(url: str) -> None:
    with pytest.raises(ExchangeError, match="nothing may be sent to"):
        post(Exchange(), url)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1"])
def test_a_name_for_this_machine_is_found_out_before_anything_is_sent(secure: Inbox, host: str) -> None:
    endpoint = endpoint_of(secure.url)._replace(host=host)
    with pytest.raises(ExchangeError, match="nothing may be sent to"):
        ask(Exchange(), endpoint)


def test_a_server_that_the_lab_names_may_be_anywhere() -> None:
    now = iter([0.0, 100.0])
    with pytest.raises(ExchangeError, match="no answer within"):
        post(Exchange(now=lambda: next(now)), "http://10.1.2.3:9/1/q", anywhere=True)
