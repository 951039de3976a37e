"""DeleteQualificationType, and all that goes with a qualification type."""

from __future__ import annotations

import pytest

from mturk.marketplace import Marketplace, WorkerError
from tests.marketplace.conftest import Client, Publish, Refused
from tests.marketplace.sample import html_question, qualification_type_arguments, type_arguments

GONE = "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
NOT_NOW = "AWS.MechanicalTurk.InvalidQualificationTypeState"


@pytest.fixture
def type_id(client: Client) -> str:
    made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    return made["QualificationTypeId"]


@pytest.fixture
def needed(type_id: str) -> list[dict[str, str]]:
    """What HITs that require the type say."""
    return [{"QualificationTypeId": type_id, "Comparator": "DoesNotExist"}]


def _delete(client: Client, type_id: str) -> None:
    client.delete_qualification_type(QualificationTypeId=type_id)


def test_a_deleted_type_is_no_longer_shown(client: Client, type_id: str, refused: Refused) -> None:
    _delete(client, type_id)
    assert client.list_qualification_types(MustBeRequestable=True)["NumResults"] == 0
    for method in ("get_qualification_type", "list_hits_for_qualification_type", "list_qualification_requests"):
        assert refused(getattr(client, method), QualificationTypeId=type_id)["TurkErrorCode"] == GONE


@pytest.mark.parametrize("state", ["Active", "Inactive"])
def test_active_and_inactive_types_can_be_deleted_once(
    client: Client, market: Marketplace, type_id: str, refused: Refused, state: str
) -> None:
    client.update_qualification_type(QualificationTypeId=type_id, QualificationTypeStatus=state)
    _delete(client, type_id)
    error = refused(client.delete_qualification_type, QualificationTypeId=type_id)
    assert error["TurkErrorCode"] == NOT_NOW
    assert error["Message"].startswith(
        "This QualificationType is currently in the state 'Disposing'. "
        "This operation can be called with a status of: Active,Inactive ("
    )
    market.clock.advance(hours=48)
    assert refused(client.delete_qualification_type, QualificationTypeId=type_id)["TurkErrorCode"] == GONE


@pytest.mark.parametrize("method", ["update_qualification_type", "associate_qualification_with_worker"])
def test_a_type_that_goes_is_not_changed_nor_granted(
    client: Client, market: Marketplace, type_id: str, refused: Refused, method: str
) -> None:
    market.worker("A1")
    _delete(client, type_id)
    arguments = {"WorkerId": "A1"} if "worker" in method else {}
    error = refused(getattr(client, method), QualificationTypeId=type_id, **arguments)
    assert error["TurkErrorCode"] == NOT_NOW


def test_the_name_is_taken_for_48_hours(client: Client, market: Marketplace, type_id: str, refused: Refused) -> None:
    _delete(client, type_id)
    market.clock.advance(hours=47, minutes=59)
    error = refused(client.create_qualification_type, **qualification_type_arguments())
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeAlreadyExists"
    market.clock.advance(minutes=1)
    assert client.create_qualification_type(**qualification_type_arguments())


def test_workers_keep_what_they_have(client: Client, market: Marketplace, type_id: str) -> None:
    market.worker("A1")
    client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="A1", IntegerValue=7)
    _delete(client, type_id)
    market.clock.advance(days=3)
    found = client.get_qualification_score(QualificationTypeId=type_id, WorkerId="A1")["Qualification"]
    assert (found["IntegerValue"], found["Status"]) == (7, "Granted")


def test_open_requests_are_rejected(client: Client, market: Marketplace, type_id: str, refused: Refused) -> None:
    market.worker("A1").request_qualification(type_id)
    (request,) = client.list_qualification_requests()["QualificationRequests"]
    _delete(client, type_id)
    assert client.list_qualification_requests()["NumResults"] == 0
    error = refused(client.accept_qualification_request, QualificationRequestId=request["QualificationRequestId"])
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidQualificationRequestState"
    assert "'Rejected'" in error["Message"]


def test_hits_that_require_the_type_are_disposed_of_and_no_others(
    client: Client, publish: Publish, needed: list[dict[str, str]], type_id: str, refused: Refused
) -> None:
    doomed = [publish(QualificationRequirements=needed, RequesterAnnotation=str(n))["HITId"] for n in range(25)]
    other = publish(Title="Something else", MaxAssignments=1)["HITId"]
    _delete(client, type_id)
    assert [one["HITId"] for one in client.list_hits(MaxResults=100)["HITs"]] == [other]
    for hit_id in (doomed[0], doomed[-1]):
        assert refused(client.get_hit, HITId=hit_id)["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"


def test_money_for_work_that_nobody_began_comes_back(
    client: Client, market: Marketplace, publish: Publish, needed: list[dict[str, str]], type_id: str
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
    publish: Publish,
    needed: list[dict[str, str]],
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
    assert refused(client.get_hit, HITId=hit["HITId"])["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert client.list_reviewable_hits()["NumResults"] == 0
    assert market.audit() == []
    with pytest.raises(WorkerError, match="There is no HIT"):
        market.worker("A2").accept(hit["HITId"])


def test_a_review_policy_does_not_bring_back_a_hit_that_goes(
    client: Client, market: Marketplace, publish: Publish, needed: list[dict[str, str]], type_id: str
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


def test_nothing_new_can_require_a_deleted_type(
    client: Client, publish: Publish, needed: list[dict[str, str]], type_id: str, refused: Refused
) -> None:
    hit_type_id = client.create_hit_type(**type_arguments(QualificationRequirements=needed))["HITTypeId"]
    other = publish(Title="Something else")["HITId"]
    _delete(client, type_id)
    attempts = [
        (client.create_hit_type, type_arguments(QualificationRequirements=needed)),
        (
            client.create_hit_with_hit_type,
            {"HITTypeId": hit_type_id, "LifetimeInSeconds": 60, "Question": html_question()},
        ),
        (client.update_hit_type_of_hit, {"HITTypeId": hit_type_id, "HITId": other}),
    ]
    for method, arguments in attempts:
        assert refused(method, **arguments)["TurkErrorCode"] == GONE
