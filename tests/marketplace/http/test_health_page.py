"""Health: whether the process answers, and whether its database does; told in time, to anybody, with nothing else."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.watch.glance import Glance

PAGES = ("/health/live", "/health/ready")


@pytest.fixture
def pages(market: Marketplace) -> FlaskClient:
    return market.app.test_client()


@pytest.mark.parametrize(("path", "word"), [("/health/live", "live\n"), ("/health/ready", "ready\n")])
def test_a_marketplace_that_is_well_says_so(pages: FlaskClient, path: str, word: str) -> None:
    answer = pages.get(path)
    assert (answer.status_code, answer.text) == (200, word)
    assert answer.headers["Cache-Control"] == "no-store"


def test_where_the_database_cannot_be_used_it_lives_and_is_not_ready(shared: str) -> None:
    market = Marketplace(shared)
    pages = market.app.test_client()
    market._store.write(lambda database: database.execute(text("DROP TABLE market")))
    assert pages.get("/health/live").status_code == 200
    answer = pages.get("/health/ready")
    market.stop()
    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("path", PAGES)
def test_health_tells_nothing_of_the_marketplace(pages: FlaskClient, market: Marketplace, path: str) -> None:
    told = f"{pages.get(path).headers}{pages.get(path).text}"
    for secret in (market.access_key, market.database, "sqlite", "postgres"):
        assert secret not in told


@pytest.mark.parametrize("path", PAGES)
def test_health_is_found_below_the_path_of_a_public_address(path: str) -> None:
    with Marketplace(public_url="https://my-lab.org/turk") as market:
        for address in (market.url, f"{market.url}/turk"):
            with urllib.request.urlopen(f"{address}{path}") as answer:
                assert answer.status == 200


@pytest.mark.parametrize("path", [*PAGES, "/metrics"])
def test_there_is_no_health_at_a_task_host(path: str) -> None:
    market = Marketplace(public_url="https://turk.my-lab.org", task_host="tasks.my-lab.org", metrics=True)
    answer = market.app.test_client().get(path, base_url="https://r1.tasks.my-lab.org")
    market.stop()
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["health", "metrics"])
def test_no_public_address_begins_as_they_do(name: str) -> None:
    with pytest.raises(MarketplaceError, match="paths of the marketplace itself begin so"):
        Marketplace(public_url=f"https://my-lab.org/{name}")


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_look_that_hangs_is_waited_for_no_longer_than_its_limit(release: threading.Event) -> None:
    looks: list[None] = []

    def look() -> bool:
        looks.append(None)
        return release.wait(60)

    glance = Glance(look, limit=0.05)
    assert [glance(), glance(), glance()] == [None] * 3
    assert len(looks) == 1
    release.set()
    while glance() is None:
        pass
    assert glance() is True


def test_a_file_that_is_locked_keeps_nobody_waiting(tmp_path: Path, release: threading.Event) -> None:
    market = Marketplace(tmp_path / "lab.sqlite3")
    pages, holds = market.app.test_client(), threading.Event()

    def hold(database: object) -> None:
        holds.set()
        release.wait(60)

    writer = threading.Thread(target=lambda: market._store.write(hold))
    writer.start()
    holds.wait(60)
    assert pages.get("/health/ready").status_code == 200
    release.set()
    writer.join()
    market.stop()
