"""Things of elsewhere are read as they are, or it is said why not."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace.document.answer import entered
from mturk.marketplace.importing.past_thing import NotReadable, local_id, read
from tests.marketplace.importing.history import OCTOBER, assignment, hit, hit_type

ANSWERS = "<QuestionFormAnswers><Answer><QuestionIdentifier>q</QuestionIdentifier>{}</Answer></QuestionFormAnswers>"

UNREADABLE = {
    "SQL as an id": (hit(HITId="3'; DROP TABLE hit; --"), "hITId"),
    "HTML as an id": (assignment("<script>alert(1)</script>", "A1ADA", "Approved"), "assignmentId"),
    "an id that a spreadsheet has spoilt": (assignment("3.00E+29", "A1ADA", "Approved"), "assignmentId"),
    "an id that is too long": (hit(HITId="3" * 70), "hITId"),
    "a worker's id in small letters": (assignment("3A", "a1ada", "Approved"), "workerId"),
    "no worker": (assignment("3A", "", "Approved"), "workerId"),
    "a status that nobody knows": (assignment("3A", "A1ADA", "Paid"), "assignmentStatus"),
    "no time of submission": (assignment("3A", "A1ADA", "Approved", SubmitTime=None), "no SubmitTime"),
    "a time before it was accepted": (assignment("3A", "A1ADA", "Approved", SubmitTime=OCTOBER), "accepted after"),
    "a time that no calendar has": (assignment("3A", "A1ADA", "Approved", SubmitTime=1e300), "SubmitTime"),
    "a time before calendars begin": (hit(CreationTime=-99_999_999_999.0), "CreationTime is before 1970"),
    "a decision before calendars begin": (
        assignment("3A", "A1ADA", "Approved", ApprovalTime=-62_135_596_801.0),
        "ApprovalTime is before 1970",
    ),
    "answers that are too large": (
        assignment("3A", "A1ADA", "Approved", Fields={"a": ["x" * 5_000_000]}),
        "more than 5,000,000 characters",
    ),
    "a character that no database takes": (hit(RequesterAnnotation="a\0b"), "characters"),
    "half of a character": (hit(RequesterAnnotation="a\ud800b"), "characters"),
    "an amount that is none": (hit_type(Reward="1e3"), "reward"),
    "answers with entities": (assignment("3A", "A1ADA", "Approved", Answer="<!DOCTYPE a><a/>"), "document type"),
    "answers that are none": (assignment("3A", "A1ADA", "Approved", Answer="<html/>"), "QuestionFormAnswers"),
    "a kind that nobody knows": (("Review", {}, "line 1"), "nothing of that kind"),
    "a bonus of nothing": (
        ("BonusPayment", {"AssignmentId": "3A", "WorkerId": "A1", "BonusAmount": "0.00", "Reason": "x"}, "1"),
        "BonusAmount",
    ),
    "a qualification of no type": (("Qualification", {"WorkerId": "A1ADA"}, "row 1"), "of which type"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_here_is_refused_with_its_reason(case: str) -> None:
    thing, words = UNREADABLE[case]
    with pytest.raises(NotReadable, match=words):
        read(thing)


def test_answers_are_written_so_that_they_are_read_back() -> None:
    fields: dict[str, list[str]] = {"a": ["<b>&\r\n=1+1"], "é": ["x", "y"], "c": ["]]>"]}
    found = read(assignment("3A", "A1ADA", "Approved", Fields=fields))
    assert entered(found.members["Answer"]) == {"a": {"<b>&\r\n=1+1"}, "é": {"x", "y"}, "c": {"]]>"}}


def test_a_document_of_answers_stays_byte_for_byte() -> None:
    document = ANSWERS.format("<FreeText>x</FreeText>")
    assert read(assignment("3A", "A1ADA", "Approved", Answer=document)).members["Answer"] == document


@pytest.mark.parametrize("name", ["HITId", "HITTypeId", "AssignmentId", "WorkerId"])
def test_an_id_of_mturk_stays(name: str) -> None:
    assert local_id(name, "A2X7ABCDEF") == "A2X7ABCDEF"


def test_an_id_of_another_program_becomes_one_that_always_follows_from_it() -> None:
    ids = [local_id("WorkerId", f"worker {name}") for name in ("anna@lab.org", "anna@lab.org", "bob@lab.org")]
    assert ids[0] == ids[1] != ids[2]
    assert all(id_.isalnum() and id_.isupper() and id_.startswith("A") and len(id_) == 14 for id_ in ids)


def test_what_was_renamed_is_known() -> None:
    found = read(assignment("3A", "worker anna@lab.org", "Approved"))
    assert found.renamed == {found.worker_id: "worker anna@lab.org"}


@pytest.mark.parametrize(
    ("given", "decided"),
    [({"AssignmentStatus": "Approved"}, "ApprovalTime"), ({"AssignmentStatus": "Rejected"}, "RejectionTime")],
)
def test_a_decision_without_a_time_has_that_of_the_submission(given: dict[str, Any], decided: str) -> None:
    thing = assignment("3A", "A1ADA", given["AssignmentStatus"])
    assert read(thing).members[decided] == round((OCTOBER + 120) * 1000)
