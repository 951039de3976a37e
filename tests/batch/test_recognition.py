"""What was sent, and whose answer was lost, is found again among the account's HITs; nobody else's is taken for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mturk import HIT, Batch, Connection
from mturk.marketplace import Marketplace
from tests.batch.conftest import ROWS, MakeBatch
from tests.conftest import Time

Lose = Callable[..., None]


@pytest.fixture
def lose(tmp_path: Path, timing: Time, market: Marketplace) -> Lose:
    """Has the answers for HITs of a journal lost, so long ago that their tokens may not be known any more."""

    def lose(name: str, *deleted: HIT) -> None:
        with closing(sqlite3.connect(tmp_path / name)) as journal, journal:
            journal.execute("UPDATE mturk_batch_hit SET state = 'sent', hit = NULL, sent = 1")
        for hit in deleted:
            hit.expire()
            hit.delete()
        timing.advance(25 * 3600)
        market.clock.advance(hours=25)

    return lose


def ids(batch: Batch) -> list[str]:
    return [str(piece.hit_id) for piece in batch.rows()]


@pytest.mark.parametrize("annotation", [None, "week 2, row {row}", "{batch}:{row}"])
def test_a_hit_of_another_batch_that_asks_the_same_is_left_alone(
    make: MakeBatch, service: Connection, tmp_path: Path, lose: Lose, annotation: str | None
) -> None:
    other = make(ROWS[:2], journal=tmp_path / "other")
    other.publish()
    batch = make(ROWS[:2], annotation=annotation, journal=tmp_path / "own")
    batch.publish()
    lose("own", *batch.hits())
    assert batch.publish().published == 2
    assert not set(ids(batch)) & set(ids(other))
    assert HIT.all(connection=service).count() == 4


@pytest.mark.parametrize("annotation", [None, "photos {row}"])
def test_of_equal_rows_each_gets_the_hit_that_was_sent_for_it(
    make: MakeBatch, tmp_path: Path, lose: Lose, annotation: str | None
) -> None:
    batch = make([ROWS[0], ROWS[0]], annotation=annotation, journal=tmp_path / "own")
    batch.publish()
    first, second = batch.hits()
    lose("own", first)
    batch.publish()
    assert ids(batch)[1] == second.id
    assert ids(batch)[0] not in (first.id, second.id)


@pytest.mark.parametrize("annotation", [None, "photos"])
def test_of_two_parts_of_a_row_each_gets_the_hit_that_was_sent_for_it(
    make: MakeBatch, tmp_path: Path, lose: Lose, annotation: str | None
) -> None:
    batch = make(ROWS[:1], assignments=12, split=True, annotation=annotation, journal=tmp_path / "own")
    batch.publish()
    first, second = batch.hits()
    lose("own", first)
    batch.publish()
    assert ids(batch)[1] == second.id
    assert ids(batch)[0] not in (first.id, second.id)


def test_rows_that_share_an_annotation_are_told_apart_by_their_questions(
    make: MakeBatch, tmp_path: Path, lose: Lose
) -> None:
    batch = make(ROWS[:2], annotation="photos", journal=tmp_path / "own")
    batch.publish()
    first, second = batch.hits()
    lose("own", first)
    batch.publish()
    assert ids(batch)[1] == second.id


def test_a_hit_is_found_under_an_annotation_that_was_changed_since(
    make: MakeBatch, service: Connection, tmp_path: Path, lose: Lose
) -> None:
    sent = make(annotation="pilot {row}", journal=tmp_path / "own")
    sent.publish()
    before = ids(sent)
    lose("own")
    batch = make(annotation="main {row}", journal=tmp_path / "own")
    batch.publish()
    assert ids(batch) == before
    assert {hit.requester_annotation for hit in batch.hits()} == {f"pilot {number}" for number in range(1, 6)}


def test_results_show_the_annotation_that_a_hit_was_published_with(
    make: MakeBatch, market: Marketplace, service: Connection
) -> None:
    make(ROWS[:1], annotation="pilot {row}").publish()
    batch = make(ROWS[:2], annotation="main {row}")
    batch.publish()
    for hit in batch.hits():
        worker = market.worker("A1ADA")
        worker.submit(worker.accept(hit.id), {"label": "cat"})
    assert [result.fields()["RequesterAnnotation"] for result in batch.results()] == ["pilot 1", "main 2"]


def test_a_further_hit_of_a_row_is_found_under_its_own_type(
    make: MakeBatch, market: Marketplace, service: Connection, tmp_path: Path, lose: Lose
) -> None:
    batch = make(ROWS[:1], assignments=9, journal=tmp_path / "own")
    batch.publish()
    (hit,) = batch.hits()
    for number in range(9):
        worker = market.worker(f"A{number}WORKER")
        worker.submit(worker.accept(hit.id), {"label": "cat"})
    assert batch.more(["1"], 3).published == 1
    before = ids(batch)
    assert len({each.hit_type_id for each in HIT.all(connection=service)}) == 2
    lose("own")
    batch.publish()
    assert ids(batch) == before
    assert HIT.all(connection=service).count() == 2
