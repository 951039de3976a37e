"""What is due happens on time, though nobody calls; once, though several processes look after it."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from mturk.marketplace import Marketplace, due
from mturk.marketplace.database.store import Store
from mturk.marketplace.database.table import agenda, assignment, hit, request_token, transfer
from mturk.marketplace.routine import LOOK, Routine
from tests.marketplace.conftest import Connect
from tests.marketplace.inbox import WAIT, Inbox
from tests.marketplace.sample import hit_arguments


@pytest.fixture
def look(shared: str) -> Iterator[Callable[..., None]]:
    """Look into the database past the marketplace, until something is there."""
    store = Store(shared)

    def look(query: Any, expected: list[int | str]) -> None:
        deadline = time.monotonic() + WAIT
        while True:
            found = store.read(lambda connection: connection.execute(query).scalars().all())
            if found == expected or time.monotonic() > deadline:
                assert found == expected
                return
            time.sleep(0.02)

    yield look
    store.close()


STATUS_OF_HIT = select(hit.c.status)
STATUS_OF_ASSIGNMENT = select(assignment.c.status)


def published(market: Marketplace, connect: Connect, **changes: Any) -> str:
    return connect(market).create_hit(**hit_arguments(**changes))["HIT"]["HITId"]


def test_a_hit_expires_without_a_call(shared: str, connect: Connect, look: Callable[..., None]) -> None:
    with Marketplace(shared) as market:
        published(market, connect)
        market.clock.advance(hours=1)
        look(STATUS_OF_HIT, ["Reviewable"])


def test_work_is_abandoned_without_a_call(shared: str, connect: Connect, look: Callable[..., None]) -> None:
    with Marketplace(shared) as market:
        market.worker("A1").accept(published(market, connect))
        market.clock.advance(minutes=10)
        look(STATUS_OF_ASSIGNMENT, ["Abandoned"])


@pytest.mark.parametrize("delay", [0, 1, 3600])
def test_work_is_approved_without_a_call_and_in_real_time(
    shared: str, connect: Connect, look: Callable[..., None], delay: int
) -> None:
    with Marketplace(shared) as market:
        worker = market.worker("A1")
        worker.submit(worker.accept(published(market, connect, AutoApprovalDelayInSeconds=delay)), {"a": "b"})
        if delay > 1:
            market.clock.advance(seconds=delay)
        look(STATUS_OF_ASSIGNMENT, ["Approved"])


def test_an_old_hit_is_disposed_of_120_days_after_it_became_reviewable(
    shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    with Marketplace(shared) as market:
        client = connect(market)
        hit_id = published(market, connect)
        market.clock.advance(hours=1, days=119)
        assert client.get_hit(HITId=hit_id)["HIT"]["HITStatus"] == "Reviewable"
        client.update_hit_review_status(HITId=hit_id)
        market.clock.advance(days=1)
        look(STATUS_OF_HIT, ["Disposed"])
        assert client.get_hit(HITId=hit_id)["HIT"]["HITStatus"] == "Disposed"


def test_the_120_days_begin_anew_when_a_hit_is_extended(
    shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    with Marketplace(shared) as market:
        client = connect(market)
        hit_id = published(market, connect)
        market.clock.advance(hours=1, days=119)
        later = market.clock.now().timestamp() + 3600
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=later)
        market.clock.advance(days=2)
        assert client.get_hit(HITId=hit_id)["HIT"]["HITStatus"] == "Reviewable"
        market.clock.advance(days=119)
        look(STATUS_OF_HIT, ["Disposed"])


def test_a_hit_that_was_deleted_is_not_disposed_of_again(
    shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    with Marketplace(shared) as market:
        client = connect(market)
        hit_id = published(market, connect)
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
        client.delete_hit(HITId=hit_id)
        look(select(agenda.c.kind), [])


def test_tokens_are_forgotten_when_their_day_is_over(shared: str, connect: Connect, look: Callable[..., None]) -> None:
    with Marketplace(shared) as market:
        client = connect(market)
        client.create_hit(**hit_arguments(UniqueRequestToken="a"))
        market.clock.advance(hours=23)
        client.create_hit(**hit_arguments(UniqueRequestToken="b"))
        market.clock.advance(hours=1)
        look(select(request_token.c.token), ["b"])
        market.clock.advance(hours=23)
        look(select(request_token.c.token), [])
        client.create_hit(**hit_arguments(UniqueRequestToken="a"))
        market.clock.advance(hours=24)
        look(select(request_token.c.token), [])


def test_tokens_of_a_busy_day_are_all_forgotten_though_some_at_a_time(
    shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    with Marketplace(shared) as market:
        client = connect(market)
        client.create_hit(**hit_arguments(UniqueRequestToken="a"))

        def copy(database: Connection) -> None:
            (one,) = database.execute(select(request_token)).mappings()
            database.execute(request_token.insert(), [{**one, "token": str(number)} for number in range(999)])
            database.execute(
                request_token.insert(), [{**one, "token": f"{n}", "time": one["time"] + n} for n in range(999, 2500)]
            )

        market._store.write(copy)
        market.clock.advance(hours=25)
        look(select(request_token.c.token), [])
        look(select(agenda.c.kind).where(agenda.c.kind == "forget tokens"), [])


def test_what_fell_due_while_nobody_was_there_happens_at_the_next_start(
    shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    with Marketplace(shared) as market:
        published(market, connect)
    store = Store(shared)
    store.add_shift(3_600_000, most=3_600_000)
    store.close()
    with Marketplace(shared):
        look(STATUS_OF_HIT, ["Reviewable"])


def test_nobody_who_reads_waits_until_few_things_that_take_long_are_done(
    shared: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []

    def expire(_context: object, number: int) -> None:
        time.sleep(0.5)
        ended.append(number)

    monkeypatch.setitem(due._AUTOMATIC, "expire", expire)
    with Marketplace(shared) as market:
        client = connect(market)
        for number in range(10):
            published(market, connect, RequesterAnnotation=str(number))
        store = Store(shared)
        store.add_shift(3_600_000, most=3_600_000)
        store.close()
        client.get_account_balance()
        assert len(ended) < 10


SERVE = """
import sys, time
from mturk.marketplace import Marketplace
with Marketplace(sys.argv[1]):
    print("running", flush=True)
    time.sleep(600)
