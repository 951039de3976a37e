"""HITs: what is refused before any call, what a verb leaves certain and what it forgets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import mturk
from mturk import (
    HIT,
    AlreadyDone,
    Connection,
    HITStatus,
    HITType,
    HTMLQuestion,
    InvalidState,
    ScoreMyKnownAnswers,
    TransportError,
    ValidationError,
)
from mturk import requirements as req
from tests import page
from tests.conftest import Time
from tests.judge import Judge, Refusal

PAGE = HTMLQuestion(page.PAGE)
DAY = timedelta(days=1)
TERMS: dict[str, Any] = {"title": "T", "description": "D", "reward": "0.05", "assignment_duration": 60}
NAIVE = datetime(2030, 1, 1)


def create(connection: Connection, **changes: Any) -> HIT:
    arguments = {"question": PAGE, "lifetime": DAY, **TERMS, **changes}
    return HIT.create(connection=connection, **arguments)


@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("title", "", "title must have at least 1 character"),
        ("title", "x" * 129, "title has 129 characters, the limit is 128"),
        ("title", 7, "title must be a str, not 7"),
        ("title", "a\x00", "title holds the character"),
        ("title", None, "title, description, reward and assignment_duration are all needed"),
        ("description", "", "description must have at least 1 character"),
        ("description", "x" * 2001, "description has 2001 characters, the limit is 2000"),
        ("reward", "0.051", "reward must be a whole number of cents, not '0.051'"),
        ("reward", -1, "reward must be 0 or more US dollars, not -1"),
        ("reward", float("nan"), "reward must be 0 or more US dollars, not nan"),
        ("reward", None, "are all needed"),
        ("assignment_duration", 29, "assignment_duration must be from 30 to 31536000 seconds .* not 29"),
        ("assignment_duration", timedelta(days=366), "assignment_duration must be from 30 to 31536000"),
        ("assignment_duration", 30.5, "assignment_duration must be a timedelta or an int of seconds"),
        ("keywords", "x" * 1001, "keywords has 1001 characters, the limit is 1000"),
        ("keywords", ["a,b"], "a keyword must be a text without a comma"),
        ("keywords", 7, "keywords must be a list"),
        ("auto_approval_delay", -1, "auto_approval_delay must be from 0 to 2592000 seconds .* not -1"),
        ("auto_approval_delay", timedelta(days=31), "auto_approval_delay must be from 0 to 2592000"),
        ("qualification_requirements", [req.adult == 1] * 11, "has 11 entries, the limit is 10"),
        ("qualification_requirements", ["adult"], "qualification_requirements holds 'adult'"),
        ("lifetime", 29, "lifetime must be from 30 to 31536000 seconds .* not 29"),
        ("lifetime", timedelta(days=366), "lifetime must be from 30 to"),
        ("lifetime", None, "lifetime must be a timedelta or an int of seconds, not None"),
        ("max_assignments", 0, "max_assignments must be from 1 to 1000000000, not 0"),
        ("max_assignments", 1_000_000_001, "max_assignments must be from 1 to 1000000000"),
        ("max_assignments", True, "max_assignments must be an int, not True"),
        ("max_assignments", "3", "max_assignments must be an int, not '3'"),
        ("requester_annotation", "x" * 256, "requester_annotation has 256 characters, the limit is 255"),
        ("unique_request_token", "", "unique_request_token must have at least 1 character"),
        ("unique_request_token", "x" * 65, "unique_request_token has 65 characters, the limit is 64"),
        ("question", "no xml", "question: 'no xml' is no XML"),
        ("question", None, "question: None; expected an HTMLQuestion"),
        ("question", 7, "question: 7; expected an HTMLQuestion"),
        ("question", HTMLQuestion("<!DOCTYPE html><form>" + "x" * 66_000), "65,?535"),
        ("assignment_review_policy", "SimplePlurality", "assignment_review_policy must be a ReviewPolicy"),
        ("hit_review_policy", {"PolicyName": "x"}, "hit_review_policy must be a ReviewPolicy"),
    ],
)
def test_create_refuses_before_any_call_what_the_service_would(
    argument: str, value: Any, words: str, judge: Judge, connection: Connection
) -> None:
    with pytest.raises(ValidationError, match=words):
        create(connection, **{argument: value})
    assert judge.arrived == 0


@pytest.mark.parametrize("extra", [*TERMS, "keywords", "auto_approval_delay", "qualification_requirements"])
def test_create_takes_a_type_or_terms_but_not_both(extra: str, judge: Judge, connection: Connection) -> None:
    given = {**TERMS, "keywords": "a", "auto_approval_delay": 0, "qualification_requirements": [req.adult == 1]}
    with pytest.raises(ValidationError, match="hit_type has its own title, reward and other terms"):
        HIT.create(PAGE, DAY, hit_type="3T", connection=connection, **{extra: given[extra]})
    assert judge.arrived == 0


BAD_IDS = ["", "3a", "3 A", "x" * 65, 7]


@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize(
    "line",
    [
        lambda c, bad: HIT.get(bad, connection=c),
        lambda c, bad: HIT.create(PAGE, DAY, hit_type=bad, connection=c),
        lambda c, bad: HIT.reviewable(bad, connection=c),
        lambda c, bad: HIT.get_reviewable(bad, connection=c),
        lambda c, bad: HIT("3A", connection=c).change_type(bad),
    ],
    ids=["get", "create", "reviewable", "get_reviewable", "change_type"],
)
def test_an_id_that_is_none_is_refused_before_any_call(
    line: Callable[..., Any], bad: Any, judge: Judge, connection: Connection
) -> None:
    with pytest.raises(ValidationError, match="must be 1 to 64 capital letters and digits"):
        line(connection, bad)
    assert judge.arrived == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (lambda hit: hit.add_assignments(0), "number must be from 1 to 1000000000, not 0"),
        (lambda hit: hit.add_assignments(1.5), "number must be an int, not 1.5"),
        (lambda hit: hit.add_assignments(1, unique_request_token=""), "unique_request_token must have"),
        (lambda hit: hit.extend(NAIVE), "until must say its time zone"),
        (lambda hit: hit.extend(7), "until must be a datetime, not 7"),
        (lambda hit: hit.extend(until="tomorrow"), "until must be a datetime"),
        (lambda hit: hit.assignments("Open"), "status must be one of Submitted, Approved, Rejected, not 'Open'"),
        (lambda hit: hit.assignments(["Submitted", "Open"]), "status must be one of"),
        (lambda hit: hit.get_assignments(page_size=0), "page_size must be from 1 to 100, not 0"),
        (lambda hit: hit.get_assignments(page_size=101), "page_size must be from 1 to 100, not 101"),
        (lambda hit: hit.review_results(["Worker"]), "levels must be one of Assignment, HIT, not 'Worker'"),
        (lambda hit: hit.close(undecided="reject"), 'undecided must be "leave" or "approve", not \'reject\''),
        (lambda hit: HIT.reviewable(status="Open"), "status must be one of Reviewable, Reviewing, not 'Open'"),
        (lambda hit: HIT.get_reviewable(page_size=1000), "page_size must be from 1 to 100"),
    ],
)
def test_a_verb_refuses_before_any_call_what_the_service_would(
    line: Callable[[Any], Any], words: str, judge: Judge, default: Connection
) -> None:
    with pytest.raises(ValidationError, match=words):
        line(HIT("3A"))
    assert judge.arrived == 0


# After a verb.

KNOWN: dict[str, Any] = {
    "HITId": "3A",
    "HITTypeId": "3T",
    "HITGroupId": "3G",
    "Title": "T",
    "HITStatus": "Assignable",
    "MaxAssignments": 3,
    "Expiration": 1_600_000_000,
    "NumberOfAssignmentsAvailable": 3,
    "NumberOfAssignmentsPending": 0,
    "NumberOfAssignmentsCompleted": 0,
}


@pytest.fixture
def hit(connection: Connection) -> HIT:
    return HIT._read(KNOWN, connection)


def forgotten(hit: HIT) -> set[str]:
    return {name for name in hit._slots if not name.startswith("_") and not hit._has(name)}


@pytest.mark.parametrize(
    ("verb", "certain", "uncertain"),
    [
        (lambda hit: hit.add_assignments(2), {}, {"max_assignments", "assignments_available", "status"}),
        (lambda hit: hit.expire(), {}, {"expiration", "status", "assignments_available"}),
        (lambda hit: hit.extend(DAY), {}, {"expiration", "status", "assignments_available"}),
        (lambda hit: hit.mark_reviewing(), {"status": HITStatus.REVIEWING}, set()),
        (lambda hit: hit.mark_reviewable(), {"status": HITStatus.REVIEWABLE}, set()),
        (lambda hit: hit.delete(), {"status": HITStatus.DISPOSED}, set()),
        (
            lambda hit: hit.change_type("3NEW"),
            {"hit_type_id": "3NEW"},
            {
                "group_id",
                "title",
                "description",
                "reward",
                "keywords",
                "assignment_duration",
                "auto_approval_delay",
                "qualification_requirements",
            },
        ),
    ],
)
def test_a_verb_sets_what_is_certain_and_forgets_what_is_not(
    verb: Callable[[HIT], None], certain: dict[str, Any], uncertain: set[str], hit: HIT, judge: Judge
) -> None:
    verb(hit)
    assert len(judge.calls) == 1
    assert {name: getattr(hit, name) for name in certain} == certain
    assert forgotten(hit) == uncertain
    assert judge.arrived == 1


@pytest.mark.parametrize(
    "verb",
    [
        lambda hit: hit.add_assignments(2),
        lambda hit: hit.expire(),
        lambda hit: hit.mark_reviewing(),
        lambda hit: hit.change_type("3NEW"),
    ],
)
def test_a_verb_that_was_refused_changes_nothing(verb: Callable[[HIT], None], hit: HIT, judge: Judge) -> None:
    before = hit.to_dict()

    def refuse(operation: str, body: Any) -> Any:
        raise Refusal(turk_code="HITDoesNotExist", message="Hit 3A does not exist.")

    judge.answer_with(refuse)
    with pytest.raises(mturk.DoesNotExist):
        verb(hit)
    assert forgotten(hit) == set()
    assert hit.to_dict() == before


def test_extend_counts_a_duration_from_now(hit: HIT, judge: Judge, timing: Time) -> None:
    hit.extend(until=timedelta(hours=1))
    assert judge.calls[0].body["ExpireAt"] == int(timing.now() + 3600)


def test_extend_takes_any_time_zone(hit: HIT, judge: Judge) -> None:
    hit.extend(datetime(2030, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    assert judge.calls[0].body["ExpireAt"] == int(datetime(2030, 1, 1, tzinfo=timezone.utc).timestamp())


def test_the_question_is_read_once_and_from_the_xml(connection: Connection, judge: Judge) -> None:
    hit = HIT._read({**KNOWN, "Question": PAGE.to_xml()}, connection)
    assert hit.question == PAGE
    assert hit.question is hit.question
    assert HIT._read(KNOWN, connection).question is None
    assert judge.arrived == 0


def test_the_terms_of_a_type_are_known_from_its_hit(hit: HIT, judge: Judge) -> None:
    assert (hit.hit_type.id, hit.hit_type.title) == ("3T", "T")
    assert judge.arrived == 0


# Tokens.


def test_each_create_has_a_token_of_its_own(judge: Judge, connection: Connection) -> None:
    judge.answer_with(lambda operation, body: {"HIT": {"HITId": "3A"}})
    for _ in range(3):
        create(connection)
        HITType("3T", connection=connection).create_hit(PAGE, DAY)
        create(connection, unique_request_token="mine")
    sent = [call.body["UniqueRequestToken"] for call in judge.calls]
    assert len(set(sent)) == 7
    assert sent.count("mine") == 3


@pytest.mark.parametrize("turk_code", ["HITAlreadyExists", "HitAlreadyExists"])
def test_a_token_that_was_used_gives_back_its_hit(turk_code: str, judge: Judge, connection: Connection) -> None:
    made = "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012"
    judge.answer("CreateHIT", Refusal(turk_code=turk_code, message=f'The HIT with ID "{made}" already exists.'))
    judge.answer("GetHIT", {"HIT": {"HITId": made, "Title": "T"}})
    hit = create(connection, unique_request_token="mine")
    assert (hit.id, hit.title, hit.connection) == (made, "T", connection)
    assert judge.operations == ["CreateHIT", "GetHIT"]


def test_a_repetition_that_names_no_hit_is_told(judge: Judge, connection: Connection) -> None:
    judge.answer("CreateHIT", Refusal(turk_code="HITAlreadyExists", message="It is there."))
    with pytest.raises(AlreadyDone):
        create(connection)
    assert judge.operations == ["CreateHIT"]


def test_an_addition_that_was_made_before_is_done(judge: Judge, hit: HIT) -> None:
    judge.answer("CreateAdditionalAssignmentsForHIT", Refusal(turk_code="DuplicateCall", message="Already."))
    hit.add_assignments(2, unique_request_token="mine")
    assert "max_assignments" in forgotten(hit)


def test_an_answer_without_a_hit_may_have_made_one(judge: Judge, connection: Connection) -> None:
    judge.answer("CreateHIT", {})
    with pytest.raises(TransportError, match="without its HITId"):
        create(connection)


# Lists.


def test_every_list_of_hits_asks_for_what_it_is_told(judge: Judge, connection: Connection) -> None:
    judge.answer_with(lambda operation, body: {})
    list(HIT.reviewable("3T", connection=connection))
    list(HIT.reviewable(HITType("3T"), "Reviewing", connection=connection))
    list(HITType("3T", connection=connection).reviewable())
    list(HIT("3A", connection=connection).assignments(status="Submitted"))
    assert [call.body for call in judge.calls] == [
        {"HITTypeId": "3T", "MaxResults": 100},
        {"HITTypeId": "3T", "Status": "Reviewing", "MaxResults": 100},
        {"HITTypeId": "3T", "MaxResults": 100},
        {"HITId": "3A", "AssignmentStatuses": ["Submitted"], "MaxResults": 100},
    ]


def test_a_page_of_assignments_leads_to_the_next(judge: Judge, hit: HIT) -> None:
    judge.answer("ListAssignmentsForHIT", {"NumResults": 0, "Assignments": [], "NextToken": "t"})
    judge.answer("ListAssignmentsForHIT", {"NumResults": 1, "Assignments": [{"AssignmentId": "3X"}]})
    page = hit.get_assignments("Approved", page_size=5)
    following = page.next_page()
    assert following is not None
    assert [each.id for each in following] == ["3X"]
    asked = {"HITId": "3A", "AssignmentStatuses": ["Approved"], "MaxResults": 5}
    assert judge.bodies("ListAssignmentsForHIT") == [asked, {**asked, "NextToken": "t"}]


# Waiting.


def test_waiting_looks_less_and_less_often(judge: Judge, hit: HIT, timing: Time) -> None:
    judge.answer_with(lambda operation, body: {"HIT": KNOWN})
    with pytest.raises(TimeoutError, match="HIT 3A is still Assignable after 3600 seconds"):
        hit.wait_until_reviewable(timedelta(hours=1))
    assert sum(timing.slept) == pytest.approx(3600)
    assert timing.slept[:3] == [1.0, 1.5, 2.25]
    assert max(timing.slept) == 30.0


@pytest.mark.parametrize("timeout", [0, 0.0, timedelta(0), -1])
def test_waiting_for_no_time_looks_once(timeout: Any, judge: Judge, hit: HIT, timing: Time) -> None:
    judge.answer("GetHIT", {"HIT": {**KNOWN, "HITStatus": "Reviewable"}})
    hit.wait_until_reviewable(timeout)
    assert (timing.slept, len(judge.calls)) == ([], 1)


def test_a_hit_that_is_gone_is_not_waited_for(judge: Judge, hit: HIT) -> None:
    judge.answer("GetHIT", {"HIT": {**KNOWN, "HITStatus": "Disposed"}})
    hit.wait_until_reviewable(60)


def test_a_policy_s_report_that_is_refused_is_told(judge: Judge, hit: HIT) -> None:
    judge.answer("ListReviewPolicyResultsForHIT", Refusal(turk_code="InvalidHITState", message="no"))
    with pytest.raises(InvalidState):
        hit.review_results()


def test_a_policy_made_for_one_hit_serves_another(judge: Judge, connection: Connection) -> None:
    judge.answer_with(lambda operation, body: {"HIT": {"HITId": "3A"}})
    policy = ScoreMyKnownAnswers({"q": "a"})
    for _ in range(2):
        create(connection, assignment_review_policy=policy)
    first, second = (call.body["AssignmentReviewPolicy"] for call in judge.calls)
    assert first == second


def test_an_extension_into_the_past_is_refused_instead_of_ending_the_hit(connection: Connection, judge: Judge) -> None:
    with pytest.raises(ValidationError, match=r"has passed; to end the HIT now write expire\(\)"):
        HIT("3HIT", connection=connection).extend(timedelta(days=-1))
    assert judge.calls == []
