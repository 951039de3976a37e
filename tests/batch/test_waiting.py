"""Waiting until all work of a batch is in."""

from __future__ import annotations

from typing import Any

import pytest

from mturk import HIT, Connection, ValidationError
from mturk.marketplace import Marketplace
from tests.batch.conftest import ROWS, MakeBatch
from tests.conftest import Time


def test_it_waits_until_all_work_is_in(make: MakeBatch, market: Marketplace, timing: Time) -> None:
    batch = make(ROWS[:2])
    batch.publish()
    hits = list(batch.hits())
    ada = market.worker("A1ADA")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if hits:
            ada.submit(ada.accept(hits.pop().id), {"label": "cat"})

    object.__setattr__(batch.connection, "clock", timing.clock.__class__(timing.now, timing.now, sleep))
    status = batch.wait(60)
    assert (status.submitted, status.pending, len(slept)) == (2, 0, 2)


def test_a_hit_that_somebody_works_on_is_waited_for(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:1])
    batch.publish()
    market.worker("A1ADA").accept(next(batch.hits()).id)
    with pytest.raises(TimeoutError, match="not all work is in after 5 seconds: <BatchStatus 0 of 1 assignments"):
        batch.wait(5)


def test_what_is_taken_off_the_market_is_not_waited_for(make: MakeBatch) -> None:
    batch = make(ROWS[:2])
    batch.publish()
    batch.close()
    assert batch.wait(0).on_offer == 0


def test_deleted_hits_are_not_waited_for(make: MakeBatch, service: Connection) -> None:
    batch = make(ROWS[:2])
    batch.publish()
    for hit in list(batch.hits()):
        HIT.get(hit.id, connection=service).close()
    assert batch.wait(0).gone == 2


def test_nothing_published_is_nothing_to_wait_for(make: MakeBatch) -> None:
    with pytest.raises(ValidationError, match=r"nothing of this batch is published yet; call publish\(\)"):
        make().wait(1)


def test_rows_of_several_hits_are_marked_meanwhile(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:1], assignments=12, split=True)
    batch.publish()
    ada = market.worker("A1ADA")
    ada.submit(ada.accept(next(batch.hits()).id), {"label": "cat"})
    with pytest.raises(TimeoutError):
        batch.wait(0)
    assert batch.mark() == 0


@pytest.mark.parametrize("timeout", ["x", None, True, float("nan")])
def test_what_is_no_time_to_wait_is_told(make: MakeBatch, timeout: Any) -> None:
    batch = make(ROWS[:1])
    batch.publish()
    with pytest.raises(ValidationError, match="timeout must be a timedelta or a number of seconds, not"):
        batch.wait(timeout)
