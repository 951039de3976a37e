"""What was paid elsewhere costs nobody a cent here, and is not paid again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mturk.marketplace import Marketplace, check
from tests.marketplace.conftest import Client, Refused
from tests.marketplace.importing.history import (
    APPROVED,
    HIT_ID,
    REJECTED,
    SUBMITTED,
    assignment,
    balances,
    hit,
    hit_type,
    study,
    take_in,
)
from tests.marketplace.sample import html_question


def test_no_money_moves_whatever_becomes_of_it(market: Marketplace, client: Client) -> None:
    market.requester("requester")
    before = balances(market)
    take_in(market, *study())
    client.approve_assignment(AssignmentId=SUBMITTED)
    client.delete_hit(HITId=HIT_ID)
    market.clock.advance(days=400)
    assert market.audit() == []
    after = balances(market)
    assert {one: cents for one, cents in after.items() if cents} == {
        one: cents for one, cents in before.items() if cents
    }
    assert market.payouts(market.clock.now() - timedelta(days=9000)) == []


@pytest.mark.parametrize("decision", ["approve", "reject", "wait"])
def test_a_decision_about_work_of_elsewhere_is_noted_and_not_paid(
    market: Marketplace, client: Client, decision: str
) -> None:
    due = market.clock.now().timestamp() + 3600
    take_in(market, hit_type(), hit(), assignment(SUBMITTED, "A1EVE", "Submitted", AutoApprovalTime=due))
    before = balances(market)
    if decision == "approve":
        client.approve_assignment(AssignmentId=SUBMITTED)
    elif decision == "reject":
        client.reject_assignment(AssignmentId=SUBMITTED, RequesterFeedback="No")
    else:
        market.clock.advance(hours=2)
    found = client.get_assignment(AssignmentId=SUBMITTED)["Assignment"]
    assert found["AssignmentStatus"] == ("Rejected" if decision == "reject" else "Approved")
    assert balances(market) == before
    assert market.audit() == []


def test_a_rejection_of_elsewhere_is_overridden_without_payment(market: Marketplace, client: Client) -> None:
    now = market.clock.now().timestamp()
    times = {"AcceptTime": now - 90, "SubmitTime": now - 60, "RejectionTime": now - 30}
    take_in(market, hit_type(), hit(), assignment(REJECTED, "A1BOB", "Rejected", **times))
    before = balances(market)
    client.approve_assignment(AssignmentId=REJECTED, OverrideRejection=True)
    assert client.get_assignment(AssignmentId=REJECTED)["Assignment"]["AssignmentStatus"] == "Approved"
    assert balances(market) == before


def test_a_marketplace_is_in_order_afterwards(shared: str) -> None:
    with Marketplace(shared) as market:
        take_in(market, *study(), mark="Did it")
        market.clock.advance(days=1)
        market.worker("A1NEW")
    assert check(shared) == []


def test_only_what_is_new_is_held_and_paid_for_when_a_hit_goes_on(market: Marketplace, client: Client) -> None:
    take_in(market, hit_type(), hit(Question=html_question(), MaxAssignments=4), *study()[2:5])
    client.update_expiration_for_hit(HITId=HIT_ID, ExpireAt=market.clock.now() + timedelta(hours=1))
    new = market.worker("A1NEW")
    done = new.accept(HIT_ID)
    new.submit(done, {"label": "dog"})
    client.approve_assignment(AssignmentId=done)
    client.approve_assignment(AssignmentId=SUBMITTED)
    assert [(one.worker_id, one.rewards) for one in market.payouts(market.clock.now() - timedelta(days=9000))] == [
        ("A1NEW", Decimal("0.05"))
    ]
    assert client.get_account_balance()["OnHoldBalance"] == "0.00"


@pytest.mark.parametrize("verb", ["update_expiration_for_hit", "create_additional_assignments_for_hit"])
def test_a_hit_that_came_without_its_question_cannot_be_extended(
    market: Marketplace, client: Client, refused: Refused, verb: str
) -> None:
    take_in(market, *study())
    more: dict[str, Any] = (
        {"NumberOfAdditionalAssignments": 2}
        if verb.startswith("create")
        else {"ExpireAt": market.clock.now() + timedelta(hours=1)}
    )
    body = refused(getattr(client, verb), HITId=HIT_ID, **more)
    assert body["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert "without its question" in body["Message"]
    assert client.get_account_balance()["AvailableBalance"] == "10000.00"


def test_it_is_told_how_much_is_not_decided_yet(market: Marketplace) -> None:
    assert take_in(market, *study(), dry_run=True)[0].undecided == 1
    assert take_in(market, *study())[0].undecided == 1
    assert take_in(market, *study())[0].undecided == 0


def test_a_bonus_that_was_paid_elsewhere_is_not_paid_again(
    market: Marketplace, client: Client, refused: Refused
) -> None:
    take_in(market, *study())
    again = {"WorkerId": "A1ADA", "AssignmentId": APPROVED, "BonusAmount": "0.50", "Reason": "Quick"}
    body = refused(client.send_bonus, **again)
    assert body["TurkErrorCode"] == "AWS.MechanicalTurk.DuplicateCall"
    assert client.get_account_balance()["AvailableBalance"] == "10000.00"
    for one in ({**again, "Reason": "Careful"}, {**again, "BonusAmount": "0.60"}):
        client.send_bonus(**one)
        client.send_bonus(**one)  # as anywhere: only what was paid elsewhere is known to be paid
    (owed,) = market.payouts(market.clock.now() - timedelta(days=9000))
    assert (owed.worker_id, owed.bonuses, owed.total) == ("A1ADA", 4, Decimal("2.20"))
