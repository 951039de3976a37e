"""Fees as AWS charged them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mturk import HITType, ValidationError
from mturk import requirements as req
from mturk.cost import assignment_fee, bonus_fee, estimate


@pytest.mark.parametrize(
    ("reward", "assignments", "masters", "fee"),
    [
        ("0.05", 1, False, "0.01"),
        ("0.05", 9, False, "0.01"),
        ("0.05", 10, False, "0.02"),
        ("1.00", 9, False, "0.20"),
        ("1.00", 10, False, "0.40"),
        ("1.00", 9, True, "0.25"),
        ("1.00", 10, True, "0.45"),
        ("0.52", 1, False, "0.10"),  # 0.104
        ("0.42", 1, True, "0.11"),  # 0.105
        ("0.01", 1, False, "0.01"),
        ("0.00", 1, False, "0.01"),
    ],
)
def test_the_fee_of_an_assignment_is_a_share_rounded_half_up_and_a_cent_at_least(
    reward: str, assignments: int, masters: bool, fee: str
) -> None:
    assert assignment_fee(Decimal(reward), assignments, masters=masters) == Decimal(fee)


@pytest.mark.parametrize(("bonus", "fee"), [("0.01", "0.01"), ("0.50", "0.10"), ("10.00", "2.00")])
def test_the_fee_of_a_bonus_is_a_fifth_of_it(bonus: str, fee: str) -> None:
    assert bonus_fee(Decimal(bonus)) == Decimal(fee)


@pytest.mark.parametrize(("assignments", "total"), [(9, "0.54"), (10, "0.70")])
def test_an_estimate_sums_up_rewards_and_fees(assignments: int, total: str) -> None:
    assert estimate(Decimal("0.05"), assignments).total == Decimal(total)


def test_an_estimate_counts_every_hit() -> None:
    told = "4.32 USD for 24 HITs of 3 assignments: rewards 3.60, fees 0.72 (20 %)"
    assert str(estimate(Decimal("0.05"), 3, 24)) == told


def test_an_estimate_of_one_large_hit_says_that_its_rate_is_the_higher_one() -> None:
    told = "42.00 USD for 1 HIT of 600 assignments: rewards 30.00, fees 12.00 (40 %, the rate of HITs with 10"
    assert str(estimate(Decimal("0.05"), 600)).startswith(told)


def hit_type(**fields: object) -> HITType:
    return HITType._read({"HITTypeId": "3TYPE", "Reward": "1.00", **fields}, None)


def test_a_hit_type_estimates_by_its_own_reward_without_a_call() -> None:
    assert hit_type().estimate(assignments=2, hits=3).total == Decimal("7.20")


def test_a_hit_type_for_masters_knows_their_higher_fee() -> None:
    masters = hit_type()
    masters._set(qualification_requirements=(req.masters.exists(),))
    assert masters.estimate(1).total == Decimal("1.25")


def test_a_hit_type_of_an_unknown_reward_says_why_it_cannot_estimate() -> None:
    with pytest.raises(AttributeError, match="no operation that tells a HIT type's reward"):
        HITType("3TYPE").estimate(1)


@pytest.mark.parametrize("number", [0, -1, True, 1.5])
def test_an_estimate_of_no_sensible_number_is_refused(number: int) -> None:
    with pytest.raises(ValidationError, match="assignments must be"):
        hit_type().estimate(number)
