"""The terms of a kind of work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mturk import Connection, Price, ValidationError
from mturk import requirements as req
from mturk.cost import hit_cost
from mturk.data.enumeration import MASTERS_IN_SANDBOX
from mturk.model.terms import Terms
from mturk.requirements import QualificationRequirement, needs_masters
from tests.judge import Judge

PLAIN: dict[str, Any] = {"title": "T", "description": "D", "reward": "0.05", "assignment_duration": 60}


def test_terms_are_sent_as_the_service_names_them(connection: Connection, judge: Judge) -> None:
    terms = Terms("T", "D", Price("0.05"), timedelta(minutes=1), "a,b", timedelta(hours=1))
    assert terms.members(connection) == {
        "Title": "T",
        "Description": "D",
        "Reward": Decimal("0.05"),
        "AssignmentDurationInSeconds": timedelta(minutes=1),
        "Keywords": "a,b",
        "AutoApprovalDelayInSeconds": timedelta(hours=1),
        "QualificationRequirements": (),
    }
    assert judge.arrived == 0


def test_the_delay_that_is_left_out_is_sent_as_the_service_would_take_it() -> None:
    assert Terms(**PLAIN).auto_approval_delay == timedelta(days=30)


@pytest.mark.parametrize("missing", PLAIN)
def test_four_terms_are_needed(missing: str) -> None:
    with pytest.raises(ValidationError, match=f"{missing}: missing; .* are all needed"):
        Terms.of(**{**PLAIN, missing: None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "T" * 129),
        ("description", ""),
        ("reward", "0.005"),
        ("assignment_duration", 29),
        ("keywords", "k" * 1001),
        ("auto_approval_delay", timedelta(days=31)),
        ("qualification_requirements", [req.adult == 1] * 11),
    ],
)
def test_a_term_beyond_the_service_s_limit_is_named(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        Terms(**{**PLAIN, name: value})


@pytest.mark.parametrize(
    ("requirements", "needed"),
    [
        ([req.adult == 1, req.masters.exists()], True),
        ([req.adult == 1], False),
        ([], False),
        ([req.masters.does_not_exist()], False),
        ([QualificationRequirement(MASTERS_IN_SANDBOX, "Exists")], True),
    ],
)
def test_masters_are_needed_where_they_must_be_there_under_either_id(requirements: Any, needed: bool) -> None:
    assert needs_masters(requirements) is needed


@pytest.mark.parametrize(
    ("reward", "assignments", "paid", "requirements", "cost"),
    [
        ("0.05", 9, 9, (), "0.54"),
        ("0.05", 10, 10, (), "0.70"),
        ("1.00", 1, 1, (req.masters.exists(),), "1.25"),
        ("0.00", 1, 1, (), "0.01"),
        ("0.05", 9, 1, (), "0.06"),
    ],
)
def test_a_hit_costs_its_rewards_and_fees(
    reward: str, assignments: int, paid: int, requirements: Any, cost: str
) -> None:
    assert hit_cost(Decimal(reward), assignments, paid, requirements) == Decimal(cost)
