"""Something due that fails is put off by itself, and told in the log: nothing and nobody else waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from mturk.marketplace import Marketplace, due
from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.hit import expiration
from mturk.marketplace.people import ledger
from mturk.marketplace.people.ledger import Reward
from tests.marketplace.sample import hit_arguments

STATUS = select(t.hit.c.status).order_by(t.hit.c.number)
WORK = select(t.assignment.c.status).order_by(t.assignment.c.number)


@pytest.fixture
def market(database: str) -> Iterator[Marketplace]:
    """A marketplace that nothing runs beside."""
    market = Marketplace(database)
    yield market
    market.stop()


def publish(market: Marketplace, **changes: Any) -> str:
    hit = market._dispatch.call(market.requester("requester")._number, "CreateHIT", hit_arguments(**changes))
    return str(hit["HIT"]["HITId"])


def column(market: Marketplace, query: Any) -> list[Any]:
    return market._store.read(lambda database: list(database.execute(query).scalars()))


def failing_for(number: int) -> Callable[[Context, int], None]:
    def expire(context: Context, hit: int) -> None:
        expiration.expire(context, hit)
        if hit == number:
            raise ValueError("It cannot be told.")

    return expire


def test_something_due_that_fails_keeps_nothing_else_waiting(
    market: Marketplace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in "abc":
        publish(market, RequesterAnnotation=name)
    monkeypatch.setitem(due._AUTOMATIC, "expire", failing_for(2))
    market.clock.advance(hours=1)
    market._dispatch.call(1, "GetAccountBalance", {})
    assert column(market, STATUS) == ["Reviewable", "Assignable", "Reviewable"]
    errors = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert errors == ["what was due failed, and is put off: 'expire' of number 2"]


def test_something_due_that_failed_is_tried_again(market: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(market)
    monkeypatch.setitem(due._AUTOMATIC, "expire", failing_for(1))
    market.clock.advance(hours=1)
    market._dispatch.catch_up()
    monkeypatch.setitem(due._AUTOMATIC, "expire", expiration.expire)
    market.clock.advance(minutes=9)
    market._dispatch.catch_up()
    assert column(market, STATUS) == ["Assignable"]
    market.clock.advance(minutes=2)
    market._dispatch.catch_up()
    assert column(market, STATUS) == ["Reviewable"]


def test_an_approval_that_fails_keeps_no_other_waiting(market: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id = publish(market, MaxAssignments=4, AutoApprovalDelayInSeconds=60)
    for name in ("A1", "A2", "A3"):
        worker = market.worker(name)
        worker.submit(worker.accept(hit_id), {"label": "cat"})
    pay = ledger.pay_rewards

    def failing(context: Context, rewards: list[Reward]) -> None:
        pay(context, rewards)
        if any(one.assignment == 2 for one in rewards):
            raise ValueError("It cannot be paid.")

    monkeypatch.setattr(ledger, "pay_rewards", failing)
    market.clock.advance(minutes=2)
    market._dispatch.catch_up()
    assert column(market, WORK) == ["Approved", "Submitted", "Approved"]
    monkeypatch.undo()
    market.clock.advance(minutes=10)
    market._dispatch.catch_up()
    assert column(market, WORK) == ["Approved"] * 3
    paid = select(t.transfer.c.assignment).where(t.transfer.c.reason == "reward").order_by("assignment")
    assert column(market, paid) == [1, 2, 3]
