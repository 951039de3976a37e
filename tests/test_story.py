"""Whole jobs on a real marketplace: published, worked on, decided, paid once, ended."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mturk
import mturk.connection.local
from mturk import (
    HIT,
    Assignment,
    AssignmentStatus,
    Connection,
    HITStatus,
    HITType,
    HTMLQuestion,
    InsufficientFunds,
    InvalidState,
    Layout,
    OpenWork,
    TransportError,
    Worker,
    tracer,
)
from mturk import requirements as req
from mturk.connection.connection import by_default
from mturk.marketplace import Fault, Marketplace
from tests.judge import Judge, Refusal
from tests.page import PAGE

QUESTION = HTMLQuestion(PAGE)
DAY = timedelta(days=1)

Open = Callable[..., tuple[Marketplace, Connection]]


@pytest.fixture
def open_market(database: Path, connect: Callable[..., Connection]) -> Iterator[Open]:
    """Open a marketplace on the test's database file, and a connection to it."""
    with ExitStack() as stack:

        def open_market(**options: Any) -> tuple[Marketplace, Connection]:
            market = stack.enter_context(Marketplace(database=str(database), **options))
            keys = {"access_key": market.access_key, "secret_key": market.secret_key}
            return market, connect(market.url, **keys)

        yield open_market


@pytest.fixture
def market(open_market: Open) -> Iterator[Marketplace]:
    """A marketplace whose requester's connection is the default one."""
    market, connection = open_market()
    with by_default(connection):
        yield market


@pytest.fixture
def calls() -> Iterator[Counter[str]]:
    """Counts the tries of each operation."""
    seen: Counter[str] = Counter()
    with tracer(lambda call: seen.update([call.operation])):
        yield seen


def photos(**changes: Any) -> HITType:
    """A kind of work."""
    terms: dict[str, Any] = {
        "title": "Label a photo",
        "description": "Say what is in the picture",
        "reward": "0.05",
        "assignment_duration": timedelta(minutes=10),
    }
    return HITType.create(**{**terms, **changes})


def publish(max_assignments: int = 3, **changes: Any) -> HIT:
    """A HIT of that kind."""
    return photos(**changes).create_hit(QUESTION, DAY, max_assignments=max_assignments)


def work(market: Marketplace, hit: HIT, worker_id: str = "A1", **answers: Any) -> Assignment:
    """A submission of a worker's."""
    worker = market.worker(worker_id)
    assignment_id = worker.accept(hit.id)
    worker.submit(assignment_id, answers or {"label": "cat"})
    return Assignment.get(assignment_id, connection=hit.connection)


# The script of the design.


@pytest.fixture
def local() -> Iterator[Callable[[Path], Marketplace]]:
    """Reach the marketplace behind connect("local"); what this process has started is stopped afterwards."""
    yield lambda database: mturk.connection.local.marketplace(database).market
    while mturk.connection.local._running:
        mturk.connection.local._running.popitem()[1].market.stop()


def test_the_script_of_the_design_does_the_whole_job(
    local: Callable[[Path], Marketplace], database: Path, tmp_path: Path
) -> None:
    tmp_path.joinpath("label.html").write_text(PAGE.replace("<form", "<img src='{{ photo }}'><form"))
    connection = mturk.connect("local", database=database, templates=[tmp_path])
    market = local(database)
    photos = HITType.create(
        title="Label a photo",
        description="Say what is in the picture",
        reward="0.05",
        assignment_duration=timedelta(minutes=10),
        keywords=["image", "label"],
        auto_approval_delay=timedelta(days=3),
        qualification_requirements=[req.percent_approved >= 95, req.locale.is_in("US", "GB")],
    )
    hit = photos.create_hit(
        HTMLQuestion.from_template("label.html", photo="https://my-lab.org/7.jpg"),
        max_assignments=3,
        lifetime=timedelta(days=1),
    )
    for worker_id, label in (("A1", "cat"), ("A2", "cat"), ("A3", "spaceship")):
        worker = market.worker(worker_id, country="GB")
        worker.submit(worker.accept(hit.id), {"label": label})
    for assignment in hit.assignments(status="Submitted"):
        if assignment.answers["label"] in ("cat", "dog"):
            assignment.approve("Thank you")
        else:
            assignment.reject("Please pick one of the labels")
    decided = {assignment.worker_id: assignment.status for assignment in hit.assignments()}
    assert decided == {"A1": "Approved", "A2": "Approved", "A3": "Rejected"}
    assert "https://my-lab.org/7.jpg" in hit.question.html
    assert hit.hit_type == photos
    assert hit.qualification_requirements == (req.percent_approved >= 95, req.locale.is_in("US", "GB"))
    assert hit.keywords == ("image", "label")
    assert (hit.reward, hit.auto_approval_delay) == (Decimal("0.05"), timedelta(days=3))
    hit.expire()
    hit.delete()
    assert hit.status == HITStatus.DISPOSED
    assert HIT.all().count() == 0
    assert connection.balance().available == Decimal("10000.00") - 2 * Decimal("0.06")
    assert market.audit() == []
    connection.close()


