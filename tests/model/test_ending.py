"""What is open at a HIT, and how an attempt to delete it too early is explained."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mturk import HIT, Connection, HITStatus, InvalidState, OpenWork, TransportError
from tests.conftest import Time
from tests.judge import Judge, Refusal, Reset

AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
TOO_EARLY = Refusal(
    turk_code="InvalidHITState",
    message="This HIT is currently in the state 'Unassignable'. This operation can be called with a status of: "
    "Reviewing, Reviewable",
)


@pytest.mark.parametrize(
    ("work", "text"),
    [
        (OpenWork(), "nothing is open"),
        (OpenWork(on_offer=True), "it is still on offer"),
        (OpenWork(pending=1), "1 worker at it"),
        (OpenWork(pending=2, until=AT), "2 workers at it until 2030-01-02 03:04:05 UTC at the latest"),
        (OpenWork(undecided=1), "1 submission undecided"),
        (
            OpenWork(1, AT, 2, True),
            "it is still on offer, 1 worker at it until 2030-01-02 03:04:05 UTC at the latest, 2 submissions undecided",
        ),
    ],
)
def test_open_work_reads_as_a_sentence_and_is_false_when_there_is_none(work: OpenWork, text: str) -> None:
    assert str(work) == text
    assert bool(work) is (text != "nothing is open")


def members(**changes: Any) -> dict[str, Any]:
    known = {"HITId": "3A", "HITStatus": "Unassignable", "AssignmentDurationInSeconds": 600}
    return {"HIT": {**known, **changes}}


@pytest.fixture
def hit(connection: Connection) -> HIT:
    return HIT._read(members()["HIT"], connection)


def submitted(*numbers: int) -> dict[str, Any]:
    return {"Assignments": [{"AssignmentId": f"3X{number}", "AssignmentStatus": "Submitted"} for number in numbers]}


def test_a_worker_may_be_at_it_for_as_long_as_the_last_could_have_begun(judge: Judge, hit: HIT, timing: Time) -> None:
    expired = timing.now() - 100
    judge.answer("DeleteHIT", TOO_EARLY)
    judge.answer("GetHIT", members(NumberOfAssignmentsPending=1, Expiration=expired))
    judge.answer("ListAssignmentsForHIT", submitted())
    with pytest.raises(InvalidState) as caught:
        hit.delete()
    latest = datetime.fromtimestamp(expired, timezone.utc) + timedelta(minutes=10)
    assert f"1 worker at it until {latest:%Y-%m-%d %H:%M:%S} UTC" in str(caught.value)
    assert caught.value.state == "Unassignable"
    assert caught.value.allowed_states == ("Reviewing", "Reviewable")
    assert caught.value.request_id
    assert caught.value.__cause__ is not None


def test_an_explanation_that_fails_hides_nothing(judge: Judge, hit: HIT) -> None:
    judge.answer("DeleteHIT", TOO_EARLY)
    judge.answer("GetHIT", Refusal("AccessDeniedException", "no"))
    with pytest.raises(InvalidState, match="currently in the state 'Unassignable'") as caught:
        hit.delete()
    assert caught.value.turk_code == "AWS.MechanicalTurk.InvalidHITState"


def test_a_hit_that_was_deleted_before_is_told(judge: Judge, hit: HIT) -> None:
    gone = Refusal(turk_code="HITDoesNotExist", message="Hit 3A does not exist.")
    judge.answer("DeleteHIT", gone)
    with pytest.raises(LookupError):
        hit.delete()
    assert judge.operations == ["DeleteHIT"]


def test_close_makes_four_calls_where_nothing_is_open(judge: Judge, hit: HIT) -> None:
    judge.answer("GetHIT", members(HITStatus="Reviewable"))
    judge.answer("ListAssignmentsForHIT", submitted())
    assert not hit.close()
    assert judge.operations == ["UpdateExpirationForHIT", "GetHIT", "ListAssignmentsForHIT", "DeleteHIT"]
    assert hit.status == HITStatus.DISPOSED


def test_close_leaves_what_is_undecided_unless_it_is_told(judge: Judge, hit: HIT) -> None:
    judge.answer("GetHIT", members(HITStatus="Reviewable"))
    judge.answer("ListAssignmentsForHIT", submitted(1, 2))
    assert hit.close().undecided == 2
    assert "ApproveAssignment" not in judge.operations
    assert "DeleteHIT" not in judge.operations


def test_close_goes_on_when_work_was_decided_meanwhile(judge: Judge, hit: HIT) -> None:
    judge.answer("ListAssignmentsForHIT", submitted(1, 2), submitted())
    judge.answer("ApproveAssignment", Refusal(turk_code="InvalidAssignmentState", message="no"), {})
    judge.answer("GetHIT", members(HITStatus="Reviewable"))
    assert not hit.close(undecided="approve")
    assert [body["AssignmentId"] for body in judge.bodies("ApproveAssignment")] == ["3X1", "3X2"]


def test_close_lists_everything_before_it_approves(judge: Judge, hit: HIT) -> None:
    judge.answer("ListAssignmentsForHIT", {**submitted(1), "NextToken": "t"}, submitted(2), submitted())
    judge.answer("GetHIT", members(HITStatus="Reviewable"))
    assert not hit.close(undecided="approve")
    firsts = [name for name in judge.operations if name in ("ListAssignmentsForHIT", "ApproveAssignment")]
    assert firsts == ["ListAssignmentsForHIT"] * 2 + ["ApproveAssignment"] * 2 + ["ListAssignmentsForHIT"], (
        "a list whose items leave it while it is walked may skip some"
    )


def test_nothing_is_ever_rejected(judge: Judge, hit: HIT) -> None:
    judge.answer_with(lambda operation, body: members() if operation == "GetHIT" else {})
    for undecided in ("leave", "approve"):
        hit.close(undecided=undecided)  # type: ignore[arg-type]
    assert "RejectAssignment" not in judge.operations


@pytest.mark.parametrize("answer", [Refusal(turk_code="HITDoesNotExist"), members(HITStatus="Disposed")])
def test_a_deletion_whose_answers_were_all_lost_is_looked_up(answer: Any, judge: Judge, hit: HIT) -> None:
    judge.trouble(*[Reset(done=True)] * 5)
    judge.answer("GetHIT", answer)
    hit.delete()
    assert hit.status == HITStatus.DISPOSED


def test_a_deletion_that_was_lost_on_its_way_is_told(judge: Judge, hit: HIT) -> None:
    judge.trouble(*[Reset(done=True)] * 5)
    judge.answer("GetHIT", members(HITStatus="Reviewable"))
    with pytest.raises(TransportError):
        hit.delete()
