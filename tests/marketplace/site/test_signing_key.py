"""The key that the site signs with: made once, and never replaced by another one unless somebody says so."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mturk.marketplace import Marketplace, MarketplaceError, new_site_key


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A marketplace whose site has a key."""
    market = Marketplace(tmp_path / "lab.sqlite3", audit_trail=True)
    signed_with(market)
    market.stop()
    return tmp_path / "lab.sqlite3"


def signed_with(market: Marketplace) -> str:
    assert market.app
    return market._premises.entrance._means.key()


def sealed(lab: Path) -> str | None:
    with closing(sqlite3.connect(lab)) as database:
        found: str | None = database.execute("SELECT sealed_site_key FROM market").fetchone()[0]
        return found


def spoil(lab: Path) -> None:
    with closing(sqlite3.connect(lab)) as database, database:
        database.execute("UPDATE market SET sealed_site_key = 'AAAA'")


def test_it_is_the_same_after_a_restart(lab: Path) -> None:
    first, second = (Marketplace(lab) for _ in range(2))
    assert signed_with(first) == signed_with(second)
    first.stop()
    second.stop()


def test_one_that_cannot_be_read_keeps_the_marketplace_from_starting_and_is_not_replaced(lab: Path) -> None:
    spoil(lab)
    market = Marketplace(lab)
    with pytest.raises(MarketplaceError, match=r"Put the master key back.*mturk keys new-site"):
        market.start()
    with pytest.raises(MarketplaceError, match="cannot be read with the key file"):
        market._premises.entrance._means.key()
    market.stop()
    assert sealed(lab) == "AAAA"


def test_a_new_one_is_made_where_somebody_says_so_and_the_trail_tells_of_it(lab: Path) -> None:
    before = Marketplace(lab, audit_trail=True)
    old = signed_with(before)
    before.note("Step")
    before.stop()
    spoil(lab)
    new_site_key(lab)
    assert sealed(lab) is None
    after = Marketplace(lab)
    assert signed_with(after) != old
    assert [entry.operation for entry in after.trail()][-1] == "NewSiteKey"
    after.stop()


def test_where_there_is_no_marketplace_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(MarketplaceError):
        new_site_key(tmp_path / "other.sqlite3")
    assert list(tmp_path.iterdir()) == []
