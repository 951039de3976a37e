"""At the door of the site: whose word counts, which host is which, and where a redirection leads."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from flask import request
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from mturk.marketplace import Marketplace, MarketplaceError

SIGN_IN = "/worker/sign-in"
TASKS = "tasks.localhost"
SAFE = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1", "X-Forwarded-Host": "turk.example"}


def status_of_try(market: Marketplace, number: int) -> int:
    """Give a wrong password, from an address that only a proxy's header tells."""
    headers = {"X-Forwarded-For": f"203.0.113.{number}"}
    with requests.Session() as visitor:
        page = visitor.get(f"{market.url}{SIGN_IN}", headers=headers, timeout=20).text
        token = re.findall('name="csrf_token" value="([^"]+)"', page)[0]
        fields = {"csrf_token": token, "worker_id": f"A{number}NOBODY", "password": "a wrong password"}
        return visitor.post(f"{market.url}{SIGN_IN}", data=fields, headers=headers, timeout=60).status_code


@pytest.mark.parametrize(("trusted", "last"), [(["127.0.0.1"], 403), ([], 429), (["10.0.0.0/8"], 429)])
def test_the_server_counts_for_the_address_that_a_trusted_proxy_tells(trusted: list[str], last: int) -> None:
    with Marketplace(trusted_proxies=trusted) as market:
        assert [status_of_try(market, number) for number in range(11)][-1] == last


@pytest.mark.parametrize(("trusted", "is_safe"), [(["127.0.0.1"], True), ([], False)])
def test_the_server_takes_a_trusted_proxys_word_for_https(trusted: list[str], is_safe: bool) -> None:
    with Marketplace(trusted_proxies=trusted) as market:
        answer = requests.get(f"{market.url}{SIGN_IN}", headers=SAFE, timeout=20)
    assert ("; Secure" in answer.headers["Set-Cookie"]) == is_safe
    assert ("Strict-Transport-Security" in answer.headers) == is_safe


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "X_FORWARDED_FOR", "x-forwarded-host", "X-Forwarded-Prefix", "X-Real-IP"]
)
@pytest.mark.parametrize("path", ["/", SIGN_IN])
def test_what_a_stranger_says_of_where_it_comes_from_is_dropped(header: str, path: str) -> None:
    market = Marketplace()
    app = market.app
    seen: list[set[str]] = []
    for one in (app, app.extensions["mturk.site"]):
        one.before_request(lambda: seen.append(set(request.environ)))
    name = f"HTTP_{header.upper().replace('-', '_')}"
    app.test_client().get(path, environ_overrides={name: "10.0.0.1"})
    market.stop()
    assert seen
    assert not any(name in each for each in seen)


@pytest.mark.parametrize("host", ["a..b", ".x", "a" * 300, "xn--a", "a..b:8017"])
@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", SIGN_IN), ("POST", SIGN_IN), ("GET", "/worker"), ("GET", "/"), ("POST", "/")]
)
def test_a_host_that_is_none_is_refused(host: str, header: str, method: str, path: str) -> None:
    market = Marketplace(trusted_proxies=["127.0.0.1"])
    # Flask's client trips over such a host too.
    environ = EnvironBuilder(path, method=method, headers={header: host}, environ_base={"REMOTE_ADDR": "127.0.0.1"})
    text, status, _ = run_wsgi_app(market.app, environ.get_environ())
    market.stop()
    assert (status, b"".join(text)) == ("400 BAD REQUEST", b"The Host header names no host.\n")


@pytest.mark.parametrize(
    "host", ["", "localhost", "r1.tasks.my-lab.org.", "[::1]:8017", "my_lab:80", "xn--bcher-kva.example"]
)
def test_a_host_is_taken_as_it_is(host: str) -> None:
    market = Marketplace()
    answer = market.app.test_client().get(SIGN_IN, headers={"Host": host})
    market.stop()
    assert answer.status_code == 200


@pytest.fixture
def named() -> Iterator[Marketplace]:
    """A site where the proxy signs people in, and requesters' pages have hosts of their own."""
    market = Marketplace(
        sign_up="header", trusted_proxies=["127.0.0.1"], task_host=TASKS, public_url="http://localhost"
    )
    yield market
    market.stop()


def asked(market: Marketplace, method: str, path: str, host: str) -> TestResponse:
    headers = {"X-Remote-User": "alice", "Host": host}
    return market.app.test_client().open(path, method=method, headers=headers)


@pytest.mark.parametrize("host", [f"r1.{TASKS}", TASKS, f"R1.{TASKS}:8443", f"r1.{TASKS}.", f"r1.{TASKS}.:80"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/worker/account"),
        ("POST", "/worker/account/data"),
        ("POST", "/worker/sign-out"),
        ("GET", "/worker/static/site.js"),
        ("GET", "/mturk/preview"),
        ("GET", "/mturk/task/forged"),
        ("POST", "/mturk/missing/forged"),
        ("POST", "/pass/forged/mturk/externalSubmit"),
        ("GET", "/"),
        ("POST", "/"),
    ],
)
def test_at_a_task_host_there_is_no_page_of_the_site_and_no_cookie(
    named: Marketplace, host: str, method: str, path: str
) -> None:
    answer = asked(named, method, path, host)
    assert answer.status_code in (404, 405)
    assert answer.mimetype == "text/plain"
    assert answer.headers.getlist("Set-Cookie") == []
    assert named.app.test_client().get("/worker/closed").status_code == 200


def test_at_a_task_host_nobody_is_brought_in(named: Marketplace) -> None:
    for path in ("/worker/", "/mturk/task/forged", "/mturk/static/1/task.js"):
        asked(named, "GET", path, f"r1.{TASKS}").close()
    people = named._premises.store.read(
        lambda database: database.exec_driver_sql("SELECT count(*) FROM person").scalar()
    )
    assert people == 0


def test_a_task_host_serves_what_task_pages_load(named: Marketplace) -> None:
    with asked(named, "GET", "/mturk/static/1/task.js", f"r1.{TASKS}") as script:
        assert script.status_code == 200
    assert asked(named, "OPTIONS", "/mturk/asset/x.js", f"r1.{TASKS}").status_code == 200


@pytest.mark.parametrize("task_host", ["my-lab.org", "my-lab.org:8443", "org"])
def test_the_site_cannot_be_at_the_task_host(task_host: str) -> None:
    with pytest.raises(MarketplaceError, match="where the site itself is"):
        Marketplace(public_url="https://my-lab.org", task_host=task_host)


@pytest.mark.parametrize("path", ["/turk/worker", "/worker", "/turk/worker/", "/turk/mturk/preview?groupId=3X"])
@pytest.mark.parametrize("host", ["127.0.0.1:8017", "evil.example"])
def test_a_redirection_within_the_site_names_no_host(path: str, host: str) -> None:
    market = Marketplace(public_url="https://my-lab.org/turk")
    answer = market.app.test_client().get(path, headers={"Host": host})
    market.stop()
    assert answer.status_code in (301, 302, 308)
    assert (answer.location or "").startswith("/turk/worker/")


def test_behind_a_proxy_the_site_knows_its_host_whatever_the_request_says() -> None:
    market = Marketplace(public_url="https://my-lab.org/turk")
    seen: list[str] = []
    app = market.app
    app.extensions["mturk.site"].before_request(lambda: seen.append(request.host))
    app.test_client().get(SIGN_IN, headers={"Host": "evil.example"})
    market.stop()
    assert seen == ["my-lab.org"]