"""


@contextmanager
def another_process(database: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", SERVE, database], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "running\n"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_another_process_notices_what_was_planned_here(
    shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    market = Marketplace(shared)
    try:
        with another_process(shared), market:
            published(market, connect)
            market.stop()
            # Only the other process is left to notice that time has passed.
            market.clock.advance(hours=1)
            look(STATUS_OF_HIT, ["Reviewable"])
    finally:
        market.stop()


def test_everything_happens_once_though_several_serve_one_database(
    shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    with ExitStack() as stack:
        markets = [stack.enter_context(Marketplace(shared)) for _ in range(3)]
        stack.enter_context(another_process(shared))
        hit_id = published(markets[0], connect, MaxAssignments=9, AutoApprovalDelayInSeconds=60)
        for number in range(9):
            worker = markets[number % 3].worker(f"A{number}")
            worker.submit(worker.accept(hit_id), {"a": "b"})
        markets[0].clock.advance(days=130)
        look(STATUS_OF_HIT, ["Disposed"])
        look(select(agenda.c.kind), [])
        rewards = select(func.count()).select_from(transfer).where(transfer.c.reason == "reward")
        look(rewards, [9])
        assert markets[1].audit() == []


def test_the_threads_end_with_the_marketplace(shared: str) -> None:
    with Marketplace(shared):
        names = {one.name for one in threading.enumerate()}
        assert {"mturk-timekeeper", "mturk-delivery"} <= names
    assert not [one for one in threading.enumerate() if one.name.startswith("mturk-")]


@pytest.fixture
def no_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what rings wakes a routine up."""
    for module in ("timekeeper", "delivery.delivery"):
        monkeypatch.setattr(f"mturk.marketplace.{module}.LOOK", 3600.0)


def test_what_is_planned_for_soon_is_noticed_at_once(
    no_looks: None, shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    with Marketplace(shared) as market:
        worker = market.worker("A1")
        worker.submit(worker.accept(published(market, connect, AutoApprovalDelayInSeconds=1)), {"a": "b"})
        look(STATUS_OF_ASSIGNMENT, ["Approved"])


def test_a_moved_clock_is_noticed_at_once(
    no_looks: None, shared: str, connect: Connect, look: Callable[..., None]
) -> None:
    with Marketplace(shared) as market:
        published(market, connect)
        market.clock.advance(hours=1)
        look(STATUS_OF_HIT, ["Reviewable"])


def test_what_is_written_into_the_outbox_is_sent_at_once(no_looks: None, shared: str, connect: Connect) -> None:
    inbox = Inbox()
    try:
        with Marketplace(shared) as market:
            asked = {"Destination": inbox.url, "Transport": "SQS", "Version": "2014-08-15", "EventTypes": ["Ping"]}
            connect(market).send_test_event_notification(Notification=asked, TestEventType="Ping")
            assert inbox.next()
    finally:
        inbox.close()


def test_an_idle_marketplace_looks_no_more_than_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Counter()
    read = Store.read

    def counting(self: Store, work: Callable[..., Any]) -> Any:
        looks[threading.current_thread().name] += 1
        return read(self, work)

    monkeypatch.setattr(Store, "read", counting)
    with Marketplace(tmp_path / "lab.sqlite3"):
        time.sleep(2)
    # One look takes a few reads; the first one is at the start.
    assert looks["mturk-timekeeper"] <= 2 * 3
    assert looks["mturk-delivery"] <= 2 * 3


def _steps(*outcomes: RuntimeError | float | None) -> tuple[Callable[..., Any], threading.Event]:
    left = list(outcomes)
    done = threading.Event()

    def step() -> float | None:
        outcome = left.pop(0) if left else None
        if not left:
            done.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return step, done


def test_a_routine_that_is_rung_looks_again_at_once() -> None:
    looks = threading.Semaphore(0)
    routine = Routine("test", lambda: looks.release(), look=LOOK)
    routine.start()
    try:
        begin = time.monotonic()
        for _ in range(5):
            assert looks.acquire(timeout=WAIT)
            routine.ring()
        assert time.monotonic() - begin < 4
    finally:
        routine.stop()


def test_a_routine_that_fails_says_so_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    step, done = _steps(RuntimeError("the disk is full"), RuntimeError("still full"), None)
    routine = Routine("test", step, look=0.01)
    routine.start()
    try:
        assert done.wait(WAIT)
    finally:
        routine.stop()
    failures = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert [one.getMessage() for one in failures] == ["test failed and tries again"] * 2


def test_a_routine_does_what_is_due_soon_without_waiting_for_its_next_look() -> None:
    step, done = _steps(0.05, 0.0, 0.05, None)
    routine = Routine("test", step, look=WAIT)
    routine.start()
    try:
        assert done.wait(WAIT / 2)
    finally:
        routine.stop()
