"""From old parameters to the members that the operations of today take."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace.query import translation
from mturk.marketplace.query.parameter_tree import tree
from mturk.marketplace.query.query_error import QueryError
from mturk.marketplace.request.rules import RULES

TYPE = {"Title": "t", "Description": "d", "Reward.1.Amount": "0.05", "AssignmentDurationInSeconds": "60"}


def read(operation: str, **given: str) -> dict[str, Any]:
    return translation.members(RULES[operation], tree({name.replace("_", "."): text for name, text in given.items()}))


def a_type(**given: str) -> dict[str, Any]:
    members = translation.members(RULES["CreateHITType"], tree({**TYPE, **given}))
    return {name: value for name, value in members.items() if name not in ("Title", "Description")}


@pytest.mark.parametrize(
    ("amount", "read_as"),
    [("0.05", "0.05"), ("5", "5.00"), (".5", "0.50"), ("1.", "1.00"), ("0.050", "0.05"), ("0", "0.00")],
)
def test_an_amount_is_whole_cents_however_it_is_written(amount: str, read_as: str) -> None:
    assert a_type(**{"Reward.1.Amount": amount})["Reward"] == read_as


@pytest.mark.parametrize("amount", ["-1", "0.005", "1e3", "NaN", "Infinity", "1,00", " 1", ".", "٣", "9" * 400])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(QueryError) as caught:
        a_type(**{"Reward.1.Amount": amount})
    assert "Reward.Amount" in caught.value.message


def test_another_currency_is_refused() -> None:
    with pytest.raises(QueryError, match="USD"):
        a_type(**{"Reward.1.CurrencyCode": "EUR"})


@pytest.mark.parametrize(
    "given",
    [
        {"QualificationRequirement.1.LocaleValue.Country": "US"},
        {"QualificationRequirement.LocaleValue.1.Country": "US"},
        {"QualificationRequirement.1.LocaleValue.1.Country": "US"},
    ],
    ids=str,
)
def test_one_of_a_list_may_stand_without_its_number(given: dict[str, str]) -> None:
    place = next(iter(given)).partition(".Loc")[0]
    more = {f"{place}.QualificationTypeId": "00000000000000000071", f"{place}.Comparator": "EqualTo"}
    (requirement,) = a_type(**given, **more)["QualificationRequirements"]
    assert requirement["LocaleValues"] == [{"Country": "US"}]


@pytest.mark.parametrize(
    ("text", "flag"), [("true", True), ("True", True), ("1", True), ("false", False), ("False", False), ("0", False)]
)
def test_a_flag_is_read_as_old_programs_wrote_it(text: str, flag: bool) -> None:
    assert read("UpdateHITReviewStatus", HITId="3A", Revert=text)["Revert"] is flag


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("UpdateHITReviewStatus", {"HITId": "3A", "Revert": "perhaps"}),
        ("AcceptQualificationRequest", {"QualificationRequestId": "3A", "IntegerValue": "1.5"}),
        ("AcceptQualificationRequest", {"QualificationRequestId": "3A", "IntegerValue": "9" * 5000}),
        ("GetHIT", {"HITId_1": "3A", "HITId_2": "3B"}),
        ("CreateHITType", {"Title": "t", "Description": "d", "Reward": "0.05", "AssignmentDurationInSeconds": "60"}),
    ],
)
def test_a_value_of_another_kind_is_refused(operation: str, given: dict[str, str]) -> None:
    with pytest.raises(QueryError) as caught:
        read(operation, **given)
    assert caught.value.code == "AWS.MechanicalTurk.InvalidParameterValue"


@pytest.mark.parametrize("given", [{}, {"HITId": ""}])
def test_a_required_parameter_that_is_not_there_is_named(given: dict[str, str]) -> None:
    with pytest.raises(QueryError, match="Required parameters include HITId") as caught:
        read("GetHIT", **given)
    assert caught.value.code == "AWS.MissingParameters"


def test_what_is_empty_or_unknown_counts_as_not_given() -> None:
    assert set(a_type(Keywords="", autoApprovalDelayInSeconds="1")) == {"Reward", "AssignmentDurationInSeconds"}


def test_statuses_may_stand_in_one_text_with_commas() -> None:
    given = read("ListAssignmentsForHIT", HITId="3A", AssignmentStatus="Approved,Rejected")
    assert given["AssignmentStatuses"] == ["Approved", "Rejected"]


def test_a_text_keeps_its_commas() -> None:
    assert a_type(Keywords="a, b")["Keywords"] == "a, b"
