"""Who reads never waits for who waits to write; who cannot write in time is told when to come again."""

from __future__ import annotations

import sqlite3
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import psycopg
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from sqlalchemy import select

from mturk.marketplace import Marketplace
from mturk.marketplace.database import table as t
from mturk.marketplace.dispatch import PATIENCE
from mturk.marketplace.error import DatabaseBusy
from tests.marketplace.conftest import Connect
from tests.marketplace.http.test_api import Desk
from tests.marketplace.sample import hit_arguments

Held = Callable[[], AbstractContextManager[None]]
_PUBLISHERS = select(t.requester.c.name).join_from(t.hit, t.requester).order_by(t.hit.c.number)
MANY = 12  # more than there are threads for those who write
WAIT = 30


@pytest.fixture
def held(shared: str) -> Held:
    """Keep everybody else from writing, as another program would."""

    @contextmanager
    def held() -> Iterator[None]:
        if shared.startswith("postgresql"):
            with psycopg.connect(shared) as other:
                other.execute("SELECT pg_advisory_xact_lock(20170117)")
                yield
            return
        with closing(sqlite3.connect(shared, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield

    return held


@pytest.fixture
def market(shared: str) -> Iterator[Marketplace]:
    with Marketplace(shared, metrics=True) as market:
        yield market


@pytest.fixture
def desk(shared: str) -> Iterator[Desk]:
    """A marketplace that waits for others as one does that runs."""
    desk = Desk(shared)
    desk.market._dispatch.patience = PATIENCE
    yield desk
    desk.market.stop()


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    "read", [lambda client, market: client.get_account_balance(), lambda client, market: _site(market)]
)
def test_any_number_who_wait_to_write_keep_nobody_from_reading(
    market: Marketplace, connect: Connect, held: Held, read: Callable[[Any, Marketplace], object]
) -> None:
    client = connect(
        market, config=Config(max_pool_connections=MANY + 1, parameter_validation=False, read_timeout=WAIT)
    )
    read(client, market)
    with ThreadPoolExecutor(MANY) as threads:
        with held():
            waiting = [threads.submit(client.create_hit, **hit_arguments()) for _ in range(MANY)]
            until(lambda: market._store.is_held_up)
            for _ in range(3):
                read(client, market)
            assert not any(one.done() for one in waiting)
        assert len({one.result(WAIT)["HIT"]["HITId"] for one in waiting}) == MANY


def test_a_requester_with_many_changes_under_way_keeps_another_waiting_for_one_of_them(connect: Connect) -> None:
    with Marketplace() as market:
        clients = {name: connect(market, name) for name in ("rival", "lab")}
        names = ["rival"] * 5 + ["lab"]
        with ThreadPoolExecutor(len(names)) as threads, market._store._turns.taken(together=False, within=None):
            for number, name in enumerate(names, 1):
                threads.submit(clients[name].create_hit, **hit_arguments())
                until(lambda number=number: len(market._store._turns._alone._line) == number)
        order = market._store.read(lambda database: list(database.scalars(_PUBLISHERS)))
    assert [name[:5] for name in order] == ["rival", "lab", *["rival"] * 4]


def _given_up(market: Marketplace) -> float:
    with urllib.request.urlopen(f"{market.url}/metrics", timeout=WAIT) as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith("mturk_writes_given_up_total")).split()[1])


def _site(market: Marketplace) -> None:
    with urllib.request.urlopen(market.site_url, timeout=WAIT) as answer:
        assert answer.status == 200


def test_who_reads_does_not_wait_for_what_is_due_where_others_keep_it_from_being_done(desk: Desk, held: Held) -> None:
    hit_id = desk.call("CreateHIT", **hit_arguments(LifetimeInSeconds=60))[1]["HIT"]["HITId"]
    desk.now += 3600
    with held():
        assert desk.call("GetHIT", HITId=hit_id)[1]["HIT"]["HITStatus"] == "Assignable"
    assert desk.call("GetHIT", HITId=hit_id)[1]["HIT"]["HITStatus"] == "Reviewable"


def test_once_others_hold_all_up_who_reads_does_not_wait_at_all(desk: Desk, held: Held) -> None:
    desk.call("CreateHIT", **hit_arguments(LifetimeInSeconds=60))
    desk.now += 3600
    desk.market._store._turns.miss()
    waited: list[float | None] = []
    write = desk.market._store.write

    def seen(work: Any, **options: Any) -> Any:
        waited.append(options.get("within"))
        return write(work, **options)

    with held(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.market._store, "write", seen)
        assert desk.call("GetAccountBalance")[0] == 200
    assert waited == [0]


def test_who_cannot_write_in_time_is_told_when_to_come_again_and_counted(
    market: Marketplace, connect: Connect, held: Held
) -> None:
    client = connect(market)
    client.create_hit(**hit_arguments())
    with held():
        market._store._turns.miss()  # from now on one waits for a second only
        before = market._store.missed
        with pytest.raises(ClientError) as caught:
            client.create_hit(**hit_arguments())
        answer = caught.value.response
        assert answer["Error"]["Code"] == "ServiceFault"
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "5"
        assert market._store.missed > before
        assert _given_up(market) == market._store.missed - before
    client.create_hit(**hit_arguments())
    assert not market._store.is_held_up
    assert len(client.list_hits()["HITs"]) == 2


def test_a_call_of_a_queue_that_cannot_write_in_time_is_told_when_to_come_again(
    market: Marketplace, connect_queues: Connect, held: Held
) -> None:
    client, url = connect_queues(market), market.queue("q").url
    with held():
        market._store._turns.miss()
        with pytest.raises(ClientError) as caught:
            client.send_message(QueueUrl=url, MessageBody="m")
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "5"


def test_what_may_be_left_for_now_does_not_wait(market: Marketplace, held: Held) -> None:
    with held():
        begun = threading.Event()
        with pytest.raises(DatabaseBusy):
            market._store.write(lambda _: begun.set(), within=0)
    assert not begun.is_set()
    market._store.write(lambda _: begun.set(), within=WAIT)
    assert begun.is_set()


def test_the_lock_is_waited_for_as_usual_after_one_that_did_not_wait(market: Marketplace, held: Held) -> None:
    store, wrote = market._store, threading.Event()
    with ThreadPoolExecutor(1) as thread:
        with held():
            with pytest.raises(DatabaseBusy):
                store.write(lambda _: None, within=0)
            late = thread.submit(store.write, lambda _: wrote.set())
            until(lambda: store.is_held_up)
            assert not wrote.is_set()
        late.result(WAIT)
    assert wrote.is_set()
