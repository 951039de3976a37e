"""More assignments and more time: CreateAdditionalAssignmentsForHIT."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Refused


def _status(client: Client, hit_id: str) -> Any:
    return client.get_hit(HITId=hit_id)["HIT"]["HITStatus"]


def test_additional_assignments_can_be_accepted(
    client: Client, publish: Callable[..., dict[str, Any]], work: Callable[..., str]
) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    assert _status(client, hit_id) == "Reviewable"
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=2)
    found = client.get_hit(HITId=hit_id)["HIT"]
    assert (found["HITStatus"], found["MaxAssignments"]) == ("Assignable", 3)
    assert found["NumberOfAssignmentsAvailable"] == 2


@pytest.mark.parametrize(("first", "more", "allowed"), [(1, 8, True), (9, 1, False), (1, 9, False), (10, 1, True)])
def test_a_hit_made_with_fewer_than_ten_assignments_stays_below_ten(
    client: Client, publish: Callable[..., dict[str, Any]], refused: Refused, first: int, more: int, allowed: bool
) -> None:
    hit_id = publish(MaxAssignments=first)["HITId"]
    arguments = {"HITId": hit_id, "NumberOfAdditionalAssignments": more}
    if allowed:
        client.create_additional_assignments_for_hit(**arguments)
    else:
        error = refused(client.create_additional_assignments_for_hit, **arguments)
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease"
    found = client.get_hit(HITId=hit_id)["HIT"]
    assert found["MaxAssignments"] == first + (more if allowed else 0)


def test_additional_assignments_of_an_expired_hit_wait_for_more_time(
    client: Client, market: Marketplace, publish: Callable[..., dict[str, Any]]
) -> None:
    hit_id = publish(LifetimeInSeconds=60)["HITId"]
    market.clock.advance(minutes=1)
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=1)
    assert _status(client, hit_id) == "Reviewable"
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=market.clock.now() + timedelta(hours=1))
    found = client.get_hit(HITId=hit_id)["HIT"]
    assert (found["HITStatus"], found["NumberOfAssignmentsAvailable"]) == ("Assignable", 2)


def test_a_repeated_token_does_not_add_assignments_twice(
    client: Client, publish: Callable[..., dict[str, Any]], refused: Refused
) -> None:
    hit_id = publish()["HITId"]
    arguments = {"HITId": hit_id, "NumberOfAdditionalAssignments": 2, "UniqueRequestToken": "once"}
    client.create_additional_assignments_for_hit(**arguments)
    error = refused(client.create_additional_assignments_for_hit, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.DuplicateCall"
    assert client.get_hit(HITId=hit_id)["HIT"]["MaxAssignments"] == 3


def test_a_hit_under_review_becomes_assignable_when_extended(
    client: Client, publish: Callable[..., dict[str, Any]], work: Callable[..., str]
) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    client.update_hit_review_status(HITId=hit_id)
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=1)
    assert _status(client, hit_id) == "Assignable"
