"""The marketplace as an object: starting and stopping, its people, its clock."""

from __future__ import annotations

import gc
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from mturk import marketplace
from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.database import table as t
from mturk.marketplace.error import SettingError
from tests.marketplace.conftest import Connect
from tests.marketplace.sample import hit_arguments


def test_the_public_names_are_there() -> None:
    assert all(hasattr(marketplace, name) for name in marketplace.__all__)


def test_the_key_pair_and_all_data_survive_a_restart(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "lab.sqlite3"
    with Marketplace(path) as market:
        keys = market.access_key, market.secret_key
        made = connect(market).create_hit(**hit_arguments())["HIT"]
        market.clock.advance(days=3)
        moved = market.clock.now()
    with Marketplace(f"sqlite:///{path}") as market:
        assert (market.access_key, market.secret_key) == keys
        assert connect(market).get_hit(HITId=made["HITId"])["HIT"]["HITStatus"] == "Reviewable"
        assert timedelta(0) <= market.clock.now() - moved < timedelta(minutes=1)


def test_no_secret_shows_in_a_repr(market: Marketplace) -> None:
    shown = repr([market, market.requester("x"), market.worker("A1"), market.clock, market.__dict__])
    assert market.secret_key not in shown
    assert market.requester("x").secret_key not in shown


def test_a_requester_found_again_is_the_same(market: Marketplace) -> None:
    first = market.requester("x")
    again = market.requester("x")
    assert (first.access_key, first.secret_key) == (again.access_key, again.secret_key)
    assert first.access_key != market.access_key


def test_the_clock_moves_forward_only(market: Marketplace) -> None:
    before = market.clock.now()
    after = market.clock.advance(days=1, hours=2, minutes=3, seconds=4)
    assert timedelta(0) <= after - before - timedelta(days=1, hours=2, minutes=3, seconds=4) < timedelta(seconds=9)
    with pytest.raises(ValueError, match="forward"):
        market.clock.advance(seconds=-1)


@pytest.mark.parametrize("days", [3_000_000, 1e9, 1e300])
def test_the_clock_is_not_moved_where_no_date_is(market: Marketplace, days: float) -> None:
    for move in (
        lambda: market.clock.advance(days=days),
        lambda: market.clock.reach(datetime.max.replace(tzinfo=timezone.utc)),
    ):
        with pytest.raises(ValueError, match="no further than 9990-01-01"):
            move()
    assert market.clock.now().year < 9990
    assert market.clock.advance(days=365 * 7000).year > 9000


def test_the_clock_goes_by_the_time_that_is_passed_in() -> None:
    with Marketplace(real_time=lambda: 1_700_000_000.5) as market:
        assert market.clock.now() == datetime(2023, 11, 14, 22, 13, 20, 500_000, timezone.utc)


def test_the_address_says_what_is_there(market: Marketplace) -> None:
    with urllib.request.urlopen(market.url) as answer:
        assert b"Mechanical Turk Requester API" in answer.read()


def test_the_application_can_be_hosted_otherwise() -> None:
    market = Marketplace()
    try:
        answer = market.app.test_client().post("/", data=b"{}")
        assert answer.status_code == 400
        assert json.loads(answer.data)["__type"] == "MissingAuthenticationTokenException"
    finally:
        market.stop()


def test_a_stopped_marketplace_leaves_no_threads_and_no_port(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    market = Marketplace(tmp_path / "lab.sqlite3")
    market.start()
    url = market.url
    urllib.request.urlopen(url).close()
    market.stop()
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(threading.enumerate()) <= before
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url)
    gc.collect()


def test_a_marketplace_can_be_started_again(tmp_path: Path, connect: Connect) -> None:
    market = Marketplace(tmp_path / "lab.sqlite3")
    for _ in range(2):
        with market:
            assert connect(market).get_account_balance()
    with pytest.raises(MarketplaceError, match="not running"):
        print(market.url)


@pytest.mark.parametrize("kind", ["number", "datagrams", "closed", "without an address", "connected"])
def test_what_cannot_listen_is_refused_as_sock(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as to:
        closed = socket.socket()
        closed.close()
        with socket.socket(type=socket.SOCK_DGRAM) as datagrams, socket.socket() as fresh:
            datagrams.bind(("127.0.0.1", 0))
            given: dict[str, Any] = {
                "number": 5,
                "datagrams": datagrams,
                "closed": closed,
                "without an address": fresh,
                "connected": to,
            }
            with pytest.raises(SettingError, match="sock is a TCP socket with an address of its own"):
                Marketplace(sock=given[kind]).start()


def test_two_marketplaces_answer_at_one_socket(tmp_path: Path) -> None:
    with Marketplace(tmp_path / "lab.sqlite3") as first:
        with Marketplace(tmp_path / "lab.sqlite3", sock=first.socket) as second:
            assert first.url == second.url
        with pytest.raises(MarketplaceError, match="is not running"):
            _ = second.socket


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MarketplaceError, match=f"Port {port} of 127.0.0.1 is taken"):
            Marketplace(tmp_path / "lab.sqlite3", port=port).start()


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"host": "no.such.host.invalid"}, "Cannot listen"),
        ({"host": "x" * 64}, "is not the name of a host"),
        ({"host": ".."}, "is not the name of a host"),
        ({"host": "local\0host"}, "is not the name of a host"),
        ({"host": ""}, "The host is empty"),
        ({"port": 99999}, "not a port"),
        ({"port": "80"}, "not a port"),
    ],
)
def test_an_impossible_address_is_one_clear_line(where: dict[str, Any], words: str) -> None:
    with pytest.raises(MarketplaceError, match=words) as caught:
        Marketplace(**where).start()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "bad",
    [
        {"fees": 0.5},
        {"deposit": "1.234"},
        {"deposit": "-1"},
        {"deposit": "1e999999999"},
        {"deposit": None},
        {"rate": 0},
        {"rate": "quick"},
        {"burst": -1},
        {"eventual": -1},
        {"eventual": float("nan")},
        {"question_limit": 0},
        {"name_hold": timedelta(hours=-1)},
        {"name_hold": 48},
    ],
)
def test_impossible_settings_are_refused_by_name(bad: dict[str, Any]) -> None:
    (name,) = bad
    with pytest.raises(MarketplaceError, match=f"^{name}") as caught:
        Marketplace(**bad)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


