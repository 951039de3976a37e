"""Calls that other threads, processes and machines make."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

import mturk
from mturk import (
    HIT,
    Budget,
    ConfigurationError,
    Connection,
    HITType,
    HTMLQuestion,
    InsufficientFunds,
    Tally,
    ValidationError,
)
from mturk.marketplace import Marketplace
from tests.batch.conftest import ROWS, MakeBatch
from tests.page import PAGE


def processes(*connected: Any) -> ProcessPoolExecutor:
    """Processes of which each is connected with a place."""
    return ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), connected_with, connected)


def connected_with(url: str, access_key: str, secret_key: str) -> None:
    mturk.connect(url, access_key=access_key, secret_key=secret_key)


@pytest.fixture(scope="module")
def dask() -> Iterator[Client]:
    """A cluster of Dask's, of two processes."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        yield client


def test_an_executor_of_threads_publishes(make: MakeBatch, service: Connection) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert make().publish(executor=pool, threads=3).published == 5
        assert pool.submit(int, "1").result() == 1  # it is the caller's, and stays open
    assert HIT.all(connection=service).count() == 5


def test_processes_publish(make: MakeBatch, market: Marketplace, service: Connection) -> None:
    with processes(market.url, market.access_key, market.secret_key) as pool:
        tally = make(assignments=3).publish(executor=pool)
    assert (tally.published, tally.cost) == (5, Decimal("0.90"))
    assert HIT.all(connection=service).count() == 5


def test_dask_publishes_with_a_function_of_ones_own(
    make: MakeBatch, market: Marketplace, service: Connection, dask: Client
) -> None:
    dask.run(connected_with, market.url, market.access_key, market.secret_key)
    batch = make(question=lambda cells: HTMLQuestion(PAGE.replace("<p>", f"<p>{cells['text']} ", 1)))
    with dask.get_executor() as executor:
        assert batch.publish(executor=executor).published == 5
    assert HIT.all(connection=service).count() == 5
    assert len({piece.hit_id for piece in batch.rows()}) == 5


def test_dask_asks_again_after_a_deposit(
    market: Marketplace, connect: Callable[..., Connection], dask: Client, page: Path, tmp_path: Path
) -> None:
    requester = market.add_requester("Poor", "0.12")
    keys = market.url, requester.access_key, requester.secret_key
    dask.run(connected_with, *keys)
    connection = connect(keys[0], access_key=keys[1], secret_key=keys[2])
    kind = HITType.create("Label", "…", "0.05", 600, connection=connection)
    batch = kind.batch(ROWS, page, journal=tmp_path / "poor", lifetime=600)
    with dask.get_executor() as executor:
        with pytest.raises(InsufficientFunds) as caught:
            batch.publish(executor=executor)
        requester.deposit("1.00")
        assert batch.publish(executor=executor).left == 0
    assert caught.value.partial is not None  # who keeps the error keeps what Dask remembers
    assert HIT.all(connection=connection).count() == 5


class Distant(Executor):
    """Tells of the first call only.

    The others can be cancelled though they are made, as Dask's can, or are made once more, and fail then.
    """

    def __init__(self, error: Exception | None = None) -> None:
        self.calls = 0
        self.error = error

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        result = fn(*args, **kwargs)
        self.calls += 1
        if self.calls == 1:
            future.set_result(result)
        elif self.error:
            future.set_exception(self.error)
        return future


def test_what_another_machine_may_have_done_counts_as_sent(make: MakeBatch, service: Connection) -> None:
    def stop(tally: Tally) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="1 of 5 HITs are published now, 4 are left"):
        make().publish(stop, executor=Distant())
    assert HIT.all(connection=service).count() == 5
    assert Counter(piece.state for piece in make().rows()) == {"published": 1, "sent": 4}
    with pytest.raises(ValidationError, match="rows 2: published, and changed since"):
        make([ROWS[0], {**ROWS[1], "text": "Another"}, *ROWS[2:]]).publish()
    assert make().publish().published == 4
    assert HIT.all(connection=service).count() == 5


def test_a_call_that_failed_when_it_was_made_once_more_counts_as_sent(make: MakeBatch, service: Connection) -> None:
    with pytest.raises(ConfigurationError, match=r"No connection.* call publish\(\) again"):
        make().publish(executor=Distant(ConfigurationError("No connection")))
    assert Counter(piece.state for piece in make().rows()) == {"published": 1, "sent": 4}
    assert make().publish().published == 4
    assert HIT.all(connection=service).count() == 5


