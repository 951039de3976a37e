"""Review policies as typed values, and their report as objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from mturk import (
    HIT,
    Connection,
    ReviewActionStatus,
    ReviewPolicy,
    ReviewReport,
    ReviewResults,
    ScoreMyKnownAnswers,
    SimplePlurality,
    ValidationError,
)
from mturk.data import wire
from tests.judge import Judge


def sent(policy: ReviewPolicy) -> dict[str, Any]:
    members = json.loads(wire.write({"X": policy}))["X"]
    return {"PolicyName": members["PolicyName"], **{each["Key"]: each for each in members["Parameters"]}}


def test_known_answers_are_sent_with_every_parameter() -> None:
    policy = ScoreMyKnownAnswers(
        {"q1": "a", "q2": ["b", "c"], "q3": []},
        approve_if_known_answer_score_is_at_least=80,
        approve_reason="Good",
        reject_if_known_answer_score_is_less_than=20,
        reject_reason="Bad",
        extend_if_known_answer_score_is_less_than=50,
        extend_maximum_assignments=9,
        extend_minimum_time=3600,
    )
    assert sent(policy) == {
        "PolicyName": "ScoreMyKnownAnswers/2011-09-01",
        "AnswerKey": {
            "Key": "AnswerKey",
            "MapEntries": [
                {"Key": "q1", "Values": ["a"]},
                {"Key": "q2", "Values": ["b", "c"]},
                {"Key": "q3", "Values": []},
            ],
        },
        "ApproveIfKnownAnswerScoreIsAtLeast": {"Key": "ApproveIfKnownAnswerScoreIsAtLeast", "Values": ["80"]},
        "ApproveReason": {"Key": "ApproveReason", "Values": ["Good"]},
        "RejectIfKnownAnswerScoreIsLessThan": {"Key": "RejectIfKnownAnswerScoreIsLessThan", "Values": ["20"]},
        "RejectReason": {"Key": "RejectReason", "Values": ["Bad"]},
        "ExtendIfKnownAnswerScoreIsLessThan": {"Key": "ExtendIfKnownAnswerScoreIsLessThan", "Values": ["50"]},
        "ExtendMaximumAssignments": {"Key": "ExtendMaximumAssignments", "Values": ["9"]},
        "ExtendMinimumTimeInSeconds": {"Key": "ExtendMinimumTimeInSeconds", "Values": ["3600"]},
    }


def test_a_plurality_is_sent_with_every_parameter() -> None:
    policy = SimplePlurality(
        ["q1", "q2"],
        66,
        disregard_assignment_if_rejected=True,
        disregard_assignment_if_known_answer_score_is_less_than=10,
        extend_if_hit_agreement_score_is_less_than=50,
        extend_maximum_assignments=9,
        extend_minimum_time=60,
        approve_if_worker_agreement_score_is_at_least=80,
        reject_if_worker_agreement_score_is_less_than=20,
        reject_reason="Bad",
    )
    values = {key: each["Values"] for key, each in sent(policy).items() if key != "PolicyName"}
    assert sent(policy)["PolicyName"] == "SimplePlurality/2011-09-01"
    assert values == {
        "QuestionIds": ["q1", "q2"],
        "QuestionAgreementThreshold": ["66"],
        "DisregardAssignmentIfRejected": ["T"],
        "DisregardAssignmentIfKnownAnswerScoreIsLessThan": ["10"],
        "ExtendIfHITAgreementScoreIsLessThan": ["50"],
        "ExtendMaximumAssignments": ["9"],
        "ExtendMinimumTimeInSeconds": ["60"],
        "ApproveIfWorkerAgreementScoreIsAtLeast": ["80"],
        "RejectIfWorkerAgreementScoreIsLessThan": ["20"],
        "RejectReason": ["Bad"],
    }


def test_what_is_left_out_is_not_sent() -> None:
    assert set(sent(ScoreMyKnownAnswers({"q": "a"}))) == {"PolicyName", "AnswerKey"}
    assert set(sent(SimplePlurality(["q"], 0))) == {"PolicyName", "QuestionIds", "QuestionAgreementThreshold"}
    assert sent(SimplePlurality(["q"], 0, disregard_assignment_if_rejected=False))["DisregardAssignmentIfRejected"][
        "Values"
    ] == ["F"]


KEY = {"q": "a"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (lambda: ScoreMyKnownAnswers({}), "answer_key must hold at least one question"),
        (lambda: ScoreMyKnownAnswers({"": "a"}), "question identifier must have at least 1 character"),
        (lambda: ScoreMyKnownAnswers({"q" * 256: "a"}), "at most 255 bytes"),
        (
            lambda: ScoreMyKnownAnswers(KEY, approve_if_known_answer_score_is_at_least=102),
            "ApproveIfKnownAnswerScoreIsAtLeast must be from 0 to 101, not 102",
        ),
        (
            lambda: ScoreMyKnownAnswers(KEY, reject_if_known_answer_score_is_less_than=-1),
            "RejectIfKnownAnswerScoreIsLessThan must be from 0 to 101, not -1",
        ),
        (
            lambda: ScoreMyKnownAnswers(KEY, extend_if_known_answer_score_is_less_than=True),
            "ExtendIfKnownAnswerScoreIsLessThan must be an int",
        ),
        (
            lambda: ScoreMyKnownAnswers(KEY, extend_maximum_assignments=1),
            "ExtendMaximumAssignments must be from 2 to 25, not 1",
        ),
        (
            lambda: ScoreMyKnownAnswers(KEY, extend_maximum_assignments=26),
            "ExtendMaximumAssignments must be from 2 to 25, not 26",
        ),
        (
            lambda: ScoreMyKnownAnswers(KEY, extend_minimum_time=59),
            "extend_minimum_time must be from 60 to 31536000 seconds",
        ),
        (lambda: ScoreMyKnownAnswers(KEY, approve_reason="x" * 1025), "ApproveReason has 1025 characters"),
        (lambda: SimplePlurality([], 50), "question_ids must be 1 to 15 identifiers, not 0"),
        (lambda: SimplePlurality(["q"] * 16, 50), "question_ids must be 1 to 15 identifiers, not 16"),
        (lambda: SimplePlurality(["q"], 101), "QuestionAgreementThreshold must be from 0 to 100, not 101"),
        (
            lambda: SimplePlurality(["q"], 50, extend_if_hit_agreement_score_is_less_than=50),
            "needs extend_maximum_assignments and extend_minimum_time",
        ),
        (
            lambda: SimplePlurality(
                ["q"],
                50,
                extend_if_hit_agreement_score_is_less_than=0,
                extend_maximum_assignments=5,
                extend_minimum_time=60,
            ),
            "ExtendIfHITAgreementScoreIsLessThan must be from 1 to 100, not 0",
        ),
    ],
)
def test_a_parameter_outside_its_range_is_refused(line: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        line()


def test_a_policy_that_came_back_equals_the_one_that_was_sent() -> None:
    policy = ScoreMyKnownAnswers({"q1": ["a", "b"]}, approve_reason="Good")
    members = json.loads(wire.write({"X": policy}))["X"]
    assert wire.one(ReviewPolicy)(members) == policy


# The report.


def detail(number: int) -> dict[str, Any]:
    return {"ActionId": f"3R{number}", "SubjectId": "3A", "SubjectType": "Assignment", "Key": "Score", "Value": "50"}


def test_a_report_is_complete_whatever_its_length(judge: Judge, connection: Connection) -> None:
    policy = {"PolicyName": "SimplePlurality/2011-09-01"}
    action = {"ActionId": "3X", "Status": "Failed", "CompleteTime": 1.5, "ErrorCode": "E", "Result": "no"}
    judge.answer(
        "ListReviewPolicyResultsForHIT",
        {
            "HITId": "3A",
            "HITReviewPolicy": policy,
            "HITReviewReport": {"ReviewResults": [detail(1)]},
            "NextToken": "a",
        },
        {"HITId": "3A", "HITReviewPolicy": policy, "NextToken": "b"},
        {
            "HITId": "3A",
            "HITReviewReport": {"ReviewResults": [detail(2)], "ReviewActions": [action]},
            "AssignmentReviewReport": {"ReviewResults": [detail(3)]},
        },
    )
    report = HIT("3A", connection=connection).review_results()
    assert [each.action_id for each in report.hit_report.results] == ["3R1", "3R2"]
    assert [each.action_id for each in report.assignment_report.results] == ["3R3"]
    assert report.hit_policy == ReviewPolicy("SimplePlurality/2011-09-01")
    assert report.assignment_policy is None
    (done,) = report.hit_report.actions
    assert (done.status, done.error_code) == (ReviewActionStatus.FAILED, "E")
    assert done.complete_time == datetime.fromtimestamp(1.5, timezone.utc)
    asked = {"HITId": "3A", "RetrieveActions": True, "RetrieveResults": True, "MaxResults": 100}
    assert judge.bodies("ListReviewPolicyResultsForHIT") == [
        asked,
        {**asked, "NextToken": "a"},
        {**asked, "NextToken": "b"},
    ]


def test_a_hit_without_policies_has_empty_reports(judge: Judge, connection: Connection) -> None:
    judge.answer("ListReviewPolicyResultsForHIT", {"HITId": "3A"})
    assert HIT("3A", connection=connection).review_results() == ReviewResults(
        None, None, ReviewReport(), ReviewReport()
    )
