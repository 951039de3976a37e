"""The redirect, with the programs of others behind it: what is led, what passes untouched, and what is refused."""

from __future__ import annotations

import base64
import gc
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from mturk.errors import ConfigurationError
from mturk.marketplace import Marketplace
from mturk.redirect.authority import Authority
from mturk.redirect.aws_host import HOSTS
from mturk.redirect.redirect import Limits, Redirect
from tests.marketplace.sample import html_question
from tests.redirect.conftest import OTHER, Elsewhere, Lead, serving

PATIENCE = 60
OLD_SCRIPT = f"""
import boto3
client = boto3.client("mturk", region_name="us-east-1")
hit = client.create_hit(
    Title="Label", Description="A picture", Reward="0.05", LifetimeInSeconds=3600, AssignmentDurationInSeconds=600,
    MaxAssignments=1, Question={html_question()!r},
)
print(hit["HIT"]["HITId"], client.get_account_balance()["AvailableBalance"])
"""
SANDBOX_SCRIPT = """
import boto3
client = boto3.client(
    "mturk", region_name="us-east-1", endpoint_url="https://mturk-requester-sandbox.us-east-1.amazonaws.com")
print(client.get_account_balance()["AvailableBalance"])
"""
OUR_SCRIPT = """
import mturk
print(mturk.connect("sandbox").balance().available)
"""
URLLIB_SCRIPT = """
from urllib.request import urlopen
print(urlopen("https://requester.mturk.com/").read().decode())
"""


def ran(command: list[str], environment: dict[str, str], folder: Path | None = None) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def python(script: str, environment: dict[str, str]) -> str:
    return ran([sys.executable, "-c", script], environment)


def authorized(redirect: Redirect) -> str:
    parts = urlsplit(redirect.url)
    return base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()


@contextmanager
def connected(redirect: Redirect) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", redirect.port), PATIENCE)) as sock:
        yield sock


def exchange(redirect: Redirect, *lines: str, password: bool = True, behind: bytes = b"") -> bytes:
    """All that comes back for a head."""
    own = [f"Proxy-Authorization: Basic {authorized(redirect)}"] if password else []
    with connected(redirect) as sock:
        sock.sendall("\r\n".join([*lines, *own, "", ""]).encode("latin-1") + behind)
        return b"".join(iter(lambda: sock.recv(65536), b""))


# What is led


def test_a_script_for_boto3_runs_unchanged(environment: dict[str, str], market: Marketplace) -> None:
    hit_id, balance = python(OLD_SCRIPT, environment).split()
    market.worker("A1ADA").accept(hit_id)
    assert balance == "9999.94"


@pytest.mark.parametrize(
    ("script", "printed"),
    [(SANDBOX_SCRIPT, "10000.00"), (OUR_SCRIPT, "10000.00"), (URLLIB_SCRIPT, "This is a marketplace for human work.")],
    ids=["boto3 for the sandbox", "mturk", "urllib"],
)
def test_other_ways_to_amazon_lead_to_the_marketplace(environment: dict[str, str], script: str, printed: str) -> None:
    assert printed in python(script, environment)


@pytest.mark.parametrize("host", HOSTS)
def test_each_host_is_led_with_a_certificate_of_its_own(
    environment: dict[str, str], host: str, redirect: Redirect
) -> None:
    proxies = {"https": redirect.url}
    answer = requests.get(f"https://{host}/", proxies=proxies, verify=environment["REQUESTS_CA_BUNDLE"], timeout=20)
    assert answer.text.startswith("This is a marketplace")


@pytest.mark.system
def test_curl_is_led(environment: dict[str, str]) -> None:
    assert "a marketplace for human work" in ran(["curl", "-sS", "https://www.mturk.com/"], environment)


def test_what_is_sent_arrives_byte_for_byte_with_its_host(lead: Lead, authority: Authority) -> None:
    sent = b"GET /mturk/x?q=%20 HTTP/1.1\r\nhOst: www.mturk.com\r\nX-Odd:  two  spaces \r\n\r\n"
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        redirect = lead(f"http://127.0.0.1:{listener.getsockname()[1]}")
        trusting = ssl.create_default_context(cadata=authority.pem)
        with connected(redirect) as sock:
            sock.sendall(_connect("www.mturk.com:443", redirect))
            assert sock.recv(1024).startswith(b"HTTP/1.1 200 ")
            with trusting.wrap_socket(sock, server_hostname="www.mturk.com") as secured:
                secured.sendall(sent)
                came, _ = listener.accept()
                with came:
                    assert came.recv(1024) == sent


