"""Requirements in words."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.qualification.requirement import Value
from mturk.marketplace.site.wanted import own_value, wanted
from mturk.marketplace.workplace.need import Need

NAME, MISSING = "Careful reader", "you do not have it"
OWN = Need("3OWN", NAME, "Exists", (), None, False, None)
TEXTS: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({}, (NAME, "you need to have it", MISSING)),
    ({"comparator": "DoesNotExist", "value": 1}, (NAME, "you must not have it", "you have 1")),
    ({"comparator": "LessThan", "wanted": ("5",)}, (NAME, "less than 5 needed", MISSING)),
    (
        {"comparator": "LessThanOrEqualTo", "wanted": ("5",)},
        (NAME, "at most 5 needed", MISSING),
    ),
    (
        {"comparator": "GreaterThan", "wanted": ("5",), "value": 5},
        (NAME, "more than 5 needed", "you have 5"),
    ),
    (
        {"comparator": "GreaterThanOrEqualTo", "wanted": ("95",), "value": 97},
        (NAME, "at least 95 needed", "you have 97"),
    ),
    ({"comparator": "EqualTo", "wanted": ("5",), "value": 0}, (NAME, "5 needed", "you have 0")),
    (
        {"comparator": "NotEqualTo", "wanted": ("5",), "value": 5},
        (NAME, "anything but 5 needed", "you have 5"),
    ),
    ({"comparator": "In", "wanted": ("1", "2"), "value": 3}, (NAME, "one of 1, 2 needed", "you have 3")),
    ({"comparator": "NotIn", "wanted": ("1",), "value": 1}, (NAME, "anything but 1 needed", "you have 1")),
    (
        {
            "type_id": "000000000000000000L0",
            "name": "Worker_PercentAssignmentsApproved",
            "comparator": "GreaterThanOrEqualTo",
            "wanted": ("95",),
            "value": 100,
        },
        ("Share of your work that was approved", "at least 95% needed", "you have 100%"),
    ),
    (
        {"type_id": "00000000000000000071", "name": "Worker_Locale", "comparator": "In", "wanted": ("DE",)},
        ("Where you live", "Germany needed", MISSING),
    ),
    (
        {
            "type_id": "00000000000000000071",
            "name": "Worker_Locale",
            "comparator": "In",
            "wanted": ("DE", "US-NY", "XX"),
            "value": ("US", "CA"),
        },
        ("Where you live", "one of Germany, United States, NY, XX needed", "you live in United States, CA"),
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


OWN_VALUES = [
    ("00000000000000000060", 1, "yes"),
    ("00000000000000000060", None, "no"),
    ("000000000000000000L0", 97, "97%"),
    ("00000000000000000040", 1200, "1,200"),
    ("00000000000000000071", ("US", "NY"), "United States, NY"),
    ("00000000000000000071", None, "you do not have it"),
]


@pytest.mark.parametrize(("type_id", "value", "words"), OWN_VALUES)
def test_what_a_worker_has_is_put_in_words(type_id: str, value: Value, words: str) -> None:
    with Marketplace(":memory:") as market, market.app.extensions["mturk.site"].test_request_context():
        assert own_value(type_id, value) == words
