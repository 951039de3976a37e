"""More answers for some rows: asked for once, and of others than before."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mturk import (
    HIT,
    Batch,
    Connection,
    HITType,
    InsufficientFunds,
    RequestError,
    TransportError,
    ValidationError,
)
from mturk.batch.addition import Addition
from mturk.journal.journal import Journal
from mturk.marketplace import Marketplace, WorkerError
from tests.batch.conftest import ROWS, MakeBatch
from tests.batch.relay import Way, relay
from tests.conftest import Time


def work(market: Marketplace, hit: HIT, *names: str) -> None:
    """Each of these workers does the HIT."""
    for name in names:
        worker = market.worker(name)
        worker.submit(worker.accept(hit.id), {"label": "cat"})


class Losing(ThreadPoolExecutor):
    """Makes calls whose answers are lost."""

    def __init__(self, way: Way) -> None:
        super().__init__(1)
        self.way = way

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.way.loses = 1.0
        return super().submit(fn, *args, **kwargs)


def sizes(batch: Batch) -> list[int]:
    return [HIT.get(hit.id, connection=batch.connection).max_assignments for hit in batch.hits()]


@pytest.fixture
def answered(make: MakeBatch, market: Marketplace) -> Batch:
    """Two rows for which two people were asked, and have answered."""
    batch = make(ROWS[:2], assignments=2)
    batch.publish()
    for hit in batch.hits():
        work(market, hit, "A1ADA", "A2BEN")
    return batch


def test_more_people_are_asked_about_some_rows(answered: Batch, service: Connection) -> None:
    before = service.balance().available
    tally = answered.more(["2"], assignments=3)
    assert (tally.added, tally.published, tally.left, tally.cost) == (1, 0, 0, Decimal("0.18"))
    assert sizes(answered) == [2, 5]
    assert before - service.balance().available == tally.cost
    assert "1 got more assignments" in str(tally)


def test_the_same_line_twice_asks_nobody_twice(answered: Batch) -> None:
    answered.more(["2"], assignments=3)
    tally = answered.more(["1", "2"], assignments=3)
    assert (tally.added, tally.waiting) == (1, 1)
    assert answered.more(["1", "2"], assignments=3).waiting == 2
    assert sizes(answered) == [5, 5]


def test_it_asks_again_when_the_further_answers_are_in(answered: Batch, market: Marketplace) -> None:
    (hit, _) = answered.hits()
    answered.more(["1"], assignments=1)
    work(market, hit, "A3EVE")
    assert answered.more(["1"], assignments=1).added == 1
    assert sizes(answered) == [4, 2]


def test_the_journal_counts_what_was_added(answered: Batch, service: Connection, tmp_path: Path) -> None:
    answered.more(["2"], assignments=3)
    found = Batch.open(tmp_path / "photos.journal", connection=service)
    assert (found.status().assignments, found.estimate().assignments) == (7, 7)
    assert found.estimate().balance_after == service.balance().available
    assert [piece.assignments for piece in found.rows()] == [2, 5]


def test_what_an_ended_hit_lacks_is_counted_in(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:1], assignments=3)
    batch.publish()
    (hit,) = batch.hits()
    work(market, hit, "A1ADA")
    batch.close()
    tally = batch.more(["1"], assignments=3)
    assert (tally.added, sizes(batch)) == (1, [4])
    work(market, hit, "A2BEN", "A3EVE", "A4DAN")
    assert batch.status().submitted == 4


def test_an_ended_hit_that_lacks_as_many_is_only_offered_again(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:1], assignments=3)
    batch.publish()
    batch.close()
    assert (batch.more(["1"], assignments=2).cost, sizes(batch)) == (0, [3])
    work(market, next(batch.hits()), "A1ADA")


def test_who_did_a_deleted_hit_cannot_be_told_so_that_nobody_is_asked(answered: Batch, service: Connection) -> None:
    answered.review(accept=True).apply()
    HIT.get(next(answered.hits()).id, connection=service).close()
    with pytest.raises(ValidationError, match=r"HITs of the rows 1 are deleted.*nothing was asked"):
        answered.more(["1", "2"], assignments=2)
    assert answered.more(["2"], assignments=2).added == 1


def test_only_the_rows_that_are_named_are_published(make: MakeBatch, market: Marketplace, service: Connection) -> None:
    batch = make()
    batch.publish(limit=1)
    (hit,) = batch.hits()
    work(market, hit, "A1ADA")
    tally = batch.more(["1"], assignments=1)
    assert (tally.added, tally.left) == (1, 4)
    assert HIT.all(connection=service).count() == 1


def test_a_row_that_is_not_published_waits(make: MakeBatch) -> None:
    batch = make()
    batch.publish(limit=1)
    assert batch.more(["2"], assignments=1).waiting == 1


def test_from_nine_assignments_on_the_row_gets_another_hit(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:2], assignments=8)
    batch.publish()
    first = next(batch.hits())
    work(market, first, *(f"A{number}W" for number in range(8)))
    tally = batch.more(["1"], assignments=2)
    assert (tally.published, tally.added, sizes(batch)) == (1, 0, [8, 2, 8])
    (_, second, other) = batch.hits()
    with pytest.raises(WorkerError, match="ualif"):
        market.worker("A0W").accept(second.id)
    work(market, other, "A0W")
    work(market, second, "A9NEW")
    assert batch.results().to_records()[8]["Input.text"] == "Photo 1"


@pytest.mark.parametrize("where", ["label", 3, None])
def test_rows_are_named_by_keys(answered: Batch, where: Any) -> None:
    with pytest.raises(ValidationError, match=r"where: .*; expected the keys of rows"):
        answered.more(where, assignments=1)


def test_a_key_that_is_no_row_asks_nobody(answered: Batch) -> None:
    with pytest.raises(ValidationError, match=r"more: there are no rows 9, x; expected keys"):
        answered.more(["1", "x", "9"], assignments=1)
    assert sizes(answered) == [2, 2]


def test_where_the_money_ends_publish_goes_on(
    market: Marketplace, connect: Callable[..., Connection], page: Path, tmp_path: Path
) -> None:
    requester = market.add_requester("Poor", "0.30")
    connection = connect(market.url, access_key=requester.access_key, secret_key=requester.secret_key)
    kind = HITType.create("Label a photo", "…", "0.05", 600, connection=connection)
    batch = kind.batch(ROWS[:4], page, journal=tmp_path / "poor", lifetime=600)
    batch.publish()
    for hit in batch.hits():
        work(market, hit, "A1ADA")
    with pytest.raises(InsufficientFunds, match=r"1 got more assignments, 3 are left.* deposit"):
        batch.more(["1", "2", "3", "4"], assignments=1, threads=1)
    requester.deposit("1.00")
    assert batch.publish().added == 3
    assert sizes(batch) == [2, 2, 2, 2]
    assert batch.publish().added == 0


def test_a_lost_answer_adds_once(
    market: Marketplace, connect: Callable[..., Connection], page: Path, tmp_path: Path
) -> None:
    with relay(market.url) as way:
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        connection = connect(way.url, **keys, max_attempts=1)
        kind = HITType.create("Label a photo", "…", "0.05", 600, connection=connection)
        batch = kind.batch(ROWS[:1], page, journal=tmp_path / "lost", lifetime=600)
        batch.publish()
        work(market, next(batch.hits()), "A1ADA")
        with Losing(way) as losing, pytest.raises(TransportError, match="may have been carried out"):
            batch.more(["1"], assignments=1, executor=losing)
        way.loses = 0.0
        assert batch.publish().added == 1
        assert sizes(batch) == [2]


def test_what_was_sent_too_long_ago_is_looked_at(
    answered: Batch, service: Connection, market: Marketplace, timing: Time, tmp_path: Path
) -> None:
    answered.more(["1"], assignments=3)
    with sqlite3.connect(tmp_path / "photos.journal") as journal:
        journal.execute("UPDATE mturk_batch_hit SET state = 'sent', sent = 1 WHERE adds_to IS NOT NULL")
        journal.execute("UPDATE mturk_batch_hit SET assignments = 2 WHERE adds_to IS NULL AND number = 1")
    journal.close()
    timing.advance(25 * 3600)
    market.clock.advance(hours=25)
    assert answered.publish().added == 1
    assert sizes(answered) == [5, 2]
    assert [piece.assignments for piece in answered.rows()] == [5, 2]


def test_what_an_addition_will_cost_goes_by_the_whole_hit(
    market: Marketplace, connect: Callable[..., Connection], page: Path, tmp_path: Path
) -> None:
    requester = market.add_requester("Poor", "0.70")
    connection = connect(market.url, access_key=requester.access_key, secret_key=requester.secret_key)
    kind = HITType.create("Label a photo", "…", "0.05", 600, connection=connection)
    batch = kind.batch(ROWS[:1], page, journal=tmp_path / "poor", lifetime=600, assignments=10)
    batch.publish()
    work(market, next(batch.hits()), *(f"A{number}" for number in range(10)))
    with pytest.raises(InsufficientFunds):
        batch.more(["1"], 8)
    told = batch.estimate()
    assert (told.hits, told.assignments, told.total - told.published) == (1, 18, Decimal("0.56"))
    requester.deposit("0.56")
    assert batch.publish().added == 1
    assert batch.estimate().balance == told.balance


def test_asked_by_two_at_once_it_is_asked_for_once(answered: Batch, service: Connection, tmp_path: Path) -> None:
    first, second = (Addition.of(Journal(tmp_path / "photos.journal"), 3, ["1", "2"], 1, service) for _ in range(2))
    for addition in (first, second):
        addition.write(lambda _: answered.hit_type)
    assert answered.publish().added == 2
    assert sizes(answered) == [5, 5]


def test_a_hit_that_was_made_larger_by_hand_counts_as_it_is(answered: Batch, market: Marketplace) -> None:
    first = next(answered.hits())
    first.add_assignments(6)
    work(market, first, *(f"A{number}W" for number in range(6)))
    assert answered.more(["1"], assignments=2).published == 1
    assert [piece.assignments for piece in answered.rows()] == [2, 2, 2]


def test_what_was_refused_is_told_once_and_may_be_asked_anew(answered: Batch, market: Marketplace) -> None:
    first = next(answered.hits())
    Addition.of(answered._journal, 2, ["1"], 1, answered.connection).write(lambda _: answered.hit_type)
    first.add_assignments(7)
    with pytest.raises(RequestError, match="1 refused"):
        answered.publish()
    assert answered.publish().left == 0
    work(market, first, *(f"A{number}W" for number in range(7)))
    assert answered.more(["1"], assignments=2).published == 1


def test_who_did_another_row_meanwhile_is_kept_out_as_well(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:2], assignments=9)
    batch.publish()
    first, second = batch.hits()
    nine = [f"A{number}W" for number in range(9)]
    work(market, first, *nine)
    work(market, second, *nine[:8])
    batch.more(["1"], assignments=1)
    work(market, list(batch.hits())[1], "A9NEW")
    work(market, second, "A9NEW")
    batch.more(["2"], assignments=1)
    with pytest.raises(WorkerError, match="ualif"):
        market.worker("A9NEW").accept(list(batch.hits())[3].id)


def test_an_end_that_cannot_be_moved_leaves_what_was_added(
    market: Marketplace, connect: Callable[..., Connection], page: Path, tmp_path: Path
) -> None:
    with relay(market.url) as way:
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        connection = connect(way.url, **keys, max_attempts=1)
        kind = HITType.create("Label a photo", "…", "0.05", 600, connection=connection)
        batch = kind.batch(ROWS[:1], page, journal=tmp_path / "half", lifetime=600)
        batch.publish()
        work(market, next(batch.hits()), "A1ADA")
        batch.close()
        way.loses_operations = {"UpdateExpirationForHIT"}
        with pytest.raises(TransportError):
            batch.more(["1"], assignments=1)
        assert [piece.state for piece in batch.rows()] == ["published", "sent"]
        way.loses_operations = set()
        assert batch.publish().added == 1
        assert sizes(batch) == [2]
