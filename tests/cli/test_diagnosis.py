"""`mturk doctor --online`: each thing that can be wrong is told by its name, with one next step."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mturk.cli import diagnosis
from mturk.cli.program import command
from mturk.connection.endpoint import PRODUCTION, SANDBOX
from mturk.connection.settings import Settings
from mturk.connection.transport import Answer
from mturk.marketplace import Marketplace


def doctor(*arguments: str) -> tuple[int, dict[str, str]]:
    """The exit status, and the lines by what they are about, without those of the installation."""
    result = CliRunner().invoke(command, ["doctor", *arguments], prog_name="mturk")
    assert result.stderr == ""
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    wrong = any(line.endswith(" [!]") for line in lines.values())
    assert result.exit_code == wrong
    return result.exit_code, {name: line for name, line in lines.items() if name not in ("Version", "Extras")}


@pytest.fixture(autouse=True)
def no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `mturk` on the PATH, which is another line's matter."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIALAB")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> Iterator[Marketplace]:
    with Marketplace() as market:
        monkeypatch.setenv("MTURK_ENDPOINT", market.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", market.access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", market.secret_key)
        yield market


Reply = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(reply: Reply, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server of wrong answers, and its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            reply(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Quiet(HTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # clients that hang up are what is tried

    with Quiet(("127.0.0.1", 0), Handler) as running:
        if context is not None:
            running.socket = context.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running.server_address[1]
        finally:
            running.shutdown()
            thread.join()


def answering(body: Any, status: int = 400, headers: dict[str, str] | None = None, behind: float = 0) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response_only(status)
        handler.send_header("Date", formatdate(time.time() + behind, usegmt=True))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return reply


# All is well


def test_where_all_is_well_it_says_so(market: Marketplace) -> None:
    assert doctor("--online") == (
        0,
        {
            "Command": "there is no mturk on the PATH; use mturk-py or python -m mturk",
            "Endpoint": f"{market.url}/, by MTURK_ENDPOINT",
            "Credentials": f"access key {market.access_key}, by the environment",
            "Reached": f"{market.url}/ answers",
            "Clock": "right enough to sign with",
            "Rights": "GetAccountBalance is allowed; 10000.00 USD to spend",
        },
    )


def test_without_online_nothing_is_sent(keys: None) -> None:
    asked: list[str] = []
    with server(lambda handler: asked.append(handler.path)) as port:
        status, lines = doctor("--endpoint", f"http://127.0.0.1:{port}")
    assert (status, asked) == (0, [])
    assert lines["Endpoint"] == f"http://127.0.0.1:{port}/, by --endpoint"


def test_one_call_is_made_that_changes_nothing(market: Marketplace, keys: None) -> None:
    asked: list[str | None] = []

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.headers["X-Amz-Target"])
        answering({"AvailableBalance": "1.00"}, 200)(handler)

    with server(reply) as port:
        doctor("--online", "--endpoint", f"http://127.0.0.1:{port}")
    assert asked == ["MTurkRequesterServiceV20170117.GetAccountBalance"]


def test_the_local_marketplace_is_asked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Marketplace(tmp_path / "lab.sqlite3"):
        pass
    status, lines = doctor("--online", "--endpoint", "local", "--database", str(tmp_path / "lab.sqlite3"))
    assert (status, lines["Rights"]) == (0, "GetAccountBalance is allowed; 10000.00 USD to spend")


def test_a_marketplace_that_is_not_there_is_told_and_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, lines = doctor("--online", "--endpoint", "local")
    assert (status, lines["Call"].startswith("none was made; There is no marketplace in mturk.sqlite3")) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_before_a_call_is_told_once(keys: None) -> None:
    assert doctor("--online", "--endpoint", "sandbx")[1]["Call"] == "none was made; see above [!]"


# Keys and rights


def test_a_wrong_secret_key(market: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    status, lines = doctor("--online")
    assert lines["Key"].startswith("the secret key is not that of the access key; see mturk requester keys NAME")
    assert (status, "wrong" in str(lines)) == (1, False)


def test_an_unknown_access_key(market: Marketplace, keys: None) -> None:
    assert doctor("--online")[1]["Key"] == ("the service does not know this access key; see mturk requester list [!]")


def error(code: str | None, message: str = "no", turk_code: str | None = None) -> dict[str, str]:
    found = {"__type": code, "Message": message, "TurkErrorCode": turk_code}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("body", "status", "about", "said"),
    [
        (error("ExpiredTokenException"), 400, "Key", "good for some time, which is over; sign in anew"),
        (error("AccessDeniedException"), 400, "Rights", "attach the policy AmazonMechanicalTurkFullAccess"),
        (
            error("RequestError", "To use the API your AWS account must be linked to your MTurk account."),
            400,
            "Account",
            "is not linked to a requester; link it at https://requester.mturk.com/developer",
        ),
        (error("RequestError", "no", "AWS.NotAuthorized"), 400, "Account", "is not linked to a requester"),
        (
            error("InvalidSignatureException", "Credential should be scoped to a valid region."),
            400,
            "Region",
            "the service takes another one; say --region us-east-1",
        ),
        (error("ThrottlingException", "Rate exceeded"), 400, "Service", "try again in some minutes"),
        (error("ServiceFault"), 500, "Service", "try again in some minutes"),
        (error("RequestError", "What a day"), 400, "Service", "What a day"),
        (b"<html>Not here</html>", 404, "Endpoint", "does not speak MTurk's API (HTTP 404)"),
        (b"<html>Welcome</html>", 200, "Endpoint", "does not speak MTurk's API"),
        ({"AvailableBalance": "much"}, 200, "Endpoint", "does not speak MTurk's API"),
        ([], 200, "Endpoint", "does not speak MTurk's API"),
    ],
)
def test_what_a_service_answers_is_told_with_the_next_step(
    keys: None, body: Any, status: int, about: str, said: str
) -> None:
    with server(answering(body, status)) as port:
        exit_status, lines = doctor("--online", "--endpoint", f"http://127.0.0.1:{port}")
    assert exit_status == 1
    assert said in lines[about]


def test_an_address_that_leads_elsewhere_names_the_other(keys: None) -> None:
    with server(answering(b"", 301, {"Location": "https://turk.my-lab.org/"})) as port:
        lines = doctor("--online", "--endpoint", f"http://127.0.0.1:{port}")[1]
    assert lines["Endpoint"] == "it leads on to https://turk.my-lab.org/; name that address itself [!]"


def test_what_a_service_says_gives_a_terminal_no_orders(keys: None) -> None:
    with server(answering(error("RequestError", "a\x1b[31m\u202eb"))) as port:
        lines = doctor("--online", "--endpoint", f"http://127.0.0.1:{port}")[1]
    assert "a\ufffd[31m\ufffdb" in lines["Service"]


@pytest.mark.parametrize(
    ("url", "body", "said"),
    [
        (f"{PRODUCTION}/", error("UnrecognizedClientException"), "see in AWS's console under IAM"),
        (f"{PRODUCTION}/", error("InvalidSignatureException"), "make a new pair in AWS's console"),
        (f"{SANDBOX}/", error("RequestError", "not linked"), "https://requestersandbox.mturk.com/developer"),
    ],
)
def test_at_amazon_the_next_step_is_in_its_console(url: str, body: dict[str, str], said: str) -> None:
    found = diagnosis.verdict(Answer("GetAccountBalance", 400, {}, json.dumps(body).encode()), url)
    assert (found.good, said in found.text) == (False, True)


# The clock


@pytest.mark.parametrize(("behind", "how"), [(3600, "behind"), (-3600, "ahead of")])
def test_a_wrong_clock_is_told_though_the_call_is_signed_for_the_services_time(
    keys: None, behind: int, how: str
) -> None:
    dates: list[str | None] = []

    def reply(handler: BaseHTTPRequestHandler) -> None:
        dates.append(handler.headers["X-Amz-Date"])
        first = answering(error("InvalidSignatureException", "Signature expired"), behind=behind)
        (first if len(dates) == 1 else answering({"AvailableBalance": "1.00"}, 200, behind=behind))(handler)

    with server(reply) as port:
        status, lines = doctor("--online", "--endpoint", f"http://127.0.0.1:{port}")
    assert (status, lines["Rights"]) == (1, "GetAccountBalance is allowed; 1.00 USD to spend")
    assert f"seconds {how} the service's" in lines["Clock"]
    assert "timedatectl" in lines["Clock"]
    assert len(set(dates)) == 2


def test_some_seconds_are_right_enough(keys: None) -> None:
    with server(answering({"AvailableBalance": "1.00"}, 200, behind=100)) as port:
        assert doctor("--online", "--endpoint", f"http://127.0.0.1:{port}")[0] == 0


# Out of reach


def test_a_closed_port(keys: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    lines = doctor("--online", "--endpoint", f"http://127.0.0.1:{port}")[1]
    assert lines["Reached"] == (
        f"no, nothing listens at 127.0.0.1:{port}; start it (mturk serve), or see whether the port is right [!]"
    )


def test_a_name_that_nobody_knows(keys: None) -> None:
    lines = doctor("--online", "--endpoint", "https://turk.invalid")[1]
    assert "the name turk.invalid is not known" in lines["Reached"]


def test_a_server_that_hangs_up(keys: None) -> None:
    with server(lambda handler: handler.connection.close()) as port:
        lines = doctor("--online", "--endpoint", f"http://127.0.0.1:{port}")[1]
    assert "the connection broke" in lines["Reached"]
    assert "firewall or a proxy" in lines["Reached"]


def test_tls_where_there_is_none(keys: None) -> None:
    with server(answering(b"")) as port:
        lines = doctor("--online", "--endpoint", f"https://127.0.0.1:{port}")[1]
    assert "reached by http://, not https://" in lines["Reached"]


def test_a_certificate_that_is_not_trusted(keys: None, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with server(answering(b""), context) as port:
        lines = doctor("--online", "--endpoint", f"https://127.0.0.1:{port}")[1]
    assert "its certificate is not trusted; name a file of those you trust in AWS_CA_BUNDLE" in lines["Reached"]


def test_a_proxy_that_does_not_answer(keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    lines = doctor("--online", "--endpoint", "http://turk.invalid")[1]
    assert "the proxy of the environment does not answer; see HTTPS_PROXY" in lines["Reached"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate that nobody has signed."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    path.write_bytes(secret + made)
    return path


# AWS's own addresses, of which nothing is asked here


@pytest.mark.parametrize(
    ("endpoint", "region", "said"),
    [
        ("https://mturk-requester.eu-west-1.amazonaws.com", None, "never served from eu-west-1; say --endpoint prod"),
        ("https://mechanicalturk.amazonaws.com", None, "the API of before 2019; say --endpoint production"),
        ("production", "eu-west-1", "signed for eu-west-1, AWS takes us-east-1 alone; leave --region out"),
    ],
)
def test_a_region_without_mturk_is_told_without_a_call(endpoint: str, region: str | None, said: str) -> None:
    found = list(diagnosis.place({"endpoint": endpoint, "region": region}, Settings({})))
    assert [said in each.text for each in found if not each.good] == [True]


def test_the_region_of_other_services_does_not_matter() -> None:
    settings = Settings({"AWS_DEFAULT_REGION": "eu-west-1"})
    assert all(each.good for each in diagnosis.place({"endpoint": "sandbox"}, settings))


@pytest.mark.parametrize(("endpoint", "told"), [("production", True), ("sandbox", True), ("http://127.0.0.1:9", False)])
def test_the_announced_end_is_told_of_awss_service_alone(endpoint: str, told: bool) -> None:
    found = diagnosis.place({"endpoint": endpoint}, Settings({}))
    assert any("30 September 2026" in each.text and each.good for each in found) == told
