"""Assignments: decided once, paid once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mturk import (
    AlreadyDone,
    AnswerError,
    Assignment,
    AssignmentStatus,
    Connection,
    InsufficientFunds,
    InvalidParameter,
    InvalidState,
    TransportError,
    ValidationError,
    Worker,
)
from tests.judge import Judge, Refusal, Reset

KNOWN: dict[str, Any] = {
    "AssignmentId": "3A",
    "WorkerId": "A1",
    "HITId": "3H",
    "AssignmentStatus": "Submitted",
    "RequesterFeedback": "old",
    "ApprovalTime": 1,
    "RejectionTime": 1,
}
NONE_PAID: dict[str, Any] = {"NumResults": 0, "BonusPayments": []}


@pytest.fixture
def assignment(connection: Connection) -> Assignment:
    return Assignment._read(KNOWN, connection)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (lambda a: a.approve("x" * 1025), "feedback has 1025 characters, the limit is 1024"),
        (lambda a: a.approve("a\x07"), "feedback holds the character"),
        (lambda a: a.approve(7), "feedback must be a str, not 7"),
        (lambda a: a.reject(""), "feedback must have at least 1 character"),
        (lambda a: a.reject("x" * 1025), "feedback has 1025 characters, the limit is 1024"),
        (lambda a: a.reject(None), "feedback must be a str, not None"),
        (lambda a: a.pay_bonus("0.001", "r"), "amount must be a whole number of cents, not '0.001'"),
        (lambda a: a.pay_bonus(-1, "r"), "amount must be 0 or more US dollars, not -1"),
        (lambda a: a.pay_bonus(None, "r"), "amount must be an amount"),
        (lambda a: a.pay_bonus("1", ""), "reason must have at least 1 character"),
        (lambda a: a.pay_bonus("1", None), "reason must be a str, not None"),
        (lambda a: a.pay_bonus("1", "a\x00"), "reason holds the character"),
        (lambda a: a.pay_bonus("1", "r", unique_request_token=""), "unique_request_token must have at least 1"),
        (lambda a: a.pay_bonus("1", "r", unique_request_token="x" * 65), "unique_request_token has 65"),
        (lambda a: a.file_upload_url(""), "question_id must have at least 1 character"),
        (lambda a: a.file_upload_url(7), "question_id must be a str, not 7"),
        (lambda a: Assignment.get("3a"), "id must be 1 to 64 capital letters and digits, not '3a'"),
        (lambda a: Assignment.reject_all([a], ""), "feedback must have at least 1 character"),
    ],
)
def test_a_verb_refuses_before_any_call_what_the_service_would(
    line: Callable[[Any], Any], words: str, judge: Judge, default: Connection, assignment: Assignment
) -> None:
    with pytest.raises(ValidationError, match=words):
        line(assignment)
    assert judge.arrived == 0


def forgotten(record: Assignment) -> set[str]:
    return {name for name in record._slots if not name.startswith("_") and not record._has(name)}


@pytest.mark.parametrize(
    ("verb", "status", "uncertain"),
    [
        (lambda a: a.approve(), "Approved", {"approval_time", "requester_feedback"}),
        (lambda a: a.reject("Empty"), "Rejected", {"rejection_time", "requester_feedback"}),
    ],
)
def test_a_decision_is_certain_and_its_time_is_not(
    verb: Callable[[Any], None], status: str, uncertain: set[str], judge: Judge, assignment: Assignment
) -> None:
    verb(assignment)
    assert assignment.status == status
    assert forgotten(assignment) == uncertain
    assert len(judge.calls) == 1


@pytest.mark.parametrize("verb", [lambda a: a.approve(), lambda a: a.reject("Empty")])
def test_a_decision_that_was_refused_is_told_without_another_look(
    verb: Callable[[Any], None], judge: Judge, assignment: Assignment
) -> None:
    judge.answer_with(lambda operation, body: Refusal(turk_code="InvalidAssignmentState", message="no"))
    with pytest.raises(InvalidState):
        verb(assignment)
    assert assignment.status == AssignmentStatus.SUBMITTED
    assert len(judge.calls) == 1


@pytest.mark.parametrize(
    ("verb", "status"), [(lambda a: a.approve(), "Approved"), (lambda a: a.reject("Empty"), "Rejected")]
)
def test_a_decision_whose_answers_were_all_lost_is_looked_up(
    verb: Callable[[Any], None], status: str, judge: Judge, assignment: Assignment
) -> None:
    judge.trouble(*[Reset(done=True)] * 5)
    judge.answer("GetAssignment", {"Assignment": {"AssignmentId": "3A", "AssignmentStatus": status}})
    verb(assignment)
    assert assignment.status == status
    assert judge.operations[-1] == "GetAssignment"


def test_a_decision_that_was_lost_on_its_way_is_told(judge: Judge, assignment: Assignment) -> None:
    judge.trouble(*[Reset(done=True)] * 5)
    judge.answer("GetAssignment", {"Assignment": {"AssignmentId": "3A", "AssignmentStatus": "Submitted"}})
    with pytest.raises(TransportError) as caught:
        assignment.approve()
    assert caught.value.maybe_done


# Bonuses.


def bonus(amount: str = "0.50", reason: str = "Fast") -> dict[str, Any]:
    return {"WorkerId": "A1", "BonusAmount": amount, "AssignmentId": "3A", "Reason": reason, "GrantTime": 1}


def test_what_was_paid_is_looked_up_first(judge: Judge, assignment: Assignment) -> None:
    judge.answer("ListBonusPayments", {"BonusPayments": [bonus("0.10"), bonus(reason="Good")], "NextToken": "t"})
    judge.answer("ListBonusPayments", {"BonusPayments": [bonus()]})
    assert assignment.pay_bonus("0.5", "Fast") is False
    assert judge.operations == ["ListBonusPayments", "ListBonusPayments"], "on every page"
    assert judge.calls[0].body == {"AssignmentId": "3A", "MaxResults": 100}


def test_a_bonus_is_paid_with_a_token_of_its_facts(judge: Judge, assignment: Assignment) -> None:
    judge.answer("ListBonusPayments", *[NONE_PAID] * 5)
    assert assignment.pay_bonus("0.50", "Fast") is True
    assert assignment.pay_bonus(Decimal("0.5"), "Fast") is True
    assert assignment.pay_bonus(0.51, "Fast") is True
    assert assignment.pay_bonus("0.50", "Fast!") is True
    assert Assignment._read({**KNOWN, "AssignmentId": "3B"}, assignment.connection).pay_bonus("0.50", "Fast")
    sent = [body["UniqueRequestToken"] for body in judge.bodies("SendBonus")]
    assert sent[0] == sent[1]
    assert len(set(sent)) == 4
    assert all(len(token) == 64 for token in sent)


def test_paying_again_takes_a_fresh_token_and_no_look(judge: Judge, assignment: Assignment) -> None:
    assert assignment.pay_bonus("0.50", "Fast", again=True) is True
    assert assignment.pay_bonus("0.50", "Fast", again=True) is True
    assert judge.operations == ["SendBonus", "SendBonus"]
    first, second = judge.bodies("SendBonus")
    assert first["UniqueRequestToken"] != second["UniqueRequestToken"]


def test_a_repeated_token_means_paid_before(judge: Judge, assignment: Assignment) -> None:
    text = 'The idempotency token "mine" has already been processed.'
    judge.answer("SendBonus", Refusal(turk_code="SomethingUnknown", message=text))
    judge.answer("ListBonusPayments", {"NumResults": 1, "BonusPayments": [bonus()]})
    assert assignment.pay_bonus("0.50", "Fast", unique_request_token="mine") is False


def test_a_token_that_paid_another_bonus_is_told(judge: Judge, assignment: Assignment) -> None:
    text = 'The idempotency token "mine" has already been processed.'
    judge.answer("SendBonus", Refusal(turk_code="SomethingUnknown", message=text))
    judge.answer("ListBonusPayments", NONE_PAID)
    with pytest.raises(AlreadyDone, match="this one is not paid"):
        assignment.pay_bonus("0.50", "Fast", unique_request_token="mine")


def test_an_empty_purse_is_told(judge: Judge, assignment: Assignment) -> None:
    judge.answer("ListBonusPayments", NONE_PAID)
    judge.answer("SendBonus", Refusal(turk_code="InsufficientFunds", message="This Requester has insufficient funds."))
    with pytest.raises(InsufficientFunds):
        assignment.pay_bonus("0.50", "Fast")


def test_a_bare_assignment_asks_who_its_worker_is(judge: Judge, connection: Connection) -> None:
    judge.answer("ListBonusPayments", NONE_PAID)
    judge.answer("GetAssignment", {"Assignment": KNOWN})
    assert Assignment("3A", connection=connection).pay_bonus("0.50", "Fast")
    assert judge.operations == ["ListBonusPayments", "GetAssignment", "SendBonus"]


def test_a_worker_is_not_paid_for_the_work_of_another(judge: Judge, assignment: Assignment) -> None:
    other = Worker("A2", connection=assignment.connection)
    with pytest.raises(ValidationError, match="assignment 3A is by worker A1, not A2"):
        other.pay_bonus("0.50", "Fast", assignment=assignment)
    assert judge.arrived == 0
    assert assignment.worker_id == "A1"


def test_a_guess_at_the_worker_does_not_stay_on_the_assignment(judge: Judge, connection: Connection) -> None:
    assignment = Assignment("3A", connection=connection)
    judge.answer("ListBonusPayments", NONE_PAID)
    judge.answer("SendBonus", Refusal("ParameterValidationError", "A2 is not valid.", "InvalidParameterValue"))
    with pytest.raises(InvalidParameter):
        Worker("A2", connection=connection).pay_bonus("0.50", "Fast", assignment=assignment)
    judge.answer("GetAssignment", {"Assignment": KNOWN})
    assert assignment.worker_id == "A1"


# Answers.


def test_answers_are_read_once(connection: Connection) -> None:
    xml = (
        '<QuestionFormAnswers xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/'
        'QuestionFormAnswers.xsd"><Answer><QuestionIdentifier>label</QuestionIdentifier><FreeText>cat</FreeText>'
        "</Answer></QuestionFormAnswers>"
    )
    assignment = Assignment._read({**KNOWN, "Answer": xml}, connection)
    assert assignment.answers["label"] == "cat"
    assert assignment.answers is assignment.answers


@pytest.mark.parametrize("members", [{}, {"Answer": ""}])
def test_no_answer_at_all_is_an_empty_mapping(members: dict[str, Any], connection: Connection) -> None:
    assert dict(Assignment._read({**KNOWN, **members}, connection).answers) == {}


def test_answers_that_cannot_be_read_name_the_assignment(connection: Connection) -> None:
    with pytest.raises(AnswerError, match="3A"):
        _ = Assignment._read({**KNOWN, "Answer": "<oops"}, connection).answers


def test_new_answers_are_read_after_a_refresh(judge: Judge, connection: Connection) -> None:
    assignment = Assignment._read({**KNOWN, "Answer": ""}, connection)
    assert dict(assignment.answers) == {}
    judge.answer("GetAssignment", {"Assignment": {**KNOWN, "Answer": "<oops"}})
    assignment.refresh()
    with pytest.raises(AnswerError):
        _ = assignment.answers


# Many at once.


def test_rejecting_many_is_done_at_once_where_nothing_is_live(judge: Judge, assignment: Assignment) -> None:
    other = Assignment._read({**KNOWN, "AssignmentId": "3B"}, assignment.connection)
    assert Assignment.reject_all([assignment, other], "Empty") == 2
    assert [body["AssignmentId"] for body in judge.bodies("RejectAssignment")] == ["3A", "3B"]


def test_repetition_of_what_was_decided_is_no_success_of_a_bulk_step(judge: Judge, assignment: Assignment) -> None:
    judge.answer("RejectAssignment", Refusal(turk_code="InvalidAssignmentState", message="no"))
    with pytest.raises(InvalidState):
        Assignment.reject_all([assignment], "Empty")


def test_an_error_that_is_none_of_a_bonus_s_repetitions_is_told(judge: Judge, assignment: Assignment) -> None:
    judge.answer("ListBonusPayments", NONE_PAID)
    judge.answer("SendBonus", Refusal(turk_code="AssignmentDoesNotExist", message="no"))
    with pytest.raises(LookupError) as caught:
        assignment.pay_bonus("0.50", "Fast")
    assert not isinstance(caught.value, AlreadyDone)