def test_two_processes_share_the_file_of_a_local_connection(
    local: Callable[[Path], Marketplace], database: Path
) -> None:
    connection = mturk.connect("local", database=database)
    made_here = publish()
    program = (
        "import sys, mturk; from datetime import timedelta\n"
        f"mturk.connect('local', database={str(database)!r})\n"
        f"page = mturk.HTMLQuestion({PAGE!r})\n"
        f"hit = mturk.HIT({made_here.id!r}).hit_type.create_hit(page, timedelta(days=1))\n"
        "print(hit.id, mturk.current().call('GetAccountBalance')['AvailableBalance'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    made_there, balance = done.stdout.split()
    assert {hit.id for hit in HIT.all()} == {made_here.id, made_there}
    assert connection.balance().available == Decimal(balance)
    assert local(database).audit() == []
    connection.close()


def test_a_local_connection_reads_the_name_of_its_file_from_the_environment(
    local: Callable[[Path], Marketplace], database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_DATABASE", str(database))
    with mturk.using(Connection("local")) as connection:
        hit = publish()
        with mturk.using(Connection("local", database=database)) as other:
            assert HIT.get(hit.id) == hit
            assert (other.url, repr(other)) == (connection.url, repr(connection)), "one process serves a file once"
            other.close()
        connection.close()
    assert database.exists()


# Ending.


def test_close_goes_on_from_where_it_stood_until_nothing_is_open(market: Marketplace, calls: Counter[str]) -> None:
    hit = publish()
    work(market, hit, "A1")
    slow = market.worker("A2")
    slow_assignment = slow.accept(hit.id)

    first = hit.close()
    assert (first.pending, first.undecided, first.on_offer, bool(first)) == (1, 1, False, True)
    assert first.until is not None
    assert abs(first.until - datetime.now(timezone.utc) - timedelta(minutes=10)) < timedelta(minutes=1)
    second = hit.close()
    assert (second.pending, second.undecided) == (1, 1)
    assert hit.close(undecided="approve").undecided == 0
    assert [each.status for each in hit.assignments()] == ["Approved"]

    slow.submit(slow_assignment, {"label": "dog"})
    assert (hit.close().pending, hit.close().undecided) == (0, 1), "nothing is approved or rejected by itself"
    assert hit.status != HITStatus.DISPOSED
    assert hit.close(undecided="approve") == OpenWork()
    assert hit.status == HITStatus.DISPOSED
    calls.clear()
    assert not hit.close(), "a HIT that is gone stays gone"
    assert calls == {}
    assert HIT.all().count() == 0
    assert market.audit() == []


def test_close_takes_a_hit_that_nobody_touched_off_the_market_at_once(market: Marketplace) -> None:
    hit = publish()
    assert not hit.close()
    assert hit.status == HITStatus.DISPOSED


def test_a_hit_that_was_deleted_elsewhere_is_gone_for_every_verb_that_ends_hits(market: Marketplace) -> None:
    hit = publish()
    assert not hit.close()
    assert HIT(hit.id).status == HITStatus.DISPOSED
    assert HIT(hit.id).close() == OpenWork()
    assert HIT.delete_all([HIT(hit.id)]) == 0
    HIT(hit.id).wait_until_reviewable(0)
    with pytest.raises(InvalidState, match="'Disposed'"):
        HIT(hit.id).delete()


def test_close_lets_go_of_a_hit_when_its_last_worker_gives_it_back(market: Marketplace) -> None:
    hit = publish(1)
    worker = market.worker("A1")
    assignment_id = worker.accept(hit.id)
    assert hit.close().pending == 1
    worker.return_assignment(assignment_id)
    assert not hit.close()


def test_close_lets_go_of_a_hit_when_its_last_worker_runs_out_of_time(market: Marketplace) -> None:
    hit = publish(1)
    market.worker("A1").accept(hit.id)
    assert hit.close().pending == 1
    market.clock.advance(minutes=11)
    assert not hit.close()


def test_close_approves_any_number_of_submissions(market: Marketplace) -> None:
    hit = publish(9)
    for number in range(9):
        work(market, hit, f"A{number}")
    assert not hit.close(undecided="approve")
    assert market.audit() == []


def test_close_in_another_program_goes_on_with_the_same_hit(market: Marketplace) -> None:
    hit = publish(1)
    work(market, hit)
    assert hit.close().undecided == 1
    again = HIT(hit.id)
    assert not again.close(undecided="approve")
    assert again.status == HITStatus.DISPOSED


def test_delete_of_a_hit_with_open_work_says_what_is_open(market: Marketplace) -> None:
    hit = publish()
    work(market, hit, "A1")
    market.worker("A2").accept(hit.id)
    with pytest.raises(InvalidState) as caught:
        hit.delete()
    text = str(caught.value)
    assert "it is still on offer" in text
    assert "1 worker at it until " in text
    assert "UTC at the latest" in text
    assert "1 submission undecided" in text
    assert "hit.close()" in text
    assert caught.value.operation == "DeleteHIT"
    assert caught.value.state == "Assignable"
    assert caught.value.allowed_states == ("Reviewing", "Reviewable")
    assert caught.value.turk_code == "AWS.MechanicalTurk.InvalidHITState"
    assert hit.status == HITStatus.ASSIGNABLE


def test_delete_of_a_hit_with_undecided_work_says_so(market: Marketplace) -> None:
    hit = publish(2)
    work(market, hit, "A1")
    work(market, hit, "A2")
    with pytest.raises(InvalidState, match="What is open: 2 submissions undecided"):
        hit.delete()


def test_a_hit_waits_until_its_work_is_in(market: Marketplace) -> None:
    hit = publish(1)
    with pytest.raises(TimeoutError, match="still Assignable after 5 seconds"):
        hit.wait_until_reviewable(5)
    work(market, hit)
    hit.wait_until_reviewable(timedelta(seconds=5))
    assert hit.status == HITStatus.REVIEWABLE


# Deciding.


def test_an_approval_can_override_a_rejection(market: Marketplace) -> None:
    assignment = work(market, publish())
    assignment.reject("Empty")
    with pytest.raises(InvalidState):
        assignment.approve()
    assert assignment.status == AssignmentStatus.REJECTED
    assignment.approve("My mistake", override_rejection=True)
    assert assignment.status == AssignmentStatus.APPROVED
    assert assignment.requester_feedback == "My mistake"


def test_work_that_was_decided_cannot_be_decided_again(market: Marketplace) -> None:
    assignment = work(market, publish())
    assignment.approve()
    for decide in (assignment.approve, lambda: assignment.reject("Too late")):
        with pytest.raises(InvalidState) as caught:
            decide()
        assert caught.value.allowed_states == ("Submitted",)
        assert not caught.value.maybe_done
    assert assignment.status == AssignmentStatus.APPROVED


def test_undecided_work_approves_itself(market: Marketplace) -> None:
    assignment = work(market, publish(auto_approval_delay=timedelta(hours=1)))
    market.clock.advance(hours=2)
    assignment.refresh()
    assert assignment.status == AssignmentStatus.APPROVED
    assert assignment.approval_time is not None


# Paying.


def paid(hit: HIT) -> list[Decimal | None]:
    return [bonus.amount for bonus in hit.bonuses()]


def test_a_bonus_for_the_same_reason_is_paid_once(market: Marketplace) -> None:
    hit = publish()
    assignment = work(market, hit)
    assert assignment.pay_bonus("0.50", "Fast") is True
    assert assignment.pay_bonus("0.50", "Fast") is False
    assert Worker("A1").pay_bonus(Decimal("0.5"), "Fast", assignment=assignment.id) is False
    assert paid(hit) == [Decimal("0.50")]


def test_another_amount_or_reason_or_assignment_is_another_bonus(market: Marketplace) -> None:
    hit = publish()
    first, second = work(market, hit, "A1"), work(market, hit, "A2")
    assert first.pay_bonus("0.50", "Fast")
    assert first.pay_bonus("0.51", "Fast")
    assert first.pay_bonus("0.50", "Good")
    assert second.pay_bonus("0.50", "Fast")
    assert len(paid(hit)) == 4
    assert [bonus.worker for bonus in second.bonuses()] == [Worker("A2")]
    assert [bonus.assignment for bonus in second.bonuses()] == [second]


def test_a_bonus_is_paid_again_when_that_is_said(market: Marketplace) -> None:
    hit = publish()
    assignment = work(market, hit)
    assert assignment.pay_bonus("0.50", "Fast")
    assert assignment.pay_bonus("0.50", "Fast", again=True) is True
    assert assignment.pay_bonus("0.50", "Fast", again=True) is True
    assert len(paid(hit)) == 3


def test_threads_that_pay_at_once_pay_once(market: Marketplace) -> None:
    hit = publish()
    assignment = work(market, hit)
    together = threading.Barrier(4)

    def pay(number: int) -> bool:
        together.wait()
        return Assignment.get(assignment.id).pay_bonus("0.50", "Fast")

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(pay, range(4))) == [False, False, False, True]
    assert paid(hit) == [Decimal("0.50")]


def test_a_bonus_is_not_paid_twice_when_the_token_is_forgotten(market: Marketplace) -> None:
    hit = publish()
    assignment = work(market, hit)
    assert assignment.pay_bonus("0.50", "Fast")
    market.clock.advance(days=2)
    assert assignment.pay_bonus("0.50", "Fast") is False
    assert paid(hit) == [Decimal("0.50")]


def test_a_token_of_ones_own_pays_once(market: Marketplace, calls: Counter[str]) -> None:
    hit = publish()
    assignment = work(market, hit)
    calls.clear()
    assert assignment.pay_bonus("0.50", "Fast", unique_request_token="payroll 7") is True
    assert assignment.pay_bonus("0.50", "Fast", unique_request_token="payroll 7") is False
    assert calls == {"SendBonus": 2, "ListBonusPayments": 1}
    assert len(paid(hit)) == 1


def test_a_bonus_beyond_the_balance_is_refused_and_not_remembered_as_paid(market: Marketplace) -> None:
    assignment = work(market, publish())
    with pytest.raises(InsufficientFunds):
        assignment.pay_bonus("1000000", "Everything")
    assert assignment.bonuses().count() == 0


# Lost answers.


@pytest.mark.parametrize("every", [2, 3])
def test_a_lost_answer_never_makes_a_second_hit(open_market: Open, every: int) -> None:
    faults = [Fault(name, "lost answer", every=every) for name in ("CreateHIT", "CreateHITWithHITType")]
    market, connection = open_market(faults=faults)
    with mturk.using(connection):
        kind = photos()
        made = [kind.create_hit(QUESTION, DAY).id for _ in range(4)]
        made += [
            HIT.create(QUESTION, DAY, title=f"T {number}", description="D", reward=0, assignment_duration=60).id
            for number in range(4)
        ]
        assert sorted(hit.id for hit in HIT.all()) == sorted(made)
        assert len(set(made)) == 8
    assert market.audit() == []


def test_a_hit_after_a_lost_answer_is_whole(open_market: Open, calls: Counter[str]) -> None:
    _, connection = open_market(faults=[Fault("CreateHITWithHITType", "lost answer", every=1)])
    with mturk.using(connection):
        kind = photos()
        with pytest.raises(TransportError) as caught:
            kind.create_hit(QUESTION, DAY, unique_request_token="mine")
        assert caught.value.maybe_done
        assert calls["CreateHITWithHITType"] == 5
        assert HIT.all().count() == 1
    _, healthy = open_market()
    with mturk.using(healthy):
        hit = HIT.create(QUESTION, DAY, hit_type=kind.id, unique_request_token="mine")
        assert HIT.all().count() == 1
        calls.clear()
        assert (hit.title, hit.status, hit.max_assignments) == ("Label a photo", "Assignable", 1)
        assert calls == {}


@pytest.mark.parametrize("every", [2, 3])
def test_a_lost_answer_never_pays_a_second_bonus(open_market: Open, every: int) -> None:
    market, connection = open_market(faults=[Fault("SendBonus", "lost answer", every=every)])
    with mturk.using(connection):
        hit = publish()
        assignment = work(market, hit)
        results = [assignment.pay_bonus("0.10", f"Reason {number}") for number in range(6)]
        assert results == [True] * 6, "a bonus that our own try has paid was paid now"
        assert [assignment.pay_bonus("0.20", "More", again=True) for _ in range(6)] == [True] * 6
        assert sorted(paid(hit)) == [Decimal("0.10")] * 6 + [Decimal("0.20")] * 6
    assert market.audit() == []


def test_a_bonus_whose_every_answer_was_lost_is_found_by_the_next_run(open_market: Open) -> None:
    market, connection = open_market(faults=[Fault("SendBonus", "lost answer", every=1)])
    with mturk.using(connection):
        hit = publish()
        assignment = work(market, hit)
        with pytest.raises(TransportError) as caught:
            assignment.pay_bonus("0.10", "Fast")
        assert caught.value.maybe_done
        assert assignment.pay_bonus("0.10", "Fast") is False
        assert paid(hit) == [Decimal("0.10")]


@pytest.mark.parametrize("every", [2, 3])
def test_a_lost_answer_never_adds_twice(open_market: Open, every: int) -> None:
    market, connection = open_market(faults=[Fault("CreateAdditionalAssignmentsForHIT", "lost answer", every=every)])
    with mturk.using(connection):
        hit = publish(1)
        for expected in range(2, 7):
            hit.add_assignments(1)
            assert (hit.max_assignments, hit.assignments_available) == (expected, expected)
    assert market.audit() == []


@pytest.mark.parametrize("every", [2, 3])
def test_decisions_and_endings_survive_lost_answers(open_market: Open, every: int) -> None:
    names = ("ApproveAssignment", "RejectAssignment", "UpdateExpirationForHIT", "UpdateHITReviewStatus", "DeleteHIT")
    market, connection = open_market(faults=[Fault(name, "lost answer", every=every) for name in names])
    with mturk.using(connection):
        for _ in range(3):
            hit = publish(4)
            for number in range(4):
                assignment = work(market, hit, f"A{number}")
                if number % 2:
                    assignment.approve()
                else:
                    assignment.reject("Empty")
                kept = assignment.status
                assignment.refresh()
                assert assignment.status == kept
            hit.mark_reviewing()
            hit.mark_reviewable()
            hit.expire()
            hit.delete()
            assert hit.status == HITStatus.DISPOSED
        assert HIT.all().count() == 0
    assert market.audit() == []


@pytest.mark.parametrize("kind", ["lost answer", "refused"])
def test_a_whole_job_survives_a_service_that_fails_every_third_call(open_market: Open, kind: str) -> None:
    market, connection = open_market(faults=[Fault("*", kind, every=3)])
    with mturk.using(connection):
        hit = publish(2)
        for number in range(2):
            assignment = work(market, hit, f"A{number}")
            assignment.approve()
            assert assignment.pay_bonus("0.10", "Fast")
        assert len(paid(hit)) == 2
        assert not hit.close()
        assert HIT.all().count() == 0
    assert market.audit() == []


# Long lists.


def test_a_list_of_hits_is_complete_over_several_pages(market: Marketplace, calls: Counter[str]) -> None:
    kind = photos()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: kind.create_hit(QUESTION, DAY).id, range(205)))
    calls.clear()
    assert sorted(hit.id for hit in HIT.all()) == sorted(made)
    assert calls["ListHITs"] in (3, 4)
    assert sorted(hit.id for hit in kind.hits()) == sorted(made)
    calls.clear()
    assert len(HIT.all()[:10]) == 10
    assert HIT.all().first() is not None
    assert bool(HIT.all())
    assert calls == {"ListHITs": 3}


