"""CreateAdditionalAssignmentsForHIT, UpdateExpirationForHIT, UpdateHITTypeOfHIT, UpdateHITReviewStatus, DeleteHIT."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.sample import type_arguments

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _status(client: Client, hit_id: str) -> str:
    return client.get_hit(HITId=hit_id)["HIT"]["HITStatus"]


def test_additional_assignments_can_be_accepted(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    assert _status(client, hit_id) == "Reviewable"
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=2)
    found = client.get_hit(HITId=hit_id)["HIT"]
    assert (found["HITStatus"], found["MaxAssignments"]) == ("Assignable", 3)
    assert found["NumberOfAssignmentsAvailable"] == 2


@pytest.mark.parametrize(("first", "more", "allowed"), [(1, 8, True), (9, 1, False), (1, 9, False), (10, 1, True)])
def test_a_hit_made_with_fewer_than_ten_assignments_stays_below_ten(
    client: Client, publish: Publish, refused: Refused, first: int, more: int, allowed: bool
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
    client: Client, market: Marketplace, publish: Publish
) -> None:
    hit_id = publish(LifetimeInSeconds=60)["HITId"]
    market.clock.advance(minutes=1)
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=1)
    assert _status(client, hit_id) == "Reviewable"
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=market.clock.now() + timedelta(hours=1))
    found = client.get_hit(HITId=hit_id)["HIT"]
    assert (found["HITStatus"], found["NumberOfAssignmentsAvailable"]) == ("Assignable", 2)


def test_a_repeated_token_does_not_add_assignments_twice(client: Client, publish: Publish, refused: Refused) -> None:
    hit_id = publish()["HITId"]
    arguments = {"HITId": hit_id, "NumberOfAdditionalAssignments": 2, "UniqueRequestToken": "once"}
    client.create_additional_assignments_for_hit(**arguments)
    error = refused(client.create_additional_assignments_for_hit, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.DuplicateCall"
    assert client.get_hit(HITId=hit_id)["HIT"]["MaxAssignments"] == 3


def test_a_later_expiration_extends_a_hit(client: Client, market: Marketplace, publish: Publish) -> None:
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
    client: Client, market: Marketplace, publish: Publish, past: datetime
) -> None:
    hit_id = publish()["HITId"]
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=past)
    found = client.get_hit(HITId=hit_id)["HIT"]
    assert (found["HITStatus"], found["NumberOfAssignmentsAvailable"]) == ("Reviewable", 0)
    assert abs(found["Expiration"] - market.clock.now()) < timedelta(minutes=1)


def test_ending_a_hit_leaves_accepted_work_its_time(client: Client, market: Marketplace, publish: Publish) -> None:
    hit_id = publish(MaxAssignments=2)["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=EPOCH)
    assert _status(client, hit_id) == "Unassignable"
    worker.submit(assignment_id, {"a": "b"})
    assert _status(client, hit_id) == "Reviewable"


def test_a_hit_can_be_ended_twice(client: Client, publish: Publish) -> None:
    hit_id = publish()["HITId"]
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=EPOCH)
    ended = client.get_hit(HITId=hit_id)["HIT"]["Expiration"]
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=EPOCH)
    assert client.get_hit(HITId=hit_id)["HIT"]["Expiration"] == ended


def test_a_future_expiration_before_the_present_one_is_refused(
    client: Client, publish: Publish, refused: Refused
) -> None:
    made = publish(LifetimeInSeconds=3600)
    sooner = made["Expiration"] - timedelta(minutes=10)
    error = refused(client.update_expiration_for_hit, HITId=made["HITId"], ExpireAt=sooner)
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "ExpireAt")
    assert client.get_hit(HITId=made["HITId"])["HIT"] == made


def test_a_hit_can_change_its_type_before_anybody_worked_on_it(client: Client, publish: Publish) -> None:
    made = publish()
    kind = client.create_hit_type(**type_arguments(Title="New", Reward="0.10"))["HITTypeId"]
    client.update_hit_type_of_hit(HITId=made["HITId"], HITTypeId=kind)
    found = client.get_hit(HITId=made["HITId"])["HIT"]
    assert (found["HITTypeId"], found["Title"], found["Reward"]) == (kind, "New", "0.10")
    assert found["HITGroupId"] != made["HITGroupId"]


@pytest.mark.parametrize("how_far", ["accepted", "submitted", "approved"])
def test_a_hit_that_was_worked_on_keeps_its_type(
    client: Client, market: Marketplace, publish: Publish, work: Work, refused: Refused, how_far: str
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


def test_a_mark_for_review_can_be_set_and_taken_back(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    client.update_hit_review_status(HITId=hit_id)
    assert _status(client, hit_id) == "Reviewing"
    client.update_hit_review_status(HITId=hit_id, Revert=True)
    assert _status(client, hit_id) == "Reviewable"


@pytest.mark.parametrize(
    ("marked", "revert", "state", "allowed"),
    [
        (False, True, "Reviewable", "Reviewing"),
        (True, False, "Reviewing", "Reviewable"),
    ],
)
def test_marking_is_not_a_toggle(
    client: Client, publish: Publish, work: Work, refused: Refused, marked: bool, revert: bool, state: str, allowed: str
) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    if marked:
        client.update_hit_review_status(HITId=hit_id)
    error = refused(client.update_hit_review_status, HITId=hit_id, Revert=revert)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert error["Message"].startswith(
        f"This HIT is currently in the state '{state}'. This operation can be called with a status of: {allowed} ("
    )


def test_a_hit_under_review_becomes_assignable_when_extended(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    client.update_hit_review_status(HITId=hit_id)
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=1)
    assert _status(client, hit_id) == "Assignable"


def test_a_hit_whose_work_is_decided_can_be_deleted(
    client: Client, publish: Publish, work: Work, refused: Refused
) -> None:
    hit_id = publish()["HITId"]
    client.approve_assignment(AssignmentId=work(hit_id))
    client.delete_hit(HITId=hit_id)
    error = refused(client.get_hit, HITId=hit_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"


def test_a_hit_that_is_still_open_cannot_be_deleted(client: Client, publish: Publish, refused: Refused) -> None:
    error = refused(client.delete_hit, HITId=publish()["HITId"])
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert error["Message"].startswith(
        "This HIT is currently in the state 'Assignable'. "
        "This operation can be called with a status of: Reviewing, Reviewable ("
    )


def test_a_hit_with_undecided_work_cannot_be_deleted(
    client: Client, publish: Publish, work: Work, refused: Refused
) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    error = refused(client.delete_hit, HITId=hit_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert _status(client, hit_id) == "Reviewable"


def test_deleting_twice_is_refused_with_the_state_disposed(
    client: Client, market: Marketplace, publish: Publish, refused: Refused
) -> None:
    hit_id = publish(LifetimeInSeconds=30)["HITId"]
    market.clock.advance(seconds=30)
    client.delete_hit(HITId=hit_id)
    error = refused(client.delete_hit, HITId=hit_id)
    assert "currently in the state 'Disposed'" in error["Message"]


CHANGES = [
    ("create_additional_assignments_for_hit", {"NumberOfAdditionalAssignments": 1}),
    ("update_expiration_for_hit", {"ExpireAt": EPOCH}),
    ("update_hit_review_status", {}),
    ("delete_hit", {}),
    ("list_assignments_for_hit", {}),
]


@pytest.mark.parametrize(("method", "arguments"), CHANGES)
def test_nobody_changes_somebody_elses_hit(
    client: Client,
    market: Marketplace,
    connect: Connect,
    publish: Publish,
    refused: Refused,
    method: str,
    arguments: dict[str, Any],
) -> None:
    hit_id = publish()["HITId"]
    other = connect(market, "somebody else")
    error = refused(getattr(other, method), HITId=hit_id, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert _status(client, hit_id) == "Assignable"


@pytest.mark.parametrize(("method", "arguments"), [change for change in CHANGES if change[0] != "delete_hit"])
def test_a_disposed_hit_does_not_exist(
    client: Client, market: Marketplace, publish: Publish, refused: Refused, method: str, arguments: dict[str, Any]
) -> None:
    hit_id = publish(LifetimeInSeconds=30)["HITId"]
    market.clock.advance(seconds=30)
    client.delete_hit(HITId=hit_id)
    error = refused(getattr(client, method), HITId=hit_id, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
