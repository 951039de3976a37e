"""Behind a proxy: mounts below a prefix, Hosts that are rewritten, and what the log says of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from botocore.exceptions import ClientError
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import mturk
from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.http.public_address import PublicAddress
from tests.marketplace.conftest import Connect

Ask = Callable[[Marketplace, str], str]


@pytest.fixture(params=["boto3", "mturk"])
def ask(request: pytest.FixtureRequest, connect: Connect) -> Ask:
    """Ask a marketplace at an address for the balance, by boto3 and by our own SDK."""

    def by_boto3(market: Marketplace, url: str) -> str:
        return str(connect(market, endpoint_url=url).get_account_balance()["AvailableBalance"])

    def by_sdk(market: Marketplace, url: str) -> str:
        with mturk.Connection(url, access_key=market.access_key, secret_key=market.secret_key) as connection:
            return str(connection.balance().available)

    return by_boto3 if request.param == "boto3" else by_sdk


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def hosted(make: Callable[[str], Any]) -> Iterator[str]:
    """Serve, by another server than ours, the WSGI application that is made for the server's address."""
    with make_server("127.0.0.1", 0, None, handler_class=_Silent) as server:  # type: ignore[arg-type]  # set below
        url = f"http://127.0.0.1:{server.server_port}"
        server.set_app(make(url))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


def as_a_proxy_hands_it_on(market: Marketplace, **changed: str) -> Any:
    app = market.app
    return lambda environ, start_response: app({**environ, **changed}, start_response)


def nowhere(_: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [])
    return []


@pytest.mark.parametrize("slash", ["", "/"])
def test_below_a_mount_the_whole_path_is_what_clients_sign(ask: Ask, slash: str) -> None:
    market = Marketplace()
    with hosted(lambda _: DispatcherMiddleware(nowhere, {"/lab/turk": market.app})) as url:
        assert ask(market, f"{url}/lab/turk{slash}") == ask(market, f"{url}/lab/turk{slash}")
    market.stop()


@pytest.mark.parametrize("prefix", ["", "/turk"])
def test_a_signature_for_the_public_address_is_good_whatever_a_proxy_makes_of_it(ask: Ask, prefix: str) -> None:
    made = []

    def make(url: str) -> Any:
        made.append(Marketplace(public_url=f"{url}{prefix}/"))
        return as_a_proxy_hands_it_on(made[0], HTTP_HOST="127.0.0.1:8017", PATH_INFO="/", SCRIPT_NAME="")

    with hosted(make) as url:
        assert ask(made[0], f"{url}{prefix}").startswith("10000")
    made[0].stop()


@pytest.mark.parametrize("path", ["", "/turk"])
def test_the_server_is_found_with_and_without_the_public_prefix(ask: Ask, path: str) -> None:
    with Marketplace(public_url="https://my-lab.org/turk") as market:
        assert market.public_url == "https://my-lab.org/turk"
        assert ask(market, market.url + path).startswith("10000")


def test_the_log_says_host_and_path_where_a_signature_does_not_match(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    market = Marketplace()
    application = as_a_proxy_hands_it_on(market, HTTP_HOST="backend:8017", SCRIPT_NAME="/turk")
    with hosted(lambda _: application) as url, pytest.raises(ClientError, match="does not match the signature"):
        connect(market, endpoint_url=url).get_account_balance()
    (line,) = [record.getMessage() for record in caplog.records if "signature" in record.getMessage()]
    assert f"by {market.access_key} does not match: the request came with Host 'backend:8017' and path '/turk/'" in line
    assert "see whether a proxy changes them, and set public_url" in line
    assert market.secret_key not in line
    market.stop()


@pytest.mark.parametrize(
    ("url", "host", "prefix"),
    [
        ("https://turk.my-lab.org", "turk.my-lab.org", ""),
        ("https://Turk.my-lab.org:443/", "turk.my-lab.org", ""),
        ("https://my-lab.org:8443/a/turk/", "my-lab.org:8443", "/a/turk"),
        ("http://[::1]:8017/turk", "[::1]:8017", "/turk"),
    ],
)
def test_a_public_address_has_the_host_and_the_path_that_clients_sign(url: str, host: str, prefix: str) -> None:
    assert PublicAddress.of(url)[1:] == (host, prefix)


def test_a_prefix_that_paths_of_the_marketplace_begin_with_is_refused() -> None:
    market = Marketplace()
    app = market.app
    rules = [rule.rule for one in (app, app.extensions["mturk.site"]) for rule in one.url_map.iter_rules()]
    market.stop()
    names = {rule.split("/")[1] for rule in rules} - {""}
    assert names >= {"worker", "mturk", "pass", "queue"}
    for name in names:
        for prefix in (name, f"{name}/lab", f"{name}/"):
            with pytest.raises(MarketplaceError, match="paths of the marketplace itself begin so"):
                Marketplace(public_url=f"https://my-lab.org/{prefix}")
        assert PublicAddress.of(f"https://my-lab.org/lab/{name}").prefix == f"/lab/{name}"


@pytest.mark.parametrize(
    "url",
    ["", "my-lab.org", "ftp://my-lab.org", "https://", "https://a:b@my-lab.org", "https://my-lab.org/?a=b", "https://a:99999",
     "https://my-lab.org/%20", "https://my-lab.org/a//b", 8017],
)  # fmt: skip
def test_what_is_no_public_address_is_refused(url: Any) -> None:
    with pytest.raises(MarketplaceError, match=r"public_url is such as https://turk\.my-lab\.org"):
        Marketplace(public_url=url)
