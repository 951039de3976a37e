"""docs/deploy.md's proxies: how much they take, how long they wait, and whom they say that a request is from."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

import mturk
from mturk import HITType, HTMLQuestion
from mturk.marketplace import ConnectionLimits, Fault, Marketplace
from tests.docs.proxy import PROXIES, Front, block, certify, free_port, running
from tests.marketplace.conftest import Connect, aws, connect_queues  # noqa: F401 - fixtures
from tests.page import PAGE

PATIENCE = 20
HEAD = "POST /worker/sign-in HTTP/1.1\r\nHost: localhost\r\n"
KEY = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/mturk-requester/aws4_request, Signature=0"
LONGEST_POLL = 20
CALL = {"X-Amz-Target": "MTurkRequesterServiceV20170117.GetAccountBalance", "Authorization": KEY}

pytestmark = pytest.mark.system


class Behind:
    """A marketplace behind a proxy."""

    def __init__(self, market: Marketplace, front: Front) -> None:
        self.market = market
        self.url = market.public_url
        self._port = front.port
        self._trust = ssl.create_default_context(cafile=str(front.certificate / "fullchain.pem"))

    def line(self, data: str, source: str = "127.0.0.1") -> ssl.SSLSocket:
        """A connection, on which something was sent."""
        plain = socket.create_connection(("127.0.0.1", self._port), PATIENCE, source_address=(source, 0))
        line = self._trust.wrap_socket(plain, server_hostname="localhost")
        line.sendall(data.encode())
        return line


Serve = Callable[..., Behind]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certify(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(params=PROXIES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def serve(name: str, tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a marketplace behind the proxy, with settings of its own; the proxy is in a hurry, if that is said."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate / "fullchain.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "fullchain.pem"))
    with ExitStack() as stack:

        def serve(hurry: float = 1, **settings: Any) -> Behind:
            port = free_port()
            public = {"public_url": f"https://localhost:{port}", "trusted_proxies": ["127.0.0.1"]}
            market = stack.enter_context(Marketplace(**public, **settings))
            front = Front(tmp_path, certificate, port, market.url.removeprefix("http://"), hurry=hurry)
            stack.enter_context(running(name, front))
            return Behind(market, front)

        yield serve


def end_of(line: ssl.SSLSocket, piece: bytes = b"") -> bytes:
    """What is answered at last, while a piece is sent now and then; nothing where the connection is only closed."""
    end = time.monotonic() + PATIENCE
    line.settimeout(0.1)
    with suppress(ConnectionError, ssl.SSLError, BrokenPipeError):
        while time.monotonic() < end:
            with suppress(TimeoutError):
                return line.recv(65_536)
            line.sendall(piece)
        pytest.fail("it is still waited for")
    return b""


def pieces(size: int) -> Iterator[bytes]:
    """A body of that size, whose length is not told beforehand."""
    for _ in range(size // 50_000):
        yield b"x" * 50_000


@pytest.mark.parametrize("sent", [bytes, pieces], ids=["length", "chunks"])
def test_a_call_beyond_our_limit_is_refused_in_the_words_of_the_api(serve: Serve, sent: Callable[[int], Any]) -> None:
    answer = requests.post(serve().url, data=sent(2_000_000), headers=CALL, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["__type"]) == (413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("sent", [bytes, pieces], ids=["length", "chunks"])
def test_a_body_beyond_the_proxys_limit_is_refused_by_the_proxy(serve: Serve, sent: Callable[[int], Any]) -> None:
    behind = serve(upload_limit=20_000_000)
    answer = requests.post(f"{behind.url}/mturk/externalSubmit", data=sent(63_000_000), timeout=PATIENCE)
    assert answer.status_code in (413, 502)  # Caddy 2.6 says 502 of a body whose length it was told
    assert b"HIT" not in answer.content


def test_the_largest_files_of_a_worker_pass(serve: Serve) -> None:
    answer = requests.post(f"{serve().url}/mturk/externalSubmit", data=b"x" * 51_000_000, timeout=PATIENCE)
    assert (answer.status_code, b"HIT" in answer.content) == (403, True)


@pytest.mark.parametrize(("begun", "piece"), [(HEAD[:20], b"x"), (HEAD, b"a: b\r\n")], ids=["first line", "head"])
def test_a_head_that_comes_a_little_at_a_time_is_cut_off(serve: Serve, begun: str, piece: bytes) -> None:
    with serve(hurry=20).line(begun) as line:
        assert not end_of(line, piece).startswith(b"HTTP/1.1 2")


def test_a_body_that_stops_is_cut_off(serve: Serve) -> None:
    # nginx says nothing then. Caddy has the marketplace's answer by then, and an empty 200 would look like success.
    behind = serve(hurry=180, limits=ConnectionLimits(silence=1, head=1))
    with behind.line(f"{HEAD}Content-Length: 1000\r\n\r\nx") as line:
        assert end_of(line)[:12] in (b"", b"HTTP/1.1 408")


def test_slow_bodies_keep_nobody_out(serve: Serve) -> None:
    behind = serve(limits=ConnectionLimits(connections=3))
    with ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(behind.line(f"{HEAD}Content-Length: 1000\r\n\r\nx"))
        assert requests.get(f"{behind.url}/worker/sign-in", timeout=PATIENCE).status_code == 200


def test_a_receiver_that_waits_for_messages_is_waited_for(serve: Serve, connect_queues: Connect) -> None:  # noqa: F811 - the fixture
    behind = serve(hurry=18)
    queues = connect_queues(behind.market, endpoint_url=behind.url)
    queue = queues.create_queue(QueueName="votes")["QueueUrl"]
    assert "Messages" not in queues.receive_message(QueueUrl=queue, WaitTimeSeconds=2)


def test_an_answer_is_waited_for_longer_than_the_marketplace_takes_at_most(name: str) -> None:
    times = re.findall(r"(?:proxy_read_timeout|response_header_timeout) (\d+)s", block(name, 0) + block(name, 1))
    with Marketplace() as market:
        longest = market._store.patience + LONGEST_POLL
    assert len(times) == 2
    assert min(map(int, times)) > longest


def test_a_bonus_whose_answer_comes_too_late_for_the_proxy_is_paid_once(serve: Serve) -> None:
    behind = serve(hurry=90, faults=[Fault("SendBonus", "slow", every=2, seconds=4)])
    market = behind.market
    keys = {"access_key": market.access_key, "secret_key": market.secret_key}
    with mturk.Connection(behind.url, **keys) as connection, mturk.using(connection):
        hit = HITType.create("Label", "Label a photo", "0.05", 600).create_hit(HTMLQuestion(PAGE), 3600)
        worker = market.worker("A1WORKER")
        worker.submit(worker.accept(hit.id), {"label": "cat"})
        (assignment,) = hit.assignments()
        assert [assignment.pay_bonus("0.10", reason) for reason in ("quick", "thorough")] == [True, True]
        assert sorted(bonus.reason for bonus in assignment.bonuses()) == ["quick", "thorough"]


@pytest.mark.parametrize("name", ["nginx"])  # Caddy counts no connections
def test_one_address_has_200_requests_under_way(serve: Serve) -> None:
    behind = serve()
    with ExitStack() as stack, caller("127.0.0.3") as other:
        for _ in range(200):
            stack.enter_context(behind.line(f"{HEAD}Content-Length: 1000\r\n\r\nx", "127.0.0.2"))
        with behind.line(HEAD + "\r\n", "127.0.0.2") as line:
            assert end_of(line).startswith(b"HTTP/1.1 429 ")
        assert other.get(f"{behind.url}/worker/sign-in", timeout=PATIENCE).status_code == 200


@contextmanager
def caller(source: str) -> Iterator[requests.Session]:
    """Requests from that address."""

    class From(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options, source_address=(source, 0))

    with requests.Session() as session:
        session.mount("https://", From())
        yield session


def test_the_address_that_is_counted_is_the_clients_whatever_it_says(serve: Serve) -> None:
    url = serve(limits=ConnectionLimits(refusals=3)).url
    said = [{"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"} for number in range(4)]
    with caller("127.0.0.2") as guesser, caller("127.0.0.3") as other:
        told = [guesser.post(url, data=b"{}", headers={**CALL, **lie}, timeout=PATIENCE).status_code for lie in said]
        assert told == [400, 400, 400, 429]
        assert other.post(url, data=b"{}", headers=CALL, timeout=PATIENCE).status_code == 400


def test_behind_tls_cookies_are_for_tls_alone(serve: Serve) -> None:
    answer = requests.get(f"{serve().url}/worker/sign-in", headers={"X-Forwarded-Proto": "http"}, timeout=PATIENCE)
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