CALLS: dict[str, Callable[[Marketplace], object]] = {
    "invite": lambda market: market.invite(),
    "invite_many": lambda market: market.invite_many(3),
    "sign_in_link": lambda market: market.sign_in_link("A1ADA"),
    "reset": lambda market: market.reset("A1ADA"),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_link_is_made_whose_address_is_not_known(name: str) -> None:
    market = Marketplace()
    market.worker("A1ADA")
    if name == "reset":
        market._premises.entrance.entry_link("A1ADA")

    def made(database: Connection) -> list[object]:
        return [database.execute(select(table)).all() for table in (t.invitation, t.account_link, t.person)]

    store = market._premises.store
    before = store.read(made)
    with pytest.raises(MarketplaceError, match="not running"):
        CALLS[name](market)
    assert store.read(made) == before
    market.stop()


@pytest.mark.parametrize("length", [timedelta(days=366), timedelta(days=4_000_000), timedelta(seconds=-1)])
def test_an_invitation_is_good_for_a_year_at_most(market: Marketplace, length: timedelta) -> None:
    market.worker("A1BOB")
    for invite in (lambda: market.invite("A1BOB", expires=length), lambda: market.invite_many(2, expires=length)):
        with pytest.raises(SettingError, match="expires is a timedelta from zero to 365 days"):
            invite()
    assert market.invite("A1BOB", expires=timedelta(days=365))
