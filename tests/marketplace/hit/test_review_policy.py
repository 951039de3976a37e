"""Which review policies are accepted when a HIT is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.marketplace.conftest import Client, Refused
from tests.marketplace.policy_sample import extending, known_answers, plurality
from tests.marketplace.sample import hit_arguments, html_question, type_arguments

YEAR = 31_536_000
KEY = {"Key": "AnswerKey", "MapEntries": [{"Key": "q", "Values": ["a"]}]}
IDS = {"Key": "QuestionIds", "Values": ["q"]}
THRESHOLD = {"Key": "QuestionAgreementThreshold", "Values": ["50"]}


def _policy(member: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    name = {"AssignmentReviewPolicy": "ScoreMyKnownAnswers", "HITReviewPolicy": "SimplePlurality"}[member]
    return {member: {"PolicyName": f"{name}/2011-09-01", "Parameters": list(parameters)}}


def _known(*parameters: dict[str, Any]) -> dict[str, Any]:
    return _policy("AssignmentReviewPolicy", *parameters)


def _plural(*parameters: dict[str, Any]) -> dict[str, Any]:
    return _policy("HITReviewPolicy", *parameters)


GOOD = [
    _known(KEY),
    _known({"Key": "AnswerKey", "MapEntries": [{"Key": "must be empty", "Values": []}]}),
    _known({"Key": "AnswerKey", "MapEntries": [{"Key": "must be empty"}]}),
    _known({"Key": "AnswerKey", "MapEntries": [{"Key": "ü" * 127, "Values": ["a", "b"]}]}),
    {"AssignmentReviewPolicy": known_answers(ApproveIfKnownAnswerScoreIsAtLeast=0, ApproveReason="x" * 1024)},
    {"AssignmentReviewPolicy": known_answers(ApproveIfKnownAnswerScoreIsAtLeast=101, ApproveReason="")},
    {"AssignmentReviewPolicy": known_answers(RejectIfKnownAnswerScoreIsLessThan=101, RejectReason="Grüße")},
    {"AssignmentReviewPolicy": known_answers(**extending(0, 2, 60))},
    {"AssignmentReviewPolicy": known_answers(**extending(101, 25, YEAR))},
    {"AssignmentReviewPolicy": known_answers(ExtendIfKnownAnswerScoreIsLessThan=50)},
    _plural(IDS, THRESHOLD),
    _plural({"Key": "QuestionIDs", "Values": ["a", "b"]}, THRESHOLD),
    _plural({"Key": "QuestionIds", "Values": ["a, b,c"]}, THRESHOLD),
    _plural({"Key": "QuestionIds", "Values": [f"q{number}" for number in range(15)]}, THRESHOLD),
    {"HITReviewPolicy": plurality(threshold=0, DisregardAssignmentIfRejected="T")},
    {"HITReviewPolicy": plurality(threshold=101, DisregardAssignmentIfRejected="F")},
    {"HITReviewPolicy": plurality(DisregardAssignmentIfKnownAnswerScoreIsLessThan=80)},
    {"HITReviewPolicy": plurality(ApproveIfWorkerAgreementScoreIsAtLeast=66)},
    {"HITReviewPolicy": plurality(RejectIfWorkerAgreementScoreIsLessThan=34, RejectReason="no")},
    {"HITReviewPolicy": plurality(**extending(1, 1, 60, of="HITAgreementScore"))},
    {"HITReviewPolicy": plurality(**extending(100, 10, YEAR, of="HITAgreementScore"))},
    {"AssignmentReviewPolicy": known_answers(), "HITReviewPolicy": plurality()},
]


@pytest.mark.parametrize("policies", GOOD)
def test_policies_within_the_limits_are_accepted(client: Client, policies: dict[str, Any]) -> None:
    assert client.create_hit(**hit_arguments(**policies))["HIT"]["HITId"]


def _number_out_of_range(make: Callable[..., Any], name: str, *values: int | str) -> list[tuple[dict[str, Any], str]]:
    return [(make(**{name: value}), name) for value in values]


NUMBERS = [
    *_number_out_of_range(known_answers, "ApproveIfKnownAnswerScoreIsAtLeast", 102, -1, "x", "", "5.0", " 5", "٣"),
    *_number_out_of_range(known_answers, "RejectIfKnownAnswerScoreIsLessThan", 102, -1),
    *_number_out_of_range(known_answers, "ExtendIfKnownAnswerScoreIsLessThan", 102, -1),
    *_number_out_of_range(known_answers, "ExtendMaximumAssignments", 1, 26),
    *_number_out_of_range(known_answers, "ExtendMinimumTimeInSeconds", 59, YEAR + 1),
    *_number_out_of_range(plurality, "DisregardAssignmentIfKnownAnswerScoreIsLessThan", -1, "9" * 30),
    *_number_out_of_range(plurality, "ExtendIfHITAgreementScoreIsLessThan", 0, 101),
    *_number_out_of_range(plurality, "ExtendMaximumAssignments", 0),
    *_number_out_of_range(plurality, "ExtendMinimumTimeInSeconds", 59, YEAR + 1),
    *_number_out_of_range(plurality, "ApproveIfWorkerAgreementScoreIsAtLeast", -1),
    *_number_out_of_range(plurality, "RejectIfWorkerAgreementScoreIsLessThan", -1),
    (plurality(threshold=-1), "QuestionAgreementThreshold"),
    (plurality(DisregardAssignmentIfRejected="true"), "DisregardAssignmentIfRejected"),
    (known_answers(ApproveReason="x" * 1025), "ApproveReason"),
    (plurality(RejectReason="x" * 1025), "RejectReason"),
]


@pytest.mark.parametrize(("policy", "parameter"), NUMBERS)
def test_values_beyond_the_limits_are_refused_by_name(
    client: Client, refused: Refused, policy: dict[str, Any], parameter: str
) -> None:
    member = "HITReviewPolicy" if policy["PolicyName"].startswith("Simple") else "AssignmentReviewPolicy"
    error = refused(client.create_hit, **hit_arguments(**{member: policy}))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", parameter)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"


BAD = [
    (_known(), "AnswerKey"),
    (_known({"Key": "AnswerKey", "Values": ["a"]}), "AnswerKey"),
    (_known({"Key": "AnswerKey", "MapEntries": []}), "AnswerKey"),
    (_known({**KEY, "Values": ["a"]}), "AnswerKey"),
    (_known({"Key": "AnswerKey", "MapEntries": [{"Values": ["a"]}]}), "AnswerKey"),
    (_known({"Key": "AnswerKey", "MapEntries": [{"Key": "ü" * 128, "Values": ["a"]}]}), "AnswerKey"),
    (_known({"Key": "AnswerKey", "MapEntries": KEY["MapEntries"] * 2}), "AnswerKey"),
    ({"AssignmentReviewPolicy": known_answers({f"q{number}": ["a"] for number in range(1001)})}, "AnswerKey"),
    (_known(KEY, KEY), "AssignmentReviewPolicy"),
    (_known(KEY, {"Key": "ApproveIfScoreIsGood", "Values": ["1"]}), "AssignmentReviewPolicy"),
    (_known(KEY, {"Values": ["1"]}), "AssignmentReviewPolicy"),
    (_known(KEY, {"Key": "ApproveReason"}), "ApproveReason"),
    (_known(KEY, {"Key": "ApproveReason", "Values": ["a", "b"]}), "ApproveReason"),
    (_known(KEY, {"Key": "ApproveReason", "MapEntries": KEY["MapEntries"]}), "ApproveReason"),
    (_known(KEY, IDS), "AssignmentReviewPolicy"),
    ({"AssignmentReviewPolicy": plurality()}, "AssignmentReviewPolicy"),
    ({"HITReviewPolicy": known_answers()}, "HITReviewPolicy"),
    ({"HITReviewPolicy": {"PolicyName": "SimplePlurality"}}, "HITReviewPolicy"),
    ({"HITReviewPolicy": {"PolicyName": "SimplePlurality/2011-09-01"}}, "QuestionIds"),
    (_plural(THRESHOLD), "QuestionIds"),
    (_plural(IDS), "QuestionAgreementThreshold"),
    (_plural({"Key": "QuestionIds", "Values": [f"q{number}" for number in range(16)]}, THRESHOLD), "QuestionIds"),
    (_plural({"Key": "QuestionIds", "Values": ["a,,b"]}, THRESHOLD), "QuestionIds"),
    (_plural({"Key": "QuestionIds", "Values": ["ü" * 128]}, THRESHOLD), "QuestionIds"),
    (_plural({"Key": "QuestionIds", "Values": []}, THRESHOLD), "QuestionIds"),
    (_plural(IDS, THRESHOLD, {"Key": "QuestionIDs", "Values": ["a"]}), "HITReviewPolicy"),
    (
        {"HITReviewPolicy": plurality(ExtendIfHITAgreementScoreIsLessThan=50, ExtendMinimumTimeInSeconds=60)},
        "ExtendMaximumAssignments",
    ),
    (
        {"HITReviewPolicy": plurality(ExtendIfHITAgreementScoreIsLessThan=50, ExtendMaximumAssignments=5)},
        "ExtendMinimumTimeInSeconds",
    ),
]


@pytest.mark.parametrize(("policies", "parameter"), BAD)
def test_policies_that_cannot_be_meant_are_refused_by_name(
    client: Client, refused: Refused, policies: dict[str, dict[str, Any]], parameter: str
) -> None:
    error = refused(client.create_hit, **hit_arguments(**policies))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", parameter)
    assert client.list_hits()["HITs"] == []


def test_policies_are_judged_with_a_registered_type_too(client: Client, refused: Refused) -> None:
    kind = client.create_hit_type(**type_arguments())["HITTypeId"]
    arguments = {"HITTypeId": kind, "LifetimeInSeconds": 60, "Question": html_question()}
    error = refused(client.create_hit_with_hit_type, **arguments, **_plural(IDS))
    assert error["Parameter"] == "QuestionAgreementThreshold"
    assert client.create_hit_with_hit_type(**arguments, HITReviewPolicy=plurality())["HIT"]