def test_a_list_of_assignments_is_complete_over_several_pages(market: Marketplace, calls: Counter[str]) -> None:
    hit = publish(250, reward="0.01")
    for number in range(250):
        worker = market.worker(f"A{number:03}")
        worker.submit(worker.accept(hit.id), {"label": "cat"})
    calls.clear()
    assignments = hit.assignments()
    assert calls == {}
    assert sorted(each.worker_id or "" for each in assignments) == [f"A{number:03}" for number in range(250)]
    assert calls["ListAssignmentsForHIT"] in (3, 4)
    calls.clear()
    assert len(assignments[:100]) == 100
    assert len(assignments[95:105]) == 10
    assert calls == {"ListAssignmentsForHIT": 1 + 2}
    calls.clear()
    for assignment in hit.assignments(status="Submitted"):
        assignment.approve()
    assert calls["ApproveAssignment"] == 250, "a list that is decided while it is walked is walked whole"
    assert hit.assignments(status="Submitted").count() == 0
    assert market.audit() == []


# Many threads.


def test_a_token_of_ones_own_gives_the_same_hit_again(market: Marketplace) -> None:
    kind = photos()
    together = threading.Barrier(4)

    def make(number: int) -> str:
        together.wait()
        return kind.create_hit(QUESTION, DAY, unique_request_token="row 7").id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(make, range(4)))) == 1
    assert HIT.all().count() == 1


