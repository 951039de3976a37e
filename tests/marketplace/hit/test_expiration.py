"""The end of a HIT's time: UpdateExpirationForHIT."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Refused

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _status(client: Client, hit_id: str) -> Any:
    return client.get_hit(HITId=hit_id)["HIT"]["HITStatus"]


def test_a_later_expiration_extends_a_hit(
    client: Client, market: Marketplace, publish: Callable[..., dict[str, Any]]
) -> None:
    made = publish(LifetimeInSeconds=60)
    later = (made["Expiration"] + timedelta(hours=1)).replace(microsecond=0)
    client.update_expiration_for_hit(HITId=made["HITId"], ExpireAt=later)
    market.clock.advance(minutes=2)
    found = client.get_hit(HITId=made["HITId"])["HIT"]
    assert (found["HITStatus"], found["Expiration"]) == ("Assignable", later)
    market.clock.advance(hours=1)
    assert _status(client, made["HITId"]) == "Reviewable"


@pytest.mark.parametrize("past", [EPOCH, datetime(2015, 1, 1, tzinfo=timezone.utc)])
def test_a_time_that_has_passed_ends_a_hit_now(
    client: Client, market: Marketplace, publish: Callable[..., dict[str, Any]], past: datetime
) -> None:
    hit_id = publish()["HITId"]
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=past)
    found = client.get_hit(HITId=hit_id)["HIT"]
    assert (found["HITStatus"], found["NumberOfAssignmentsAvailable"]) == ("Reviewable", 0)
    assert abs(found["Expiration"] - market.clock.now()) < timedelta(minutes=1)


def test_ending_a_hit_leaves_accepted_work_its_time(
    client: Client, market: Marketplace, publish: Callable[..., dict[str, Any]]
) -> None:
    hit_id = publish(MaxAssignments=2)["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=EPOCH)
    assert _status(client, hit_id) == "Unassignable"
    worker.submit(assignment_id, {"a": "b"})
    assert _status(client, hit_id) == "Reviewable"


def test_a_hit_can_be_ended_twice(client: Client, publish: Callable[..., dict[str, Any]]) -> None:
    hit_id = publish()["HITId"]
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=EPOCH)
    ended = client.get_hit(HITId=hit_id)["HIT"]["Expiration"]
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=EPOCH)
    assert client.get_hit(HITId=hit_id)["HIT"]["Expiration"] == ended


def test_a_future_expiration_before_the_present_one_is_refused(
    client: Client, publish: Callable[..., dict[str, Any]], refused: Refused
) -> None:
    made = publish(LifetimeInSeconds=3600)
    sooner = made["Expiration"] - timedelta(minutes=10)
    error = refused(client.update_expiration_for_hit, HITId=made["HITId"], ExpireAt=sooner)
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "ExpireAt")
    assert client.get_hit(HITId=made["HITId"])["HIT"] == made
