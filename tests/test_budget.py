"""A budget refuses a call before it would spend too much, and counts what was really spent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mturk import HIT, Assignment, Budget, Connection, HITType, HTMLQuestion, OverBudget, ServiceError, ValidationError
from mturk.marketplace import Fault, Marketplace
from tests import page
from tests.judge import Judge, Refusal

PAGE = HTMLQuestion(page.PAGE)
DAY = timedelta(days=1)

Spend = Callable[[str], tuple[Marketplace, Connection, HITType]]


@pytest.fixture
def spend(database: Path, connect: Callable[..., Connection]) -> Spend:
    """Open a marketplace and a connection with this budget, and a HIT type that costs 1.20 for each assignment."""

    def spend(limit: str, **options: object) -> tuple[Marketplace, Connection, HITType]:
        market = Marketplace(database, **options)  # type: ignore[arg-type]  # the test knows them
        market.start()
        opened.append(market)
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        connection = connect(market.url, budget=Budget(limit), **keys)
        return market, connection, HITType.create("t", "d", "1.00", timedelta(minutes=1), connection=connection)

    opened: list[Marketplace] = []
    yield spend  # type: ignore[misc]  # pytest goes on after the test
    for market in opened:
        market.stop()


def left(connection: Connection) -> Decimal:
    assert connection.budget is not None
    return connection.budget.left


def submitted(market: Marketplace, hit: HIT) -> Assignment:
    worker = market.worker("A1")
    assignment_id = worker.accept(hit.id)
    worker.submit(assignment_id, {"label": "cat"})
    return Assignment.get(assignment_id, connection=hit.connection)


def test_publishing_counts_rewards_and_fees_of_all_assignments(spend: Spend) -> None:
    _, connection, kind = spend("10.00")
    kind.create_hit(PAGE, DAY, max_assignments=3)
    assert left(connection) == Decimal("6.40")


def test_publishing_with_the_terms_spelled_out_counts_too(spend: Spend) -> None:
    _, connection, _ = spend("10.00")
    HIT.create(PAGE, DAY, title="u", description="d", reward="2.00", assignment_duration=60, connection=connection)
    assert left(connection) == Decimal("7.60")


def test_a_hit_that_would_cost_too_much_is_not_published(spend: Spend) -> None:
    _, connection, kind = spend("3.59")
    with pytest.raises(OverBudget, match=r"this would cost 3\.60 USD, and 3\.59 of the budget of 3\.59 are left"):
        kind.create_hit(PAGE, DAY, max_assignments=3)
    assert HIT.all(connection=connection).count() == 0


def test_the_budget_can_be_spent_to_the_last_cent(spend: Spend) -> None:
    _, connection, kind = spend("3.60")
    kind.create_hit(PAGE, DAY, max_assignments=3)
    assert left(connection) == 0


def test_added_assignments_count(spend: Spend) -> None:
    _, connection, kind = spend("10.00")
    kind.create_hit(PAGE, DAY).add_assignments(2)
    assert left(connection) == Decimal("6.40")


def test_a_bonus_counts_with_its_fee_once_however_often_it_is_asked_for(spend: Spend) -> None:
    market, connection, kind = spend("10.00")
    assignment = submitted(market, kind.create_hit(PAGE, DAY))
    assert [assignment.pay_bonus("1.00", "good"), assignment.pay_bonus("1.00", "good")] == [True, False]
    assert left(connection) == Decimal("7.60")


def test_a_bonus_over_the_budget_is_not_paid(spend: Spend) -> None:
    market, _, kind = spend("2.00")
    assignment = submitted(market, kind.create_hit(PAGE, DAY))
    with pytest.raises(OverBudget):
        assignment.pay_bonus("1.00", "good")
    assert assignment.bonuses().count() == 0


def test_an_approval_costs_nothing_more_than_its_hit(spend: Spend) -> None:
    market, connection, kind = spend("10.00")
    submitted(market, kind.create_hit(PAGE, DAY)).approve()
    assert left(connection) == Decimal("8.80")


def test_an_overridden_rejection_counts(spend: Spend) -> None:
    market, connection, kind = spend("10.00")
    assignment = submitted(market, kind.create_hit(PAGE, DAY))
    assignment.reject("no")
    assignment.approve(override_rejection=True)
    assert left(connection) == Decimal("7.60")


def test_a_refused_call_gives_its_cost_back(judge: Judge, connect: Callable[..., Connection]) -> None:
    connection = connect(judge.url, budget=Budget("10.00"))
    judge.answer("CreateHIT", Refusal("InvalidParameterValue"))
    with pytest.raises(ServiceError):
        HIT.create(PAGE, DAY, title="t", description="d", reward="1", assignment_duration=60, connection=connection)
    assert left(connection) == 10


def test_a_call_that_may_have_been_carried_out_stays_counted(spend: Spend) -> None:
    _, connection, kind = spend("10.00", faults=[Fault("CreateHITWithHITType", "lost answer")])
    connection._policy = type(connection._policy)(max_attempts=1)
    with pytest.raises(Exception, match="may have been carried out"):
        kind.create_hit(PAGE, DAY)
    assert left(connection) == Decimal("8.80")


def test_a_hit_type_known_by_its_id_alone_cannot_be_budgeted(spend: Spend) -> None:
    _, connection, kind = spend("10.00")
    with pytest.raises(ValidationError, match="needs to know the reward"):
        HITType(kind.id, connection=connection).create_hit(PAGE, DAY)


def test_threads_together_do_not_spend_more_than_the_budget() -> None:
    budget = Budget("1.00")

    def one(_: int) -> bool:
        try:
            with budget.spend(Decimal("0.03")):
                return True
        except OverBudget:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(200))) == 33
    assert budget.spent == Decimal("0.99")


def test_the_repr_says_how_far_it_is_spent() -> None:
    assert repr(Budget(5)) == "<Budget 0 of 5.00 USD spent>"


@pytest.mark.parametrize("limit", ["-1", "much", "0.001", None])
def test_a_limit_that_is_no_amount_is_refused(limit: str) -> None:
    with pytest.raises(ValidationError, match="limit must be"):
        Budget(limit)
