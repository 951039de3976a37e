"""Pairs are remembered, within bounds, and forgotten when they were revoked."""

from __future__ import annotations

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.database import table as t
from mturk.marketplace.error import FrontEndError
from mturk.marketplace.http.key_ring import KeyRing
from tests.marketplace.asked import asked_by_this_thread


def _ring(market: Marketplace, most: int = 1000) -> KeyRing:
    return KeyRing(market._store, lambda: market._opening.keys, most)


def test_a_pair_is_looked_up_once(market: Marketplace) -> None:
    ring, key, secret = _ring(market), market.access_key, market.secret_key
    asked = asked_by_this_thread(market)
    pairs = {ring.find(key) for _ in range(3)}
    assert [(pair.access_key, pair.secret_key) for pair in pairs if pair] == [(key, secret)]
    assert len(asked) == 1


def test_an_unknown_key_is_looked_up_each_time(market: Marketplace) -> None:
    ring = _ring(market)
    asked = asked_by_this_thread(market)
    assert [ring.find("AKIAUNKNOWN") for _ in range(3)] == [None] * 3
    assert len(asked) == 3


def test_a_pair_that_was_revoked_is_refused_and_forgotten(market: Marketplace) -> None:
    ring, key = _ring(market), market.access_key
    assert ring.find(key)
    market._store.read(lambda database: ring.expect(database, key))
    market.revoke_key(key)
    with pytest.raises(FrontEndError, match="security token"):
        market._store.read(lambda database: ring.expect(database, key))
    assert ring.find(key) is None


def test_no_more_pairs_are_remembered_than_there_is_room_for(market: Marketplace) -> None:
    ring, lab = _ring(market, most=2), market.requester("lab")
    keys = [lab.access_key, *(lab.add_key().access_key for _ in range(4))]
    for key in keys:
        assert ring.find(key)
        assert len(ring._pairs) <= 2


def test_the_secret_of_a_pair_that_is_remembered_is_not_opened_again(market: Marketplace) -> None:
    ring, key = _ring(market), market.access_key
    first = market._store.read(lambda database: ring.look_up(database, key))
    unreadable = t.access_key.update().values(sealed_secret="AAAA")
    market._store.write(lambda database: database.execute(unreadable))
    assert market._store.read(lambda database: ring.look_up(database, key)) == first


def test_a_pair_that_was_revoked_is_not_found_though_it_is_remembered(market: Marketplace) -> None:
    ring, key = _ring(market), market.access_key
    assert ring.find(key)
    market.revoke_key(key)
    assert market._store.read(lambda database: ring.look_up(database, key)) is None
    assert ring.find(key) is None
