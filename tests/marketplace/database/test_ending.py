"""What is put off to the end of a transaction on PostgreSQL: it is done with it, or not at all."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, bindparam, event, func, select
from sqlalchemy.exc import IntegrityError

from mturk.marketplace import Marketplace
from mturk.marketplace.database import ending
from mturk.marketplace.database import table as t
from mturk.marketplace.database.store import Store
from mturk.marketplace.error import RequestError
from tests.marketplace.postgresql import PostgreSQL
from tests.marketplace.sample import hit_arguments

MASTER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
AGENDA = t.agenda.insert()
RENAME = t.agenda.update().where(t.agenda.c.subject == bindparam("of")).values(kind=bindparam("to"))
THING = {"kind": "expire", "subject": 7, "time": 2**52}


@pytest.fixture
def open_market(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Marketplace]:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with postgresql.database() as url:
        market = Marketplace(url, fees=0, deposit="1.00")
        market.requester("requester")
        yield market
        market.stop()


@pytest.fixture
def store(open_market: Marketplace) -> Store:
    return open_market._store


def planned(database: Connection) -> list[str]:
    return list(database.execute(select(t.agenda.c.kind).order_by(t.agenda.c.kind)).scalars())


def create(market: Marketplace, reward: str, **changes: object) -> str:
    number = market.requester("requester")._number
    answer = market._dispatch.call(number, "CreateHIT", hit_arguments(Reward=reward, MaxAssignments=1, **changes))
    return str(answer["HIT"]["HITId"])


def test_it_is_done_in_its_order_when_the_transaction_ends(store: Store) -> None:
    def work(database: Connection) -> list[str]:
        ending.change(database, AGENDA, THING)
        ending.change(database, RENAME, {"of": 7, "to": "later"})
        return planned(database)

    assert store.write(work, together=True) == []
    assert store.read(planned) == ["later"]


@pytest.mark.parametrize("together", [True, False])
def test_it_is_read_once_the_transaction_has_caught_up_and_nothing_is_put_off_from_there(
    store: Store, together: bool
) -> None:
    def work(database: Connection) -> list[list[str]]:
        ending.change(database, AGENDA, THING)
        ending.catch_up(database)
        first = planned(database)
        ending.change(database, RENAME, {"of": 7, "to": "later"})
        return [first, planned(database)]

    assert store.write(work, together=together) == [["expire"], ["later"]]


def test_nothing_of_it_is_done_in_a_transaction_that_fails_nor_in_the_next_one(store: Store) -> None:
    def fail(database: Connection) -> None:
        ending.change(database, AGENDA, THING)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(fail, together=True)
    for together in (True, False):
        store.write(lambda _: None, together=together)
    assert store.read(planned) == []


def test_all_of_it_is_undone_if_a_part_cannot_be_done_and_the_connection_goes_on(store: Store) -> None:
    tries: list[int] = []

    def work(database: Connection) -> None:
        tries.append(1)
        ending.change(database, AGENDA, THING)
        ending.change(database, AGENDA, THING)

    with pytest.raises(IntegrityError):
        store.write(work, together=True)
    assert len(tries) == 4  # what another may have been the cause of is tried again, the last time alone
    assert store.read(planned) == []
    store.write(lambda database: ending.change(database, AGENDA, THING), together=True)
    assert store.read(planned) == ["expire"]


def test_what_is_large_is_done_too(open_market: Marketplace) -> None:
    worker = open_market.worker("A1WORKER")
    assignment_id = worker.accept(create(open_market, "0.05"))
    # A thread of its own, since what would be wrong here never ends.
    submission = threading.Thread(target=worker.submit, args=(assignment_id, {"label": "x" * 4_900_000}), daemon=True)
    submission.start()
    submission.join(30)
    assert not submission.is_alive()
    assert open_market.audit() == []


def test_who_pays_more_than_there_is_is_refused_and_keeps_all_of_it(open_market: Marketplace) -> None:
    with pytest.raises(RequestError, match="insufficient funds"):
        create(open_market, "1.01", UniqueRequestToken="mine")
    assert open_market.requester("requester").balance().available == 1
    assert open_market.audit() == []
    create(open_market, "1.00", UniqueRequestToken="mine")


def test_who_pays_more_than_there_is_makes_nobody_wait(open_market: Marketplace) -> None:
    begun, end = threading.Event(), threading.Event()

    def work(_: Connection) -> None:
        begun.set()
        assert end.wait(30)

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(open_market._store.write, work, together=True)
        assert begun.wait(30)
        with pytest.raises(RequestError, match="insufficient funds"):  # though somebody is at it
            create(open_market, "1.01")
        end.set()
        done.result(30)


def test_what_cannot_be_done_is_told_by_its_error_alone(
    open_market: Marketplace, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(60):
        with pytest.raises(RequestError, match="insufficient funds"):
            create(open_market, "1.01")
    assert caplog.text == ""


def test_a_payment_to_an_account_that_is_not_there_is_not_made(open_market: Marketplace) -> None:
    hit_id, worker = create(open_market, "1.00"), open_market.worker("A1")
    assignment_id = worker.accept(hit_id)
    worker.submit(assignment_id, {"label": "cat"})
    store, number = open_market._store, open_market.requester("requester")._number
    store.write(lambda database: database.execute(t.account.delete().where(t.account.c.kind == "earned")))
    event.listen(store._engine, "before_cursor_execute", lambda *_: None)  # nothing is sent in one go then
    with pytest.raises(AssertionError, match="holds less"):
        open_market._dispatch.call(number, "ApproveAssignment", {"AssignmentId": assignment_id})


def test_of_those_who_go_for_the_last_cents_at_once_one_gets_them(open_market: Marketplace) -> None:
    def attempt(_: int) -> str:
        try:
            create(open_market, "0.40")
        except RequestError as refusal:
            return refusal.code
        return "published"

    with ThreadPoolExecutor(6) as threads:
        assert Counter(threads.map(attempt, range(12))) == {"published": 2, "InsufficientFunds": 10}
    count = select(func.count()).select_from(t.hit)
    assert open_market._store.read(lambda database: database.execute(count).scalar_one()) == 2
    assert open_market.audit() == []
