"""Transactions that are done together on PostgreSQL: they do not wait for each other, and nothing is lost by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.actor import Worker
from mturk.marketplace.call import Call, Context
from mturk.marketplace.database import table as t
from mturk.marketplace.database.store import Store
from mturk.marketplace.error import DatabaseError
from mturk.marketplace.hit import bonus, decision
from mturk.marketplace.workplace import desk
from tests.marketplace.postgresql import PostgreSQL
from tests.marketplace.sample import hit_arguments, type_arguments

MASTER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PATIENCE = 30
_WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@pytest.fixture
def place(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with postgresql.database() as url:
        yield url


@pytest.fixture
def open_market(place: str) -> Iterator[Marketplace]:
    market = Marketplace(place, fees=0)
    market.requester("requester")
    yield market
    market.stop()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


@contextmanager
def under_way(
    store: Store, *, together: bool, first: Callable[[Connection], object] = lambda _: None
) -> Iterator[None]:
    """A transaction that has begun, and does not end before the block does."""
    begun, end = threading.Event(), threading.Event()

    def work(_: Connection) -> None:
        begun.set()
        assert end.wait(PATIENCE)

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(store.write, work, together=together)
        assert begun.wait(PATIENCE)
        try:
            yield
        finally:
            end.set()
            done.result(PATIENCE)


def until_it_waits(store: Store, number: int = 1) -> None:
    """Come back once so many transactions wait for a lock in the database."""
    end = time.monotonic() + PATIENCE
    while store.read(lambda database: database.execute(_WAITS).scalar_one()) < number:
        assert time.monotonic() < end


def create(market: Marketplace, **changes: Any) -> str:
    number = market.requester("requester")._number
    answer = market._dispatch.call(number, "CreateHIT", hit_arguments(**changes))
    return str(answer["HIT"]["HITId"])


def test_a_whole_job_waits_for_no_other_such_job(open_market: Marketplace) -> None:
    first, second = open_market.worker("A1"), open_market.worker("A2")
    number = open_market.requester("requester")._number

    def call(operation: str, **members: Any) -> dict[str, Any]:
        return open_market._dispatch.call(number, operation, members)

    with under_way(open_market._store, together=True):
        other = call("CreateHITType", **type_arguments(Title="Other"))["HITTypeId"]
        call("UpdateHITTypeOfHIT", HITId=create(open_market), HITTypeId=other)
        question = hit_arguments()["Question"]
        hit_id = call("CreateHITWithHITType", HITTypeId=other, LifetimeInSeconds=60, Question=question)["HIT"]["HITId"]
        call("CreateAdditionalAssignmentsForHIT", HITId=hit_id, NumberOfAdditionalAssignments=2)
        first.return_assignment(first.accept(hit_id))
        done = first.accept(hit_id), second.accept(hit_id)
        first.submit(done[0], {"label": "cat"})
        second.submit(done[1], {"label": "cat"})
        call("ApproveAssignment", AssignmentId=done[0])
        call("RejectAssignment", AssignmentId=done[1], RequesterFeedback="no")
        call("SendBonus", AssignmentId=done[0], WorkerId="A1", BonusAmount="0.10", Reason="x", UniqueRequestToken="b")
        call("UpdateExpirationForHIT", HITId=hit_id, ExpireAt=0)
        call("UpdateHITReviewStatus", HITId=hit_id)
        call("DeleteHIT", HITId=hit_id)
    assert open_market.audit() == []


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (False, False)])
def test_who_is_alone_waits_and_is_waited_for(
    open_market: Marketplace, threads: ThreadPoolExecutor, first: bool, second: bool
) -> None:
    elsewhere = Store(open_market.database)
    seen: list[str] = []
    with under_way(open_market._store, together=first):
        later = threads.submit(elsewhere.write, lambda _: seen.append("second"), together=second)
        until_it_waits(open_market._store)
        seen.append("first")
    later.result(PATIENCE)
    elsewhere.close()
    assert seen == ["first", "second"]


def test_while_somebody_listens_things_happen_one_by_one(open_market: Marketplace, threads: ThreadPoolExecutor) -> None:
    heard: list[str] = []
    open_market._dispatch.hear = lambda _, event_type, __: heard.append(event_type)
    with under_way(open_market._store, together=True):
        later = threads.submit(create, open_market)
        until_it_waits(open_market._store)
        assert heard == []
    assert later.result(PATIENCE)
    assert heard == ["HITCreated"]


def test_what_others_are_in_the_way_of_again_and_again_is_done_alone(open_market: Marketplace) -> None:
    tries: list[bool] = []
    shared = text("SELECT mode = 'ShareLock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")

    def work(database: Connection) -> str:
        tries.append(bool(database.execute(shared).scalar_one()))
        if len(tries) < 4:
            database.execute(text("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$"))
        return "done"

    assert open_market._store.write(work, together=True) == "done"
    assert tries == [True, True, True, False]


def test_a_conflict_that_stays_is_raised(open_market: Marketplace) -> None:
    with pytest.raises(DatabaseError, match="40P01"):
        open_market._store.write(
            lambda database: database.execute(text("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$")),
            together=True,
        )


def test_of_hits_of_one_type_that_are_new_together_the_second_finds_the_type(
    open_market: Marketplace, threads: ThreadPoolExecutor
) -> None:
    made = list(threads.map(lambda _: create(open_market, Title="new"), range(4)))
    types = open_market._store.read(lambda database: database.execute(select(t.hit.c.hit_type)).scalars().all())
    assert len(set(made)) == 4
    assert len(set(types)) == 1


def test_a_bonus_holds_its_hit_so_that_the_bonuses_of_one_are_listed_as_they_came(
    open_market: Marketplace, threads: ThreadPoolExecutor
) -> None:
    hit_id = create(open_market, MaxAssignments=2)
    workers = [open_market.worker(f"A{number}") for number in range(2)]
    done = [worker.accept(hit_id) for worker in workers]
    for worker, assignment_id in zip(workers, done, strict=True):
        worker.submit(assignment_id, {"label": "cat"})
    requester = open_market.requester("requester")._number
    paid, end = threading.Event(), threading.Event()

    def pay(context: Context, place: int) -> None:
        call = Call.of(requester, context)
        bonus.send_bonus(call, worker_id=f"A{place}", bonus_amount=5, assignment_id=done[place], reason=f"{place}")
        paid.set()
        assert end.wait(PATIENCE)

    first = threads.submit(open_market._dispatch.run, lambda context: pay(context, 1), together=True)
    assert paid.wait(PATIENCE)
    hold = select(t.hit.c.number).with_for_update(nowait=True, key_share=True)
    with pytest.raises(DatabaseError, match="lock"):
        open_market._store.write(lambda database: database.execute(hold), together=True)
    end.set()
    first.result(PATIENCE)


def test_payouts_wait_for_what_is_about_to_be_paid(open_market: Marketplace, threads: ThreadPoolExecutor) -> None:
    worker = open_market.worker("A1")
    assignment_id = worker.accept(create(open_market, Reward="0.10"))
    worker.submit(assignment_id, {"label": "cat"})
    requester = open_market.requester("requester")._number
    paid, end = threading.Event(), threading.Event()

    def approve(context: Context) -> None:
        decision.approve_assignment(Call.of(requester, context), assignment_id=assignment_id)
        paid.set()
        assert end.wait(PATIENCE)

    approval = threads.submit(open_market._dispatch.run, approve, together=True)
    assert paid.wait(PATIENCE)
    owed = threads.submit(open_market.payouts, datetime(2020, 1, 1, tzinfo=timezone.utc))
    until_it_waits(open_market._store)
    end.set()
    approval.result(PATIENCE)
    assert [one.total for one in owed.result(PATIENCE)] == [Decimal("0.10")]


def test_a_worker_who_accepts_in_two_windows_does_not_hold_more_than_the_site_allows(
    open_market: Marketplace, threads: ThreadPoolExecutor
) -> None:
    worker = open_market.worker("A1")
    for number in range(desk.MOST_HELD - 1):
        worker.accept(create(open_market, Title=f"HIT {number}"))
    for number in range(4):
        create(open_market, Title=f"Group {number}")
    groups = worker.groups()[:4]
    begin = threading.Barrier(4)

    def accept(group_id: str) -> bool:
        begin.wait(PATIENCE)
        try:
            open_market._dispatch.run(lambda context: desk.accept(context, "A1", group_id), together=True)
        except WorkerError:
            return False
        return True

    assert sum(threads.map(accept, groups)) == 1


def test_who_goes_for_the_only_hit_waits_for_who_is_changing_it(
    open_market: Marketplace, threads: ThreadPoolExecutor
) -> None:
    hit_id = create(open_market, MaxAssignments=2)
    (group_id,) = open_market.worker("A1").groups()
    open_market.worker("A2")
    accepted, end = threading.Event(), threading.Event()

    def accept(context: Context) -> str:
        found = desk.accept(context, "A1", group_id, hit_id)
        accepted.set()
        assert end.wait(PATIENCE)
        return found

    first = threads.submit(open_market._dispatch.run, accept, together=True)
    assert accepted.wait(PATIENCE)
    accept_other = lambda context: desk.accept(context, "A2", group_id)  # noqa: E731 - needs a name
    second = threads.submit(open_market._dispatch.run, accept_other, together=True)
    until_it_waits(open_market._store)
    end.set()
    assert first.result(PATIENCE) != second.result(PATIENCE)


def test_of_many_workers_who_go_for_one_hit_as_many_get_it_as_it_has_places(open_market: Marketplace) -> None:
    create(open_market, MaxAssignments=9)
    workers = [open_market.worker(f"A{number}") for number in range(12)]
    (group_id,) = workers[0].groups()
    begin = threading.Barrier(len(workers))

    def accept(worker: Worker) -> bool:
        begin.wait(PATIENCE)
        try:
            open_market._dispatch.run(lambda context: desk.accept(context, worker.id, group_id), together=True)
        except WorkerError:
            return False
        return True

    with ThreadPoolExecutor(len(workers)) as many:
        assert sum(many.map(accept, workers)) == 9


def test_who_reads_finds_a_connection_while_many_wait_to_write(open_market: Marketplace) -> None:
    elsewhere = Store(open_market.database)
    with ThreadPoolExecutor(40) as many:
        with under_way(elsewhere, together=False):
            waiting = [many.submit(create, open_market) for _ in range(40)]
            until_it_waits(open_market._store, 8)
            assert open_market._store.read(lambda database: database.execute(select(t.hit.c.number)).all()) == []
            assert not any(one.done() for one in waiting)
        assert len({one.result(PATIENCE) for one in waiting}) == 40
    elsewhere.close()


def test_work_is_listed_in_the_order_in_which_it_came_though_a_clock_is_behind(database: str) -> None:
    times = iter([1_800_000_000.0] * 100)
    market = Marketplace(database, real_time=lambda: behind.pop() if behind else next(times))
    behind: list[float] = []
    hit_id = create(market, MaxAssignments=3)
    workers = [market.worker(f"A{number}") for number in range(3)]
    taken = [worker.accept(hit_id) for worker in workers]
    for worker, assignment_id in zip(workers, taken, strict=True):
        worker.submit(assignment_id, {"label": "cat"})
        behind = [1_799_999_000.0]
    number = market.requester("requester")._number
    listed = market._dispatch.call(number, "ListAssignmentsForHIT", {"HITId": hit_id})["Assignments"]
    market.stop()
    assert [one["AssignmentId"] for one in listed] == taken
    assert [one["SubmitTime"] for one in listed] == [1_800_000_000.0, 1_800_000_000.001, 1_800_000_000.002]


def test_one_submission_brings_one_hit_though_it_is_listed_behind_others(database: str) -> None:
    market = Marketplace(database, real_time=lambda: 1_800_000_000.0)
    first = create(market, MaxAssignments=3)
    for _ in range(3):
        create(market)
    for name in ("A0", "A1", "A2"):
        worker = market.worker(name)
        done = worker.accept(first)
        worker.submit(done, {"label": "cat"})
    pressed = [market._dispatch.run(lambda context: desk.go_on(context, "A2", done)) for _ in range(3)]
    market.stop()
    assert [is_new for _, is_new in pressed] == [True, False, False]
    assert len({assignment_id for assignment_id, _ in pressed}) == 1