def test_a_refusal_after_a_lost_answer_leaves_the_row_sent(make: MakeBatch, service: Connection) -> None:
    refusal = mturk.RequestError("No", code="ParameterValidationError", maybe_done=True)
    with pytest.raises(mturk.RequestError, match=r"4 are left \(4 refused\)"):
        make().publish(executor=Distant(refusal))
    assert Counter(piece.state for piece in make().rows()) == {"published": 1, "sent": 4}
    assert make().publish().published == 4
    assert HIT.all(connection=service).count() == 5


def test_an_executor_that_is_shut_down_sends_nothing_and_tells_how_far_it_came(
    make: MakeBatch, market: Marketplace
) -> None:
    pool = ThreadPoolExecutor(2)
    pool.shutdown()
    words = r"executor: it takes no calls any more .* 0 of 5 HITs .*; call publish\(\) again"
    with pytest.raises(ConfigurationError, match=words) as caught:
        make().publish(executor=pool)
    assert caught.value.partial == Tally(left=5)
    assert {piece.state for piece in make().rows()} == {"planned"}
    make().publish()
    ada = market.worker("A1ADA")
    ada.submit(ada.accept(next(make().hits()).id), {"label": "cat"})
    with pytest.raises(ConfigurationError, match="it takes no calls any more"):
        make().review(accept=True).apply(executor=pool)


def test_processes_that_are_connected_elsewhere_send_nothing(make: MakeBatch, service: Connection) -> None:
    with Marketplace() as other:
        words = r"executor's process is connected with .*, and the batch is of"
        connected = processes(other.url, other.access_key, other.secret_key)
        with connected as pool, pytest.raises(ConfigurationError, match=words):
            make().publish(executor=pool)
        theirs = Connection(other.url, access_key=other.access_key, secret_key=other.secret_key)
        assert HIT.all(connection=theirs).count() == 0
        theirs.close()
    assert HIT.all(connection=service).count() == 0
    assert {piece.state for piece in make().rows()} == {"planned"}


def test_a_budget_is_not_given_to_other_processes(make: MakeBatch, market: Marketplace, service: Connection) -> None:
    service.budget = Budget("0.15")
    connected = processes(market.url, market.access_key, market.secret_key)
    with connected as pool, pytest.raises(ValidationError, match="a Budget counts what its own process spends"):
        make().publish(executor=pool)
    with ThreadPoolExecutor(2) as threads, pytest.raises(mturk.OverBudget, match="2 of 5"):
        make().publish(executor=threads)


@pytest.mark.parametrize("executor", [4, "dask", object()])
def test_what_is_no_executor_is_refused(make: MakeBatch, executor: Any) -> None:
    with pytest.raises(ValidationError, match=r"executor: .*; expected one of concurrent\.futures"):
        make().publish(executor=executor)


def test_a_row_that_cannot_be_asked_stops_nothing(make: MakeBatch, service: Connection) -> None:
    service.question_limit = 100_000
    rows = [*ROWS, {"text": "x" * 70_000, "url": "u"}]
    with ThreadPoolExecutor(2) as pool, pytest.raises(mturk.RequestError, match=r"5 of 6 HITs .*\(1 refused\)"):
        make(rows).publish(executor=pool)


def test_processes_decide_and_pay(make: MakeBatch, market: Marketplace, service: Connection) -> None:
    batch = make()
    batch.publish()
    ada = market.worker("A1ADA")
    for hit in batch.hits():
        ada.submit(ada.accept(hit.id), {"label": "cat"})
    with processes(market.url, market.access_key, market.secret_key) as pool:
        plan = batch.review(
            accept=lambda result: result.key != "5", reject=lambda result: "No cat." if result.key == "5" else None
        )
        assert plan.apply(executor=pool).done == 5
        bonuses = batch.pay_bonuses({"A1ADA": "1.50"}, reason="Careful")
        assert (bonuses.apply(executor=pool).done, bonuses.apply(executor=pool).before) == (1, 1)
    assert sorted(str(result.assignment.status) for result in batch.results()) == ["Approved"] * 4 + ["Rejected"]
    assert len(batch.pay_bonuses({"A1ADA": "1.50"}, reason="Careful")) == 0


def test_a_plan_is_not_carried_out_elsewhere(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:1])
    batch.publish()
    ada = market.worker("A1ADA")
    ada.submit(ada.accept(next(batch.hits()).id), {"label": "cat"})
    with Marketplace() as other:
        connected = processes(other.url, other.access_key, other.secret_key)
        with connected as pool, pytest.raises(ConfigurationError, match="nothing was sent"):
            batch.review(accept=True).apply(executor=pool)
