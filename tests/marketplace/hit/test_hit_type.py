"""CreateHITType."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.sample import hit_arguments, type_arguments

LOCALE = {
    "QualificationTypeId": "00000000000000000071",
    "Comparator": "EqualTo",
    "LocaleValues": [{"Country": "US"}],
}


def test_the_same_values_give_the_same_type(client: Client) -> None:
    arguments = type_arguments(Keywords="a, b", QualificationRequirements=[LOCALE])
    first = client.create_hit_type(**arguments)["HITTypeId"]
    assert client.create_hit_type(**arguments)["HITTypeId"] == first


def test_create_hit_uses_a_type_with_the_same_values(client: Client) -> None:
    kind = client.create_hit_type(**type_arguments())["HITTypeId"]
    assert client.create_hit(**hit_arguments())["HIT"]["HITTypeId"] == kind


def test_hits_of_one_type_are_one_group(client: Client) -> None:
    first, second = (client.create_hit(**hit_arguments())["HIT"] for _ in range(2))
    assert first["HITGroupId"] == second["HITGroupId"]
    assert first["HITId"] != second["HITId"]


@pytest.mark.parametrize(
    "same",
    [
        {"AutoApprovalDelayInSeconds": 2_592_000},
        {"QualificationRequirements": []},
    ],
)
def test_a_default_that_is_written_out_does_not_make_another_type(client: Client, same: dict[str, Any]) -> None:
    kind = client.create_hit_type(**type_arguments())["HITTypeId"]
    assert client.create_hit_type(**type_arguments(**same))["HITTypeId"] == kind


@pytest.mark.parametrize(
    "other",
    [
        {"Title": "Another"},
        {"Description": "Another"},
        {"Keywords": "more"},
        {"Reward": "0.06"},
        {"AssignmentDurationInSeconds": 601},
        {"AutoApprovalDelayInSeconds": 0},
        {"QualificationRequirements": [LOCALE]},
    ],
)
def test_any_other_value_makes_another_type(client: Client, other: dict[str, Any]) -> None:
    kind = client.create_hit_type(**type_arguments())["HITTypeId"]
    assert client.create_hit_type(**type_arguments(**other))["HITTypeId"] != kind


def test_amounts_are_equal_whatever_their_form(client: Client) -> None:
    kinds = {client.create_hit_type(**type_arguments(Reward=reward))["HITTypeId"] for reward in ("1", "1.", "1.00")}
    assert len(kinds) == 1


def test_types_belong_to_their_requester(client: Client, market: Marketplace, connect: Connect) -> None:
    mine = client.create_hit_type(**type_arguments())["HITTypeId"]
    theirs = connect(market, "somebody else").create_hit_type(**type_arguments())["HITTypeId"]
    assert mine != theirs
