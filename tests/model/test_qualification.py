"""Qualifications: types, who has them, who asks for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mturk import (
    AlreadyDone,
    Connection,
    DoesNotExist,
    InvalidState,
    Qualification,
    QualificationRequest,
    QualificationStatus,
    QualificationType,
    QualificationTypeStatus,
    ValidationError,
    Worker,
)
from mturk.answer_key import AnswerKey, AnswerOption
from mturk.answer_key import Question as KeyQuestion
from mturk.question_form import FreeTextAnswer, QuestionForm
from mturk.question_form import Question as FormQuestion
from tests.conftest import Time
from tests.judge import Judge, Refusal

KNOWN = {"QualificationTypeId": "3Q", "Name": "Name", "QualificationTypeStatus": "Active", "Test": "<old/>"}


@pytest.fixture
def kind(connection: Connection) -> QualificationType:
    return QualificationType._read(KNOWN, connection)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": ""}, "name must have at least 1 character"),
        ({"name": 7}, "name must be a str, not 7"),
        ({"description": ""}, "description must have at least 1 character"),
        ({"description": "x" * 2001}, "description has 2001 characters, the limit is 2000"),
        ({"keywords": "x" * 1001}, "keywords has 1001 characters, the limit is 1000"),
        ({"status": "Sleeping"}, "status must be one of Active, Inactive, not 'Sleeping'"),
        ({"retry_delay": -1}, "retry_delay must be from 0 to 31536000 seconds"),
        ({"retry_delay": "1h"}, "retry_delay must be a timedelta or an int of seconds"),
        ({"test_duration": 60}, "answer_key and test_duration belong to a test"),
        ({"answer_key": "<AnswerKey/>"}, "answer_key and test_duration belong to a test"),
        ({"test": "<QuestionForm/>"}, "a test needs test_duration"),
        ({"test": "<QuestionForm/>", "test_duration": 60, "auto_granted": True}, "a test cannot be auto_granted"),
        ({"test": "no xml", "test_duration": 60}, "no xml|XML"),
        ({"auto_granted": "yes"}, "auto_granted must be True, False or None, not 'yes'"),
        ({"auto_granted": False, "auto_granted_value": 1}, "auto_granted_value belongs to auto_granted=True"),
        ({"auto_granted_value": 1}, "auto_granted_value belongs to auto_granted=True"),
        ({"auto_granted": True, "auto_granted_value": 2**31}, "must be from -2147483648 to 2147483647"),
    ],
)
def test_create_refuses_before_any_call_what_the_service_would(
    arguments: dict[str, Any], words: str, judge: Judge, connection: Connection
) -> None:
    given: Any = {"name": "Name", "description": "D", **arguments}
    with pytest.raises(ValidationError, match=words):
        QualificationType.create(connection=connection, **given)
    assert judge.arrived == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (lambda kind: kind.update(description=""), "description must have at least 1 character"),
        (lambda kind: kind.update(status="Gone"), "status must be one of Active, Inactive"),
        (lambda kind: kind.update(retry_delay=-1), "retry_delay must be from 0"),
        (lambda kind: kind.update(test_duration=0), "test_duration must be from 1 to"),
        (lambda kind: kind.update(test=7, test_duration=60), "test: 7; expected a QuestionForm"),
        (lambda kind: kind.grant("b1"), "worker must be an A and up to 63"),
        (lambda kind: kind.grant("A1", 1.5), "score must be an int, not 1.5"),
        (lambda kind: kind.grant("A1", notify="no"), "notify must be True, False or None, not 'no'"),
        (lambda kind: kind.revoke(None), "worker must be an A"),
        (lambda kind: kind.revoke("A1", 7), "reason must be a str, not 7"),
        (lambda kind: kind.score(7), "worker must be an A"),
        (lambda kind: kind.qualifications("Lost"), "status must be one of Granted, Revoked, not 'Lost'"),
        (lambda kind: QualificationType.get("3q"), "id must be 1 to 64 capital letters"),
        (lambda kind: QualificationType.search(7), "query must be a str, not 7"),
        (lambda kind: QualificationType.search(mine="yes"), "mine must be True, False or None"),
        (lambda kind: QualificationRequest(""), "id must have at least 1 character"),
        (lambda kind: QualificationRequest("r-1").accept("5"), "score must be an int, not '5'"),
        (lambda kind: QualificationRequest("r-1").reject(7), "reason must be a str, not 7"),
    ],
)
def test_a_verb_refuses_before_any_call_what_the_service_would(
    line: Callable[[Any], Any], words: str, judge: Judge, default: Connection, kind: QualificationType
) -> None:
    with pytest.raises(ValidationError, match=words):
        line(kind)
    assert judge.arrived == 0


def test_an_update_shows_what_the_service_made_of_it(judge: Judge, kind: QualificationType) -> None:
    judge.answer("UpdateQualificationType", {"QualificationType": {**KNOWN, "QualificationTypeStatus": "Inactive"}})
    kind.update(status="Inactive")
    assert kind.status is QualificationTypeStatus.INACTIVE
    assert len(judge.calls) == 1


def test_after_a_delete_the_status_is_asked_for_again(judge: Judge, kind: QualificationType) -> None:
    kind.delete()
    judge.answer("GetQualificationType", {"QualificationType": {**KNOWN, "QualificationTypeStatus": "Inactive"}})
    assert (kind.name, kind.status) == ("Name", "Inactive")
    assert judge.operations == ["DeleteQualificationType", "GetQualificationType"]


def test_a_name_that_is_taken_is_told_where_the_first_try_was_refused(judge: Judge, connection: Connection) -> None:
    judge.answer("CreateQualificationType", Refusal(turk_code="QualificationTypeAlreadyExists", message="no"))
    with pytest.raises(AlreadyDone):
        QualificationType.create("Name", "D", connection=connection)
    assert judge.operations == ["CreateQualificationType"]


def test_who_has_a_qualification_is_listed_with_scores(judge: Judge, kind: QualificationType) -> None:
    judge.answer(
        "ListWorkersWithQualificationType",
        {"Qualifications": [{"WorkerId": "A1", "IntegerValue": 0, "Status": "Granted"}]},
    )
    (found,) = kind.qualifications()
    assert found.worker == Worker("A1")
    assert (found.score, found.status) == (0, QualificationStatus.GRANTED)
    assert isinstance(found, Qualification)


@pytest.mark.parametrize(
    ("turk_code", "error"), [("QualificationDoesNotExist", DoesNotExist), ("InvalidQualificationState", InvalidState)]
)
def test_a_worker_without_the_qualification_has_no_score(
    turk_code: str, error: type[Exception], judge: Judge, kind: QualificationType
) -> None:
    judge.answer("GetQualificationScore", Refusal(turk_code=turk_code, message="no"))
    with pytest.raises(error):
        kind.score("A1")


def test_requests_are_listed_and_decided(judge: Judge, kind: QualificationType) -> None:
    judge.answer(
        "ListQualificationRequests",
        {"QualificationRequests": [{"QualificationRequestId": "r-1", "WorkerId": "A1", "QualificationTypeId": "3Q"}]},
    )
    (request,) = kind.requests()
    assert (request.worker, request.qualification_type) == (Worker("A1"), kind)
    assert dict(request.answers) == {}
    request.accept(7)
    request.reject()
    assert [call.body for call in judge.calls[1:]] == [
        {"QualificationRequestId": "r-1", "IntegerValue": 7},
        {"QualificationRequestId": "r-1"},
    ]


# Find or make.


def listed(*names: str) -> dict[str, Any]:
    return {
        "QualificationTypes": [
            {"QualificationTypeId": f"3Q{name.upper().replace(' ', '')}", "Name": name} for name in names
        ]
    }


def test_ensure_finds_the_type_of_exactly_this_name(judge: Judge, connection: Connection) -> None:
    judge.answer("ListQualificationTypes", listed("Seen it", "seen", "Seen"))
    assert QualificationType.ensure("Seen", "D", connection=connection).name == "Seen"
    assert judge.operations == ["ListQualificationTypes"]
    assert judge.calls[0].body["MustBeOwnedByCaller"] is True


def test_ensure_makes_a_type_and_waits_until_it_is_listed(judge: Judge, connection: Connection, timing: Time) -> None:
    judge.answer("ListQualificationTypes", *[listed()] * 4, listed("Seen"))
    judge.answer("CreateQualificationType", {"QualificationType": {"QualificationTypeId": "3QSEEN", "Name": "Seen"}})
    assert QualificationType.ensure("Seen", "D", connection=connection).id == "3QSEEN"
    assert judge.operations.count("CreateQualificationType") == 1
    assert timing.slept == [1.0, 1.5, 2.25]


def test_ensure_takes_the_type_that_somebody_else_made_meanwhile(judge: Judge, connection: Connection) -> None:
    judge.answer("ListQualificationTypes", listed(), listed("Seen"))
    judge.answer("CreateQualificationType", Refusal(turk_code="QualificationTypeAlreadyExists", message="no"))
    assert QualificationType.ensure("Seen", "D", connection=connection).id == "3QSEEN"


def test_ensure_gives_up_after_its_time(judge: Judge, connection: Connection, timing: Time) -> None:
    judge.answer("ListQualificationTypes", *[listed()] * 40)
    judge.answer("CreateQualificationType", {"QualificationType": {"QualificationTypeId": "3QSEEN", "Name": "Seen"}})
    with pytest.raises(TimeoutError, match="'Seen' exists, but is not listed after 60 seconds"):
        QualificationType.ensure("Seen", "D", connection=connection)
    assert sum(timing.slept) == pytest.approx(60)


def test_durations_come_back_as_such(connection: Connection) -> None:
    kind = QualificationType._read({**KNOWN, "RetryDelayInSeconds": 60, "TestDurationInSeconds": 300}, connection)
    assert (kind.retry_delay, kind.test_duration) == (timedelta(minutes=1), timedelta(minutes=5))


def test_test_and_answer_key_of_a_type_are_objects(connection: Connection) -> None:
    key = AnswerKey([KeyQuestion("a", [AnswerOption("x", 1)])])
    test = QuestionForm([FormQuestion("a", "?", FreeTextAnswer())])
    made = QualificationType._read(
        {"QualificationTypeId": "3Q", "Test": test.to_xml(), "AnswerKey": key.to_xml()}, connection
    )
    assert made.test == test
    assert made.answer_key == key
    assert made.test_xml == test.to_xml()
