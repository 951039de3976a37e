"""Certificates are believed while they are in force, have a strong RSA key, and can be had."""

from __future__ import annotations

import base64
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mturk.errors import ForgedMessage, TransportError
from mturk.event.certificate import CertificateStore
from mturk.event.fetch import Fetched
from tests.event import seal
from tests.event.seal import CERTIFICATE_URL, NOW, notification


class Server:
    """One address, what is there now, and how often it was asked for."""

    def __init__(self, *, pem: bytes = b"", status: int = 200) -> None:
        self.pem, self.status, self.asked = pem or seal.certificate(), status, 0

    def __call__(self, url: str) -> Fetched:
        self.asked += 1
        return Fetched(self.status, self.pem)


class Now:
    def __init__(self) -> None:
        self.at = NOW.timestamp()

    def __call__(self) -> float:
        return self.at


def verifier(store: CertificateStore, url: str = CERTIFICATE_URL, changes: bool = False) -> Callable[..., None]:
    def verify(key: str = "sns", version: str = "2") -> None:
        parts = seal.signed(notification(SignatureVersion=version), seal.key(key))
        signature = base64.b64decode(parts["Signature"])
        store.verify(url, seal.canonical(parts), signature, version, changes=changes)

    return verify


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_of_signatures_are_verified(version: str) -> None:
    verify = verifier(CertificateStore(Server(), Now()))
    verify(version=version)
    with pytest.raises(ForgedMessage):
        verify("other", version)


DAY = timedelta(days=1)


@pytest.mark.parametrize(("begins", "ends"), [(NOW + DAY, NOW + 2 * DAY), (NOW - 2 * DAY, NOW - DAY)])
def test_a_certificate_that_is_not_in_force_is_refused(begins: object, ends: object) -> None:
    pem = seal.certificate(begins=begins, ends=ends)  # type: ignore[arg-type]
    with pytest.raises(ForgedMessage, match="not in force"):
        verifier(CertificateStore(Server(pem=pem), Now()))()


def test_a_certificate_that_has_ended_since_it_was_kept_is_fetched_anew() -> None:
    server, now = Server(), Now()
    verify = verifier(CertificateStore(server, now))
    verify()
    now.at += timedelta(days=31).total_seconds()
    with pytest.raises(ForgedMessage, match="not in force"):
        verify()
    assert server.asked == 2
    server.pem = seal.certificate(ends=NOW + timedelta(days=99))
    now.at += 61
    verify()


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"-----BEGIN CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"<html>no such key</html>",
        b"\xff" * 100,
        seal.certificate()[:-200],
    ],
)
def test_what_is_no_certificate_is_refused(pem: bytes) -> None:
    with pytest.raises(ForgedMessage, match="no certificate"):
        verifier(CertificateStore(lambda url: Fetched(200, pem), Now()))()


@pytest.mark.parametrize("holder", [seal.key("short", 1024), seal.elliptic_key()], ids=["short", "elliptic"])
def test_a_key_that_is_short_or_of_another_kind_is_refused(holder: object) -> None:
    pem = seal.certificate(holder)  # type: ignore[arg-type]
    with pytest.raises(ForgedMessage, match="RSA key of 2048 bits"):
        verifier(CertificateStore(Server(pem=pem), Now()))()


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ForgedMessage, match="too large"):
        verifier(CertificateStore(lambda url: Fetched(200, b"", is_too_large=True), Now()))()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_lets_the_message_come_again(status: int) -> None:
    server, now = Server(status=status), Now()
    verify = verifier(CertificateStore(server, now))
    with pytest.raises(TransportError, match=f"HTTP {status}"):
        verify()
    server.status = 200
    now.at += 61
    verify()


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 400, 403, 404, 410])
def test_an_address_without_a_certificate_refuses_the_message_and_is_asked_again(status: int) -> None:
    server, now = Server(status=status), Now()
    verify = verifier(CertificateStore(server, now))
    with pytest.raises(ForgedMessage, match=f"HTTP {status}"):
        verify()
    server.status = 200
    now.at += 61
    verify()
    assert server.asked == 2


@pytest.mark.parametrize("status", [404, 503])
def test_an_address_without_a_certificate_is_asked_once_a_minute(status: int) -> None:
    server, now = Server(status=status), Now()
    verify = verifier(CertificateStore(server, now))
    with pytest.raises((ForgedMessage, TransportError), match=f"HTTP {status}"):
        verify()
    for _ in range(59):
        now.at += 1
        with pytest.raises(TransportError, match="less than a minute ago"):
            verify()
    assert server.asked == 1


