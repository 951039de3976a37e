"""Money: what is held, paid, charged and given back. GetAccountBalance."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.money import assignment_fee, bonus_fee
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.policy_sample import extending, known_answers, plurality
from tests.marketplace.sample import hit_arguments, type_arguments

MASTERS = {"QualificationTypeId": "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "Comparator": "Exists"}
PAST = datetime(2015, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def every_cent_is_accounted_for(market: Marketplace) -> Iterator[None]:
    yield
    assert market.audit() == []


def _balance(client: Client) -> tuple[str, str]:
    answer = client.get_account_balance()
    return answer["AvailableBalance"], answer["OnHoldBalance"]


def test_a_requester_begins_with_ten_thousand_dollars(client: Client) -> None:
    assert _balance(client) == ("10000.00", "0.00")


@pytest.mark.parametrize(
    ("reward", "assignments", "requirements", "held"),
    [
        ("0.05", 9, [], "0.54"),
        ("0.05", 10, [], "0.70"),
        ("1.00", 1, [], "1.20"),
        ("1.00", 10, [], "14.00"),
        ("1.00", 1, [MASTERS], "1.25"),
        ("1.00", 10, [MASTERS], "14.50"),
        ("0.01", 1, [], "0.02"),
        ("0.00", 1, [], "0.01"),
    ],
)
def test_publishing_holds_rewards_and_fees(
    client: Client, publish: Publish, reward: str, assignments: int, requirements: list[dict[str, str]], held: str
) -> None:
    publish(Reward=reward, MaxAssignments=assignments, QualificationRequirements=requirements)
    available = Decimal("10000.00") - Decimal(held)
    assert _balance(client) == (str(available), held)


@pytest.mark.parametrize(("reward", "fee"), [(52, 10), (53, 11), (2, 1), (12, 2), (13, 3)])
def test_fees_are_rounded_half_up(reward: int, fee: int) -> None:
    assert (assignment_fee(reward, 1, masters=False), bonus_fee(reward)) == (fee, fee)


@pytest.mark.parametrize(("reward", "assignments", "fee"), [(10, 1, 3), (30, 1, 8), (10, 10, 5), (50, 10, 23)])
def test_half_a_cent_of_a_fee_counts_as_a_cent(reward: int, assignments: int, fee: int) -> None:
    assert assignment_fee(reward, assignments, masters=True) == fee


def test_approval_pays_the_worker_and_the_fee_out_of_what_was_held(
    client: Client, publish: Publish, work: Work
) -> None:
    hit_id = publish(Reward="1.00", MaxAssignments=2)["HITId"]
    assignment_id = work(hit_id)
    assert _balance(client) == ("9997.60", "2.40")
    client.approve_assignment(AssignmentId=assignment_id)
    assert _balance(client) == ("9997.60", "1.20")


def test_a_rejection_gives_back_what_was_held(client: Client, publish: Publish, work: Work) -> None:
    client.reject_assignment(AssignmentId=work(publish(Reward="1.00")["HITId"]), RequesterFeedback="no")
    assert _balance(client) == ("10000.00", "0.00")


def test_overriding_a_rejection_pays_after_all(client: Client, publish: Publish, work: Work) -> None:
    assignment_id = work(publish(Reward="1.00")["HITId"])
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True)
    assert _balance(client) == ("9998.80", "0.00")


def test_approval_by_itself_pays_too(client: Client, market: Marketplace, publish: Publish, work: Work) -> None:
    work(publish(Reward="1.00", AutoApprovalDelayInSeconds=60)["HITId"])
    market.clock.advance(minutes=1)
    assert _balance(client) == ("9998.80", "0.00")


def test_expiry_gives_back_what_was_held_for_work_that_nobody_took(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    hit_id = publish(Reward="1.00", MaxAssignments=3, LifetimeInSeconds=60)["HITId"]
    market.worker("A1").accept(hit_id)
    market.clock.advance(seconds=60)
    assert _balance(client) == ("9998.80", "1.20")


@pytest.mark.parametrize("how", ["return", "abandon"])
def test_work_that_comes_back_after_expiry_is_no_longer_held_for(
    client: Client, market: Marketplace, publish: Publish, how: str
) -> None:
    hit_id = publish(Reward="1.00", LifetimeInSeconds=60)["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=PAST)
    assert _balance(client) == ("9998.80", "1.20")
    if how == "return":
        worker.return_assignment(assignment_id)
    else:
        market.clock.advance(minutes=10)
    assert _balance(client) == ("10000.00", "0.00")


def test_work_that_comes_back_before_expiry_stays_held_for(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    worker = market.worker("A1")
    worker.return_assignment(worker.accept(publish(Reward="1.00")["HITId"]))
    assert _balance(client) == ("9998.80", "1.20")


def test_more_assignments_hold_more(client: Client, publish: Publish) -> None:
    hit_id = publish(Reward="1.00")["HITId"]
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=2)
    assert _balance(client) == ("9996.40", "3.60")


def test_bringing_back_an_expired_hit_holds_again(client: Client, market: Marketplace, publish: Publish) -> None:
    hit_id = publish(Reward="1.00", MaxAssignments=2)["HITId"]
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=PAST)
    assert _balance(client) == ("10000.00", "0.00")
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=market.clock.now() + timedelta(days=1))
    assert _balance(client) == ("9997.60", "2.40")


def test_another_type_changes_what_is_held(client: Client, publish: Publish) -> None:
    hit_id = publish(Reward="1.00", MaxAssignments=2)["HITId"]
    kind = client.create_hit_type(**type_arguments(Reward="2.00"))["HITTypeId"]
    client.update_hit_type_of_hit(HITId=hit_id, HITTypeId=kind)
    assert _balance(client) == ("9995.20", "4.80")


def test_a_bonus_costs_its_fee(client: Client, publish: Publish, work: Work) -> None:
    assignment_id = work(publish(Reward="0.00")["HITId"])
    client.send_bonus(WorkerId="A1WORKER", AssignmentId=assignment_id, BonusAmount="2.00", Reason="good")
    assert _balance(client) == ("9997.59", "0.01")


REFUSED = [
    ("create_hit", lambda hit_id: hit_arguments(Reward="5000", MaxAssignments=2)),
    (
        "create_additional_assignments_for_hit",
        lambda hit_id: {"HITId": hit_id, "NumberOfAdditionalAssignments": 8},
    ),
    ("create_hit", lambda hit_id: hit_arguments(Reward="999999999.99", MaxAssignments=1_000_000_000)),
]


@pytest.mark.parametrize(("method", "arguments"), REFUSED)
def test_what_the_account_does_not_cover_is_refused(
    client: Client, publish: Publish, refused: Refused, method: str, arguments: Callable[..., Any]
) -> None:
    hit_id = publish(Reward="1200.00")["HITId"]
    before = _balance(client), client.list_hits()["HITs"]
    error = refused(getattr(client, method), **arguments(hit_id))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"
    assert error["Message"].startswith(
        "This Requester has insufficient funds in their account to complete this transaction. ("
    )
    assert (_balance(client), client.list_hits()["HITs"]) == before


def test_an_override_that_the_account_does_not_cover_is_refused(
    client: Client, publish: Publish, work: Work, refused: Refused
) -> None:
    assignment_id = work(publish(Reward="5000.00")["HITId"])
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    publish(Reward="5000.00")
    error = refused(client.approve_assignment, AssignmentId=assignment_id, OverrideRejection=True)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"
    found = client.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert found["AssignmentStatus"] == "Rejected"


def test_each_requester_has_an_account_of_their_own(
    client: Client, market: Marketplace, connect: Connect, publish: Publish
) -> None:
    publish(Reward="1.00")
    assert _balance(connect(market, "somebody else")) == ("10000.00", "0.00")


def test_a_lab_can_do_without_fees_and_choose_the_deposit(connect: Connect) -> None:
    with Marketplace(fees=0, deposit="50.00") as market:
        client = connect(market)
        client.create_hit(**hit_arguments(Reward="1.00", MaxAssignments=10))
        assert _balance(client) == ("40.00", "10.00")


# Together thousands of steps, in parts that can run side by side.
@pytest.mark.parametrize("seed", range(4))
def test_every_cent_is_accounted_for_after_many_random_steps(client: Client, market: Marketplace, seed: int) -> None:
    chance = random.Random(seed)
    hits, open_work, submitted = [], [], []
    decisions = {"ApproveIfKnownAnswerScoreIsAtLeast": 100, "RejectIfKnownAnswerScoreIsLessThan": 100}
    scored = known_answers(**decisions, **extending(100, 4, 60))
    decisions = {"ApproveIfWorkerAgreementScoreIsAtLeast": 100, "RejectIfWorkerAgreementScoreIsLessThan": 100}
    compared = plurality(**decisions, **extending(100, 15, 60, of="HITAgreementScore"))

    def publish() -> None:
        arguments = hit_arguments(
            Reward=f"0.{chance.randrange(100):02d}",
            MaxAssignments=chance.choice([1, 2, 3, 12]),
            LifetimeInSeconds=chance.choice([60, 3600]),
            AutoApprovalDelayInSeconds=chance.choice([0, 600, 7200]),
            AssignmentDurationInSeconds=chance.choice([30, 900]),
            AssignmentReviewPolicy=chance.choice([None, None, scored]),
            HITReviewPolicy=chance.choice([None, None, compared]),
        )
        hits.append(client.create_hit(**arguments)["HIT"]["HITId"])

    def accept() -> None:
        worker = market.worker(f"A{chance.randrange(6)}")
        open_work.append((worker, worker.accept(chance.choice(hits))))

    def submit() -> None:
        worker, assignment_id = open_work.pop(chance.randrange(len(open_work)))
        worker.submit(assignment_id, {"label": chance.choice(["cat", "dog"])})
        submitted.append((worker, assignment_id))

    def give_back() -> None:
        worker, assignment_id = open_work.pop(chance.randrange(len(open_work)))
        worker.return_assignment(assignment_id)

    def approve() -> None:
        _, assignment_id = chance.choice(submitted)
        client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True)

    def reject() -> None:
        client.reject_assignment(AssignmentId=chance.choice(submitted)[1], RequesterFeedback="no")

    def bonus() -> None:
        worker, assignment_id = chance.choice(submitted)
        client.send_bonus(WorkerId=worker.id, AssignmentId=assignment_id, BonusAmount="0.07", Reason="well done")

    def extend() -> None:
        client.create_additional_assignments_for_hit(HITId=chance.choice(hits), NumberOfAdditionalAssignments=1)

    def reopen() -> None:
        later = market.clock.now() + timedelta(seconds=chance.choice([-10, 600]))
        client.update_expiration_for_hit(HITId=chance.choice(hits), ExpireAt=later)

    def delete() -> None:
        client.delete_hit(HITId=chance.choice(hits))

    def wait() -> None:
        market.clock.advance(seconds=chance.choice([1, 60, 1000]))

    steps = [publish, accept, accept, accept, submit, submit, give_back, approve, reject, bonus, extend]
    steps += [reopen, delete, wait]
    for _ in range(600):
        # Many steps are impossible when their turn comes; what counts is that they change nothing then.
        with suppress(ClientError, WorkerError, IndexError, ValueError):
            chance.choice(steps)()
    assert market.audit() == []
    market.clock.advance(days=400)
    assert _balance(client)[1] == "0.00"
