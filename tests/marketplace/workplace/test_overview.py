"""What a worker has done and earned: today, this week, ever, and by whom it was paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone, tzinfo

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.people import ledger, worker
from mturk.marketplace.workplace import overview
from mturk.marketplace.workplace.overview import Overview, Payer, Stretch
from tests.marketplace.conftest import Client, Connect, Publish, Work
from tests.marketplace.sample import hit_arguments
from tests.marketplace.workplace.conftest import Pay, Run

UTC = timezone.utc
NOTHING = Stretch(0, 0, 0, 0, 0, 0, 0, 0)
See = Callable[..., Overview]


@pytest.fixture
def see(market: Marketplace, look: Run) -> See:
    """A worker's overview."""
    market.worker("A1ADA")

    def see(zone: tzinfo = UTC, worker_id: str = "A1ADA") -> Overview:
        return look(lambda context: overview.overview(context, worker.on_site(context, worker_id), zone))  # type: ignore[no-any-return]  # Run gives anything

    return see


def test_who_is_new_has_done_nothing(see: See) -> None:
    found = see()
    assert (found.today, found.week, found.ever, found.payers) == (NOTHING, NOTHING, NOTHING, [])
    assert [one.earned for one in found.days] == [0] * 30


def test_work_is_counted_by_what_became_of_it(
    market: Marketplace, client: Client, publish: Publish, work: Work, pay: Pay, see: See
) -> None:
    pay("0.10", bonus="0.50")
    client.reject_assignment(AssignmentId=work(publish(Reward="0.20")["HITId"], "A1ADA"), RequesterFeedback="no")
    work(publish(Reward="0.40")["HITId"], "A1ADA")
    ada = market.worker("A1ADA")
    ada.return_assignment(ada.accept(publish()["HITId"]))
    ada.accept(publish(AssignmentDurationInSeconds=60)["HITId"])
    market.clock.advance(minutes=2)
    found = see()
    expected = Stretch(submitted=3, approved=1, rejected=1, pending=1, returned=1, abandoned=1, earned=60, unpaid=40)
    assert (found.today, found.week, found.ever) == (expected, expected, expected)


def test_days_and_weeks_end(market: Marketplace, pay: Pay, see: See) -> None:
    pay("0.10")
    market.clock.advance(days=1)
    found = see()
    assert (found.today, found.week.earned, found.week.approved) == (NOTHING, 10, 1)
    market.clock.advance(days=4)
    found = see()
    assert (found.today, found.week) == (NOTHING, NOTHING)
    assert (found.ever.earned, found.ever.approved) == (10, 1)


@pytest.mark.parametrize(("hours_ahead", "today"), [(-6, 1), (0, 1), (6, 0)])
def test_the_day_ends_at_midnight_of_the_zone(
    market: Marketplace, pay: Pay, see: See, hours_ahead: int, today: int
) -> None:
    pay("0.10")  # at noon in UTC
    market.clock.advance(hours=8)
    assert see(timezone(timedelta(hours=hours_ahead))).today.approved == today


def test_money_counts_on_the_day_on_which_it_was_paid(
    market: Marketplace, client: Client, publish: Publish, work: Work, see: See
) -> None:
    assignment_id = work(publish(Reward="0.30")["HITId"], "A1ADA")
    market.clock.advance(days=1)
    client.approve_assignment(AssignmentId=assignment_id)
    found = see()
    assert (found.today.submitted, found.today.earned) == (0, 30)
    assert [one.earned for one in found.days[-3:]] == [0, 0, 30]


def test_each_day_has_what_was_earned_on_it_in_the_zone(market: Marketplace, pay: Pay, see: See) -> None:
    pay("0.10")
    market.clock.advance(hours=11, minutes=50)
    pay("0.20")
    market.clock.advance(minutes=20)
    pay("0.40")
    days = {zone: [one.earned for one in see(timezone(timedelta(minutes=zone))).days[-2:]] for zone in (0, 15, -15)}
    assert days == {0: [30, 40], 15: [10, 60], -15: [0, 70]}


def test_what_others_do_is_not_counted(market: Marketplace, pay: Pay, see: See) -> None:
    pay("0.10", worker_id="A2BEN")
    assert see().ever == NOTHING


def test_each_requester_is_told_with_what_they_paid_and_will_pay(
    market: Marketplace, connect: Connect, pay: Pay, publish: Publish, work: Work, see: See
) -> None:
    pay("0.10", bonus="0.05")
    work(publish(Reward="1.00")["HITId"], "A1ADA")
    other = connect(market, "linguists")
    for _ in range(2):
        hit_id = other.create_hit(**hit_arguments(Reward="2.00"))["HIT"]["HITId"]
        other.approve_assignment(AssignmentId=work(hit_id, "A1ADA"))
    work(connect(market, "new ones").create_hit(**hit_arguments(Reward="0.70"))["HIT"]["HITId"], "A1ADA")
    assert see().payers == [Payer("linguists", 400, 0), Payer("requester", 15, 100), Payer("new ones", 0, 70)]


def test_many_requesters_are_told_as_one(market: Marketplace, connect: Connect, work: Work, see: See) -> None:
    for number in range(overview.MOST_PAYERS + 2):
        requester = connect(market, f"lab {number}")
        hit_id = requester.create_hit(**hit_arguments(Reward=f"1.{number:02}"))["HIT"]["HITId"]
        requester.approve_assignment(AssignmentId=work(hit_id, "A1ADA"))
    found = see()
    assert len(found.payers) == overview.MOST_PAYERS + 1
    assert found.payers[0] == Payer("lab 21", 121, 0)
    assert found.payers[-1] == Payer("", 201, 0)
    assert sum(payer.earned for payer in found.payers) == found.ever.earned


def test_what_was_earned_in_all_is_what_the_ledger_has(market: Marketplace, pay: Pay, see: See, look: Run) -> None:
    pay("0.10", bonus="0.07")
    pay("0.03")
    number = look(lambda context: worker.on_site(context, "A1ADA").number)
    in_ledger = look(lambda context: ledger.balance(context.database, ledger.earned(number)))
    assert see().ever.earned == in_ledger == 20
    assert market.audit() == []


def test_what_was_returned_and_taken_again_is_counted_once_for_each(
    market: Marketplace, publish: Publish, see: See
) -> None:
    hit_id = publish()["HITId"]
    ada, ben = market.worker("A1ADA"), market.worker("A2BEN")
    for one in (ada, ben, ada):
        one.return_assignment(one.accept(hit_id))
    assert (see().week.returned, see(worker_id="A2BEN").week.returned) == (2, 1)
    assert see().ever.returned == 2
