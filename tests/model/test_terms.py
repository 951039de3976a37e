"""The terms of a kind of work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mturk import Connection, Price, ValidationError
from mturk import requirements as req
from mturk.model.terms import hit_cost, terms, wants_masters
from tests.judge import Judge

PLAIN: tuple[Any, ...] = ("T", "D", "0.05", 60, None, None, ())


def test_terms_are_sent_as_the_service_names_them(connection: Connection, judge: Judge) -> None:
    assert terms(connection, "T", "D", Price("0.05"), timedelta(minutes=1), "a,b", timedelta(hours=1), ()) == {
        "Title": "T",
        "Description": "D",
        "Reward": Decimal("0.05"),
        "AssignmentDurationInSeconds": 60,
        "Keywords": "a,b",
        "AutoApprovalDelayInSeconds": 3600,
        "QualificationRequirements": [],
    }
    assert judge.arrived == 0


def test_the_delay_that_is_left_out_is_sent_as_the_service_would_take_it(connection: Connection) -> None:
    assert terms(connection, *PLAIN)["AutoApprovalDelayInSeconds"] == 2_592_000


@pytest.mark.parametrize("missing", range(4))
def test_four_terms_are_needed(missing: int, connection: Connection) -> None:
    given = [None if number == missing else value for number, value in enumerate(PLAIN)]
    with pytest.raises(ValidationError, match="title, description, reward and assignment_duration are all needed"):
        terms(connection, *given)


def test_masters_are_noticed_under_either_id() -> None:
    assert wants_masters([req.adult == 1, req.masters.exists()])
    assert not wants_masters([req.adult == 1])
    assert not wants_masters(None)


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
