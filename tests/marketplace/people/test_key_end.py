"""Access keys that end, and when each was used last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from mturk.marketplace import Marketplace, Requester
from mturk.marketplace.error import SettingError
from mturk.marketplace.http.key_ring import KeyRing
from mturk.marketplace.people.requester import Key
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.http.served import until

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def client_of(market: Marketplace, connect: Connect) -> Callable[[Requester], Client]:
    return lambda who: connect(market, aws_access_key_id=who.access_key, aws_secret_access_key=who.secret_key)


def listed(market: Marketplace, who: Requester) -> Key:
    return next(one for one in market.access_keys() if one.access_key == who.access_key)


@pytest.mark.parametrize("asked", ["get_account_balance", "list_hits"])
def test_a_key_is_good_until_its_end_and_refused_from_then_on(
    market: Marketplace, client_of: Callable[[Requester], Client], asked: str
) -> None:
    second = market.requester("lab").add_key(expires=timedelta(days=30))
    client = client_of(second)
    market.clock.advance(days=29)
    assert getattr(client, asked)()
    market.clock.advance(days=1)
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        getattr(client, asked)()
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.create_qualification_type(Name="a", Description="b", QualificationTypeStatus="Active")


def test_the_end_can_be_a_moment_of_market_time(market: Marketplace) -> None:
    end = market.clock.now().replace(microsecond=0) + timedelta(days=2)
    second = market.requester("lab").add_key(expires=end)
    assert listed(market, second).ends == end


@pytest.mark.parametrize("expires", [timedelta(0), timedelta(days=-1), datetime.max])
def test_an_end_that_has_come_or_never_does_is_refused(market: Marketplace, expires: timedelta | datetime) -> None:
    lab = market.requester("lab")
    with pytest.raises((SettingError, ValueError)):
        lab.add_key(expires=expires)
    assert len(lab.access_keys()) == 1


def test_a_requester_whose_pairs_have_all_ended_gets_a_new_one(market: Marketplace) -> None:
    lab = market.requester("lab")
    second = lab.add_key(expires=timedelta(days=1))
    lab.revoke_key()
    assert market.requester("lab").access_key == second.access_key
    market.clock.advance(days=1)
    assert market.requester("lab").access_key not in {lab.access_key, second.access_key}


def test_a_key_that_was_never_used_says_so(market: Marketplace) -> None:
    assert listed(market, market.requester("lab")).last_used is None


def test_the_day_of_the_last_use_is_noted_soon(market: Marketplace, client_of: Callable[[Requester], Client]) -> None:
    lab = market.requester("lab")
    for _ in range(2):
        client_of(lab).get_account_balance()
        market.clock.advance(days=3)
        day = (market.clock.now() - timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0)
        market._premises._web.note_uses(int(day.timestamp() * 1000) + 1)
        # The marketplace's own routine may be at it already.
        until(lambda day=day: (listed(market, lab).last_used or EPOCH) >= day)


def test_a_call_that_was_not_signed_by_the_key_is_no_use_of_it(market: Marketplace, connect: Connect) -> None:
    lab = market.requester("lab")
    forged = connect(market, aws_access_key_id=lab.access_key, aws_secret_access_key="x" * 40)
    with pytest.raises(ClientError):
        forged.get_account_balance()
    market._premises._web.note_uses(int(market.clock.now().timestamp() * 1000))
    assert listed(market, lab).last_used is None


def test_a_use_is_written_once_a_day(market: Marketplace) -> None:
    ring, key = KeyRing(market._store, lambda: market._opening.keys), market.requester("lab").access_key
    written: list[int] = []
    market._store.listeners["seen"] = written.append
    day = 86_400_000
    for now in (5 * day, 5 * day + 9, 6 * day, 5 * day):
        ring.used(key)
        ring.note_uses(now)
        found = listed(market, market.requester("lab")).last_used
        assert found is not None
        written.append(found.day)
    assert written == [6, 6, 7, 7]
