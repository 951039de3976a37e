"""A worker who could not submit is paid all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mturk import HIT, AssignmentStatus, Connection, Worker
from mturk.marketplace import Marketplace, WorkerError


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
    return Worker("A1", connection=connection).compensate("1.50", "The page broke & lost your answers")


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


def test_a_second_compensation_is_a_hit_of_its_own(connection: Connection, hit: HIT) -> None:
    assert Worker("A1", connection=connection).compensate("1.50", "Again") != hit
