"""Giving a HIT another type: UpdateHITTypeOfHIT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Refused
from tests.marketplace.sample import type_arguments


def test_a_hit_can_change_its_type_before_anybody_worked_on_it(
    client: Client, publish: Callable[..., dict[str, Any]]
) -> None:
    made = publish()
    kind = client.create_hit_type(**type_arguments(Title="New", Reward="0.10"))["HITTypeId"]
    client.update_hit_type_of_hit(HITId=made["HITId"], HITTypeId=kind)
    found = client.get_hit(HITId=made["HITId"])["HIT"]
    assert (found["HITTypeId"], found["Title"], found["Reward"]) == (kind, "New", "0.10")
    assert found["HITGroupId"] != made["HITGroupId"]


@pytest.mark.parametrize("how_far", ["accepted", "submitted", "approved"])
def test_a_hit_that_was_worked_on_keeps_its_type(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    work: Callable[..., str],
    refused: Refused,
    how_far: str,
) -> None:
    hit_id = publish(MaxAssignments=2)["HITId"]
    kind = client.create_hit_type(**type_arguments(Title="New"))["HITTypeId"]
    if how_far == "accepted":
        market.worker("A1").accept(hit_id)
    else:
        assignment_id = work(hit_id)
        if how_far == "approved":
            client.approve_assignment(AssignmentId=assignment_id)
    error = refused(client.update_hit_type_of_hit, HITId=hit_id, HITTypeId=kind)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
