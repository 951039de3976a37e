"""Operations that are several of today's: all of it is done, or nothing; and money is where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.error import DatabaseBusy
from mturk.marketplace.query import composite
from tests.marketplace.query.conftest import Publish
from tests.marketplace.query.old_program import OldProgram, Refused
from tests.marketplace.sample import form, text_question

Work = Callable[..., str]


def on_hold(program: OldProgram) -> str | None:
    return program.call("GetAccountBalance").findtext("OnHoldBalance/Amount")


def whole(program: OldProgram, hit_id: str) -> dict[str, str | None]:
    hit = program.call("GetHIT", {"HITId": hit_id})
    return {child.tag: child.text for child in hit}


def moment(text: str | None) -> datetime:
    return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def earned(market: Marketplace) -> dict[str, str]:
    since = datetime(2000, 1, 1, tzinfo=timezone.utc)
    return {one.worker_id: str(one.rewards) for one in market.payouts(since)}


def test_a_hit_gets_more_assignments_and_more_time_in_one_call(program: OldProgram, publish_old: Publish) -> None:
    hit_id = publish_old()
    before = whole(program, hit_id)
    program.call("ExtendHIT", {"HITId": hit_id, "MaxAssignmentsIncrement": 3, "ExpirationIncrementInSeconds": 600})
    after = whole(program, hit_id)
    assert after["MaxAssignments"] == "5"
    assert moment(after["Expiration"]) - moment(before["Expiration"]) == timedelta(seconds=600)
    assert on_hold(program) == "0.30"


def test_a_hit_that_has_expired_gets_its_time_from_now_on(
    market: Marketplace, program: OldProgram, publish_old: Publish
) -> None:
    hit_id = publish_old()
    market.clock.advance(days=2)
    program.call("ExtendHIT", {"HITId": hit_id, "ExpirationIncrementInSeconds": 3600})
    hit = whole(program, hit_id)
    assert hit["HITStatus"] == "Assignable"
    left = moment(hit["Expiration"]) - market.clock.now()
    assert timedelta(seconds=3500) < left <= timedelta(seconds=3600)


def test_of_an_extension_that_is_refused_nothing_is_done(program: OldProgram, publish_old: Publish) -> None:
    hit_id = publish_old()
    before = whole(program, hit_id)
    with pytest.raises(Refused):
        program.call(
            "ExtendHIT", {"HITId": hit_id, "MaxAssignmentsIncrement": 1, "ExpirationIncrementInSeconds": 31536000}
        )
    assert whole(program, hit_id) == before


@pytest.mark.parametrize(
    "given", [{}, {"MaxAssignmentsIncrement": 0}, {"MaxAssignmentsIncrement": -1}, {"ExpirationIncrementInSeconds": 59}]
)
def test_an_extension_by_nothing_is_refused(program: OldProgram, publish_old: Publish, given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        program.call("ExtendHIT", {"HITId": publish_old(), **given})


def test_an_extension_with_a_token_is_done_once(program: OldProgram, publish_old: Publish) -> None:
    given = {"HITId": publish_old(), "MaxAssignmentsIncrement": 1, "UniqueRequestToken": "once"}
    program.call("ExtendHIT", given)
    with pytest.raises(Refused, match="DuplicateRequest"):
        program.call("ExtendHIT", given)
    assert whole(program, given["HITId"])["MaxAssignments"] == "3"


def test_a_disabled_hit_pays_for_its_work_and_is_gone(
    market: Marketplace, program: OldProgram, publish_old: Publish, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composite, "_AT_ONCE", 2)  # so that three take more than one transaction
    hit_id = publish_old(MaxAssignments=9)
    done = [work(hit_id, f"A{number}") for number in range(3)]
    pending = market.worker("A9").accept(hit_id)
    program.call("DisableHIT", {"HITId": hit_id})
    assert earned(market) == {"A0": "0.05", "A1": "0.05", "A2": "0.05"}
    assert on_hold(program) == "0.06"  # for what A9 has in hand
    assert program.call("SearchHITs").findtext("TotalNumResults") == "0"
    with pytest.raises(Refused, match="AssignmentDoesNotExist"):
        program.call("GetAssignment", {"AssignmentId": done[0]})
    market.worker("A9").submit(pending, {"label": "cat"})
    market.clock.advance(days=31)
    assert (earned(market)["A9"], on_hold(program)) == ("0.05", "0.00")
    assert market.audit() == []


def test_all_work_of_a_disabled_hit_is_approved_whatever_its_review_policies_say(
    market: Marketplace, program: OldProgram, publish_old: Publish, work: Work
) -> None:
    policy = "HITReviewPolicy.1"
    given = {
        "QuestionIds": "q",
        "QuestionAgreementThreshold": "50",
        "RejectIfWorkerAgreementScoreIsLessThan": "100",
        "ExtendIfHITAgreementScoreIsLessThan": "100",
        "ExtendMaximumAssignments": "9",
        "ExtendMinimumTimeInSeconds": "3600",
    }
    named = {f"{policy}.PolicyName": "SimplePlurality/2011-09-01"}
    for number, (key, value) in enumerate(given.items(), start=1):
        named |= {f"{policy}.Parameter.{number}.Key": key, f"{policy}.Parameter.{number}.Value.1": value}
    hit_id = publish_old(**{"Question": form(text_question("q")), "MaxAssignments": 4, **named})
    for worker, answer in (("A1", "a"), ("A2", "a"), ("A3", "b")):
        work(hit_id, worker, q=answer)
    program.call("DisableHIT", {"HITId": hit_id})
    assert set(earned(market)) == {"A1", "A2", "A3"}
    assert on_hold(program) == "0.00"
    assert market.audit() == []


def test_who_disables_a_hit_and_is_broken_off_in_the_middle_is_not_asked_to_send_it_again(
    program: OldProgram, publish_old: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    def others_write(*_: object) -> int:
        raise DatabaseBusy("Others have written for too long.")

    monkeypatch.setattr(composite, "_approve", others_write)
    hit_id = publish_old()
    with pytest.raises(Refused, match="see whether it was carried out") as caught:
        program.call("DisableHIT", {"HITId": hit_id})
    assert caught.value.status == 200  # boto 2 sends it again for a 503, and would be refused, since the HIT has ended
    assert whole(program, hit_id)["HITStatus"] == "Reviewable"


def test_a_hit_whose_work_is_done_cannot_be_disabled(program: OldProgram, publish_old: Publish, work: Work) -> None:
    hit_id = publish_old(MaxAssignments=1)
    assignment_id = work(hit_id)
    with pytest.raises(Refused, match="InvalidHITState"):
        program.call("DisableHIT", {"HITId": hit_id})
    seen = program.call("GetAssignment", {"AssignmentId": assignment_id})
    assert seen.findtext("Assignment/AssignmentStatus") == "Submitted"


def test_only_what_was_rejected_is_approved_after_all(program: OldProgram, publish_old: Publish, work: Work) -> None:
    assignment_id = work(publish_old())
    with pytest.raises(Refused, match="InvalidAssignmentState"):
        program.call("ApproveRejectedAssignment", {"AssignmentId": assignment_id})


def test_a_new_score_is_not_told_to_the_worker(market: Marketplace, program: OldProgram) -> None:
    made = program.call(
        "CreateQualificationType", {"Name": "Reader", "Description": "d", "QualificationTypeStatus": "Active"}
    )
    ids = {"QualificationTypeId": made.findtext("QualificationTypeId")}
    market.worker("A1ADA")
    program.call("AssignQualification", {**ids, "WorkerId": "A1ADA", "SendNotification": "false"})
    program.call("UpdateQualificationScore", {**ids, "SubjectId": "A1ADA", "IntegerValue": 2})
    assert list(market.worker("A1ADA").messages()) == []
