"""Premium qualification types: known by the ids that they had, for a fee."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mturk.marketplace import Marketplace, WorkerError
from tests.marketplace.conftest import Client, Publish, Refused

BLOGGER = ("35NJOM7A2AHJ8CEAOZJYOG2F0DRZXE", "37V1T9MUUQLS5X0CG7PBSP0508ANH0")


def _needs(type_id: str, comparator: str = "EqualTo") -> list[dict[str, Any]]:
    values = {"IntegerValues": [1]} if comparator == "EqualTo" else {}
    return [{"QualificationTypeId": type_id, "Comparator": comparator, **values}]


@pytest.mark.parametrize("type_id", BLOGGER)
def test_a_premium_type_can_be_read_by_both_of_its_ids(client: Client, type_id: str) -> None:
    found = client.get_qualification_type(QualificationTypeId=type_id)["QualificationType"]
    assert (found["QualificationTypeId"], found["Name"], found["IsRequestable"]) == (type_id, "Blogger", False)
    listed = client.list_qualification_types(MustBeRequestable=False, MaxResults=100)["QualificationTypes"]
    assert "Blogger" not in {one["Name"] for one in listed}


@pytest.mark.parametrize("type_id", BLOGGER)
def test_only_who_has_it_may_accept(market: Marketplace, publish: Publish, type_id: str) -> None:
    hit_id = publish(QualificationRequirements=_needs(type_id))["HITId"]
    with pytest.raises(WorkerError, match="Qualifications"):
        market.worker("A1").accept(hit_id)
    market.worker("A2", premium={BLOGGER[0]: 0})
    with pytest.raises(WorkerError, match="Qualifications"):
        market.worker("A2").accept(hit_id)
    assert market.worker("A2", premium={BLOGGER[1]: 1}, adult=True).accept(hit_id)


def test_the_value_stays_until_another_is_given(market: Marketplace, publish: Publish) -> None:
    market.worker("A1", premium={BLOGGER[0]: 1})
    market.worker("A1", country="DE")
    hits = [publish(QualificationRequirements=_needs(BLOGGER[0]), Title=title)["HITId"] for title in ("one", "two")]
    assert market.worker("A1").accept(hits[0])
    with pytest.raises(WorkerError, match="Qualifications"):
        market.worker("A1", premium={}).accept(hits[1])


@pytest.mark.parametrize(("comparator", "fee"), [("EqualTo", "0.25"), ("Exists", "0.25"), ("DoesNotExist", "0.00")])
def test_its_fee_is_charged_for_each_assignment(client: Client, publish: Publish, comparator: str, fee: str) -> None:
    publish(QualificationRequirements=_needs(BLOGGER[0], comparator), MaxAssignments=3)
    on_hold = Decimal(client.get_account_balance()["OnHoldBalance"])
    assert on_hold == 3 * (Decimal("0.06") + Decimal(fee))


def test_hits_that_require_it_are_found(client: Client, publish: Publish) -> None:
    hit = publish(QualificationRequirements=_needs(BLOGGER[0]))
    found = client.list_hits_for_qualification_type(QualificationTypeId=BLOGGER[0])["HITs"]
    assert [one["HITId"] for one in found] == [hit["HITId"]]


def test_nobody_grants_it(client: Client, market: Marketplace, refused: Refused) -> None:
    market.worker("A1")
    error = refused(client.associate_qualification_with_worker, QualificationTypeId=BLOGGER[0], WorkerId="A1")
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"


def test_an_id_that_is_no_premium_type_s_is_refused(market: Marketplace) -> None:
    with pytest.raises(ValueError, match="no id of a premium qualification type"):
        market.worker("A1", premium={"3NONE": 1})
