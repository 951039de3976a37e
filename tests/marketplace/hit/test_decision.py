"""ApproveAssignment, RejectAssignment, approval by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work


def _find(client: Client, assignment_id: str) -> dict[str, Any]:
    return client.get_assignment(AssignmentId=assignment_id)["Assignment"]


def test_approved_work_shows_when_and_with_what_words(client: Client, publish: Publish, work: Work) -> None:
    assignment_id = work(publish()["HITId"])
    client.approve_assignment(AssignmentId=assignment_id, RequesterFeedback="Thank you")
    found = _find(client, assignment_id)
    assert (found["AssignmentStatus"], found["RequesterFeedback"]) == ("Approved", "Thank you")
    assert found["ApprovalTime"] >= found["SubmitTime"]
    assert "RejectionTime" not in found


def test_rejected_work_shows_when_and_with_what_words(client: Client, publish: Publish, work: Work) -> None:
    assignment_id = work(publish()["HITId"])
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="Empty")
    found = _find(client, assignment_id)
    assert (found["AssignmentStatus"], found["RequesterFeedback"]) == ("Rejected", "Empty")
    assert found["RejectionTime"] >= found["SubmitTime"]
    assert "ApprovalTime" not in found


def test_an_empty_reason_for_a_rejection_passes(client: Client, publish: Publish, work: Work) -> None:
    assignment_id = work(publish()["HITId"])
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="")
    assert _find(client, assignment_id)["AssignmentStatus"] == "Rejected"


def test_a_rejection_needs_a_reason(client: Client, publish: Publish, work: Work, refused: Refused) -> None:
    error = refused(client.reject_assignment, AssignmentId=work(publish()["HITId"]))
    assert error["__type"] == "ValidationException"
    assert error["message"] == (
        "1 validation error detected: Value null at 'requesterFeedback' failed to satisfy constraint: "
        "Member must not be null"
    )


DECIDED = [
    ("Approved", "approve_assignment", {}),
    ("Approved", "approve_assignment", {"OverrideRejection": True}),
    ("Approved", "reject_assignment", {"RequesterFeedback": "no"}),
    ("Rejected", "approve_assignment", {}),
    ("Rejected", "reject_assignment", {"RequesterFeedback": "no"}),
]


@pytest.mark.parametrize(("status", "method", "arguments"), DECIDED)
def test_decided_work_is_not_decided_again(
    client: Client, publish: Publish, work: Work, refused: Refused, status: str, method: str, arguments: dict[str, Any]
) -> None:
    assignment_id = work(publish()["HITId"])
    if status == "Approved":
        client.approve_assignment(AssignmentId=assignment_id)
    else:
        client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="first")
    before = _find(client, assignment_id)
    error = refused(getattr(client, method), AssignmentId=assignment_id, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"
    assert error["Message"].startswith(
        f"This Assignment is currently in the state '{status}'. "
        "This operation can be called with a status of: Submitted ("
    )
    assert _find(client, assignment_id) == before


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("approve_assignment", {}), ("reject_assignment", {"RequesterFeedback": "no"})],
)
def test_work_of_others_cannot_be_decided(
    client: Client,
    market: Marketplace,
    connect: Connect,
    publish: Publish,
    work: Work,
    refused: Refused,
    method: str,
    arguments: dict[str, str],
) -> None:
    assignment_id = work(publish()["HITId"])
    other = connect(market, "somebody else")
    error = refused(getattr(other, method), AssignmentId=assignment_id, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("approve_assignment", {}), ("reject_assignment", {"RequesterFeedback": "no"})],
)
def test_work_that_was_not_submitted_cannot_be_decided(
    client: Client, market: Marketplace, publish: Publish, refused: Refused, method: str, arguments: dict[str, str]
) -> None:
    assignment_id = market.worker("A1").accept(publish()["HITId"])
    error = refused(getattr(client, method), AssignmentId=assignment_id, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"


def test_a_rejection_can_be_overridden_for_30_days(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    assignment_id = work(publish()["HITId"])
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="too quick")
    market.clock.advance(days=29, hours=23)
    client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True, RequesterFeedback="My mistake")
    found = _find(client, assignment_id)
    assert (found["AssignmentStatus"], found["RequesterFeedback"]) == ("Approved", "My mistake")
    assert "RejectionTime" not in found


def test_a_rejection_can_no_longer_be_overridden_after_30_days(
    client: Client, market: Marketplace, publish: Publish, work: Work, refused: Refused
) -> None:
    assignment_id = work(publish()["HITId"])
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    market.clock.advance(days=30, seconds=1)
    error = refused(client.approve_assignment, AssignmentId=assignment_id, OverrideRejection=True)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"


def test_overriding_works_for_submitted_work_too(client: Client, publish: Publish, work: Work) -> None:
    assignment_id = work(publish()["HITId"])
    client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True)
    assert _find(client, assignment_id)["AssignmentStatus"] == "Approved"


def test_undecided_work_is_approved_by_itself_at_the_time_that_was_said(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    hit_id = publish(AutoApprovalDelayInSeconds=3600)["HITId"]
    assignment_id = work(hit_id)
    market.clock.advance(minutes=59)
    assert _find(client, assignment_id)["AssignmentStatus"] == "Submitted"
    market.clock.advance(days=3)
    found = _find(client, assignment_id)
    assert found["AssignmentStatus"] == "Approved"
    assert found["ApprovalTime"] == found["AutoApprovalTime"]
    assert client.get_hit(HITId=hit_id)["HIT"]["NumberOfAssignmentsCompleted"] == 1


def test_a_delay_of_nought_approves_on_submission(client: Client, publish: Publish, work: Work) -> None:
    assignment_id = work(publish(AutoApprovalDelayInSeconds=0)["HITId"])
    found = _find(client, assignment_id)
    assert found["AssignmentStatus"] == "Approved"
    assert found["ApprovalTime"] == found["SubmitTime"]


def test_work_is_approved_by_itself_after_30_days_by_default(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    assignment_id = work(publish()["HITId"])
    found = _find(client, assignment_id)
    assert found["AutoApprovalTime"] - found["SubmitTime"] == timedelta(days=30)


def test_rejected_work_is_not_approved_by_itself(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    assignment_id = work(publish(AutoApprovalDelayInSeconds=60)["HITId"])
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    market.clock.advance(days=1)
    assert _find(client, assignment_id)["AssignmentStatus"] == "Rejected"
