"""What workers are owed, out of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import Marketplace, MarketplaceError, Payout
from tests.marketplace.conftest import Client, Connect, Publish, Work
from tests.marketplace.sample import hit_arguments


@pytest.fixture
def pay(client: Client, publish: Publish, work: Work) -> Callable[..., None]:
    """Have an assignment done and paid, with a bonus if one is given."""

    def pay(worker_id: str, reward: str, bonus: str | None = None) -> None:
        assignment_id = work(publish(Reward=reward)["HITId"], worker_id)
        client.approve_assignment(AssignmentId=assignment_id)
        if bonus:
            client.send_bonus(WorkerId=worker_id, AssignmentId=assignment_id, BonusAmount=bonus, Reason="well done")

    return pay


def _pass_time(market: Marketplace, **step: Any) -> datetime:
    """A moment after all that has happened, and before all that will."""
    market.clock.advance(seconds=1)
    moment = market.clock.advance(**step)
    market.clock.advance(seconds=1)
    return moment


def test_each_worker_is_owed_rewards_and_bonuses_by_worker_id(market: Marketplace, pay: Callable[..., None]) -> None:
    start = market.clock.now()
    pay("A2BEN", "0.10")
    pay("A1ADA", "0.07", bonus="0.50")
    pay("A1ADA", "0.03")
    assert market.payouts(start - timedelta(days=1)) == [
        Payout("A1ADA", 2, Decimal("0.10"), 1, Decimal("0.50")),
        Payout("A2BEN", 1, Decimal("0.10"), 0, Decimal("0.00")),
    ]


def test_a_sum_of_many_cents_is_exact(market: Marketplace, pay: Callable[..., None]) -> None:
    for _ in range(3):
        pay("A1ADA", "0.10", bonus="0.20")
    (payout,) = market.payouts(market.clock.now() - timedelta(days=1))
    assert (str(payout.rewards), str(payout.bonus_amount), str(payout.total)) == ("0.30", "0.60", "0.90")


def test_work_that_is_not_approved_is_not_owed(
    market: Marketplace, client: Client, publish: Publish, work: Work
) -> None:
    hit_id = publish(Reward="1.00", MaxAssignments=3)["HITId"]
    client.reject_assignment(AssignmentId=work(hit_id, "A1"), RequesterFeedback="no")
    work(hit_id, "A2")
    market.worker("A3").accept(hit_id)
    assert market.payouts(market.clock.now() - timedelta(days=1)) == []


def test_what_approved_itself_is_owed_from_the_moment_it_was_due(
    market: Marketplace, publish: Publish, work: Work
) -> None:
    work(publish(Reward="1.00", AutoApprovalDelayInSeconds=3600)["HITId"], "A1")
    now = market.clock.advance(hours=5)
    assert market.payouts(now - timedelta(hours=3)) == []
    assert [payout.total for payout in market.payouts(now - timedelta(hours=6))] == [Decimal("1.00")]


def test_two_lists_of_which_one_begins_where_the_other_ended_count_each_cent_once(
    market: Marketplace, pay: Callable[..., None]
) -> None:
    first = _pass_time(market)
    pay("A1", "0.10")
    second = _pass_time(market, hours=1)
    pay("A1", "0.20")
    third = _pass_time(market)
    assert [payout.total for payout in market.payouts(first, second)] == [Decimal("0.10")]
    assert [payout.total for payout in market.payouts(second, third)] == [Decimal("0.20")]
    assert [payout.total for payout in market.payouts(first, third)] == [Decimal("0.30")]
    assert market.payouts(third) == []


def test_the_first_moment_counts_and_the_last_does_not(connect: Connect) -> None:
    paid_at = datetime.now(timezone.utc).replace(microsecond=0)
    with Marketplace(real_time=paid_at.timestamp) as market:
        hit = connect(market).create_hit(**hit_arguments(Reward="0.10", AutoApprovalDelayInSeconds=0))["HIT"]
        worker = market.worker("A1")
        worker.submit(worker.accept(hit["HITId"]), {"label": "cat"})
        market.clock.advance(hours=1)
        tick = timedelta(milliseconds=1)
        assert [len(market.payouts(since)) for since in (paid_at, paid_at + tick)] == [1, 0]
        assert [len(market.payouts(paid_at - tick, until)) for until in (paid_at, paid_at + tick)] == [0, 1]


def test_what_each_requester_pays_can_be_told_apart(
    market: Marketplace, connect: Connect, pay: Callable[..., None], work: Work
) -> None:
    since = market.clock.now() - timedelta(days=1)
    pay("A1", "0.10", bonus="0.01")
    other = connect(market, "linguists")
    assignment_id = work(other.create_hit(**hit_arguments(Reward="2.00"))["HIT"]["HITId"], "A1")
    other.approve_assignment(AssignmentId=assignment_id)
    totals = {
        name: [payout.total for payout in market.payouts(since, requester=name)]
        for name in (None, "requester", "linguists")
    }
    assert totals == {None: [Decimal("2.11")], "requester": [Decimal("0.11")], "linguists": [Decimal("2.00")]}


def test_an_unknown_requester_is_refused_with_the_names_there_are(market: Marketplace) -> None:
    market.requester("linguists")
    with pytest.raises(MarketplaceError, match="no requester 'lingusits', only: requester, linguists"):
        market.payouts(market.clock.now(), requester="lingusits")


def test_an_end_that_has_not_come_is_refused(market: Marketplace) -> None:
    now = market.clock.now()
    with pytest.raises(MarketplaceError, match="has not come yet"):
        market.payouts(now, now + timedelta(minutes=5))


def test_a_time_without_a_zone_is_refused(market: Marketplace) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        market.payouts(datetime(2026, 11, 1))


def test_all_payouts_together_are_what_the_requesters_paid_without_fees(
    market: Marketplace, client: Client, pay: Callable[..., None]
) -> None:
    for number in range(5):
        pay(f"A{number}", f"0.1{number}", bonus="0.05")
    balance = client.get_account_balance()
    spent = Decimal("10000.00") - Decimal(balance["AvailableBalance"]) - Decimal(balance["OnHoldBalance"])
    fees = 5 * Decimal("0.01") + sum(map(Decimal, ("0.02", "0.02", "0.02", "0.03", "0.03")))
    paid = sum(payout.total for payout in market.payouts(market.clock.now() - timedelta(days=1)))
    assert paid == spent - fees


@pytest.mark.parametrize("there", [False, True])
def test_a_marketplace_that_must_exist_is_not_made(tmp_path: Path, there: bool) -> None:
    path = tmp_path / "lab.sqlite3"
    if there:
        path.touch()
    with pytest.raises(MarketplaceError, match="holds no marketplace"):
        Marketplace(path, existing=True).payouts(datetime.now(timezone.utc))
    assert path.exists() is there


def test_a_marketplace_that_exists_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "lab.sqlite3"
    with Marketplace(path):
        pass
    market = Marketplace(path, existing=True)
    assert market.payouts(datetime.now(timezone.utc)) == []
    market.stop()