def test_a_plain_request_to_a_host_of_amazons_is_led_too(redirect: Redirect) -> None:
    answer = exchange(redirect, "GET http://www.mturk.com/ HTTP/1.1", "Host: www.mturk.com")
    assert b"This is a marketplace" in answer


def test_a_tunnel_to_the_port_for_plain_requests_has_no_tls(redirect: Redirect) -> None:
    with connected(redirect) as sock:
        sock.sendall(_connect("mechanicalturk.amazonaws.com:80", redirect))
        assert sock.recv(1024).startswith(b"HTTP/1.1 200 ")
        sock.sendall(b"GET / HTTP/1.1\r\nHost: mechanicalturk.amazonaws.com\r\nConnection: close\r\n\r\n")
        assert b"This is a marketplace" in b"".join(iter(lambda: sock.recv(65536), b""))


def test_a_name_in_capitals_with_a_dot_is_the_same_host(redirect: Redirect) -> None:
    assert exchange(redirect, "CONNECT WWW.MTurk.com.:25 HTTP/1.1").startswith(b"HTTP/1.1 403 ")


# What passes untouched


def test_another_host_is_reached_with_its_own_certificate(redirect: Redirect, elsewhere: Elsewhere) -> None:
    assert elsewhere.pem is not None
    answer = requests.get(f"{elsewhere.url}/x", proxies={"https": redirect.url}, verify=str(elsewhere.pem), timeout=20)
    assert answer.text == "/x"


def test_another_hosts_plain_request_goes_there_without_the_password(redirect: Redirect) -> None:
    with serving() as plain:
        answer = exchange(
            redirect,
            f"GET http://localhost:{plain.port}/a?b=c HTTP/1.1",
            f"Host: localhost:{plain.port}",
            "Proxy-Connection: keep-alive",
            "X-Kept: yes",
        )
        assert answer.endswith(b"\r\n\r\n/a?b=c")
        (line, headers), *_ = plain.heads
    assert line == "GET /a?b=c HTTP/1.1"
    assert headers == {"Host": f"localhost:{plain.port}", "X-Kept": "yes", "Connection": "close"}


