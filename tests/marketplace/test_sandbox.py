"""A sandbox: nothing is spent, every worker id is taken, and the ledger adds up all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import Marketplace, MarketplaceError, back_up, restore
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.sample import hit_arguments, type_arguments

FULL = {"AvailableBalance": "10000.00", "OnHoldBalance": "0.00"}
QUALIFICATION = {"Name": "Birds", "Description": "Knows birds", "QualificationTypeStatus": "Active"}
BEGINNING = datetime(2020, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def market(database: str) -> Iterator[Marketplace]:
    with Marketplace(database, sandbox=True) as market:
        yield market


def funds(client: Client) -> dict[str, Any]:
    answer = client.get_account_balance()
    return {name: answer[name] for name in FULL}


def earned(market: Marketplace) -> dict[str, str]:
    file = StringIO()
    market.export_workers(file)
    names, *rows = [line.split(",") for line in file.getvalue().splitlines()]
    return {row[names.index("worker_id")]: row[names.index("earned")] for row in rows}


# Money


def test_the_balance_is_the_same_whatever_is_done(
    client: Client, publish: Publish, work: Work, market: Marketplace
) -> None:
    hit = publish(MaxAssignments=9, Reward="1.00")
    assert funds(client) == FULL
    approved, rejected = work(hit["HITId"], "A1ADA"), work(hit["HITId"], "A2BEN")
    client.approve_assignment(AssignmentId=approved)
    client.reject_assignment(AssignmentId=rejected, RequesterFeedback="Empty")
    client.send_bonus(WorkerId="A1ADA", AssignmentId=approved, BonusAmount="5.00", Reason="Thorough")
    client.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=BEGINNING)
    client.delete_hit(HITId=hit["HITId"])
    assert funds(client) == FULL
    assert market.requester("requester").balance() == (Decimal("10000.00"), Decimal("0.00"))
    assert market.audit() == []


def test_workers_see_what_they_would_have_earned_and_nobody_takes_a_fee(
    client: Client, publish: Publish, work: Work, market: Marketplace
) -> None:
    assignment_id = work(publish(Reward="1.00")["HITId"], "A1ADA")
    client.approve_assignment(AssignmentId=assignment_id)
    client.send_bonus(WorkerId="A1ADA", AssignmentId=assignment_id, BonusAmount="0.50", Reason="Thorough")
    (bonus,) = client.list_bonus_payments(AssignmentId=assignment_id)["BonusPayments"]
    assert (bonus["BonusAmount"], earned(market)) == ("0.50", {"A1ADA": "1.50"})
    assert [row for row in _transfers(market) if row == "fee"] == []


def _transfers(market: Marketplace) -> list[str]:
    from mturk.marketplace.database import table as t

    return [str(row.reason) for row in market._store.read(lambda database: database.execute(t.transfer.select()).all())]


def test_it_adds_up_after_a_crowd_has_worked_and_time_has_approved(market: Marketplace, publish: Publish) -> None:
    for number in range(5):
        publish(MaxAssignments=3, Title=f"Label {number}", AutoApprovalDelayInSeconds=60)
    tally = market.simulate(hours=6, seed=3)
    market.clock.advance(days=2)
    assert tally.submitted > 0
    assert sum(Decimal(amount) for amount in earned(market).values()) > 0
    assert market.audit() == []


def test_each_call_can_cost_what_there_is_and_the_next_one_again(
    client: Client, publish: Publish, refused: Refused
) -> None:
    for number in range(3):
        publish(Reward="9.00", MaxAssignments=1000, Title=f"Label {number}")
    error = refused(client.create_hit, **hit_arguments(Reward="10.01", MaxAssignments=1000))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"


def test_nobody_is_owed_anything(client: Client, publish: Publish, work: Work, market: Marketplace) -> None:
    client.approve_assignment(AssignmentId=work(publish()["HITId"]))
    with pytest.raises(MarketplaceError, match="is a sandbox: nothing was spent, so nobody is owed anything"):
        market.payouts(BEGINNING)


@pytest.mark.parametrize(
    "deposit",
    [
        lambda market: market.requester("linguists").deposit("5.00"),
        lambda market: market.add_requester("linguists", "5.00"),
    ],
    ids=["deposit", "new requester"],
)
def test_nothing_is_deposited(deposit: Callable[[Marketplace], None], market: Marketplace) -> None:
    with pytest.raises(MarketplaceError, match="This is a sandbox: each balance is 10,000"):
        deposit(market)


# Workers and names


def test_a_worker_id_that_nobody_has_is_taken(client: Client, market: Marketplace) -> None:
    client.create_worker_block(WorkerId="A1NEW", Reason="Spam")
    type_id = client.create_qualification_type(**QUALIFICATION)["QualificationType"]["QualificationTypeId"]
    client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="A2NEW", IntegerValue=7)
    assert [one["WorkerId"] for one in client.list_worker_blocks()["WorkerBlocks"]] == ["A1NEW"]
    score = client.get_qualification_score(QualificationTypeId=type_id, WorkerId="A2NEW")["Qualification"]
    assert (score["IntegerValue"], sorted(earned(market))) == (7, ["A1NEW", "A2NEW"])


def test_what_is_no_worker_id_is_refused_as_ever(client: Client, refused: Refused, market: Marketplace) -> None:
    error = refused(client.create_worker_block, WorkerId="anna@lab.org", Reason="Spam")
    assert "Message" in error or "message" in error
    assert earned(market) == {}


def test_the_name_of_a_deleted_type_is_free_at_once(client: Client) -> None:
    for _ in range(2):
        type_id = client.create_qualification_type(**QUALIFICATION)["QualificationType"]["QualificationTypeId"]
        client.delete_qualification_type(QualificationTypeId=type_id)


def test_refusals_end_with_the_clock_as_the_sandbox_writes_it(client: Client, refused: Refused) -> None:
    message = refused(client.get_hit, HITId="3NOBODY")["Message"]
    assert message.startswith("Hit 3NOBODY does not exist. (")
    assert message.endswith(" s)")


# Which databases are one


def test_it_stays_a_sandbox_for_whoever_opens_it(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "lab.sqlite3"
    with Marketplace(path, sandbox=True):
        pass
    with Marketplace(path) as again:
        client = connect(again)
        client.create_hit_type(**type_arguments())
        client.create_hit(**hit_arguments(MaxAssignments=9))
        assert (again.is_sandbox, funds(client)) == (True, FULL)


def test_a_marketplace_in_which_money_is_spent_cannot_become_one(tmp_path: Path) -> None:
    path = tmp_path / "lab.sqlite3"
    with Marketplace(path):
        pass
    with pytest.raises(MarketplaceError, match="is no sandbox: its requesters spend what they have"):
        Marketplace(path, sandbox=True).start()
    with Marketplace(path) as market:
        assert not market.is_sandbox


def test_a_copy_of_a_sandbox_is_one(tmp_path: Path) -> None:
    with Marketplace(tmp_path / "lab.sqlite3", sandbox=True):
        copy = back_up(tmp_path / "lab.sqlite3", tmp_path / "copies", key=tmp_path / "kept" / "lab.key")
    restore(copy.path, tmp_path / "again.sqlite3", key=copy.key)
    with Marketplace(tmp_path / "again.sqlite3") as market:
        assert market.is_sandbox


@pytest.mark.parametrize("settings", [{"deposit": "5.00"}, {"name_hold": timedelta(hours=48)}])
def test_settings_that_it_does_not_have_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(MarketplaceError, match="leave out deposit and name_hold"):
        Marketplace(sandbox=True, **settings)
