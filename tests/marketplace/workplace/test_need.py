"""Requirements as one worker sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.hit import offer
from mturk.marketplace.workplace.need import REQUEST, TEST, Need, needs
from tests.marketplace.asked import asked_by_this_thread
from tests.marketplace.conftest import Client, Publish
from tests.marketplace.sample import graded_type_arguments, qualification_type_arguments

APPROVED = "000000000000000000L0"
LOCALE = "00000000000000000071"


def seen(market: Marketplace, group_id: str) -> Sequence[Need]:
    market.worker("A1", country="FR")
    return market._dispatch.run(lambda context: needs(context, [offer.offer(context, "A1", group_id)]), writes=False)[0]


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        (
            {"QualificationTypeId": APPROVED, "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [95]},
            ("Worker_PercentAssignmentsApproved", ("95",), 100, True, None),
        ),
        (
            {
                "QualificationTypeId": LOCALE,
                "Comparator": "In",
                "LocaleValues": [{"Country": "DE"}, {"Country": "US", "Subdivision": "NY"}],
            },
            ("Worker_Locale", ("DE", "US-NY"), ("FR", None), False, None),
        ),
    ],
)
def test_a_requirement_on_a_system_type_tells_the_workers_own_value(
    market: Marketplace, publish: Publish, requirement: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    (need,) = seen(market, publish(QualificationRequirements=[requirement])["HITGroupId"])
    assert (need.name, need.wanted, need.value, need.met, need.way) == expected


@pytest.mark.parametrize(
    ("arguments", "comparator", "way"),
    [
        (qualification_type_arguments(), "Exists", REQUEST),
        (graded_type_arguments(), "Exists", TEST),
        (qualification_type_arguments(QualificationTypeStatus="Inactive"), "Exists", None),
        (qualification_type_arguments(), "DoesNotExist", None),
    ],
)
def test_what_is_missing_can_be_requested_or_tested_for_if_its_type_allows_that(
    market: Marketplace, client: Client, publish: Publish, arguments: dict[str, Any], comparator: str, way: str | None
) -> None:
    active = {**arguments, "QualificationTypeStatus": "Active"}
    type_id = client.create_qualification_type(**active)["QualificationType"]["QualificationTypeId"]
    needed = [{"QualificationTypeId": type_id, "Comparator": comparator}]
    group_id = publish(QualificationRequirements=needed)["HITGroupId"]
    client.update_qualification_type(
        QualificationTypeId=type_id, QualificationTypeStatus=arguments["QualificationTypeStatus"]
    )
    (need,) = seen(market, group_id)
    assert (need.name, need.met, need.way) == ("Knows cats", comparator == "DoesNotExist", way)


def test_a_score_that_is_too_low_can_be_tried_for_again(market: Marketplace, client: Client, publish: Publish) -> None:
    type_id = client.create_qualification_type(**qualification_type_arguments())["QualificationType"][
        "QualificationTypeId"
    ]
    needed = [{"QualificationTypeId": type_id, "Comparator": "GreaterThan", "IntegerValues": [5]}]
    group_id = publish(QualificationRequirements=needed)["HITGroupId"]
    market.worker("A1")
    client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="A1", IntegerValue=5)
    (need,) = seen(market, group_id)
    assert (need.value, need.met, need.way) == (5, False, REQUEST)


def test_the_names_for_a_page_of_groups_are_read_at_once(market: Marketplace, client: Client, publish: Publish) -> None:
    for number in range(5):
        arguments = qualification_type_arguments(Name=f"Type {number}")
        type_id = client.create_qualification_type(**arguments)["QualificationType"]["QualificationTypeId"]
        publish(QualificationRequirements=[{"QualificationTypeId": type_id, "Comparator": "Exists"}])
    market.worker("A1")
    asked = asked_by_this_thread(market)

    def look(context: Any) -> list[list[Need]]:
        listing = offer.offers(context, "A1")
        asked.clear()
        return needs(context, listing.offers)

    found = market._dispatch.run(look, writes=False)
    assert [need.name for (need,) in found] == [f"Type {number}" for number in reversed(range(5))]
    assert len(asked) == 1
