"""What a worker is told, and how much of it was not read yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.clock import DAY, as_milliseconds
from mturk.marketplace.workplace import notice
from mturk.marketplace.workplace.notice import APPROVAL, BONUS, KINDS, MESSAGE, REJECTION, Notice, Notices
from tests.marketplace.conftest import Client, Publish, Work
from tests.marketplace.sample import qualification_type_arguments
from tests.marketplace.workplace.conftest import Pay, Run

See = Callable[..., Notices]
Count = Callable[..., int]


@pytest.fixture
def see(market: Marketplace, look: Run) -> See:
    """A page of what a worker was told."""
    market.worker("A1ADA")
    return lambda worker_id="A1ADA", **which: look(lambda context: notice.notices(context, worker_id, **which))


@pytest.fixture
def count(market: Marketplace, look: Run) -> Count:
    """How much a worker has not read."""
    market.worker("A1ADA")
    return lambda worker_id="A1ADA": look(lambda context: notice.unread(context, worker_id))


@pytest.fixture
def read(do: Run) -> Callable[..., None]:
    """Have a worker read these."""

    def read(*notices: Notice, worker_id: str = "A1ADA") -> None:
        for one in notices:
            do(lambda context, one=one: notice.mark_read(context, worker_id, one))  # type: ignore[misc]  # bound now

    return read


@pytest.fixture
def all_kinds(market: Marketplace, client: Client, publish: Publish, work: Work, pay: Pay) -> None:
    """Let a worker be told one thing of each kind, a minute after each other."""
    client.reject_assignment(
        AssignmentId=work(publish(Title="Name a cat", Reward="0.25")["HITId"], "A1ADA"), RequesterFeedback="A dog."
    )
    market.clock.advance(minutes=1)
    pay("0.10", words="Thank you!")
    market.clock.advance(minutes=1)
    pay("0.10", bonus="0.50")
    market.clock.advance(minutes=1)
    client.notify_workers(Subject="Hello", MessageText="More work\nis here.", WorkerIds=["A1ADA"])


@pytest.mark.usefixtures("all_kinds")
def test_a_worker_is_told_messages_bonuses_and_decisions_newest_first(see: See) -> None:
    told = [(one.kind, one.requester, one.subject, one.text, one.cents) for one in see().rows]
    assert told == [
        (MESSAGE, "requester", "Hello", "More work\nis here.", None),
        (BONUS, "requester", "Label a photo", "well done", 50),
        (APPROVAL, "requester", "Label a photo", "Thank you!", 10),
        (REJECTION, "requester", "Name a cat", "A dog.", 25),
    ]


def test_an_approval_without_words_is_not_told(pay: Pay, see: See, count: Count) -> None:
    pay()
    assert (see().rows, count()) == ([], 0)


def test_grants_are_told(market: Marketplace, client: Client, see: See) -> None:
    kind = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    client.associate_qualification_with_worker(
        QualificationTypeId=kind["QualificationTypeId"], WorkerId="A1ADA", IntegerValue=7
    )
    assert [one.subject for one in see().rows] == ["You were granted a Qualification"]


@pytest.mark.usefixtures("all_kinds")
@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_is_shown_alone(see: See, kind: str) -> None:
    assert [one.kind for one in see(kind=kind).rows] == [kind]


def test_a_rejection_that_is_taken_back_is_told_as_an_approval(
    client: Client, publish: Publish, work: Work, see: See
) -> None:
    assignment_id = work(publish()["HITId"], "A1ADA")
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True, RequesterFeedback="I was wrong.")
    assert [(one.kind, one.text) for one in see().rows] == [(APPROVAL, "I was wrong.")]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_notices_come_page_after_page_and_each_once(
    market: Marketplace, client: Client, publish: Publish, work: Work, pay: Pay, see: See, size: int
) -> None:
    for number in range(3):  # all kinds at the same moment, and at others
        pay(words="Thanks", bonus="0.50")
        client.reject_assignment(AssignmentId=work(publish()["HITId"], "A1ADA"), RequesterFeedback="no")
        client.notify_workers(Subject="Hello", MessageText="More", WorkerIds=["A1ADA"])
        market.clock.advance(seconds=number)
    shown, page = [], see(size=size)
    shown += [one.key for one in page.rows]
    while page.next:
        page = see(size=size, after=page.next)
        assert len(page.rows) <= size
        shown += [one.key for one in page.rows]
    assert len(shown) == len(set(shown)) == 12
    assert shown == [one.key for one in see(size=50).rows]


@pytest.mark.usefixtures("all_kinds")
def test_what_was_not_read_is_counted(see: See, count: Count, read: Callable[..., None]) -> None:
    assert count() == 4
    first, second, *_ = see().rows
    read(first, second, first)
    assert count() == 2
    assert [one.unread for one in see().rows] == [False, False, True, True]


@pytest.mark.usefixtures("all_kinds")
def test_all_is_read_at_once_up_to_what_was_shown(
    market: Marketplace, client: Client, see: See, count: Count, do: Run
) -> None:
    until = see().rows[0].time
    market.clock.advance(seconds=1)
    client.notify_workers(Subject="Later", MessageText="More", WorkerIds=["A1ADA"])
    do(lambda context: notice.mark_all_read(context, "A1ADA", until))
    assert count() == 1
    assert [one.subject for one in see().rows if one.unread] == ["Later"]


@pytest.mark.usefixtures("all_kinds")
def test_what_was_read_stays_read(see: See, count: Count, read: Callable[..., None], do: Run) -> None:
    newest, *older = see().rows
    read(newest)
    do(lambda context: notice.mark_all_read(context, "A1ADA", older[-1].time))
    assert count() == 2
    read(*older)
    assert count() == 0
    do(lambda context: notice.mark_all_read(context, "A1ADA", 0))
    assert [one.unread for one in see().rows] == [False] * 4


@pytest.mark.usefixtures("all_kinds")
def test_nothing_is_read_before_it_is_told(market: Marketplace, pay: Pay, count: Count, do: Run) -> None:
    in_a_year = as_milliseconds(market.clock.now()) + 365 * DAY
    do(lambda context: notice.mark_all_read(context, "A1ADA", in_a_year))
    assert count() == 0
    market.clock.advance(minutes=1)
    pay(bonus="0.01")
    assert count() == 1


def test_not_more_than_a_hundred_are_counted(client: Client, pay: Pay, count: Count) -> None:
    assignment_id = pay()
    for number in range(notice.MOST_COUNTED + 5):
        token = {"UniqueRequestToken": str(number)}
        client.send_bonus(WorkerId="A1ADA", AssignmentId=assignment_id, BonusAmount="0.01", Reason="x", **token)
    assert count() == notice.MOST_COUNTED


@pytest.mark.usefixtures("all_kinds")
def test_another_worker_is_told_nothing_of_it(
    market: Marketplace, see: See, count: Count, read: Callable[..., None], look: Run
) -> None:
    market.worker("A2BEN")
    mine = see().rows
    assert (see("A2BEN").rows, count("A2BEN")) == ([], 0)
    for one in mine:
        assert look(lambda context, one=one: notice.find(context, "A2BEN", one.key)) is None  # type: ignore[misc]  # bound now
        with pytest.raises(WorkerError):
            see("A2BEN", after=one.key)
    read(*mine, worker_id="A2BEN")
    assert count() == 4


@pytest.mark.parametrize(
    "key",
    ["", "message", "message-", "message-x", "message--1", "message-1-1", "bonus-1", "letter-1", f"bonus-{9**40}"],
)
def test_a_key_that_nothing_has_finds_nothing(market: Marketplace, look: Run, key: str) -> None:
    market.worker("A1ADA")
    assert look(lambda context: notice.find(context, "A1ADA", key)) is None
