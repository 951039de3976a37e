"""DeleteQualificationType, and all that goes with a qualification type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Refused
from tests.marketplace.sample import html_question, qualification_type_arguments, type_arguments

GONE = "AWS.MechanicalTurk.QualificationTypeDoesNotExist"


NOT_NOW = "AWS.MechanicalTurk.InvalidQualificationTypeState"


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


def test_the_name_can_be_used_again_at_once(client: Client, market: Marketplace, type_id: str) -> None:
    for _ in range(3):
        _delete(client, type_id)
        made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
        assert made["QualificationTypeId"] != type_id
        type_id = made["QualificationTypeId"]
    market.clock.advance(days=3)
    assert client.get_qualification_type(QualificationTypeId=type_id)["QualificationType"]["Name"] == made["Name"]


def test_the_name_can_be_held_as_long_as_the_service_does(connect: Connect, database: str, refused: Refused) -> None:
    with Marketplace(database, name_hold=timedelta(hours=48)) as market:
        client = connect(market)
        made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
        _delete(client, made["QualificationTypeId"])
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


def test_nothing_new_can_require_a_deleted_type(
    client: Client, publish: Callable[..., dict[str, Any]], needed: list[dict[str, Any]], type_id: str, refused: Refused
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
