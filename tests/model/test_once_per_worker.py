"""A group of HITs of which each worker gets one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mturk import Connection, HITType, HTMLQuestion, OncePerWorker, ValidationError
from mturk import requirements as req
from mturk.marketplace import Marketplace, WorkerError
from tests import page

PAGE = HTMLQuestion(page.PAGE)
DAY = timedelta(days=1)


@pytest.fixture
def market(database: Path) -> Iterator[Marketplace]:
    with Marketplace(database) as market:
        yield market


@pytest.fixture
def photos(market: Marketplace, connect: Callable[..., Connection]) -> HITType:
    connection = connect(market.url, access_key=market.access_key, secret_key=market.secret_key)
    return HITType.create(
        "Label", "d", "0.05", 60, qualification_requirements=[req.percent_approved >= 90], connection=connection
    )


@pytest.fixture
def once(photos: HITType) -> OncePerWorker:
    return photos.once_per_worker()


def do(market: Marketplace, worker_id: str, hit_id: str) -> None:
    worker = market.worker(worker_id)
    worker.submit(worker.accept(hit_id), {"label": "cat"})


def test_a_worker_who_has_done_one_does_not_get_another(market: Marketplace, once: OncePerWorker) -> None:
    first, second = once.create_hit(PAGE, DAY), once.create_hit(PAGE, DAY)
    do(market, "A1", first.id)
    once.mark()
    with pytest.raises(WorkerError):
        market.worker("A1").accept(second.id)


def test_another_worker_still_gets_it(market: Marketplace, once: OncePerWorker) -> None:
    first, second = once.create_hit(PAGE, DAY), once.create_hit(PAGE, DAY)
    do(market, "A1", first.id)
    once.mark()
    do(market, "A2", second.id)
    assert second.assignments().count() == 1


def test_marking_tells_who_was_marked_now_and_marks_nobody_twice(market: Marketplace, once: OncePerWorker) -> None:
    hit = once.create_hit(PAGE, DAY, max_assignments=3)
    do(market, "A1", hit.id)
    assert [worker.id for worker in once.mark()] == ["A1"]
    do(market, "A2", hit.id)
    assert [worker.id for worker in once.mark()] == ["A2"]
    assert once.mark() == []


def test_the_same_group_is_found_again(photos: HITType, once: OncePerWorker) -> None:
    assert photos.once_per_worker() == once


def test_the_group_keeps_the_requirements_of_its_type(photos: HITType, once: OncePerWorker) -> None:
    assert once.hit_type.qualification_requirements is not None
    assert (req.percent_approved >= 90) in once.hit_type.qualification_requirements
    assert len(once.hit_type.qualification_requirements) == 2


def test_a_type_without_terms_cannot_make_a_group(photos: HITType) -> None:
    with pytest.raises(ValidationError, match="needs the HITType that create"):
        HITType(photos.id, connection=photos.connection).once_per_worker()
