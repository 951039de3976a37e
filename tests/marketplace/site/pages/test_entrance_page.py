"""People sign up, sign in and out; what an attacker tries at these doors is refused."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mturk.marketplace import Marketplace
from tests.marketplace.site.conftest import post, token_of

PASSWORD = "correct horse battery"
SIGN_IN = "/worker/sign-in"
Browser = Callable[..., FlaskClient]
Site = Callable[..., Marketplace]


@pytest.fixture
def site() -> Iterator[Site]:
    """Make a marketplace with a site."""
    made: list[Marketplace] = []

    def make(**options: Any) -> Marketplace:
        made.append(Marketplace(options.pop("database", ":memory:"), **{"public_url": "http://localhost", **options}))
        made[-1].requesters()
        return made[-1]

    yield make
    for market in made:
        market.stop()


def invited(market: Marketplace, worker_id: str | None = None) -> str:
    """The path and query of an invitation."""
    return market.invite(worker_id).removeprefix("http://localhost")


def signed_up(market: Marketplace, client: FlaskClient, **entered: object) -> str:
    """Let somebody sign up by an invitation, and say the worker id."""
    path = invited(market)
    answer = post(client, path, page=path, **{"password": PASSWORD, **entered})
    assert answer.status_code == 303, answer.text
    found = re.search(r'class="who">(A[A-Z0-9]{13})<', client.get("/worker/").text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: object) -> TestResponse:
    return post(client, SIGN_IN, page=SIGN_IN, worker_id=name, password=password, **more)


def is_in(client: FlaskClient) -> bool:
    return client.get("/worker/").status_code == 200


def test_who_was_invited_signs_up_and_is_signed_in(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    worker_id = signed_up(market, client, email="ada@example.org", country="US", subdivision="NY", adult="yes")
    assert "Welcome. Your worker ID, to sign in with, is" not in client.get("/worker/").text
    assert is_in(client)
    file = market._premises.store.read(
        lambda database: database.exec_driver_sql("SELECT worker_id, country, subdivision, adult FROM worker").one()
    )
    assert tuple(file) == (worker_id, "US", "NY", 1)


def test_an_invitation_is_good_once_and_says_so(site: Site) -> None:
    market = site()
    path = invited(market)
    first, second = market.app.test_client(), market.app.test_client()
    token = token_of(second, path)
    assert post(first, path, page=path, password=PASSWORD).status_code == 303
    answer = second.post(path, data={"csrf_token": token, "password": "another password"})
    assert answer.status_code == 403
    assert "used already" in answer.text
    assert second.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/worker/sign-up", "/worker/sign-up?invitation=guessed"])
def test_without_an_invitation_nobody_signs_up(site: Site, path: str) -> None:
    client = site().app.test_client()
    assert client.get(path).status_code == 403
    assert post(client, path, page=SIGN_IN, password=PASSWORD).status_code == 403


def test_who_is_signed_in_is_led_to_the_hits_and_signs_up_no_second_time(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    worker_id = signed_up(market, client)
    path = invited(market)
    for go in (lambda: client.get(path), lambda: post(client, path, password=PASSWORD)):
        answer = go()
        assert answer.status_code == 303
        assert answer.location == "/worker/"
        page = client.get("/worker/").text
        assert f'class="who">{worker_id}<' in page
        assert f"You are signed in as {worker_id}. To use the invitation for another account, sign out first." in page
    client.get("/worker/sign-up?invitation=guessed")
    assert "To use the invitation" not in client.get("/worker/").text
    assert post(market.app.test_client(), path, page=path, password=PASSWORD).status_code == 303


def test_an_open_door_needs_no_invitation(site: Site) -> None:
    client = site(sign_up="open").app.test_client()
    assert "Sign up</a>" in client.get(SIGN_IN).text
    assert post(client, "/worker/sign-up", page="/worker/sign-up", password=PASSWORD).status_code == 303
    assert is_in(client)


def test_a_worker_who_is_known_gets_an_account_by_a_link(site: Site) -> None:
    market = site()
    market.worker("A1ADA")
    client = market.app.test_client()
    path = invited(market, "A1ADA")
    assert "You will work here as A1ADA." in client.get(path).text
    assert post(client, path, page=path, password=PASSWORD).status_code == 303
    assert ">A1ADA<" in client.get("/worker/").text


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    path = invited(market)
    answer = post(client, path, page=path, password="short", email="ada@example.org", country="FR", adult="yes")
    assert answer.status_code == 400
    assert 'href="#password"' in answer.text
    assert 'aria-describedby="password-hint password-wrong" aria-invalid="true"' in answer.text
    assert 'value="ada@example.org"' in answer.text
    assert '<option value="FR" selected>' in answer.text
    assert re.search(r'name="adult"[^>]* checked', answer.text)
    assert "short" not in re.sub(r"<[^>]*style[^>]*>", "", answer.text)


def test_the_countries_are_named_in_the_language_of_the_page(site: Site) -> None:
    market = site(sign_up="open")
    german = market.app.test_client().get("/worker/sign-up", headers={"Accept-Language": "de"}).text
    assert '<option value="AT">Österreich</option>' in german
    assert german.index("Österreich") < german.index("Peru")
    assert '<option value="ZZ">' not in german


def test_one_signs_in_by_worker_id_or_by_email_address(site: Site) -> None:
    market = site()
    worker_id = signed_up(market, market.app.test_client(), email="ada@example.org")
    for fields in ({"worker_id": worker_id}, {"worker_id": "Ada@Example.org"}, {"email": "ada@example.org"}):
        client = market.app.test_client()
        assert post(client, SIGN_IN, page=SIGN_IN, password=PASSWORD, **fields).status_code == 303
        assert is_in(client)


def test_one_goes_on_to_the_page_one_wanted(site: Site) -> None:
    market = site()
    worker_id = signed_up(market, market.app.test_client())
    client = market.app.test_client()
    asked = client.get("/worker/account?x=1").headers["Location"]
    assert asked == "/worker/sign-in?next=/worker/account?x%3D1"
    answer = post(client, SIGN_IN, page=asked, worker_id=worker_id, password=PASSWORD, next="/worker/account?x=1")
    assert answer.headers["Location"] == "/worker/account?x=1"
    assert 'name="next" value="/worker/account?x=1"' in market.app.test_client().get(asked).text


@pytest.mark.parametrize(
    "way", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil.example"]
)
def test_nobody_is_led_away_after_signing_in(site: Site, way: str) -> None:
    market = site()
    worker_id = signed_up(market, market.app.test_client())
    assert sign_in(market.app.test_client(), worker_id, next=way).headers["Location"] == "/worker/"


def test_the_answer_is_the_same_for_a_wrong_password_and_for_nobody(site: Site) -> None:
    market = site()
    worker_id = signed_up(market, market.app.test_client())
    answers = [sign_in(market.app.test_client(), name, "a wrong password") for name in (worker_id, "A1NOBODY")]
    one, two = (re.sub('value="[^"]*"', "", answer.text) for answer in answers)
    assert one == two
    assert [answer.status_code for answer in answers] == [403, 403]


def test_the_answer_to_a_forgotten_password_is_the_same_for_everybody(site: Site) -> None:
    market = site(smtp="smtp://127.0.0.1:9?from=turk@my-lab.org")
    worker_id = signed_up(market, market.app.test_client(), email="ada@example.org")
    path = "/worker/forgotten-password"
    answers = {
        re.sub('value="[^"]*"', "", post(market.app.test_client(), path, page=path, worker_id=name).text)
        for name in (worker_id, "ada@example.org", "A1NOBODY", "", "<script>")
    }
    assert len(answers) == 1


def test_after_ten_failures_one_must_wait_and_is_told_how_long(site: Site) -> None:
    market = site()
    worker_id = signed_up(market, market.app.test_client())
    for _ in range(10):
        assert sign_in(market.app.test_client(), worker_id, "a wrong password").status_code == 403
    answer = sign_in(market.app.test_client(), worker_id)
    assert answer.status_code == 429
    assert 800 < int(answer.headers["Retry-After"]) <= 900
    assert f'value="{worker_id}"' in answer.text


def test_a_browser_that_is_known_is_not_shut_out_by_others(site: Site) -> None:
    market = site()
    mine = market.app.test_client()
    worker_id = signed_up(market, mine)
    post(mine, "/worker/sign-out")
    for _ in range(10):
        sign_in(market.app.test_client(), worker_id, "a wrong password")
    assert sign_in(mine, worker_id).status_code == 303


def test_a_session_from_before_is_worth_nothing_after_signing_in(site: Site) -> None:
    """A cookie that somebody planted beforehand is replaced, and what was in it is gone."""
    market = site()
    worker_id = signed_up(market, market.app.test_client())
    client = market.app.test_client()
    client.get(SIGN_IN)
    planted = client.get_cookie("mturk-session")
    assert planted
    sign_in(client, worker_id)
    after = client.get_cookie("mturk-session")
    assert after
    assert after.value != planted.value
    thief = market.app.test_client()
    thief.set_cookie("mturk-session", planted.value)
    assert not is_in(thief)


def test_each_sign_in_has_a_sitting_of_its_own_and_ends_the_one_before(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    worker_id = signed_up(market, client)
    first = client.get_cookie("mturk-session")
    assert first
    other = market.app.test_client()
    other.set_cookie("mturk-session", first.value)
    fields = {"worker_id": worker_id, "password": PASSWORD}
    assert post(client, SIGN_IN, page="/worker/", **fields).status_code == 303
    assert is_in(client)
    assert not is_in(other)


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    signed_up(market, client)
    copied = client.get_cookie("mturk-session")
    assert copied
    post(client, "/worker/sign-out")
    thief = market.app.test_client()
    thief.set_cookie("mturk-session", copied.value)
    assert not is_in(thief)


def test_a_cookie_of_another_marketplace_is_worth_nothing(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    signed_up(market, client)
    copied = client.get_cookie("mturk-session")
    assert copied
    elsewhere = site().app.test_client()
    elsewhere.set_cookie("mturk-session", copied.value)
    assert not is_in(elsewhere)


POSTS = ["sign-in", "sign-up", "sign-out", "forgotten-password", "reset", "terms", "confirm"] + [
    f"account/{name}" for name in ("data", "email", "mail", "password", "sittings", "close")
]


@pytest.mark.parametrize("token", [None, "", "guessed", "of another visitor"])
def test_every_form_needs_its_token(site: Site, token: str | None, tmp_path: Path) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("Be kind.")
    market = site(terms=terms)
    client = market.app.test_client()
    signed_up(market, client, terms="yes")
    if token == "of another visitor":
        token = token_of(market.app.test_client(), SIGN_IN)
    for path in POSTS:
        answer = client.post(f"/worker/{path}", data={} if token is None else {"csrf_token": token})
        assert answer.status_code == 400, path
        assert "This form has expired" in answer.text
    assert is_in(client)


def test_a_form_that_expired_comes_back_with_what_was_typed_and_can_be_sent(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    path = invited(market)
    entered = {"password": PASSWORD, "email": "ada@example.org", "country": "FR"}
    answer = client.post(path, data={**entered, "csrf_token": "expired"})
    assert answer.status_code == 400
    assert 'value="ada@example.org"' in answer.text
    assert '<option value="FR" selected>' in answer.text
    assert PASSWORD not in answer.text
    token = re.search('name="csrf_token" value="([^"]+)"', answer.text)
    assert token
    assert client.post(path, data={**entered, "csrf_token": token[1]}).status_code == 303


def test_a_link_of_the_operator_sets_a_new_password(site: Site) -> None:
    market = site()
    old = market.app.test_client()
    worker_id = signed_up(market, old)
    path = market.reset(worker_id).removeprefix("http://localhost")
    client = market.app.test_client()
    assert worker_id in client.get(path).text
    assert post(client, path, page=path, password="short").status_code == 400
    assert post(client, path, page=path, password="another fine password").status_code == 303
    assert is_in(client)
    assert not is_in(old)
    assert market.app.test_client().get(path).status_code == 403
    assert sign_in(market.app.test_client(), worker_id).status_code == 403
    assert sign_in(market.app.test_client(), worker_id, "another fine password").status_code == 303


def test_looking_at_a_link_uses_nothing_up(site: Site) -> None:
    market = site()
    worker_id = signed_up(market, market.app.test_client())
    for path in (invited(market), market.reset(worker_id).removeprefix("http://localhost")):
        for _ in range(3):
            assert market.app.test_client().get(path).status_code == 200
            assert market.app.test_client().head(path).status_code == 200


def test_secrets_in_addresses_are_not_told_to_other_sites(site: Site) -> None:
    market = site()
    answer = market.app.test_client().get(invited(market))
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "no-store" in answer.headers["Cache-Control"] or "no-cache" in answer.headers["Cache-Control"]


PROXY = {"REMOTE_ADDR": "10.0.0.1"}


def by_header(client: FlaskClient, name: str | None, path: str = "/worker/", **environ: str) -> TestResponse:
    headers = {} if name is None else {"X-Remote-User": name}
    return client.get(path, headers=headers, environ_overrides={**PROXY, **environ})


@pytest.fixture
def named(site: Site) -> Marketplace:
    return site(sign_up="header", trusted_proxies=["10.0.0.0/8"])


def test_whom_the_proxy_names_is_signed_in_and_stays_the_same_worker(named: Marketplace) -> None:
    ids = set()
    for _ in range(2):
        page = by_header(named.app.test_client(), "ada@uni.example").text
        ids.add(re.findall(r'class="who">(A[A-Z0-9]{13})<', page)[0])
    assert len(ids) == 1


def test_signing_out_says_who_still_signs_one_in(named: Marketplace) -> None:
    client = named.app.test_client()
    token = re.search('name="csrf_token" value="([^"]+)"', by_header(client, "ada").text)
    assert token
    answer = client.post(
        "/worker/sign-out",
        data={"csrf_token": token[1]},
        headers={"X-Remote-User": "ada"},
        environ_overrides=PROXY,
    )
    assert answer.status_code == 200
    assert "Your organisation still signs you in here." in answer.text
    assert 'class="who"' not in answer.text


@pytest.mark.parametrize("name", ["weiß", "Ünal", "à", "Łukasz", "山田"])
def test_a_name_has_the_letters_that_the_proxy_sends(named: Marketplace, name: str) -> None:
    # A server hands on the bytes of a header as Latin-1.
    environ = {**PROXY, "HTTP_X_REMOTE_USER": name.encode().decode("latin-1")}
    with named.app.test_client().get("/worker/account/export.json", environ_overrides=environ) as answer:
        assert answer.status_code == 200
        assert answer.json["signed_in_as"] == [{"name": name}]


def test_a_name_in_latin_1_is_read_too(named: Marketplace) -> None:
    for bytes_of in ("weiß".encode(), "weiß".encode("latin-1")):
        client = named.app.test_client()
        environ = {**PROXY, "HTTP_X_REMOTE_USER": bytes_of.decode("latin-1")}
        assert client.get("/worker/", environ_overrides=environ).status_code == 200
    assert people(named) == 1


@pytest.mark.parametrize("name", ["ada,mallory", "ada, mallory", "ada\x7f", "ada\tb", "ada\xa0", "ada\xe3\x80\x80", ""])
def test_a_name_that_may_be_two_is_nobodys(named: Marketplace, name: str) -> None:
    answer = named.app.test_client().get("/worker/", environ_overrides={**PROXY, "HTTP_X_REMOTE_USER": name})
    assert answer.status_code == (409 if name else 302)
    assert people(named) == 0


def people(market: Marketplace) -> int:
    return int(
        market._premises.store.read(lambda database: database.exec_driver_sql("SELECT count(*) FROM person").scalar())
        or 0
    )


@pytest.mark.parametrize("path", ["/worker/closed", "/worker/static/site.css", "/worker/nowhere", "/mturk/preview"])
def test_a_page_that_needs_nobody_brings_nobody_in(named: Marketplace, path: str) -> None:
    with by_header(named.app.test_client(), "ada", path) as answer:
        assert "mturk-device" not in str(answer.headers.getlist("Set-Cookie"))
    assert people(named) == 0


def test_whom_the_proxy_names_does_not_stay_at_the_door(named: Marketplace) -> None:
    client = named.app.test_client()
    assert by_header(client, "ada", "/worker/sign-in?next=/worker/queue").location == "/worker/queue"
    assert by_header(client, "ada", "/worker/queue").status_code == 200


def test_where_a_proxy_signs_people_in_no_button_says_sign_out(named: Marketplace) -> None:
    page = by_header(named.app.test_client(), "ada").text
    assert 'class="who"' in page
    assert "/worker/sign-out" not in page


def test_who_closed_the_account_sees_that_it_is_closed(named: Marketplace) -> None:
    client = named.app.test_client()
    page = by_header(client, "ada", "/worker/account/close").text
    (worker_id,) = re.findall(r'class="who">(\w+)<', page)
    fields = {"csrf_token": re.findall('name="csrf_token" value="([^"]+)"', page)[0], "password": worker_id}
    client.post("/worker/account/close", data=fields, headers={"X-Remote-User": "ada"}, environ_overrides=PROXY)
    answer = by_header(client, "ada", "/worker/closed")
    assert answer.status_code == 200
    assert "cannot be opened" not in answer.text


PLACES = ["assignments/3X", "qualifications/3X/test", "report", "groups/3X/accept", "terms", "account/data", "language"]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("size", [1, 2_000_000])
def test_whom_the_proxy_names_in_vain_is_refused_whatever_they_send(named: Marketplace, path: str, size: int) -> None:
    """Also where the form has expired or is too large, since the page that says so looks who is there."""
    answer = named.app.test_client().post(
        f"/worker/{path}", data={"a": "b" * size}, headers={"X-Remote-User": "ada, mallory"}, environ_overrides=PROXY
    )
    assert answer.status_code in (400, 409, 413)
    assert "<h1" in answer.text


def test_where_there_are_no_terms_nobody_can_agree_to_them(site: Site) -> None:
    assert site().app.test_client().post("/worker/terms").status_code == 404


def test_a_visit_of_many_pages_is_one_sitting(named: Marketplace) -> None:
    client = named.app.test_client()
    for _ in range(3):
        assert by_header(client, "ada").status_code == 200
    count = named._premises.store.read(
        lambda database: database.exec_driver_sql("SELECT count(*) FROM sitting").scalar()
    )
    assert count == 1


@pytest.mark.parametrize("dest", ["image", "iframe", "empty"])
def test_a_page_from_elsewhere_has_nobody_signed_in(named: Marketplace, dest: str) -> None:
    """The browser brings no cookie of ours then, so that each picture in such a page would be one more sitting."""
    told = {"X-Remote-User": "ada", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": dest}
    answer = named.app.test_client().get("/worker/queue", headers=told, environ_overrides=PROXY)
    assert answer.status_code == 403
    assert people(named) == 0


def test_a_form_from_elsewhere_has_nobody_signed_in(named: Marketplace) -> None:
    """No cookie of ours comes with it either, and a page can send sixty to a window that it has opened."""
    told = {"X-Remote-User": "ada", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    answer = named.app.test_client().post("/worker/report", headers=told, environ_overrides=PROXY)
    assert answer.status_code == 403
    assert people(named) == 0


def test_a_link_from_elsewhere_leads_in(named: Marketplace) -> None:
    told = {"X-Remote-User": "ada", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    assert named.app.test_client().get("/worker/queue", headers=told, environ_overrides=PROXY).status_code == 200


def test_a_header_from_anybody_else_is_not_believed(named: Marketplace) -> None:
    answer = by_header(named.app.test_client(), "ada", REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 302
    forwarded = {"X-Remote-User": "ada", "X-Forwarded-For": "10.0.0.1"}
    answer = named.app.test_client().get(
        "/worker/", headers=forwarded, environ_overrides={"REMOTE_ADDR": "203.0.113.7"}
    )
    assert answer.status_code == 302


def test_whom_the_proxy_names_for_the_first_time_is_asked_to_say_more(named: Marketplace) -> None:
    assert [by_header(named.app.test_client(), "ada").text.count("Say in your account") for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("header", ["X_Remote_User", "x_remote-user", "X-Remote-User "])
def test_a_header_that_only_looks_like_the_one_of_the_proxy_is_not_believed(header: str) -> None:
    """As the server reads it, where the proxy is on this machine and lets it through."""
    with Marketplace(sign_up="header", trusted_proxies=["127.0.0.1"]) as market:
        host, port = market.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(f"GET /worker/ HTTP/1.0\r\nHost: {host}\r\n{header}: ada\r\n\r\n".encode())
            assert connection.recv(100).split()[1] in (b"302", b"400")


def test_where_no_proxy_rules_the_header_is_not_read(site: Site) -> None:
    market = site(trusted_proxies=["10.0.0.0/8"])
    assert by_header(market.app.test_client(), "ada").status_code == 302


def test_the_cookie_of_one_person_is_not_good_for_whom_the_proxy_names_next(named: Marketplace) -> None:
    client = named.app.test_client()
    first = re.findall(r'class="who">(\w+)<', by_header(client, "ada").text)
    second = re.findall(r'class="who">(\w+)<', by_header(client, "bob").text)
    assert first != second
    assert by_header(client, None).status_code == 302


def test_where_a_proxy_rules_there_are_no_passwords(named: Marketplace) -> None:
    client = named.app.test_client()
    for path in ("sign-up", "forgotten-password", "reset"):
        assert client.get(f"/worker/{path}").status_code == 404
    answer = client.get("/worker/sign-in")
    assert answer.status_code == 403
    assert "your organisation" in answer.text


def test_who_closed_the_account_is_told_so_whatever_the_proxy_says(named: Marketplace) -> None:
    client = named.app.test_client()
    page = by_header(client, "ada", "/worker/account/close").text
    token = re.search('name="csrf_token" value="([^"]+)"', page)
    worker_id = re.search(r'class="who">(\w+)<', page)
    assert token
    assert worker_id
    answer = client.post(
        "/worker/account/close",
        data={"csrf_token": token[1], "password": worker_id[1]},
        headers={"X-Remote-User": "ada"},
        environ_overrides=PROXY,
    )
    assert answer.status_code == 303
    answer = by_header(client, "ada")
    assert answer.status_code == 409
    assert "This account was closed" in answer.text


def test_the_address_that_counts_is_the_one_a_trusted_proxy_tells(site: Site) -> None:
    market = site(trusted_proxies=["10.0.0.1"])

    def attempt(address: str, name: str) -> int:
        client = market.app.test_client()
        token = token_of(client, SIGN_IN)
        fields = {"csrf_token": token, "worker_id": name, "password": "a wrong password"}
        headers = {"X-Forwarded-For": address}
        return client.post(SIGN_IN, data=fields, headers=headers, environ_overrides=PROXY).status_code

    assert [attempt("203.0.113.7", f"A1NOBODY{number}") for number in range(11)][-1] == 429
    assert attempt("203.0.113.8", "A1NOBODY") == 403


def test_the_address_in_a_header_of_anybody_else_does_not_count(site: Site) -> None:
    market = site()
    outcomes = []
    for number in range(11):
        client = market.app.test_client()
        fields = {"csrf_token": token_of(client, SIGN_IN), "worker_id": f"A1{number}", "password": "a wrong password"}
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        outcomes.append(client.post(SIGN_IN, data=fields, headers=headers).status_code)
    assert outcomes[-1] == 429


def test_below_tls_all_cookies_are_kept_from_scripts_and_from_neighbours(site: Site) -> None:
    market = site(public_url="https://turk.my-lab.org")
    client = market.app.test_client()
    path = market.invite().removeprefix("https://turk.my-lab.org")
    base = "https://turk.my-lab.org"
    page = client.get(path, base_url=base).text
    token = re.search('name="csrf_token" value="([^"]+)"', page)
    assert token
    fields = {"csrf_token": token[1], "password": PASSWORD}
    answer = client.post(path, base_url=base, data=fields, headers={"Referer": f"{base}{path}"})
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-mturk-session", "__Host-mturk-device"}
    for cookie in cookies:
        for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"):
            assert part in cookie
        assert "Domain" not in cookie


def test_an_answer_has_a_cookie_only_when_it_changed(site: Site) -> None:
    """One in the answer with a file could end up in a cache, and let others in."""
    market = site()
    client = market.app.test_client()
    signed_up(market, client)
    client.get("/worker/")
    for path in ("/worker/", "/worker/account", "/worker/static/site.css"):
        with client.get(path) as answer:
            assert answer.headers.getlist("Set-Cookie") == []


def test_a_sitting_that_ended_by_the_real_clock_leads_to_the_sign_in(site: Site) -> None:
    now = [time.time()]
    market = site(real_time=lambda: now[0])
    client = market.app.test_client()
    signed_up(market, client)
    now[0] += 8 * 86_400
    assert client.get("/worker/").status_code == 302


@pytest.mark.parametrize("options", [{}, {"sign_up": "open"}])
def test_the_worker_id_is_shown_before_somebody_signs_up_and_kept_by_password_managers(
    site: Site, options: dict[str, str]
) -> None:
    market = site(**options)
    client = market.app.test_client()
    path = "/worker/sign-up" if options else invited(market)
    found = [re.search(r'value="(A[A-Z0-9]{13})" autocomplete="username"', client.get(path).text) for _ in range(2)]
    assert found[0]
    assert found[1]
    assert found[0][1] == found[1][1]
    token, cookie = token_of(client, path), client.get_cookie("mturk-session")
    assert cookie
    for _ in range(2):  # the first answer is lost, and with it all that it set
        client.set_cookie("mturk-session", cookie.value)
        answer = client.post(path, data={"csrf_token": token, "password": PASSWORD})
        assert answer.status_code == 303
    assert f'class="who">{found[0][1]}<' in client.get("/worker/").text
    if not options:
        assert f"for the worker ID {found[0][1]}" in market.app.test_client().get(path).text


def test_the_form_of_a_worker_who_is_known_begins_with_what_is_known(site: Site) -> None:
    market = site()
    market.worker("A1ADA", country="US", subdivision="NY", adult=True)
    page = market.app.test_client().get(invited(market, "A1ADA")).text
    assert '<option value="US" selected>' in page
    assert '<option value="NY" selected>' in page
    assert re.search(r'name="adult"[^>]* checked', page)


# Links that sign in


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("", "/worker/"),
        ("&next=/worker/groups/3GROUP", "/worker/groups/3GROUP"),
        ("&next=https://evil.example/worker/", "/worker/"),
        ("&next=//evil.example/worker/", "/worker/"),
    ],
)
def test_a_link_that_signs_in_leads_to_a_page_of_this_site_alone(site: Site, asked: str, where: str) -> None:
    market = site()
    market.worker("A1ADA")
    link = market.sign_in_link("A1ADA").removeprefix("http://localhost")
    answer = market.app.test_client().get(f"{link}{asked}")
    assert (answer.status_code, answer.location) == (303, where)


def test_a_link_does_not_sign_another_in_before_they_say_so(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    mine = signed_up(market, client)
    market.worker("A1ADA")
    link = market.sign_in_link("A1ADA").removeprefix("http://localhost") + "&next=/worker/account"
    asked = client.get(link)
    assert (asked.status_code, mine in asked.text, "A1ADA" in asked.text) == (200, True, True)
    assert mine in client.get("/worker/").text
    answer = post(client, "/worker/enter", page=link, link=re.search(r"link=([^&]+)", link)[1], next="/worker/account")
    assert (answer.status_code, answer.location) == (303, "/worker/account")
    assert ">A1ADA<" in client.get("/worker/").text


def test_a_link_for_who_is_signed_in_asks_nothing(site: Site) -> None:
    market = site()
    client = market.app.test_client()
    worker_id = signed_up(market, client)
    assert client.get(market.sign_in_link(worker_id).removeprefix("http://localhost")).status_code == 303
    assert worker_id in client.get("/worker/").text


def test_a_sign_in_by_link_needs_the_form_of_this_site(site: Site) -> None:
    market = site()
    market.worker("A1ADA")
    link = market.sign_in_link("A1ADA").rpartition("=")[2]
    assert market.app.test_client().post("/worker/enter", data={"link": link}).status_code == 400
