"""What a worker has handed in: what became of it, page after page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.clock import as_milliseconds
from mturk.marketplace.hit.assignment import APPROVED, REJECTED, SUBMITTED
from mturk.marketplace.people import worker
from mturk.marketplace.workplace import submission
from mturk.marketplace.workplace.submission import Submissions
from tests.marketplace.conftest import Client, Publish, Work
from tests.marketplace.workplace.conftest import Pay, Run

See = Callable[..., Submissions]


@pytest.fixture
def see(market: Marketplace, look: Run) -> See:
    """A page of a worker's submissions."""
    market.worker("A1ADA")

    def see(worker_id: str = "A1ADA", **which: object) -> Submissions:
        return look(  # type: ignore[no-any-return]  # Run gives anything
            lambda context: submission.submissions(context, worker.on_site(context, worker_id).number, **which)  # type: ignore[arg-type]  # the test says which
        )

    return see


def test_a_submission_that_waits_says_when_it_is_approved_by_itself(
    market: Marketplace, publish: Publish, work: Work, see: See
) -> None:
    hit = publish(Title="Name a cat", Reward="0.25", AutoApprovalDelayInSeconds=3600)
    assignment_id = work(hit["HITId"], "A1ADA")
    (row,) = see().rows
    now = as_milliseconds(market.clock.now())
    assert (row.assignment_id, row.hit_id, row.title) == (assignment_id, hit["HITId"], "Name a cat")
    assert (row.status, row.reward, row.requester_name) == (SUBMITTED, 25, "requester")
    assert (row.submit_time, row.auto_approval_time) == (now, now + 3_600_000)


def test_a_decided_submission_has_the_requesters_words(
    client: Client, publish: Publish, work: Work, pay: Pay, see: See
) -> None:
    client.reject_assignment(AssignmentId=work(publish()["HITId"], "A1ADA"), RequesterFeedback="That is a dog.")
    pay(words="Thank you!")
    told = [(row.status, row.requester_feedback) for row in see().rows]
    assert told == [(APPROVED, "Thank you!"), (REJECTED, "That is a dog.")]


def test_bonuses_stand_with_the_submission_that_they_were_paid_for(client: Client, pay: Pay, see: See) -> None:
    assignment_id = pay(bonus="0.50")
    client.send_bonus(WorkerId="A1ADA", AssignmentId=assignment_id, BonusAmount="0.05", Reason="and more")
    pay()
    found = see()
    extras = [[(one.cents, one.reason) for one in found.bonuses.get(row.number, [])] for row in found.rows]
    assert extras == [[], [(50, "well done"), (5, "and more")]]


def test_of_many_bonuses_the_first_are_read_and_the_others_counted(client: Client, pay: Pay, see: See) -> None:
    for token in "ab":
        assignment_id = pay()
        for cents in range(1, 6):
            client.send_bonus(
                WorkerId="A1ADA",
                AssignmentId=assignment_id,
                BonusAmount=f"0.0{cents}",
                Reason="more",
                UniqueRequestToken=f"{token}{cents}",
            )
    found = see()
    extras = [[(one.cents, one.together) for one in found.bonuses[row.number]] for row in found.rows]
    assert extras == [[(1, 5), (2, 5), (3, 5)]] * 2


def test_what_is_in_hand_or_was_returned_is_not_handed_in(market: Marketplace, publish: Publish, see: See) -> None:
    ada = market.worker("A1ADA")
    ada.accept(publish()["HITId"])
    ada.return_assignment(ada.accept(publish()["HITId"]))
    assert see() == Submissions([], {}, None)


def test_submissions_come_page_after_page_newest_first(
    market: Marketplace, client: Client, publish: Publish, work: Work, see: See
) -> None:
    made = []
    for number in range(7):
        made.append(work(publish()["HITId"], "A1ADA"))
        if number % 3 == 1:
            client.approve_assignment(AssignmentId=made[-1])
        if number % 3 == 2:
            client.reject_assignment(AssignmentId=made[-1], RequesterFeedback="no")
        market.clock.advance(seconds=number % 2)  # some at the same moment
    shown, after = [], None
    for _ in range(4):
        page = see(after=after, size=2)
        shown += [row.assignment_id for row in page.rows]
        after = page.next
    assert after is None
    assert sorted(shown) == sorted(made)
    assert see(size=50).next is None
    assert shown == [row.assignment_id for row in see(size=50).rows]


@pytest.mark.parametrize("status", [SUBMITTED, APPROVED, REJECTED])
def test_submissions_in_one_state_are_shown_alone(
    client: Client, publish: Publish, work: Work, pay: Pay, see: See, status: str
) -> None:
    pay()
    client.reject_assignment(AssignmentId=work(publish()["HITId"], "A1ADA"), RequesterFeedback="no")
    work(publish()["HITId"], "A1ADA")
    assert [row.status for row in see(status=status).rows] == [status]


def test_another_workers_submission_is_no_mark(market: Marketplace, pay: Pay, see: See) -> None:
    theirs = pay(worker_id="A2BEN")
    pay()
    for after in (theirs, "3NOTHING", ""):
        with pytest.raises(WorkerError, match="no such page"):
            see(after=after)
    assert [row.assignment_id for row in see("A2BEN").rows] == [theirs]


def test_work_of_a_deleted_hit_is_still_shown(client: Client, market: Marketplace, pay: Pay, see: See) -> None:
    pay()
    client.delete_hit(HITId=see().rows[0].hit_id)
    assert [row.status for row in see().rows] == [APPROVED]