def test_no_call_is_lost_when_the_service_throttles(open_market: Open, calls: Counter[str]) -> None:
    market, _ = open_market(rate=100, burst=5)
    # Not the obedient time of the other tests: the service's bucket fills in real time.
    connection = Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
    with mturk.using(connection):
        kind = photos()

    def make(number: int) -> str:
        return HIT.create(QUESTION, DAY, hit_type=kind, connection=connection).id

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(80)))
    assert len(set(made)) == 80
    assert calls["CreateHITWithHITType"] <= 80 * 1.25, "a throttled connection slows down instead of knocking on"
    assert HIT.all(connection=connection).count() == 80
    connection.close()


def test_a_hit_that_is_gone_has_nothing_open_whoever_asks(market: Marketplace) -> None:
    hit = publish()
    hit.close()
    assert HIT(hit.id).close() == OpenWork()


def test_an_assignment_that_was_got_knows_its_hit_without_another_call(
    market: Marketplace, calls: Counter[str]
) -> None:
    assignment = work(market, publish())
    calls.clear()
    assert assignment.hit.title == "Label a photo"
    assert calls == {}


def test_a_forked_process_talks_through_sockets_of_its_own(market: Marketplace) -> None:
    hit = publish()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        titles = pool.map(_title, [hit.id] * 20)
        assert all(HIT.get(hit.id).title == "Label a photo" for _ in range(20))
    assert titles == ["Label a photo"] * 20


