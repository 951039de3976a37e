"""The quality of a batch's answers, asked of the batch and of its file: the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from mturk import Batch, Results
from mturk.marketplace import Marketplace
from tests.batch.conftest import MakeBatch

PEOPLE = {"A1ADA": "cat dog cat", "A2BOB": "cat dog dog", "A3EVE": "dog dog bird"}
ROWS = [{"text": f"Photo {number}", "url": "u", "truth": truth} for number, truth in enumerate(["cat", None, "dog"])]


@pytest.fixture
def worked(make: MakeBatch, market: Marketplace) -> Batch:
    batch = make(ROWS, assignments=3, key="text")
    batch.publish()
    for worker_id, labels in PEOPLE.items():
        worker = market.worker(worker_id)
        for hit, label in zip(batch.hits(), labels.split(), strict=True):
            worker.submit(worker.accept(hit.id), {"label": label})
    return batch


def test_a_batch_and_its_file_tell_the_same(worked: Batch, tmp_path: Path) -> None:
    live = worked.results()
    live.to_csv(tmp_path / "results.csv")
    filed = Results.read_csv(tmp_path / "results.csv")
    assert dict(live.agreement("label")) == {"Photo 0": 2 / 3, "Photo 1": 1.0, "Photo 2": 1 / 3}
    assert live.agreement("label").below(2 / 3) == ("Photo 2",)
    assert live.gold("label", gold="truth").share == 0.5
    for one, other in (
        (live.agreement("label"), filed.agreement("label")),
        (live.aggregate("label", "dawid_skene"), filed.aggregate("label", "dawid_skene")),
        (live.gold("label", gold="truth"), filed.gold("label", gold="truth")),
        (live.workers("label", gold="truth"), filed.workers("label", gold="truth")),
    ):
        assert list(one.items()) == list(other.items())
    assert live.reliability("label") == filed.reliability("label")


def test_the_hits_of_a_split_row_are_one_row(make: MakeBatch, market: Marketplace, tmp_path: Path) -> None:
    batch = make(ROWS[:1], assignments=11, split=True)
    batch.publish()
    for number, hit in enumerate(batch.hits()):
        worker = market.worker(f"A{number}")
        worker.submit(worker.accept(hit.id), {"label": f"cat {number}"})
    batch.results().to_csv(tmp_path / "results.csv")
    for results in (batch.results(), Results.read_csv(tmp_path / "results.csv")):
        assert dict(results.agreement("label")) == {"1": 0.5}


def test_files_with_hits_of_the_site_have_the_hit_as_their_key(worked: Batch, make: MakeBatch, tmp_path: Path) -> None:
    worked.results().to_csv(tmp_path / "results.csv")
    content = (tmp_path / "results.csv").read_text()
    (tmp_path / "site.csv").write_text(content.replace("batch=", "BatchId:"))
    filed = Results.read_csv(tmp_path / "site.csv")
    assert list(filed.agreement("label")) == [hit.id for hit in worked.hits()]


def test_rejecting_work_takes_its_vote_away(worked: Batch) -> None:
    worked.review(reject=lambda result: "No dog is there." if result.worker_id == "A3EVE" else None).apply()
    assert dict(worked.results().agreement("label")) == {"Photo 0": 1.0, "Photo 1": 1.0, "Photo 2": 0.5}
    assert worked.results().workers()["A3EVE"].rejected == 3


def test_several_values_of_a_field_are_one_answer(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:1], assignments=2)
    batch.publish()
    (hit,) = batch.hits()
    for worker_id, labels in (("A1ADA", ["cat", "dog"]), ("A2BOB", ["cat"])):
        worker = market.worker(worker_id)
        worker.submit(worker.accept(hit.id), {"label": labels})
    assert batch.results().agreement("label").votes == {"1": {"cat": 1, "cat|dog": 1}}