@pytest.fixture
def lab_proxy(elsewhere: Elsewhere) -> Iterator[tuple[int, list[bytes]]]:
    """The proxy of an environment, which connects one caller, and keeps what it was asked."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        near, _ = listener.accept()
        with near, closing(socket.create_connection(("127.0.0.1", elsewhere.port))) as far:
            asked.append(near.recv(4096))
            near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=_pour, args=(far, near))
            back.start()
            _pour(near, far)
            back.join()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1], asked
    thread.join(PATIENCE)
    listener.close()


def _pour(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def test_another_host_is_reached_by_the_proxy_of_the_environment(
    lead: Lead, market: Marketplace, elsewhere: Elsewhere, lab_proxy: tuple[int, list[bytes]]
) -> None:
    port, asked = lab_proxy
    redirect = lead(market.url, environ={"HTTPS_PROXY": f"http://ada:s%20t@127.0.0.1:{port}"})
    answer = requests.get(
        f"https://{OTHER}:8443/y", proxies={"https": redirect.url}, verify=str(elsewhere.pem), timeout=20
    )
    assert answer.text == "/y"
    credentials = base64.b64encode(b"ada:s t").decode()
    lines = f"CONNECT {OTHER}:8443 HTTP/1.1\r\nHost: {OTHER}:8443\r\nProxy-Authorization: Basic {credentials}\r\n\r\n"
    assert asked == [lines.encode()]


def test_the_marketplace_on_this_machine_is_not_looked_for_by_that_proxy(lead: Lead, market: Marketplace) -> None:
    redirect = lead(market.url, environ={"HTTPS_PROXY": "http://127.0.0.1:9"})
    assert b"This is a marketplace" in exchange(redirect, "GET http://www.mturk.com/ HTTP/1.1", "Host: www.mturk.com")


def test_a_proxy_that_cannot_be_passed_on_to_is_told_at_the_start(lead: Lead) -> None:
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY is a proxy of the kind socks5"):
        lead("http://127.0.0.1:8017", environ={"HTTPS_PROXY": "socks5://127.0.0.1:1080"})
    gc.collect()  # a socket that was left open would be a warning now


# What is refused


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["GET / HTTP/1.1", "Host: 127.0.0.1"], 400),
        (["GET https://www.mturk.com/ HTTP/1.1", "Host: www.mturk.com"], 400),
        (["CONNECT www.mturk.com HTTP/1.1"], 400),
        (["CONNECT www.mturk.com:443"], 400),
        (["CONNECT www.mturk.com:443 HTTP/1.1", " folded: line"], 400),
        (["GET http://user@localhost/ HTTP/1.1"], 400),
        (["GET http:///x HTTP/1.1"], 400),
        (["CONNECT www.mturk.com:8443 HTTP/1.1"], 403),
        (["CONNECT other.example:25 HTTP/1.1"], 403),
        (["GET http://other.example:22/ HTTP/1.1"], 403),
        (["CONNECT nobody.invalid:443 HTTP/1.1"], 502),
        (["GET http://localhost/ HTTP/1.1", f"X: {'x' * 40_000}"], 431),
    ],
)
def test_what_no_program_asks_a_proxy_is_refused(redirect: Redirect, lines: list[str], status: int) -> None:
    assert exchange(redirect, *lines).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    ("target", "path"),
    [("", "/"), ("/", "/"), ("?a=b", "/?a=b"), ("/a?", "/a?"), ("//a/../b;c?d#e", "//a/../b;c?d"), ("/%7e", "/%7e")],
)
def test_a_plain_request_arrives_with_the_path_that_was_written(redirect: Redirect, target: str, path: str) -> None:
    with serving() as plain:
        exchange(redirect, f"GET HTTP://localhost:{plain.port}{target} HTTP/1.1", f"Host: localhost:{plain.port}")
        assert [line for line, _ in plain.heads] == [f"GET {path} HTTP/1.1"]


@pytest.mark.parametrize(
    "header",
    [
        [],
        ["Proxy-Authorization: Basic bXR1cms6d3Jvbmc="],
        ["Proxy-Authorization: Basic ***"],
        ["Proxy-Authorization: Basic Größe"],
    ],
)
def test_nobody_passes_without_the_password(redirect: Redirect, elsewhere: Elsewhere, header: list[str]) -> None:
    answer = exchange(redirect, f"CONNECT localhost:{elsewhere.port} HTTP/1.1", *header, password=False)
    assert answer.startswith(b"HTTP/1.1 407 ")
    assert b'Proxy-Authenticate: Basic realm="mturk redirect"' in answer


def test_a_web_page_learns_nothing_and_reaches_nobody(redirect: Redirect, elsewhere: Elsewhere) -> None:
    hidden = f"CONNECT localhost:{elsewhere.port} HTTP/1.1\r\nProxy-Authorization: Basic {authorized(redirect)}\r\n\r\n"
    answer = exchange(
        redirect,
        "POST / HTTP/1.1",
        "Host: rebound.example",
        "Origin: https://rebound.example",
        f"Content-Length: {len(hidden)}",
        password=False,
        behind=hidden.encode(),
    )
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1
    assert b"Access-Control" not in answer


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"])
def test_it_never_leads_to_itself(redirect: Redirect, name: str) -> None:
    answer = exchange(redirect, f"CONNECT {name}:{redirect.port} HTTP/1.1")
    assert answer.startswith(b"HTTP/1.1 502 ")


def test_the_marketplace_cannot_be_the_redirect_itself(lead: Lead) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConfigurationError, match="is where the redirect itself listens"):
        lead(f"http://localhost:{port}", port=port)


def test_tls_that_begins_too_early_is_refused(redirect: Redirect) -> None:
    answer = exchange(redirect, "CONNECT www.mturk.com:443 HTTP/1.1", behind=b"\x16\x03\x01")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_marketplace_that_is_away_is_named(lead: Lead) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    redirect = lead(address)
    answer = exchange(redirect, "CONNECT www.mturk.com:443 HTTP/1.1")
    assert answer.startswith(f"HTTP/1.1 502 the marketplace at {address} is not reached: nobody answers".encode())


def test_a_program_that_does_not_trust_the_certificate_is_told_of_in_the_log(
    redirect: Redirect, elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get("https://www.mturk.com/", proxies={"https": redirect.url}, verify=str(elsewhere.pem), timeout=20)
    told = until(lambda: [one.getMessage() for one in caplog.records if one.name == "mturk.redirect.redirect"])
    assert "did not trust the redirect's certificate for www.mturk.com" in told[0]


# Limits, and the end


def until(look: Callable[[], list[str]]) -> list[str]:
    """What is looked for, once it is there."""
    tick = threading.Event()
    for _ in range(PATIENCE * 50):
        if found := look():
            return found
        tick.wait(0.02)
    raise AssertionError("it never came")


def _connect(name: str, redirect: Redirect) -> bytes:
    return f"CONNECT {name} HTTP/1.1\r\nProxy-Authorization: Basic {authorized(redirect)}\r\n\r\n".encode()


def test_it_listens_on_loopback_alone(redirect: Redirect) -> None:
    with closing(socket.socket()) as other:
        # Every other address of the machine is free at this port.
        other.bind(("127.0.0.2", redirect.port))


def test_more_connections_than_the_most_are_refused(lead: Lead, market: Marketplace) -> None:
    redirect = lead(market.url, limits=Limits(connections=1))
    with connected(redirect) as first:
        first.sendall(b"CONNECT ")
        assert exchange(redirect, "CONNECT www.mturk.com:443 HTTP/1.1").startswith(b"HTTP/1.1 503 ")


def test_a_head_that_never_ends_is_not_waited_for(lead: Lead, market: Marketplace) -> None:
    with connected(lead(market.url, limits=Limits(head=0.1))) as sock:
        sock.sendall(b"CONNECT ")
        assert sock.recv(1) == b""


def test_a_connection_on_which_nothing_passes_is_ended(lead: Lead, elsewhere: Elsewhere, market: Marketplace) -> None:
    redirect = lead(market.url, limits=Limits(idle=0.1))
    with connected(redirect) as sock:
        sock.sendall(_connect(f"localhost:{elsewhere.port}", redirect))
        assert sock.recv(1024).startswith(b"HTTP/1.1 200 ")
        assert sock.recv(1) == b""


def test_its_end_closes_what_is_open_and_no_call_goes_elsewhere(
    authority: Authority, market: Marketplace, lead: Lead
) -> None:
    redirect = lead(market.url)
    with connected(redirect) as sock:
        sock.sendall(_connect("www.mturk.com:443", redirect))
        assert sock.recv(1024).startswith(b"HTTP/1.1 200 ")
        redirect.__exit__()
        assert sock.recv(1) == b""
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get("https://www.mturk.com/", proxies={"https": redirect.url}, timeout=20)
    redirect.__exit__()


def test_a_port_that_is_taken_is_told(redirect: Redirect, lead: Lead, market: Marketplace) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot listen at 127\.0\.0\.1:.* Name another port"):
        lead(market.url, port=redirect.port)
    gc.collect()


def test_no_repr_shows_the_password(redirect: Redirect) -> None:
    password = urlsplit(redirect.url).password
    assert password
    assert password not in repr(redirect)
    assert password not in repr(vars(redirect)["_outward"])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://127.0.0.1", "A marketplace has an address such as"),
        ("127.0.0.1:8017", "A marketplace has an address such as"),
        ("http://key:secret@127.0.0.1", "A marketplace has an address such as"),
        ("http://127.0.0.1:99999", "A marketplace has an address such as"),
        ("https://turk.my-lab.org/turk", "has a path; programs know none"),
        ("https://mturk-requester.us-east-1.amazonaws.com", "is Amazon's, from where calls are led away"),
    ],
)
def test_what_is_no_marketplace_is_refused(lead: Lead, url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        lead(url)