def _title(hit_id: str) -> str | None:
    return HIT.get(hit_id).title


@pytest.mark.parametrize(
    ("terms", "offer", "told"),
    [
        ({"reward": "5.00"}, {}, r"its reward is Decimal\('0.05'\), not Decimal\('5.00'\)"),
        ({"title": "Another"}, {}, "its title is 'Label a photo', not 'Another'"),
        ({"description": "Another"}, {}, "its description is"),
        ({"keywords": "other"}, {}, "its keywords is"),
        ({"assignment_duration": 61}, {}, "its assignment_duration is 0:10:00, not 0:01:01"),
        ({"auto_approval_delay": 7}, {}, "its auto_approval_delay is"),
        ({"qualification_requirements": [req.adult == 1]}, {}, "its qualification_requirements is"),
        ({}, {"max_assignments": 2}, "its max_assignments is 1, not 2"),
        ({}, {"lifetime": timedelta(days=2)}, "its lifetime is 1 day, 0:00:00, not 2 days"),
        ({}, {"question": HTMLQuestion(PAGE + "<p>")}, "it asks another question"),
    ],
)
@pytest.mark.parametrize("with_type", [True, False])
def test_a_token_of_another_hit_is_told_instead_of_giving_that_hit(
    market: Marketplace, terms: dict[str, Any], offer: dict[str, Any], told: str, with_type: bool
) -> None:
    first = publish_by(with_type, {}, {})
    assert publish_by(with_type, {}, {}) == first, "the same again gives the same HIT"
    with pytest.raises(mturk.AlreadyDone, match="its hit_type_id is" if with_type and terms else told):
        publish_by(with_type, terms, offer)


