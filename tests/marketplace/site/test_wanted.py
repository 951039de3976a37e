"""Requirements in words."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.site.wanted import wanted
from mturk.marketplace.workplace.need import Need

NAME, MISSING = "Careful reader", "you do not have it"
OWN = Need("3OWN", NAME, "Exists", (), None, False, None)
TEXTS: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({}, (NAME, "needed: to have it", MISSING)),
    ({"comparator": "DoesNotExist", "value": 1}, (NAME, "needed: not to have it", "you have 1")),
    ({"comparator": "LessThan", "wanted": ("5",)}, (NAME, "needed: less than 5", MISSING)),
    (
        {"comparator": "LessThanOrEqualTo", "wanted": ("5",)},
        (NAME, "needed: at most 5", MISSING),
    ),
    (
        {"comparator": "GreaterThan", "wanted": ("5",), "value": 5},
        (NAME, "needed: more than 5", "you have 5"),
    ),
    (
        {"comparator": "GreaterThanOrEqualTo", "wanted": ("95",), "value": 97},
        (NAME, "needed: at least 95", "you have 97"),
    ),
    ({"comparator": "EqualTo", "wanted": ("5",), "value": 0}, (NAME, "needed: 5", "you have 0")),
    (
        {"comparator": "NotEqualTo", "wanted": ("5",), "value": 5},
        (NAME, "needed: anything but 5", "you have 5"),
    ),
    ({"comparator": "In", "wanted": ("1", "2"), "value": 3}, (NAME, "needed: one of 1, 2", "you have 3")),
    ({"comparator": "NotIn", "wanted": ("1",), "value": 1}, (NAME, "needed: none of 1", "you have 1")),
    (
        {
            "type_id": "00000000000000000071",
            "name": "Worker_Locale",
            "comparator": "In",
            "wanted": ("DE", "US-NY", "XX"),
            "value": ("US", "CA"),
        },
        ("Where you live", "needed: one of Germany, United States, NY, XX", "you: United States, CA"),
    ),
]


@pytest.mark.parametrize(("changes", "expected"), TEXTS)
def test_a_requirement_is_put_in_words(changes: dict[str, Any], expected: tuple[str, str, str]) -> None:
    with Marketplace(":memory:") as market, market.app.extensions["mturk.site"].test_request_context():
        assert wanted(OWN._replace(**changes)) == expected


def test_what_a_requester_calls_like_a_system_type_keeps_its_name() -> None:
    with Marketplace(":memory:") as market, market.app.extensions["mturk.site"].test_request_context():
        assert wanted(OWN._replace(name="Worker_Adult")).name == "Worker_Adult"


@pytest.mark.parametrize(
    "name",
    [
        "Worker_NumberHITsApproved",
        "Worker_Adult",
        "Worker_PercentAssignmentsApproved",
        "Worker_PercentAssignmentsSubmitted",
        "Worker_PercentAssignmentsAbandoned",
        "Worker_PercentAssignmentsReturned",
        "Worker_PercentAssignmentsRejected",
    ],
)
def test_every_system_type_has_a_name_that_people_understand(name: str) -> None:
    with Marketplace(":memory:") as market, market.app.extensions["mturk.site"].test_request_context():
        assert "Worker_" not in wanted(OWN._replace(type_id="00000000000000000040", name=name)).name
