"""What all pages of the site share."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import requests
from flask import request

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.site.protection import allow
from tests.marketplace.site.conftest import SignedIn, post


def test_the_site_is_served_beside_the_api(market: Marketplace) -> None:
    assert market.site_url == f"{market.url}/worker/"
    answer = requests.get(market.site_url, timeout=20)
    assert answer.url == f"{market.url}/worker/sign-in?next=/worker/"
    assert "<h1>Sign in</h1>" in answer.text
    assert requests.get(market.url, timeout=20).text.startswith("This is a marketplace")


def test_who_is_signed_in_sees_the_hits(signed_in: SignedIn) -> None:
    page = signed_in("A1ADA").get("/worker/").text
    assert "<h1>HITs</h1>" in page
    assert "A1ADA" in page


class Scripts(HTMLParser):
    """Finds what a policy without unsafe-inline would keep from working."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.inline.append(tag)
        self.inline += [name for name in names if name == "style" or name.startswith("on")]


def test_no_script_or_style_stands_in_the_page(signed_in: SignedIn) -> None:
    found = Scripts()
    found.feed(signed_in().get("/worker/").text)
    assert found.inline == []


@pytest.mark.parametrize("path", ["/worker/", "/worker/sign-in", "/worker/nowhere", "/worker/static/site.css"])
def test_every_answer_has_the_headers_that_protect_it(signed_in: SignedIn, path: str) -> None:
    with signed_in().get(path) as answer:
        headers = answer.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("source", ["https://a.b;sandbox", "https://a.b,c", "a b", "a\nb", "", "https://ü.example"])
def test_a_source_that_would_add_a_rule_of_its_own_is_refused(market: Marketplace, source: str) -> None:
    with market.app.extensions["mturk.site"].app_context(), pytest.raises(ValueError, match="no place to load from"):
        allow("frame-src", source)


def test_no_asset_comes_from_another_host(signed_in: SignedIn) -> None:
    page = signed_in().get("/worker/").text
    assert [
        link for link in re.findall(r'(?:src|href)="([^"]*)"', page) if not link.startswith(("/worker/", "#"))
    ] == []


def test_behind_tls_the_browser_is_told_to_stay_there(signed_in: SignedIn) -> None:
    with Marketplace(public_url="https://turk.my-lab.org") as market:
        answer = market.app.test_client().get("/worker/sign-in")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-mturk-session=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in cookie


def test_below_a_path_every_link_has_it() -> None:
    with Marketplace(public_url="https://my-lab.org/turk") as market:
        client = market.app.test_client()
        for path in ("/turk/worker/sign-in", "/worker/sign-in"):
            page = client.get(path).text
            links = re.findall(r'(?:src|href|action)="([^"#]+)"', page)
            assert links
            assert [link for link in links if not link.startswith("/turk/worker/")] == []


def test_a_form_from_elsewhere_is_refused_in_the_words_of_the_site(signed_in: SignedIn) -> None:
    answer = signed_in().post("/worker/sign-out")
    assert answer.status_code == 400
    assert "This form has expired" in answer.text


def test_signing_out_ends_the_visit(signed_in: SignedIn) -> None:
    client = signed_in()
    assert post(client, "/worker/sign-out").status_code == 302
    assert client.get("/worker/").status_code == 302


def test_what_is_not_there_is_told_in_a_page(signed_in: SignedIn) -> None:
    answer = signed_in().get("/worker/nowhere")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


HOSTILE_WAYS = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/worker/\\..\\..\\evil",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/elsewhere",
    "/worker",
    "http:evil",
    "/worker/../evil",
    "/worker/..//evil.example",
    "/worker/%2e%2E/evil",
    "/worker/.%2e/evil?q",
    "/worker/./x",
    "/worker/x/..",
    "/worker/x/%2E",
    "x" * 5000,
    "",
]


@pytest.mark.parametrize("way", HOSTILE_WAYS)
def test_the_way_back_never_leads_out_of_the_site(signed_in: SignedIn, way: str) -> None:
    answer = post(signed_in(), "/worker/language", language="de", next=way)
    assert answer.headers["Location"] == "/worker/"


def test_the_way_back_leads_to_the_page_that_was_open(signed_in: SignedIn) -> None:
    answer = post(signed_in(), "/worker/language", language="de", next="/worker/?q=cats&sort=most")
    assert answer.headers["Location"] == "/worker/?q=cats&sort=most"


@pytest.mark.parametrize("way", ["/worker/?q=a/../b", "/worker/groups/..x", "/worker/.well/x"])
def test_dots_that_lead_nowhere_are_no_harm(signed_in: SignedIn, way: str) -> None:
    assert post(signed_in(), "/worker/language", language="de", next=way).headers["Location"] == way


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"sign_up": "anybody"}, "sign_up is"),
        ({"sign_up": "open:X-User"}, "sign_up is"),
        ({"sign_up": "header"}, "needs trusted_proxies"),
        ({"sign_up": "header:X User", "trusted_proxies": ["127.0.0.1"]}, "not the name of a header"),
        ({"trusted_proxies": ["proxy"]}, "not 'proxy'"),
        ({"task_host": "https://tasks.my-lab.org", "public_url": "https://my-lab.org"}, "task_host is a name"),
        ({"task_host": "tasks.my-lab.org"}, "task_host needs public_url"),
        ({"task_host": "tasks.my-lab.org", "trusted_proxies": ["127.0.0.1"]}, "task_host needs public_url"),
        ({"terms": "missing.txt"}, "The terms missing.txt cannot be read"),
    ],
)
def test_a_setting_that_no_site_can_have_is_refused(options: dict[str, object], text: str) -> None:
    with pytest.raises(MarketplaceError, match=text):
        Marketplace(**options)  # type: ignore[arg-type]  # that is what is tested


def test_two_processes_sign_with_the_same_key(tmp_path: object) -> None:
    path = f"{tmp_path}/lab.sqlite3"
    keys = []
    for _ in range(2):
        market = Marketplace(path)
        keys.append(market.app.extensions["mturk.site"].secret_key)
        market.stop()
    assert keys[0] == keys[1]


def test_a_log_says_which_page_failed_and_no_secret_of_its_address(
    market: Marketplace, caplog: pytest.LogCaptureFixture
) -> None:
    app, secret = market.app, "a-secret-that-is-good-once"

    @app.extensions["mturk.site"].before_request
    def fail() -> None:
        raise MarketplaceError("The database is away.") if request.method == "POST" else ValueError("a mistake")

    client = app.test_client()
    assert client.post(f"/pass/{secret}/mturk/externalSubmit").status_code == 503
    assert client.get(f"/pass/{secret}/mturk/externalSubmit").status_code == 500
    assert caplog.text.count("/pass/<text>/mturk/externalSubmit") == 2
    assert secret not in caplog.text