def publish_by(with_type: bool, terms: dict[str, Any], offer: dict[str, Any]) -> HIT:
    """A HIT under one token, by way of a type or with all terms spelled out."""
    given: dict[str, Any] = {
        "title": "Label a photo", "description": "Say what is in it", "reward": "0.05",
        "assignment_duration": timedelta(minutes=10), "keywords": ["image", "label"],
        "auto_approval_delay": timedelta(days=3), **terms,
    }  # fmt: skip
    rest: dict[str, Any] = {"question": QUESTION, "lifetime": DAY, "unique_request_token": "batch-7", **offer}
    return HITType.create(**given).create_hit(**rest) if with_type else HIT.create(**given, **rest)


@pytest.mark.parametrize(("value", "differs"), [("a & b", False), ("c", True)])
def test_a_layout_s_parameters_are_looked_for_in_the_page(
    judge: Judge, connection: Connection, value: str, differs: bool
) -> None:
    used = Refusal(turk_code="HITAlreadyExists", message='The HIT with ID "3HITHITHIT00" already exists.')
    judge.answer("CreateHITWithHITType", used)
    judge.answer("GetHIT", {"HIT": {"HITId": "3HITHITHIT00", "HITLayoutId": "3L", "Question": "<p>a &amp; b</p>"}})
    made = HITType("3T", connection=connection)
    if differs:
        with pytest.raises(mturk.AlreadyDone, match="its layout parameter 'text' has another value"):
            made.create_hit(Layout("3L", text=value), DAY, unique_request_token="t")
    else:
        assert made.create_hit(Layout("3L", text=value), DAY, unique_request_token="t").id == "3HITHITHIT00"


