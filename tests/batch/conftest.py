"""A HIT type on a marketplace, a page with two places, and tables for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from mturk import Batch, Connection, HITType
from mturk.marketplace import Marketplace
from tests.marketplace.postgresql import PostgreSQL, running

PAGE = "<p>${text}</p><img src='${url}'><label><input type='radio' name='label' value='cat'> Cat</label>"
ROWS = [{"text": f"Photo {number}", "url": f"https://my-lab.org/{number}.jpg"} for number in range(1, 6)]


class MakeBatch(Protocol):
    """Makes a batch of rows, by default five with the page, with a journal that is the same each time."""

    def __call__(self, rows: Any = ..., question: Any = ..., **options: Any) -> Batch: ...


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with running() as server:
        yield server


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace() as running:
        yield running


@pytest.fixture
def service(market: Marketplace, connect: Callable[..., Connection]) -> Connection:
    return connect(market.url, access_key=market.access_key, secret_key=market.secret_key)


@pytest.fixture
def photos(service: Connection) -> HITType:
    return HITType.create("Label a photo", "Say what is in it", "0.05", 600, connection=service)


@pytest.fixture
def shared_journal(postgresql: PostgreSQL) -> Iterator[str]:
    """The URL of a database that several processes can open."""
    with postgresql.database() as url:
        yield url


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "label.html"
    path.write_text(PAGE)
    return path


@pytest.fixture
def make(photos: HITType, page: Path, tmp_path: Path) -> MakeBatch:
    def make(rows: Any = ROWS, question: Any = page, **options: Any) -> Batch:
        given = {"journal": tmp_path / "photos.journal", "lifetime": 86_400, **options}
        return photos.batch(rows, question, **given)

    return make
