"""Rows of several HITs: cheaper from ten assignments on, and nobody is asked the same thing twice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from mturk import Batch, Connection, HITType, QualificationType, ValidationError, requirements
from mturk.marketplace import Marketplace, WorkerError
from tests.batch.conftest import ROWS, MakeBatch


def do(market: Marketplace, name: str, hit_id: str) -> None:
    worker = market.worker(name)
    worker.submit(worker.accept(hit_id), {"label": "cat"})


def ids(batch: Batch) -> list[list[str]]:
    """The ids of each row's HITs."""
    rows: dict[str, list[str]] = {}
    for piece in batch.rows():
        rows.setdefault(piece.key, []).append(str(piece.hit_id))
    return list(rows.values())


@pytest.fixture
def split(make: MakeBatch) -> Batch:
    batch = make(ROWS[:2], assignments=12, split=True)
    batch.publish()
    return batch


def test_the_assignments_of_a_row_are_spread_over_hits_of_at_most_nine(split: Batch) -> None:
    assert [piece.assignments for piece in split.rows()] == [6, 6, 6, 6]


def test_half_the_fee_is_saved_and_told_before(make: MakeBatch, tmp_path: Path) -> None:
    assert make(ROWS[:2], assignments=12).estimate().saved == Decimal("0.24")
    estimate = make(ROWS[:2], assignments=12, split=True, journal=tmp_path / "split").estimate()
    assert (estimate.saved, estimate.is_split, estimate.fees) == (Decimal("0.24"), True, Decimal("0.24"))


def test_a_worker_goes_on_with_one_part_and_does_not_find_the_others(split: Batch, market: Marketplace) -> None:
    (first, second), (third, fourth) = ids(split)
    do(market, "A1ADA", first)
    assert split.mark() == 1
    for hit_id in (second, fourth):
        with pytest.raises(WorkerError, match="ualif"):
            market.worker("A1ADA").accept(hit_id)
    do(market, "A1ADA", third)
    do(market, "A2BEN", second)
    assert split.mark() == 1
    with pytest.raises(WorkerError, match="ualif"):
        market.worker("A2BEN").accept(first)


def test_who_was_quicker_than_the_marks_finds_no_other_part(split: Batch, market: Marketplace) -> None:
    (first, second), (third, fourth) = ids(split)
    do(market, "A1ADA", first)
    do(market, "A1ADA", fourth)
    assert split.mark() == 2
    for hit_id in (second, third):
        with pytest.raises(WorkerError, match="ualif"):
            market.worker("A1ADA").accept(hit_id)


def test_rows_that_were_tried_with_one_hit_are_no_way_round(make: MakeBatch, market: Marketplace) -> None:
    make(ROWS[:2], assignments=3).publish(limit=1)
    batch = make(ROWS[:2], assignments=12, split=True)
    batch.publish()
    _, (first, second) = ids(batch)
    do(market, "A1ADA", second)
    batch.mark()
    with pytest.raises(WorkerError, match="ualif"):
        market.worker("A1ADA").accept(first)


def test_marks_are_given_once(split: Batch, market: Marketplace, service: Connection, tmp_path: Path) -> None:
    do(market, "A1ADA", ids(split)[0][0])
    assert (split.mark(), split.mark()) == (1, 0)
    assert Batch.open(tmp_path / "photos.journal", connection=service).mark() == 0


def test_a_batch_of_one_hit_a_row_needs_no_marks_and_no_calls(make: MakeBatch, market: Marketplace) -> None:
    batch = make(assignments=12)
    market.stop()
    assert batch.mark() == 0


def test_the_same_types_and_marks_are_found_again(
    split: Batch, make: MakeBatch, service: Connection, tmp_path: Path
) -> None:
    again = Batch.open(tmp_path / "photos.journal", connection=service)
    assert again.publish().published == 0
    assert QualificationType.search(mine=True, connection=service).count() == 2
    assert make(ROWS[:3], assignments=12, split=True).publish().published == 2
    assert len({hit.hit_type_id for hit in split.hits()}) == 2


def test_the_requirements_of_the_type_stay(service: Connection, page: Path, tmp_path: Path) -> None:
    needed = [requirements.percent_approved >= 95, requirements.locale.is_in("DE", "AT")]
    kind = HITType.create("T", "D", "0.05", 600, qualification_requirements=needed, connection=service)
    batch = kind.batch(ROWS[:1], page, journal=tmp_path / "j", lifetime=600, assignments=12, split=True)
    batch.check()
    Batch.open(tmp_path / "j", connection=service).publish()
    for hit in batch.hits():
        assert len(hit.qualification_requirements) == 3
        assert list(hit.qualification_requirements[:2]) == needed


def test_more_parts_than_requirements_allow_are_refused_before_anything_is_made(
    make: MakeBatch, service: Connection
) -> None:
    with pytest.raises(ValidationError, match="a row of 12 HITs needs 11 requirements"):
        make(assignments=108, split=True)
    assert QualificationType.search(mine=True, connection=service).count() == 0


def test_results_of_all_parts_stand_under_their_row(split: Batch, market: Marketplace) -> None:
    for name, hit_id in zip(["A1ADA", "A2BEN"], ids(split)[0], strict=True):
        do(market, name, hit_id)
    assert [result.key for result in split.results()] == ["1", "1"]
    assert {result.hit.hit_type_id for result in split.results()} == {hit.hit_type_id for hit in split.hits()}
