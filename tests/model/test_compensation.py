"""A worker who could not submit is paid all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mturk import HIT, AssignmentStatus, Connection, Worker
from mturk.marketplace import Marketplace, WorkerError

REASON = "The page broke & lost your answers"


@pytest.fixture
def market(database: Path) -> Iterator[Marketplace]:
    with Marketplace(database) as market:
        market.worker("A1")
        yield market


@pytest.fixture
def connection(market: Marketplace, connect: Callable[..., Connection]) -> Connection:
    return connect(market.url, access_key=market.access_key, secret_key=market.secret_key)


@pytest.fixture
def hit(connection: Connection) -> HIT:
    return Worker("A1", connection=connection).compensate("1.50", REASON)


def test_the_worker_collects_the_payment_by_submitting(market: Marketplace, connection: Connection, hit: HIT) -> None:
    worker = market.worker("A1")
    worker.submit(worker.accept(hit.id), {"collected": "yes"})
    (assignment,) = hit.assignments()
    assert assignment.status == AssignmentStatus.APPROVED
    assert connection.balance().available == Decimal("10000.00") - Decimal("1.80")


def test_nobody_else_can_collect_it(market: Marketplace, hit: HIT) -> None:
    with pytest.raises(WorkerError):
        market.worker("A2").accept(hit.id)


def test_the_page_gives_the_reason(hit: HIT) -> None:
    assert "The page broke &amp; lost your answers" in hit.question.html


def test_the_same_compensation_is_published_once(connection: Connection, hit: HIT) -> None:
    assert Worker("A1", connection=connection).compensate("1.50", REASON) == hit
    assert HIT.all(connection=connection).count() == 1


def test_two_days_later_it_is_still_published_once(market: Marketplace, connection: Connection, hit: HIT) -> None:
    market.clock.advance(days=2)
    assert Worker("A1", connection=connection).compensate("1.50", REASON) == hit


@pytest.mark.parametrize(
    ("amount", "reason", "again"), [("1.50", "Another", False), ("1.60", REASON, False), ("1.50", REASON, True)]
)
def test_another_compensation_is_a_hit_of_its_own(
    connection: Connection, hit: HIT, amount: str, reason: str, again: bool
) -> None:
    assert Worker("A1", connection=connection).compensate(amount, reason, again=again) != hit
