"""Answers to gold rows are counted by row and over all."""

from __future__ import annotations

from mturk import AssignmentStatus, GoldAnswers
from mturk.quality.submission_record import SubmissionRecord


def record(item: str, answer: str | None, truth: str | None, **more: AssignmentStatus) -> SubmissionRecord:
    return SubmissionRecord(item, "A1", answer, truth, **more)


GOLD = GoldAnswers(
    [
        record("p1", "cat", "cat"),
        record("p1", "dog", "cat", status=AssignmentStatus.REJECTED),
        record("p2", "dog", None),
        record("p3", "eel", "dog"),
        record("p4", None, "dog"),
    ],
    "label",
)


def test_rows_without_gold_or_answers_are_left_out_and_rejected_work_counts() -> None:
    assert dict(GOLD) == {"p1": 0.5, "p3": 0.0}
    assert (GOLD.answers, GOLD.right, GOLD.share) == (3, 1, 1 / 3)
    assert GOLD.truth == {"p1": "cat", "p3": "dog"}


def test_rows_that_most_got_wrong_are_found() -> None:
    assert GOLD.below(0.5) == ("p3",)


def test_it_is_a_table_with_the_worst_first() -> None:
    assert str(GOLD).splitlines() == [
        "<GoldAnswers to label: 1 of 3 right (33%)>, the lowest first",
        "row  gold  answers  right  share",
        "p3   dog   1        0      0.00",
        "p1   cat   2        1      0.50",
    ]


def test_of_no_gold_there_is_no_share() -> None:
    nothing = GoldAnswers([record("p2", "dog", None)])
    assert (dict(nothing), nothing.share, nothing.answers) == ({}, None, 0)
    assert repr(nothing) == "<GoldAnswers to answers: 0 of 0 right>"


def test_nearly_all_right_is_not_shown_as_all() -> None:
    gold = GoldAnswers(SubmissionRecord("p1", f"A{number}", "cat" if number else "dog", "cat") for number in range(300))
    assert repr(gold) == "<GoldAnswers to answers: 299 of 300 right (>99%)>"


def test_all_that_is_known_to_be_right_of_a_row_is_shown() -> None:
    gold = GoldAnswers([SubmissionRecord("p1", "A1", "cat", "cat"), SubmissionRecord("p1", "A2", "cat", "dog")])
    assert gold.truth == {"p1": "cat | dog"}
    assert dict(gold) == {"p1": 0.5}