def test_an_answer_about_another_hit_is_not_taken(connection: Connection, judge: Judge) -> None:
    judge.answer("GetHIT", {"HIT": {"HITId": "3OTHER"}})
    with pytest.raises(TransportError, match="The answer about 3MINE is about 3OTHER"):
        HIT.get("3MINE", connection=connection)


def test_the_file_of_a_local_marketplace_holds_everything_when_the_program_has_ended(tmp_path: Path) -> None:
    script = (
        "import mturk\n"
        "mturk.connect('local', database='lab.sqlite3')\n"
        f"page = mturk.HTMLQuestion({PAGE!r})\n"
        "mturk.HIT.create(page, 60, title='t', description='d', reward=1, assignment_duration=60)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    copy = tmp_path / "copy.sqlite3"
    for name in ("", ".key"):
        shutil.copy(tmp_path / f"lab.sqlite3{name}", tmp_path / f"copy.sqlite3{name}")
    with Marketplace(copy) as market:
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        assert HIT.all(connection=Connection(market.url, **keys)).count() == 1


def test_a_compensation_that_was_not_collected_in_time_is_offered_again(market: Marketplace) -> None:
    worker = work(market, publish()).worker
    first = worker.compensate("1.00", "page broke", lifetime=60)
    assert worker.compensate("1.00", "page broke", lifetime=60).id == first.id
    first.expire()
    second = worker.compensate("1.00", "page broke", lifetime=60)
    assert second.id != first.id
    assert worker.compensate("1.00", "page broke", lifetime=60).id == second.id


def test_a_token_of_ones_own_that_paid_another_worker_is_told(market: Marketplace) -> None:
    first, second = (work(market, publish(), worker_id) for worker_id in ("A1", "A2"))
    assert first.pay_bonus("1.00", "Thanks", unique_request_token="batch-7")
    with pytest.raises(mturk.AlreadyDone, match="this one is not paid"):
        second.pay_bonus("1.00", "Thanks", unique_request_token="batch-7")
