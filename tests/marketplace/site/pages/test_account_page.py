"""A worker's own account: changing it, taking the data along, closing it; and the terms that one agrees to."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mturk.marketplace import Marketplace
from mturk.marketplace.http.throttle import Throttle
from tests.marketplace.site.conftest import post, signed_in_at
from tests.marketplace.site.pages.test_entrance_page import PASSWORD, Site, invited, is_in, sign_in, signed_up, site
from tests.marketplace.site.pages.test_page_cost import counted

__all__ = ["site"]
ACCOUNT = "/worker/account"


@pytest.fixture
def market(site: Site) -> Marketplace:
    return site()


@pytest.fixture
def client(market: Marketplace) -> FlaskClient:
    client = market.app.test_client()
    signed_up(market, client, email="ada@example.org", country="GB")
    return client


def test_details_are_shown_and_changed(client: FlaskClient) -> None:
    assert '<option value="GB" selected>' in client.get(ACCOUNT).text
    answer = post(client, f"{ACCOUNT}/data", page=ACCOUNT, country="US", subdivision="NY", adult="yes")
    assert answer.headers["Location"] == ACCOUNT
    page = client.get(ACCOUNT).text
    assert "Your details are changed." in page
    assert '<option value="US" selected>' in page
    assert '<option value="NY" selected>' in page
    assert re.search(r'name="adult"[^>]* checked', page)


def test_who_sends_forms_without_end_has_to_wait(market: Marketplace, client: FlaskClient) -> None:
    parts = client.application.extensions["mturk.site"].extensions
    parts["mturk"] = replace(parts["mturk"], forms=Throttle(1, 2, lambda: 0.0))
    answers = [post(client, f"{ACCOUNT}/data", page=ACCOUNT, country="GB") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "You have sent a lot just now." in answers[-1].text
    other = client.application.test_client()
    signed_up(market, other, email="grace@example.org", country="GB")
    assert post(other, f"{ACCOUNT}/data", page=ACCOUNT, country="GB").status_code == 303


def test_a_state_elsewhere_is_told_at_its_field(client: FlaskClient) -> None:
    answer = post(client, f"{ACCOUNT}/data", page=ACCOUNT, country="DE", subdivision="NY")
    assert answer.status_code == 400
    assert 'href="#subdivision"' in answer.text
    assert '<option value="DE" selected>' in answer.text


def test_a_new_password_signs_out_everywhere_else(market: Marketplace, client: FlaskClient) -> None:
    other = market.app.test_client()
    sign_in(other, "ada@example.org")
    fields = {"password": PASSWORD, "new_password": "another fine password"}
    assert post(client, f"{ACCOUNT}/password", page=ACCOUNT, **fields).status_code == 303
    assert is_in(client)
    assert not is_in(other)
    assert sign_in(market.app.test_client(), "ada@example.org", "another fine password").status_code == 303


@pytest.mark.parametrize(
    ("given", "new", "text", "link"),
    [
        ("a wrong password", "another fine password", "This is not your password", "#old-password"),
        (PASSWORD, "short", "at least 10 characters", "#new_password"),
    ],
)
def test_a_password_that_cannot_be_is_told(client: FlaskClient, given: str, new: str, text: str, link: str) -> None:
    answer = post(client, f"{ACCOUNT}/password", page=ACCOUNT, password=given, new_password=new)
    assert answer.status_code == 400
    assert text in answer.text
    assert f'href="{link}"' in answer.text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Only whoever runs this marketplace can reset"),
        ({"smtp": "smtp://127.0.0.1:9?from=turk@my-lab.org"}, "Without a confirmed e-mail address only whoever"),
    ],
)
def test_it_is_told_who_can_reset_a_password_that_was_forgotten(
    site: Site, options: dict[str, str], words: str
) -> None:
    market = site(**options)
    client = market.app.test_client()
    signed_up(market, client)
    assert words in client.get(ACCOUNT).text


def test_sittings_are_listed_and_ended(market: Marketplace, client: FlaskClient) -> None:
    other = market.app.test_client()
    other.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    sign_in(other, "ada@example.org")
    page = client.get(ACCOUNT).text
    assert "Firefox on Windows" in page
    assert page.count("this browser") == 1
    number = re.search(r'name="sitting" value="(\d+)"', page)
    assert number
    post(client, f"{ACCOUNT}/sittings", page=ACCOUNT, sitting=number[1])
    assert not is_in(other)
    assert is_in(client)


@pytest.mark.parametrize("number", ["1", "0", "-1", "x", "", "9" * 30, "²"])
def test_nobody_ends_a_sitting_of_somebody_else(market: Marketplace, client: FlaskClient, number: str) -> None:
    stranger = market.app.test_client()
    signed_up(market, stranger)
    assert post(stranger, f"{ACCOUNT}/sittings", page=ACCOUNT, sitting=number).status_code == 303
    assert is_in(client)


def test_the_data_are_one_file(market: Marketplace, client: FlaskClient) -> None:
    with client.get(f"{ACCOUNT}/export.json") as answer:
        assert answer.mimetype == "application/json"
        assert re.fullmatch(r"attachment; filename=A\w{13}\.json", answer.headers["Content-Disposition"])
        found = json.loads(answer.data)
    assert found["account"][0]["email"] == "ada@example.org"
    assert found["worker"][0]["country"] == "GB"


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_a_page_elsewhere_uses_up_nobodys_turns_to_take_their_data_along(client: FlaskClient, where: str) -> None:
    for _ in range(6):
        with client.get(f"{ACCOUNT}/export.json", headers={"Sec-Fetch-Site": where}) as answer:
            assert answer.headers.get("Location") == ACCOUNT
    with client.get(f"{ACCOUNT}/export.json", headers={"Sec-Fetch-Site": "same-origin"}) as answer:
        assert answer.mimetype == "application/json"


def test_no_browser_keeps_what_is_shown_of_an_account(client: FlaskClient) -> None:
    for path in ("", "/export.json", "/close"):
        with client.get(f"{ACCOUNT}{path}") as answer:
            assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["", "/export.json", "/close"])
def test_an_account_is_shown_to_nobody_else(market: Marketplace, path: str) -> None:
    answer = market.app.test_client().get(f"{ACCOUNT}{path}")
    assert answer.headers["Location"].startswith("/worker/sign-in?next=")


def test_closing_needs_the_password_and_is_for_ever(market: Marketplace, client: FlaskClient) -> None:
    close = f"{ACCOUNT}/close"
    assert post(client, close, page=close, password="a wrong password").status_code == 400
    assert is_in(client)
    answer = post(client, close, page=close, password=PASSWORD)
    assert answer.headers["Location"] == "/worker/closed"
    assert "Your account is closed" in client.get("/worker/closed").text
    assert not is_in(client)
    assert sign_in(client, "ada@example.org").status_code == 403


def test_a_visit_ends_in_the_middle_when_the_account_is_closed_elsewhere(
    market: Marketplace, client: FlaskClient
) -> None:
    other = market.app.test_client()
    sign_in(other, "ada@example.org")
    page = other.get(ACCOUNT).text
    token = re.search('name="csrf_token" value="([^"]+)"', page)
    assert token
    post(client, f"{ACCOUNT}/close", page=f"{ACCOUNT}/close", password=PASSWORD)
    answer = other.post(f"{ACCOUNT}/data", data={"csrf_token": token[1], "country": "DE"})
    assert answer.headers["Location"] == "/worker/sign-in"
    assert other.get("/worker/").status_code == 302


ODD = [
    "\0",
    "a\0b@example.org",
    "'; DROP TABLE person; --",
    "x" * 100_000,
    "\ud7ff\U0010ffff",
    "{{ 7*7 }}",
    "%s%n",
    "-1",
]
FORMS = {
    "/worker/sign-in": ("worker_id", "password", "next"),
    "/worker/sign-up": ("invitation", "password", "email", "country", "subdivision"),
    "/worker/forgotten-password": ("worker_id",),
    "/worker/reset": ("link", "password"),
    "/worker/confirm": ("link",),
    f"{ACCOUNT}/data": ("country", "subdivision"),
    f"{ACCOUNT}/email": ("email", "password"),
    f"{ACCOUNT}/password": ("password", "new_password"),
    f"{ACCOUNT}/sittings": ("sitting",),
    f"{ACCOUNT}/close": ("password",),
}


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_entries_are_refused_and_break_nothing(database: str, odd: str) -> None:
    with Marketplace(database, smtp="smtp://127.0.0.1:9?from=turk@my-lab.org") as market:
        client = market.app.test_client()
        path = market.invite().removeprefix(market.url)
        post(client, path, page=path, password=PASSWORD)
        for path, fields in FORMS.items():
            answer = post(client, path, page="/worker/", **dict.fromkeys(fields, odd))
            assert answer.status_code < 500, (path, answer.text)
            for where in (f"{path}?{fields[0]}=%00%ff", f"{path}?invitation=%00&link=%ff"):
                assert client.get(where).status_code < 500, where
        assert is_in(client)


HOSTILE = '"><script>alert(1)</script>'


def test_what_was_typed_is_shown_as_text(market: Marketplace, client: FlaskClient) -> None:
    page = post(client, f"{ACCOUNT}/email", page=ACCOUNT, email=HOSTILE, password=PASSWORD).text
    assert "<script>alert" not in page
    assert "&#34;&gt;&lt;script&gt;" in page
    visitor = market.app.test_client()
    visitor.environ_base["HTTP_USER_AGENT"] = f"Firefox {HOSTILE}"
    sign_in(visitor, "ada@example.org")
    assert "<script>alert" not in client.get(ACCOUNT).text
    assert "<script>alert" not in sign_in(market.app.test_client(), HOSTILE).text


def test_each_page_has_few_queries_and_bytes(market: Marketplace, client: FlaskClient) -> None:
    for _ in range(19):
        sign_in(market.app.test_client(), "ada@example.org")
    guest = market.app.test_client()
    for visitor, path in (
        (client, ACCOUNT),
        (client, f"{ACCOUNT}/close"),
        (guest, "/worker/sign-in"),
        (guest, invited(market)),
    ):
        with counted() as statements:
            answer = visitor.get(path)
        assert answer.status_code == 200
        assert len([one for one in statements if not one.startswith("PRAGMA")]) <= 15
        assert len(answer.data) <= 60_000
    with counted() as statements:
        sign_in(guest, "ada@example.org")
    assert len(statements) <= 30


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    path = tmp_path / "terms.md"
    path.write_text("# Our terms\n\nBe *kind*.\n\n<script>alert(1)</script>\n\n[More](javascript:alert(1))\n")
    return path


def test_terms_are_shown_without_anything_that_acts(site: Site, terms: Path) -> None:
    page = site(terms=terms).app.test_client().get("/worker/terms").text
    assert "<h2>Our terms</h2>" in page
    assert "<em>kind</em>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("terms.txt", "Be <kind>.\nAlways.\n\nSecond.", "<p>Be &lt;kind&gt;.<br>Always.</p>\n<p>Second.</p>"),
        ("terms.html", '<p onclick="x()" style="a:b">Be <b>kind</b>.</p><img src=x>', "<p>Be <b>kind</b>.</p>"),
        ("terms.html", "<h1>Terms</h1><style>p{}</style>", "<h2>Terms</h2>"),
    ],
)
def test_terms_are_text_or_markup(tmp_path: Path, name: str, content: str, shown: str) -> None:
    from mturk.marketplace.site.terms import read_terms

    path = tmp_path / name
    path.write_text(content)
    assert str(read_terms(path).html) == shown


def test_nobody_signs_up_who_does_not_agree(site: Site, terms: Path) -> None:
    market = site(terms=terms)
    client = market.app.test_client()
    path = invited(market)
    answer = post(client, path, page=path, password=PASSWORD)
    assert answer.status_code == 400
    assert "if you agree to the terms" in answer.text
    assert post(client, path, page=path, password=PASSWORD, terms="yes").status_code == 303


def test_new_terms_are_agreed_to_before_any_further_work(site: Site, terms: Path, tmp_path: Path) -> None:
    database = tmp_path / "lab.sqlite3"
    market = site(terms=terms, database=database)
    client = market.app.test_client()
    worker_id = signed_up(market, client, terms="yes")
    market.stop()
    terms.write_text("Be kinder.")
    again = site(terms=terms, database=database)
    client = again.app.test_client()
    assert sign_in(client, worker_id).status_code == 303
    assert client.get("/worker/?q=x").headers["Location"] == "/worker/terms?next=/worker/?q%3Dx"
    assert client.get(ACCOUNT).status_code == 200
    page = client.get("/worker/terms").text
    version = re.search('name="version" value="([^"]+)"', page)
    assert version
    refused = post(client, "/worker/terms", page="/worker/terms", terms="yes", version="0" * 64)
    assert refused.status_code == 409
    fields = {"terms": "yes", "version": version[1], "next": "/worker/?q=x"}
    assert post(client, "/worker/terms", page="/worker/terms", **fields).headers["Location"] == "/worker/?q=x"
    assert is_in(client)


@pytest.mark.parametrize("prefix", ["", "/turk"])
def test_who_does_not_agree_is_told_at_the_box_and_stays_on_the_way(site: Site, terms: Path, prefix: str) -> None:
    market = site(terms=terms, public_url=f"http://localhost{prefix}")
    market.worker("A1ADA")
    client = signed_in_at(market, "A1ADA")
    path = f"{prefix}/worker/terms?next={prefix}/worker/queue"
    answer = post(client, f"{prefix}/worker/terms", page=path, next=f"{prefix}/worker/queue")
    assert answer.status_code == 400
    assert 'id="terms-wrong">You can only work here if you agree' in answer.text
    assert 'href="#terms"' in answer.text
    assert f'name="next" value="{prefix}/worker/queue"' in answer.text


@pytest.mark.parametrize(("country", "status"), [("GB", 303), ("QQ", 400), ("ZZ", 400), ("EU", 400), ("gb", 400)])
def test_a_country_is_one_of_the_list(client: FlaskClient, country: str, status: int) -> None:
    assert post(client, "/worker/account/data", page=ACCOUNT, country=country).status_code == status