def test_failures_push_out_no_certificate_and_are_not_remembered_without_limit() -> None:
    server = Server()
    store = CertificateStore(server, Now())
    verifier(store)()
    server.status = 404
    for number in range(40):
        with pytest.raises(ForgedMessage):
            verifier(store, f"https://sns.us-east-1.amazonaws.com/{number}.pem")()
    verifier(store)()
    assert (server.asked, len(store._failed)) == (41, 16)


class SlowServer(Server):
    """One that answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived, self.let = threading.Semaphore(0), threading.Event()

    def __call__(self, url: str) -> Fetched:
        self.arrived.release()
        assert self.let.wait(20)
        return super().__call__(url)


def test_no_more_than_two_certificates_are_fetched_at_a_time() -> None:
    server = SlowServer()
    store = CertificateStore(server, Now())
    urls = [f"https://sns.us-east-1.amazonaws.com/{number}.pem" for number in range(3)]
    with ThreadPoolExecutor() as pool:
        fetching = [pool.submit(verifier(store, url)) for url in urls[:2]]
        assert all(server.arrived.acquire(timeout=20) for _ in fetching)
        try:
            with pytest.raises(TransportError, match="Too many"):
                pool.submit(verifier(store, urls[2])).result(5)
        finally:
            server.let.set()
        assert [one.result(20) for one in fetching] == [None, None]
    verifier(store, urls[2])()


def test_another_certificate_at_the_same_address_is_found_after_a_minute() -> None:
    server, now = Server(), Now()
    verify = verifier(CertificateStore(server, now), changes=True)
    verify()
    server.pem = seal.certificate(seal.key("next"))
    now.at += 30
    with pytest.raises(ForgedMessage):
        verify("next")
    assert server.asked == 1
    now.at += 31
    verify("next")
    assert server.asked == 2
    with pytest.raises(ForgedMessage):
        verify("sns")


def test_forged_messages_make_nobody_ask_more_often_than_once_a_minute() -> None:
    server, now = Server(), Now()
    verify = verifier(CertificateStore(server, now), changes=True)
    verify()
    for _ in range(240):
        now.at += 1
        with pytest.raises(ForgedMessage):
            verify("other")
    assert server.asked <= 5


def test_an_address_of_aws_s_names_one_certificate_for_good() -> None:
    server, now = Server(), Now()
    verify = verifier(CertificateStore(server, now))
    verify()
    now.at += 3_600
    with pytest.raises(ForgedMessage):
        verify("other")
    assert server.asked == 1


def test_the_first_messages_of_a_topic_wait_for_one_fetch() -> None:
    server, go = Server(), threading.Event()

    def slow(url: str) -> Fetched:
        assert go.wait(20)
        return server(url)

    verify = verifier(CertificateStore(slow, Now()))
    with ThreadPoolExecutor(8) as pool:
        all_of_them = [pool.submit(verify) for _ in range(8)]
        go.set()
        assert [one.result(20) for one in all_of_them] == [None] * 8
    assert server.asked == 1


def test_no_more_than_16_certificates_are_kept() -> None:
    server = Server()
    store = CertificateStore(server, Now())
    for number in range(40):
        verifier(store, f"https://sns.us-east-1.amazonaws.com/{number}.pem")()
    assert len(store._kept) == 16
    verifier(store, "https://sns.us-east-1.amazonaws.com/39.pem")()
    assert server.asked == 40


def test_addresses_that_strangers_name_push_out_no_certificate_by_which_something_was_verified() -> None:
    server = Server()
    store = CertificateStore(server, Now())
    verifier(store)()
    for number in range(20):
        with pytest.raises(ForgedMessage):
            verifier(store, f"{CERTIFICATE_URL}?{number}")("other")
    asked = server.asked
    verifier(store)()
    assert server.asked == asked


def test_without_cryptography_it_is_said_what_to_install() -> None:
    code = """
        import sys
        sys.modules["cryptography"] = None
        from mturk.errors import ConfigurationError
        from mturk.event.certificate import Certificate
        try:
            Certificate.read(b"")
        except ConfigurationError as error:
            print(error)
    """
    printed = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert "pip install 'mturk[sns]'" in printed.stdout


def test_cryptography_is_imported_only_when_something_is_verified() -> None:
    code = """
        import sys
        from mturk.event.envelope import Envelopes
        Envelopes(["arn:aws:sns:us-east-1:123456789012:turk"])
        print("cryptography" in sys.modules)
    """
    printed = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "False"
