"""The end of HITs: DeleteHIT, and disposal with a deleted qualification type."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timezone
from typing import Any

import pytest

from mturk.marketplace import Marketplace, WorkerError
from tests.marketplace.conftest import Client, Refused
from tests.marketplace.plan import plans
from tests.marketplace.sample import qualification_type_arguments

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _status(client: Client, hit_id: str) -> Any:
    return client.get_hit(HITId=hit_id)["HIT"]["HITStatus"]


def test_a_hit_whose_work_is_decided_can_be_deleted(
    client: Client, publish: Callable[..., dict[str, Any]], work: Callable[..., str], refused: Refused
) -> None:
    hit_id = publish()["HITId"]
    assignment_id = work(hit_id)
    client.approve_assignment(AssignmentId=assignment_id)
    client.delete_hit(HITId=hit_id)
    assert _status(client, hit_id) == "Disposed"
    assert client.list_hits()["HITs"] == client.list_reviewable_hits()["HITs"] == []
    error = refused(client.get_assignment, AssignmentId=assignment_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


def test_a_hit_that_is_still_open_cannot_be_deleted(
    client: Client, publish: Callable[..., dict[str, Any]], refused: Refused
) -> None:
    error = refused(client.delete_hit, HITId=publish()["HITId"])
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert error["Message"].startswith(
        "This HIT is currently in the state 'Assignable'. "
        "This operation can be called with a status of: Reviewing, Reviewable ("
    )


def test_a_hit_with_undecided_work_cannot_be_deleted(
    client: Client, publish: Callable[..., dict[str, Any]], work: Callable[..., str], refused: Refused
) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    error = refused(client.delete_hit, HITId=hit_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert _status(client, hit_id) == "Reviewable"


def test_deleting_twice_is_refused_with_the_state_disposed(
    client: Client, market: Marketplace, publish: Callable[..., dict[str, Any]], refused: Refused
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
]


@pytest.mark.parametrize(("method", "arguments"), [*CHANGES, ("get_hit", {}), ("list_assignments_for_hit", {})])
def test_nobody_sees_or_changes_somebody_elses_hit(
    client: Client,
    market: Marketplace,
    connect: Callable[..., Client],
    publish: Callable[..., dict[str, Any]],
    refused: Refused,
    method: str,
    arguments: dict[str, Any],
) -> None:
    hit_id = publish()["HITId"]
    other = connect(market, "somebody else")
    error = refused(getattr(other, method), HITId=hit_id, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert _status(client, hit_id) == "Assignable"


@pytest.mark.parametrize(("method", "arguments"), [*CHANGES, ("update_hit_type_of_hit", {"HITTypeId": "3NONE"})])
def test_a_hit_that_was_disposed_of_is_not_changed(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    refused: Refused,
    method: str,
    arguments: dict[str, Any],
) -> None:
    hit_id = publish(LifetimeInSeconds=30)["HITId"]
    market.clock.advance(seconds=30)
    client.delete_hit(HITId=hit_id)
    error = refused(getattr(client, method), HITId=hit_id, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert error["Message"].startswith("This HIT is currently in the state 'Disposed'. ")
    assert _status(client, hit_id) == "Disposed"


@pytest.mark.parametrize("method", ["list_assignments_for_hit", "list_review_policy_results_for_hit"])
def test_what_a_hit_that_was_disposed_of_had_does_not_exist(
    client: Client, market: Marketplace, publish: Callable[..., dict[str, Any]], refused: Refused, method: str
) -> None:
    hit_id = publish(LifetimeInSeconds=30)["HITId"]
    market.clock.advance(seconds=30)
    client.delete_hit(HITId=hit_id)
    error = refused(getattr(client, method), HITId=hit_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"


@pytest.fixture
def type_id(client: Client) -> Any:
    made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    return made["QualificationTypeId"]


@pytest.fixture
def needed(type_id: str) -> list[dict[str, Any]]:
    """What HITs that require the type say."""
    return [{"QualificationTypeId": type_id, "Comparator": "DoesNotExist"}]


def _delete(client: Client, type_id: str) -> None:
    client.delete_qualification_type(QualificationTypeId=type_id)


def test_hits_that_require_the_type_are_disposed_of_and_no_others(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    needed: list[dict[str, Any]],
    type_id: str,
) -> None:
    doomed = [publish(QualificationRequirements=needed, RequesterAnnotation=str(n))["HITId"] for n in range(55)]
    other = publish(Title="Something else", MaxAssignments=1)["HITId"]
    _delete(client, type_id)
    market.clock.advance(seconds=1)
    assert [one["HITId"] for one in client.list_hits(MaxResults=100)["HITs"]] == [other]
    for hit_id in (doomed[0], doomed[-1]):
        assert _status(client, hit_id) == "Disposed"


@pytest.mark.parametrize("limit", ["_AT_ONCE", "_TURN"])
def test_nobody_waits_until_all_hits_that_require_the_type_are_gone(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    needed: list[dict[str, Any]],
    type_id: str,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
) -> None:
    monkeypatch.setattr(f"mturk.marketplace.hit.disposal.{limit}", int(limit == "_AT_ONCE"))
    for number in range(20):
        publish(QualificationRequirements=needed, RequesterAnnotation=str(number))
    _delete(client, type_id)
    # Each takes a step, and a tenth of a second lies between two of them.
    assert client.list_hits(MaxResults=100)["NumResults"] > 0
    market.clock.advance(seconds=3)
    assert client.list_hits(MaxResults=100)["NumResults"] == 0


def test_types_that_require_a_deleted_one_are_looked_through_some_at_a_time(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    needed: list[dict[str, Any]],
    type_id: str,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of a million of them all would be read at each step, while nobody writes.
    monkeypatch.setattr("mturk.marketplace.hit.disposal._TYPES_AT_ONCE", 3)
    doomed = [publish(QualificationRequirements=needed, Title=str(number))["HITId"] for number in range(20)]
    seen: AbstractContextManager[list[str]] = plans(everywhere=True) if database == ":memory:" else nullcontext([])
    with seen as lines:
        _delete(client, type_id)
        market.clock.advance(seconds=3)
        assert client.list_hits(MaxResults=100)["NumResults"] == 0
    assert {_status(client, hit_id) for hit_id in doomed} == {"Disposed"}
    assert [line for line in lines if line.startswith("LIST SUBQUERY") and "hit_type_requirement" in line] == []


def test_a_pause_follows_a_step_however_long_it_takes(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    needed: list[dict[str, Any]],
    type_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Else something is due all the time, and whoever would write is asked to come again.
    monkeypatch.setattr("mturk.marketplace.hit.disposal._AT_ONCE", 1)
    monkeypatch.setattr("mturk.marketplace.hit.disposal.expiration.end", lambda *_: time.sleep(0.3))
    for number in range(2):
        publish(QualificationRequirements=needed, RequesterAnnotation=str(number), MaxAssignments=1)
    before = market._dispatch.now()
    _delete(client, type_id)
    assert client.list_hits()["NumResults"] == 1
    due = market._store.pulse().due
    assert due is not None
    assert due >= before + 400


def test_money_for_work_that_nobody_began_comes_back(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    needed: list[dict[str, Any]],
    type_id: str,
) -> None:
    publish(QualificationRequirements=needed, MaxAssignments=5)
    _delete(client, type_id)
    balance = client.get_account_balance()
    assert (balance["AvailableBalance"], balance["OnHoldBalance"]) == ("10000.00", "0.00")
    assert market.audit() == []


@pytest.mark.parametrize("last", ["submitted before", "submitted after", "returned", "abandoned"])
def test_work_that_was_begun_can_be_finished_and_is_paid_by_itself(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    needed: list[dict[str, Any]],
    type_id: str,
    refused: Refused,
    last: str,
) -> None:
    hit = publish(QualificationRequirements=needed, MaxAssignments=3, AutoApprovalDelayInSeconds=3600)
    worker = market.worker("A1")
    assignment_id = worker.accept(hit["HITId"])
    if last == "submitted before":
        worker.submit(assignment_id, {"label": "cat"})
    _delete(client, type_id)
    assert client.get_account_balance()["OnHoldBalance"] == "0.06"
    if last == "submitted after":
        worker.submit(assignment_id, {"label": "cat"})
    elif last == "returned":
        worker.return_assignment(assignment_id)
    market.clock.advance(hours=2)
    paid = "submitted" in last
    balance = client.get_account_balance()
    assert balance["OnHoldBalance"] == "0.00"
    assert balance["AvailableBalance"] == ("9999.94" if paid else "10000.00")
    assert _status(client, hit["HITId"]) == "Disposed"
    assert client.list_reviewable_hits()["NumResults"] == 0
    assert market.audit() == []
    with pytest.raises(WorkerError, match="There is no HIT"):
        market.worker("A2").accept(hit["HITId"])


def test_a_review_policy_does_not_bring_back_a_hit_that_goes(
    client: Client,
    market: Marketplace,
    publish: Callable[..., dict[str, Any]],
    needed: list[dict[str, Any]],
    type_id: str,
) -> None:
    values = {
        "QuestionIds": "label",
        "QuestionAgreementThreshold": "99",
        "ExtendIfHITAgreementScoreIsLessThan": "99",
        "ExtendMaximumAssignments": "9",
        "ExtendMinimumTimeInSeconds": "3600",
    }
    policy = {
        "PolicyName": "SimplePlurality/2011-09-01",
        "Parameters": [{"Key": key, "Values": [value]} for key, value in values.items()],
    }
    hit_id = publish(QualificationRequirements=needed, MaxAssignments=3, HITReviewPolicy=policy)["HITId"]
    for worker_id, label in (("A1", "cat"), ("A2", "dog")):
        worker = market.worker(worker_id)
        worker.submit(worker.accept(hit_id), {"label": label})
    _delete(client, type_id)
    assert client.get_account_balance()["OnHoldBalance"] == "0.12"
    market.clock.advance(days=31)
    assert client.get_account_balance()["OnHoldBalance"] == "0.00"
    assert market.audit() == []
