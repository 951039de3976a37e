"""SendBonus, ListBonusPayments."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Publish, Refused, Work


def _bonus(assignment_id: str, **changes: Any) -> dict[str, str]:
    return {
        "WorkerId": "A1WORKER",
        "AssignmentId": assignment_id,
        "BonusAmount": "0.50",
        "Reason": "Very good",
        **changes,
    }


def _payments(client: Client, **of: Any) -> list[dict[str, Any]]:
    pages = client.get_paginator("list_bonus_payments").paginate(**of, PaginationConfig={"PageSize": 2})
    return [payment for page in pages for payment in page["BonusPayments"]]


def test_a_bonus_is_listed_as_it_was_paid(client: Client, market: Marketplace, publish: Publish, work: Work) -> None:
    assignment_id = work(publish()["HITId"])
    client.send_bonus(**_bonus(assignment_id))
    (payment,) = _payments(client, AssignmentId=assignment_id)
    granted = payment.pop("GrantTime")
    assert abs((granted - market.clock.now()).total_seconds()) < 60
    assert payment == _bonus(assignment_id)


def test_bonuses_are_listed_by_hit_and_by_assignment(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(MaxAssignments=3)["HITId"]
    one, other = work(hit_id, "A1"), work(hit_id, "A2")
    for amount in ("0.01", "0.02", "0.03"):
        client.send_bonus(**_bonus(one, WorkerId="A1", BonusAmount=amount))
    client.send_bonus(**_bonus(other, WorkerId="A2"))
    amounts = [payment["BonusAmount"] for payment in _payments(client, HITId=hit_id)]
    assert amounts == ["0.01", "0.02", "0.03", "0.50"]
    assert [payment["WorkerId"] for payment in _payments(client, AssignmentId=other)] == ["A2"]


def test_a_list_of_bonuses_needs_a_hit_or_an_assignment(client: Client, refused: Refused) -> None:
    error = refused(client.list_bonus_payments)
    assert error["__type"] == "ParameterValidationError"


def test_a_repeated_token_does_not_pay_twice(client: Client, publish: Publish, work: Work, refused: Refused) -> None:
    assignment_id = work(publish()["HITId"])
    client.send_bonus(**_bonus(assignment_id, UniqueRequestToken="once"))
    error = refused(client.send_bonus, **_bonus(assignment_id, UniqueRequestToken="once"))
    assert error["__type"] == "RequestError"
    assert error["Message"].startswith("The idempotency token ")
    assert "already been processed" in error["Message"]
    assert len(_payments(client, AssignmentId=assignment_id)) == 1


def test_without_a_token_the_same_bonus_is_paid_again(client: Client, publish: Publish, work: Work) -> None:
    assignment_id = work(publish()["HITId"])
    for _ in range(2):
        client.send_bonus(**_bonus(assignment_id))
    assert len(_payments(client, AssignmentId=assignment_id)) == 2


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_decided_work_can_get_a_bonus_too(client: Client, publish: Publish, work: Work, decision: str) -> None:
    assignment_id = work(publish()["HITId"])
    if decision == "approve":
        client.approve_assignment(AssignmentId=assignment_id)
    else:
        client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    client.send_bonus(**_bonus(assignment_id))
    assert len(_payments(client, AssignmentId=assignment_id)) == 1


@pytest.mark.parametrize("worker", ["A2UNKNOWN", "A2KNOWN"])
def test_a_worker_who_did_not_do_the_assignment_gets_no_bonus(
    client: Client, market: Marketplace, publish: Publish, work: Work, refused: Refused, worker: str
) -> None:
    market.worker("A2KNOWN")
    assignment_id = work(publish()["HITId"])
    error = refused(client.send_bonus, **_bonus(assignment_id, WorkerId=worker))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "WorkerId")
    assert _payments(client, AssignmentId=assignment_id) == []


def test_a_bonus_for_work_in_progress_is_refused(
    client: Client, market: Marketplace, publish: Publish, refused: Refused
) -> None:
    assignment_id = market.worker("A1WORKER").accept(publish()["HITId"])
    error = refused(client.send_bonus, **_bonus(assignment_id))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"


def test_a_bonus_for_an_unknown_assignment_is_refused(client: Client, market: Marketplace, refused: Refused) -> None:
    market.worker("A1WORKER")
    error = refused(client.send_bonus, **_bonus("3NOSUCH"))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


@pytest.mark.parametrize("amount", ["0", "0.00"])
def test_a_bonus_of_nothing_is_refused(
    client: Client, publish: Publish, work: Work, refused: Refused, amount: str
) -> None:
    error = refused(client.send_bonus, **_bonus(work(publish()["HITId"]), BonusAmount=amount))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "BonusAmount")


def test_a_bonus_beyond_the_balance_is_refused(client: Client, publish: Publish, work: Work, refused: Refused) -> None:
    error = refused(client.send_bonus, **_bonus(work(publish()["HITId"]), BonusAmount="9999.00"))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"


def test_a_refused_bonus_leaves_its_token_unused(
    client: Client, publish: Publish, work: Work, refused: Refused
) -> None:
    assignment_id = work(publish()["HITId"])
    refused(client.send_bonus, **_bonus(assignment_id, BonusAmount="9999", UniqueRequestToken="t"))
    client.send_bonus(**_bonus(assignment_id, UniqueRequestToken="t"))


def test_bonuses_remain_after_their_hit_was_deleted(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish()["HITId"]
    assignment_id = work(hit_id)
    client.approve_assignment(AssignmentId=assignment_id)
    client.delete_hit(HITId=hit_id)
    client.send_bonus(**_bonus(assignment_id))
    assert len(_payments(client, HITId=hit_id)) == 1
