"""Each worker has a line: what they did, and how it compares."""

from __future__ import annotations

from datetime import timedelta

import pandas
import pytest

from mturk import AssignmentStatus, WorkerQuality
from mturk.quality.submission_record import SubmissionRecord
from mturk.quality.worker_table import worker_table

APPROVED, REJECTED, SUBMITTED = AssignmentStatus.APPROVED, AssignmentStatus.REJECTED, AssignmentStatus.SUBMITTED
DONE = [
    SubmissionRecord("p1", "A2BOB", "cat", "cat", APPROVED, 30.0),
    SubmissionRecord("p1", "A1ADA", "cat", "cat", APPROVED, 10.0),
    SubmissionRecord("p1", "A3EVE", "dog", "cat", REJECTED, 2.0),
    SubmissionRecord("p2", "A1ADA", "dog", None, SUBMITTED, 20.0),
    SubmissionRecord("p2", "A2BOB", "dog", None, SUBMITTED, None),
    SubmissionRecord("p2", "A3EVE", "dog", None, REJECTED, 4.0),
    SubmissionRecord("p3", "A1ADA", None, "eel", SUBMITTED, 90.0),
    SubmissionRecord("p4", "A4ZOE", "cat", None, None, None),
]


def test_the_busiest_come_first_and_equals_by_their_ids() -> None:
    assert list(worker_table(DONE, has_gold=True)) == ["A1ADA", "A2BOB", "A3EVE", "A4ZOE"]


def test_a_line_tells_what_a_worker_did() -> None:
    workers = worker_table(DONE, has_gold=True)
    assert workers["A1ADA"] == WorkerQuality("A1ADA", 3, 1, 0, timedelta(seconds=20), 1.0, 1, 1)
    assert workers["A4ZOE"] == WorkerQuality("A4ZOE", 1, 0, 0, None, None, 0, 0)
    assert (workers["A1ADA"].gold_share, workers["A3EVE"].gold_share, workers["A4ZOE"].gold_share) == (1, 0, None)


def test_own_rejected_answers_are_compared_but_not_held_against_others() -> None:
    workers = worker_table(DONE, has_gold=False)
    assert workers["A3EVE"].agreement == 0.5
    assert workers["A2BOB"].agreement == 1.0


def test_rejected_answers_of_others_are_compared_with_if_asked_for() -> None:
    workers = worker_table(DONE, has_gold=False, rejected=True)
    assert workers["A2BOB"].agreement == 0.75


def test_a_worker_does_not_agree_with_themselves() -> None:
    twice = [SubmissionRecord("p1", "A1ADA", "cat"), SubmissionRecord("p1", "A1ADA", "cat")]
    assert worker_table(twice, has_gold=False)["A1ADA"].agreement is None
    workers = worker_table([*twice, SubmissionRecord("p1", "A2BOB", "dog")], has_gold=False)
    assert {worker: each.agreement for worker, each in workers.items()} == {"A1ADA": 0.0, "A2BOB": 0.0}


def test_without_gold_there_are_no_numbers_of_it() -> None:
    worker = worker_table(DONE, has_gold=False)["A1ADA"]
    assert (worker.gold, worker.gold_right, worker.gold_share) == (None, None, None)


def test_it_is_shown_as_a_table() -> None:
    assert str(worker_table(DONE, has_gold=True)).splitlines() == [
        "<WorkerTable: 4 workers, 8 submissions>",
        "worker  submissions  approved  rejected  work time  agreement  gold  right  gold share",
        "A1ADA   3            1         0         0:00:20    1.00       1     1      1.00",
        "A2BOB   2            1         0         0:00:30    1.00       1     1      1.00",
        "A3EVE   2            0         2         0:00:03    0.50       1     0      0.00",
        "A4ZOE   1            0         0                               0     0",
    ]


@pytest.mark.parametrize("done", [DONE, []])
def test_records_and_frames_have_all_columns(done: list[SubmissionRecord]) -> None:
    workers = worker_table(done, has_gold=True)
    columns = [
        "worker_id", "submissions", "approved", "rejected", "work_time", "agreement", "gold", "gold_right",
        "gold_share",
    ]  # fmt: skip
    assert [list(record) for record in workers.to_records()] == [columns] * len(workers)
    found = workers.to_pandas()
    assert list(found.columns) == columns
    if done:
        assert pandas.api.types.is_timedelta64_dtype(found["work_time"])
        assert found["submissions"].sum() == 8
