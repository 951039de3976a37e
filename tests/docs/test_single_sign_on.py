"""Header sign-in behind the proxies of docs/deploy.md and docs/site.md: a browser cannot say who it is."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from mturk.marketplace import Marketplace
from tests.docs import proxy
from tests.docs.proxy import BELOW_A_PATH, OWN_HOST, PROXIES, Front, certify, free_port, running

pytestmark = pytest.mark.system

SITE = (Path(__file__).parents[2] / "docs" / "site.md").read_text()
LIES = ("X-Remote-User", "X_Remote_User", "x-remote_user")
PATHS = ("/", "/worker/", "//worker/", "/mturk/../worker/", "/mturk/%2e%2e/worker/", "/worker/..", "/pass/..%2fworker/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certify(tmp_path_factory.mktemp("certificate"))


class SignIn(BaseHTTPRequestHandler):
    """What nginx asks who is there: the cookie says it, as that of a university's sign-in would."""

    def do_GET(self) -> None:
        who = re.search(r"who=(\w+)", self.headers.get("Cookie", ""))
        self.send_response(200 if who else 401)
        if who:
            self.send_header("X-User", who[1])
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nothing."""


@pytest.fixture
def authority() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), SignIn) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def marketplace(url: str, port: int) -> Iterator[None]:
    """One to which a proxy of this machine says who is there."""
    trusted = ["127.0.0.1"]
    with Marketplace(port=port, public_url=url, sign_up="header:X-Remote-User", trusted_proxies=trusted) as market:
        assert market.url
        yield


def named(url: str, certificate: Path, path: str = "/worker/", **headers: str) -> str | None:
    """The worker as whom somebody is signed in by a request."""
    request = requests.Request("GET", url + "/", headers=headers).prepare()
    request.url = url + path  # as it stands: requests would tidy it up
    with requests.Session() as session:
        session.trust_env = False
        answer = session.send(request, verify=str(certificate / "fullchain.pem"), timeout=20)
        page = session.get(f"{url}/worker/account", verify=str(certificate / "fullchain.pem"), timeout=20).text
    found = re.search(r"\bA[0-9A-Z]{12,}\b", answer.text + page)
    return found and found[0]


@pytest.mark.parametrize(("number", "path"), [(OWN_HOST, ""), (BELOW_A_PATH, "/turk")], ids=["host", "path"])
@pytest.mark.parametrize("name", PROXIES)
def test_nobody_is_signed_in_by_a_header_of_theirs_through_a_proxy_that_signs_nobody_in(
    tmp_path: Path, certificate: Path, name: str, number: int, path: str
) -> None:
    port, behind = free_port(), free_port()
    url = f"https://localhost:{port}{path}"
    front = Front(tmp_path, certificate, port, f"127.0.0.1:{behind}", number)
    with marketplace(url, behind), running(name, front):
        assert [named(url, certificate, **{lie: "ada"}) for lie in LIES] == [None] * len(LIES)


def test_nobody_is_signed_in_as_another_by_a_header_of_theirs(
    tmp_path: Path, certificate: Path, authority: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = re.search(r"```nginx\n(.*?)```", SITE, re.DOTALL)[1]  # type: ignore[index]
    asked = f"location = /authenticated {{ internal; proxy_pass http://{authority}; }}\n"
    own_host = re.sub(
        r"    location / .*?\n    }\n", lambda _: asked + blocks, proxy.block("nginx", OWN_HOST), flags=re.S
    )
    monkeypatch.setattr(proxy, "block", lambda *_: own_host)
    port, behind = free_port(), free_port()
    url = f"https://localhost:{port}"
    with marketplace(url, behind), running("nginx", Front(tmp_path, certificate, port, f"127.0.0.1:{behind}")):
        ada = named(url, certificate, Cookie="who=ada")
        assert ada
        assert {named(url, certificate, path, **{lie: "ada"}) for lie in LIES for path in PATHS} == {None}
        eve = {named(url, certificate, Cookie="who=eve", **{lie: "ada"}) for lie in LIES}
        assert len(eve) == 1
        assert eve != {ada}
