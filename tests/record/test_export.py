"""Records on their way to a data frame or a file."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from mturk import HIT, Assignment, BonusPayment, Connection
from mturk import requirements as req
from mturk.data.enumeration import HITStatus
from mturk.question.answer import Selected
from mturk.record.export import json_text
from tests.judge import Judge, full_answer

ANSWER = (
    "<QuestionFormAnswers><Answer><QuestionIdentifier>label</QuestionIdentifier><FreeText>cat</FreeText></Answer>"
    "<Answer><QuestionIdentifier>colours</QuestionIdentifier><SelectionIdentifier>red</SelectionIdentifier></Answer>"
    "</QuestionFormAnswers>"
)


@pytest.fixture
def assignment(judge: Judge, connection: Connection) -> Assignment:
    judge.answer("GetAssignment", {"Assignment": {"AssignmentId": "3A", "WorkerId": "A1", "Answer": ANSWER}})
    return Assignment.get("3A", connection=connection)


def test_an_assignment_s_row_has_a_column_for_each_answer_and_not_the_document(assignment: Assignment) -> None:
    row = assignment.to_dict()
    assert (row["answers.label"], row["answers.colours"]) == ("cat", Selected(["red"]))
    assert "answer_xml" not in row


def test_the_document_comes_when_it_is_asked_for(assignment: Assignment) -> None:
    assert assignment.to_dict(xml=True)["answer_xml"] == ANSWER


def test_a_hit_is_json_without_its_page(judge: Judge, connection: Connection) -> None:
    answer = full_answer("GetHIT")
    judge.answer("GetHIT", answer)
    told = json.loads(HIT.get(answer["HIT"]["HITId"], connection=connection).to_json())
    assert "question_xml" not in told
    assert isinstance(told["assignment_duration"], int)
    assert told["reward"] == answer["HIT"]["Reward"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (timedelta(minutes=10), 600),
        (timedelta(seconds=1.5), 1.5),
        (Decimal("0.05"), "0.05"),
        (HITStatus.ASSIGNABLE, "Assignable"),
        (Selected(["a", "b"]), ["a", "b"]),
        (None, None),
        ({"a": timedelta(1)}, {"a": 86400}),
    ],
)
def test_a_value_has_one_plain_form_in_json(value: object, written: object) -> None:
    assert json.loads(json_text({"it": value})) == {"it": written}


def test_a_requirement_is_an_object_of_its_fields() -> None:
    told = json.loads(json_text({"it": [req.locale.is_in("US-NY")]}))["it"][0]
    assert told["locale_values"] == [{"country": "US", "subdivision": "NY"}]
    assert told["comparator"] == "In"


def test_a_bonus_payment_is_json_too() -> None:
    assert json.loads(BonusPayment(worker_id="A1", amount=Decimal("1.50")).to_json())["amount"] == "1.50"


def test_a_row_whose_answers_cannot_be_read_keeps_the_document(judge: Judge, connection: Connection) -> None:
    judge.answer("GetAssignment", {"Assignment": {"AssignmentId": "3A", "Answer": "<broken"}})
    assert Assignment.get("3A", connection=connection).to_dict()["answer_xml"] == "<broken"


def test_a_worker_s_own_words_beside_a_selection_are_written_too() -> None:
    assert json.loads(json_text({"a": Selected(["red"], "mauve"), "b": Selected(["red"])})) == {
        "a": {"selected": ["red"], "other": "mauve"},
        "b": ["red"],
    }
