"""AssociateQualificationWithWorker, DisassociateQualificationFromWorker, GetQualificationScore and
ListWorkersWithQualificationType."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Refused
from tests.marketplace.sample import hit_arguments, qualification_type_arguments

A1 = {"WorkerId": "A1WORKER"}
NO_SUCH = "You requested a Qualification that does not exist. ("
REVOKED = (
    "This Qualification is currently in the state 'Revoked'. This operation can be called with a status of: Granted ("
)


@pytest.fixture
def kind(client: Client, market: Marketplace) -> dict[str, str]:
    """A qualification type, and a worker who could have it."""
    market.worker("A1WORKER")
    made = client.create_qualification_type(**qualification_type_arguments())
    return {"QualificationTypeId": made["QualificationType"]["QualificationTypeId"]}


def test_a_grant_gives_one_unless_it_says_otherwise(client: Client, market: Marketplace, kind: dict[str, str]) -> None:
    client.associate_qualification_with_worker(**kind, **A1)
    found = client.get_qualification_score(**kind, **A1)["Qualification"]
    assert abs((found.pop("GrantTime") - market.clock.now()).total_seconds()) < 60
    assert found == {**kind, **A1, "IntegerValue": 1, "Status": "Granted"}


@pytest.mark.parametrize("value", [0, -7, 2**31 - 1, -(2**31)])
def test_a_grant_gives_any_32_bit_number(client: Client, kind: dict[str, str], value: int) -> None:
    client.associate_qualification_with_worker(**kind, **A1, IntegerValue=value, SendNotification=False)
    assert client.get_qualification_score(**kind, **A1)["Qualification"]["IntegerValue"] == value


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_a_larger_number_is_refused(client: Client, kind: dict[str, str], refused: Refused, value: int) -> None:
    error = refused(client.associate_qualification_with_worker, **kind, **A1, IntegerValue=value)
    assert error["Parameter"] == "IntegerValue"


def test_a_second_grant_changes_score_and_time(client: Client, market: Marketplace, kind: dict[str, str]) -> None:
    client.associate_qualification_with_worker(**kind, **A1, IntegerValue=3)
    first = client.get_qualification_score(**kind, **A1)["Qualification"]
    market.clock.advance(hours=1)
    client.associate_qualification_with_worker(**kind, **A1, IntegerValue=5)
    second = client.get_qualification_score(**kind, **A1)["Qualification"]
    assert second["IntegerValue"] == 5
    assert 3600 <= (second["GrantTime"] - first["GrantTime"]).total_seconds() < 3660
    assert client.list_workers_with_qualification_type(**kind)["NumResults"] == 1


@pytest.mark.parametrize(("notification", "number"), [({}, 1), ({"SendNotification": False}, 0)])
def test_the_worker_is_told_of_a_grant_unless_it_says_otherwise(
    client: Client, market: Marketplace, kind: dict[str, str], notification: dict[str, bool], number: int
) -> None:
    client.associate_qualification_with_worker(**kind, **A1, IntegerValue=7, **notification)
    texts = [one.text for one in market.worker("A1WORKER").messages()]
    assert texts == ['You were granted the Qualification "Knows cats" with a score of 7.'] * number


@pytest.mark.parametrize(("reason", "number"), [({}, 0), ({"Reason": "Too old"}, 1)])
def test_the_worker_is_told_of_a_revocation_if_there_is_a_reason(
    client: Client, market: Marketplace, kind: dict[str, str], reason: dict[str, str], number: int
) -> None:
    client.associate_qualification_with_worker(**kind, **A1, SendNotification=False)
    client.disassociate_qualification_from_worker(**kind, **A1, **reason)
    texts = [one.text for one in market.worker("A1WORKER").messages()]
    assert texts == ['Your Qualification "Knows cats" was revoked: Too old'] * number


def test_an_unknown_worker_is_granted_nothing(client: Client, kind: dict[str, str], refused: Refused) -> None:
    error = refused(client.associate_qualification_with_worker, **kind, WorkerId="A2UNKNOWN")
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "WorkerId")


def test_an_inactive_type_is_granted_to_nobody(client: Client, kind: dict[str, str], refused: Refused) -> None:
    client.update_qualification_type(**kind, QualificationTypeStatus="Inactive")
    error = refused(client.associate_qualification_with_worker, **kind, **A1)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidQualificationTypeState"
    assert "'Inactive'" in error["Message"]


def test_a_revoked_qualification_has_no_score(client: Client, kind: dict[str, str], refused: Refused) -> None:
    client.associate_qualification_with_worker(**kind, **A1)
    client.disassociate_qualification_from_worker(**kind, **A1, Reason="Too old")
    error = refused(client.get_qualification_score, **kind, **A1)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidQualificationState"
    assert error["Message"].startswith(REVOKED)


def test_a_qualification_is_revoked_once(client: Client, kind: dict[str, str], refused: Refused) -> None:
    client.associate_qualification_with_worker(**kind, **A1)
    client.disassociate_qualification_from_worker(**kind, **A1)
    error = refused(client.disassociate_qualification_from_worker, **kind, **A1)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidQualificationState"
    assert error["Message"].startswith(REVOKED)


def test_a_revoked_qualification_can_be_granted_again(client: Client, kind: dict[str, str]) -> None:
    client.associate_qualification_with_worker(**kind, **A1)
    client.disassociate_qualification_from_worker(**kind, **A1)
    client.associate_qualification_with_worker(**kind, **A1, IntegerValue=2)
    assert client.get_qualification_score(**kind, **A1)["Qualification"]["IntegerValue"] == 2


@pytest.mark.parametrize("method", ["get_qualification_score", "disassociate_qualification_from_worker"])
@pytest.mark.parametrize("why", ["not granted", "no such worker", "no such type", "a system type", "somebody else's"])
def test_who_has_no_qualification_has_no_score_to_read_or_revoke(
    client: Client, market: Marketplace, connect: Connect, kind: dict[str, str], refused: Refused, method: str, why: str
) -> None:
    arguments = {**kind, **A1}
    if why == "no such worker":
        arguments["WorkerId"] = "A2UNKNOWN"
    elif why == "no such type":
        arguments["QualificationTypeId"] = "3NOSUCHTYPE"
    elif why == "a system type":
        arguments["QualificationTypeId"] = "00000000000000000040"
    elif why == "somebody else's":
        client.associate_qualification_with_worker(**arguments)
        client = connect(market, "somebody else")
    error = refused(getattr(client, method), **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationDoesNotExist"
    assert error["Message"].startswith(NO_SUCH)


def test_lists_show_who_has_a_qualification_or_had_it(
    client: Client, market: Marketplace, kind: dict[str, str]
) -> None:
    for worker_id in ("A2", "A1", "A3"):
        market.worker(worker_id)
        client.associate_qualification_with_worker(**kind, WorkerId=worker_id)
    client.disassociate_qualification_from_worker(**kind, WorkerId="A1")

    def listed(**status: Any) -> list[tuple[str, str]]:
        answer = client.list_workers_with_qualification_type(**kind, **status)
        return [(one["WorkerId"], one["Status"]) for one in answer["Qualifications"]]

    assert listed() == listed(Status="Granted") == [("A2", "Granted"), ("A3", "Granted")]
    assert listed(Status="Revoked") == [("A1", "Revoked")]


def test_an_unknown_status_is_refused_by_the_front_end(client: Client, kind: dict[str, str], refused: Refused) -> None:
    error = refused(client.list_workers_with_qualification_type, **kind, Status="Lost")
    assert "enum value set: [Granted, Revoked]" in error["message"]


@pytest.mark.parametrize(("size", "sizes"), [(None, [10, 2, 0]), (5, [5, 5, 2, 0]), (6, [6, 6, 0]), (100, [12, 0])])
def test_pages_of_workers_hold_each_once(
    client: Client, market: Marketplace, kind: dict[str, str], size: int | None, sizes: list[int]
) -> None:
    for number in range(12):
        market.worker(f"A{number}")
        client.associate_qualification_with_worker(**kind, WorkerId=f"A{number}")
    config = {} if size is None else {"PaginationConfig": {"PageSize": size}}
    pages = list(client.get_paginator("list_workers_with_qualification_type").paginate(**kind, **config))
    assert [page["NumResults"] for page in pages] == sizes
    workers = [one["WorkerId"] for page in pages for one in page["Qualifications"]]
    assert workers == [f"A{number}" for number in range(12)]


def test_who_is_granted_something_keeps_what_was_accepted_when_it_is_revoked(
    client: Client, market: Marketplace, kind: dict[str, str]
) -> None:
    client.associate_qualification_with_worker(**kind, **A1)
    requirement = {**kind, "Comparator": "Exists"}
    hit_id = client.create_hit(**hit_arguments(QualificationRequirements=[requirement]))["HIT"]["HITId"]
    worker = market.worker("A1WORKER")
    assignment_id = worker.accept(hit_id)
    client.disassociate_qualification_from_worker(**kind, **A1)
    worker.submit(assignment_id, {"label": "cat"})
    assert client.get_assignment(AssignmentId=assignment_id)["Assignment"]["AssignmentStatus"] == "Submitted"


def test_grants_are_listed_late_where_lists_lag(connect: Connect) -> None:
    with Marketplace(eventual=30) as market:
        client = connect(market)
        market.worker("A1WORKER")
        made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
        kind = {"QualificationTypeId": made["QualificationTypeId"]}
        client.associate_qualification_with_worker(**kind, **A1)
        assert client.list_workers_with_qualification_type(**kind)["NumResults"] == 0
        market.clock.advance(seconds=30)
        assert client.list_workers_with_qualification_type(**kind)["NumResults"] == 1
