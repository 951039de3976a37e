"""Each operation of the old API does what it did, by those of today: under their rules, with their audit trail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.dispatch import OPERATIONS
from mturk.marketplace.query import composite
from mturk.marketplace.query.old_operation import GONE, OLD_OPERATIONS
from tests.marketplace.query.conftest import HIT, Publish
from tests.marketplace.query.old_program import OldProgram, Refused
from tests.marketplace.sample import form, text_question

Work = Callable[..., str]

# Of the schema of 2014-08-15.
OF_2014 = {
    "ApproveAssignment", "ApproveRejectedAssignment", "AssignQualification", "BlockWorker", "ChangeHITTypeOfHIT",
    "CreateHIT", "CreateQualificationType", "DisableHIT", "DisposeHIT", "DisposeQualificationType", "ExtendHIT",
    "ForceExpireHIT", "GetAccountBalance", "GetAssignment", "GetAssignmentsForHIT", "GetBlockedWorkers",
    "GetBonusPayments", "GetFileUploadURL", "GetHIT", "GetHITsForQualificationType", "GetQualificationRequests",
    "GetQualificationScore", "GetQualificationType", "GetQualificationsForQualificationType", "GetRequesterStatistic",
    "GetRequesterWorkerStatistic", "GetReviewResultsForHIT", "GetReviewableHITs", "GrantBonus", "GrantQualification",
    "Help", "NotifyWorkers", "RegisterHITType", "RejectAssignment", "RejectQualificationRequest",
    "RevokeQualification", "SearchHITs", "SearchQualificationTypes", "SendTestEventNotification", "SetHITAsReviewing",
    "SetHITTypeNotification", "UnblockWorker", "UpdateQualificationScore", "UpdateQualificationType",
}  # fmt: skip


def test_all_operations_of_then_are_known() -> None:
    assert {*OLD_OPERATIONS, *GONE} == OF_2014


def test_all_operations_of_today_can_be_reached() -> None:
    names = {known.today for known in OLD_OPERATIONS.values()}
    source = Path(str(composite.__file__)).read_text()
    names |= {name for name in OPERATIONS if f'"{name}"' in source}
    assert names - {""} == set(OPERATIONS)


@pytest.mark.parametrize("way", ["GET", "POST"])
@pytest.mark.parametrize("version", ["0", "1"])
def test_a_call_is_answered_however_it_was_sent_and_signed(market: Marketplace, way: str, version: str) -> None:
    balance = OldProgram(market, way=way, version=version).call("GetAccountBalance")
    assert balance.tag == "GetAccountBalanceResult"
    assert balance.findtext("AvailableBalance/FormattedPrice") == "$10,000.00"
    assert balance.findtext("OnHoldBalance/Amount") == "0.00"


def test_the_main_job(market: Marketplace, program: OldProgram, work: Work) -> None:
    terms = {name: HIT[name] for name in HIT if name not in ("LifetimeInSeconds", "MaxAssignments", "Question")}
    type_id = program.call("RegisterHITType", terms).findtext("HITTypeId")
    offer = {name: HIT[name] for name in ("LifetimeInSeconds", "MaxAssignments", "Question")}
    hit = program.call("CreateHIT", {**offer, "HITTypeId": type_id, "RequesterAnnotation": '{"a":1}'})
    assert (hit.tag, hit.findtext("HITTypeId"), hit.find("Title")) == ("HIT", type_id, None)
    hit_id = hit.findtext("HITId")
    good, bad = work(hit_id, "A1ADA"), work(hit_id, "A2BEN")
    submitted = program.call("GetAssignmentsForHIT", {"HITId": hit_id})
    assert [one.findtext("AssignmentId") for one in submitted.iter("Assignment")] == [good, bad]
    assert "<FreeText>cat</FreeText>" in str(submitted.findtext("Assignment/Answer"))
    program.call("ApproveAssignment", {"AssignmentId": good, "RequesterFeedback": "Thank you"})
    program.call("RejectAssignment", {"AssignmentId": bad})
    program.call("ApproveRejectedAssignment", {"AssignmentId": bad})
    price = {"BonusAmount.1.Amount": "1.00", "BonusAmount.1.CurrencyCode": "USD"}
    program.call("GrantBonus", {"WorkerId": "A1ADA", "AssignmentId": good, "Reason": "Good", **price})
    assert program.call("GetBonusPayments", {"HITId": hit_id}).findtext("BonusPayment/WorkerId") == "A1ADA"
    assert program.call("GetReviewableHITs").findtext("HIT/HITId") == hit_id
    program.call("SetHITAsReviewing", {"HITId": hit_id})
    program.call("SetHITAsReviewing", {"HITId": hit_id, "Revert": "true"})
    seen = program.call("GetAssignment", {"AssignmentId": good})
    assert (seen.findtext("Assignment/AssignmentStatus"), seen.findtext("HIT/HITId")) == ("Approved", hit_id)
    program.call("DisposeHIT", {"HITId": hit_id})
    assert program.call("SearchHITs").findtext("TotalNumResults") == "0"
    assert program.call("GetAccountBalance").findtext("AvailableBalance/Amount") == "9998.68"
    assert market.audit() == []


def test_what_was_done_is_in_the_trail_under_todays_names(
    market: Marketplace, program: OldProgram, publish_old: Publish
) -> None:
    hit_id = publish_old()
    program.call("ForceExpireHIT", {"HITId": hit_id})
    program.call("DisposeHIT", {"HITId": hit_id})
    told = [(one.operation, one.access_key, one.subjects["HITId"]) for one in market.trail() if "HITId" in one.subjects]
    names = ["CreateHIT", "UpdateExpirationForHIT", "DeleteHIT"]
    assert told == [(name, market.access_key, hit_id) for name in names]


def test_who_asks_for_response_groups_in_no_form_has_nothing_done(program: OldProgram) -> None:
    with pytest.raises(Refused, match=r"InvalidParameterValue.*ResponseGroup"):
        program.call("CreateHIT", {**HIT, "ResponseGroup.Name": "Minimal"})
    assert program.call("SearchHITs").findtext("TotalNumResults") == "0"


def test_qualifications(market: Marketplace, program: OldProgram) -> None:
    market.worker("A1ADA")
    made = program.call(
        "CreateQualificationType", {"Name": "Reader", "Description": "d", "QualificationTypeStatus": "Active"}
    )
    type_id = made.findtext("QualificationTypeId")
    assert (made.tag, made.findtext("IsRequestable")) == ("QualificationType", "true")
    score: dict[str, Any] = {"QualificationTypeId": type_id, "SubjectId": "A1ADA"}
    with pytest.raises(Refused, match="QualificationDoesNotExist"):
        program.call("UpdateQualificationScore", {**score, "IntegerValue": 9})
    program.call("AssignQualification", {"QualificationTypeId": type_id, "WorkerId": "A1ADA", "IntegerValue": 5})
    program.call("UpdateQualificationScore", {**score, "IntegerValue": 7})
    held = program.call("GetQualificationScore", score)
    assert [held.findtext(name) for name in ("SubjectId", "IntegerValue")] == ["A1ADA", "7"]
    assert held.tag == "Qualification"
    listed = program.call("GetQualificationsForQualificationType", {"QualificationTypeId": type_id})
    assert listed.findtext("Qualification/SubjectId") == "A1ADA"
    program.call("RevokeQualification", score)
    assert program.call("UpdateQualificationType", {"QualificationTypeId": type_id, "Description": "e"}).tag == made.tag
    assert program.call("GetQualificationType", {"QualificationTypeId": type_id}).findtext("Description") == "e"
    market.worker("A2BEN").request_qualification(type_id)
    market.worker("A3CAT").request_qualification(type_id)
    waiting = program.call("GetQualificationRequests", {"QualificationTypeId": type_id})
    ben, cat = (one.findtext("QualificationRequestId") for one in waiting.iter("QualificationRequest"))
    assert waiting.findtext("QualificationRequest/SubjectId") == "A2BEN"
    program.call("GrantQualification", {"QualificationRequestId": ben, "IntegerValue": 3})
    program.call("RejectQualificationRequest", {"QualificationRequestId": cat})
    program.call("DisposeQualificationType", {"QualificationTypeId": type_id})


def test_people(market: Marketplace, program: OldProgram, publish_old: Publish, work: Work) -> None:
    program.call("ApproveAssignment", {"AssignmentId": work(publish_old(), "A1ADA")})
    told = program.call(
        "NotifyWorkers", {"Subject": "s", "MessageText": "t", "WorkerId.1": "A1ADA", "WorkerId.2": "A9"}
    )
    assert told.findtext("NotifyWorkersFailureStatus/WorkerId") == "A9"
    program.call("BlockWorker", {"WorkerId": "A1ADA", "Reason": "r"})
    assert program.call("GetBlockedWorkers").findtext("WorkerBlock/Reason") == "r"
    program.call("UnblockWorker", {"WorkerId": "A1ADA", "Reason": "r"})
    assert program.call("GetBlockedWorkers").findtext("NumResults") == "0"


def test_another_type_for_a_hit(program: OldProgram, publish_old: Publish) -> None:
    hit_id, other = publish_old(), publish_old(Title="Another")
    type_id = program.call("GetHIT", {"HITId": other}).findtext("HITTypeId")
    program.call("ChangeHITTypeOfHIT", {"HITId": hit_id, "HITTypeId": type_id})
    assert program.call("GetHIT", {"HITId": hit_id}).findtext("Title") == "Another"


def test_what_reviews_found_out_is_told_in_the_words_of_then(
    program: OldProgram, publish_old: Publish, work: Work
) -> None:
    policy = "AssignmentReviewPolicy.1"
    hit_id = publish_old(
        **{
            "Question": form(text_question("q")),
            f"{policy}.PolicyName": "ScoreMyKnownAnswers/2011-09-01",
            f"{policy}.Parameter.1.Key": "AnswerKey",
            f"{policy}.Parameter.1.MapEntry.1.Key": "q",
            f"{policy}.Parameter.1.MapEntry.1.Value.1": "cat",
            f"{policy}.Parameter.2.Key": "ApproveIfKnownAnswerScoreIsAtLeast",
            f"{policy}.Parameter.2.Value": "90",
        }
    )
    assignment_id = work(hit_id, q="cat")
    report = program.call("GetReviewResultsForHIT", {"HITId": hit_id}).find("AssignmentReviewReport")
    assert report is not None
    assert {one.findtext("ObjectId") for one in report.iter("ReviewAction")} == {assignment_id}
    assert "100" in [one.findtext("Value") for one in report.iter("ReviewResult")]


def test_what_reviews_found_out_comes_in_pages(program: OldProgram, publish_old: Publish, work: Work) -> None:
    policy = "AssignmentReviewPolicy.1"
    hit_id = publish_old(
        **{
            "Question": form(text_question("q")),
            "MaxAssignments": 9,
            f"{policy}.PolicyName": "ScoreMyKnownAnswers/2011-09-01",
            f"{policy}.Parameter.1.Key": "AnswerKey",
            f"{policy}.Parameter.1.MapEntry.1.Key": "q",
            f"{policy}.Parameter.1.MapEntry.1.Value.1": "cat",
        }
    )
    done = [work(hit_id, f"A{number}", q="cat") for number in range(6)]

    def told(**page: int) -> list[str | None]:
        report = program.call("GetReviewResultsForHIT", {"HITId": hit_id, "RetrieveActions": "false", **page})
        return [one.findtext("SubjectId") for one in report.iter("ReviewResult")]

    both = [*told(PageSize=100), *told(PageSize=100, PageNumber=2)]
    assert list(dict.fromkeys(both)) == done
    assert [*told(), *told(PageNumber=2)] == both


@pytest.mark.parametrize(
    ("operation", "given", "groups", "names"),
    [
        ("GetHIT", {}, (), {"Question", "Title"}),
        ("GetHIT", {}, ("HITDetail", "HITAssignmentSummary"), {"Title", "NumberOfAssignmentsPending"}),
        ("GetHIT", {}, ("Minimal",), set()),
        ("GetHIT", {}, ("Minimal,HITQuestion",), {"Question"}),
        ("SearchHITs", {}, (), {"Title", "NumberOfAssignmentsPending"}),
    ],
)
def test_a_response_group_is_a_part_of_a_hit(
    program: OldProgram, publish_old: Publish, operation: str, given: dict[str, str], groups: tuple[str, ...],
    names: set[str],
) -> None:  # fmt: skip
    hit_id = publish_old()
    asked = {f"ResponseGroup.{number}": group for number, group in enumerate(groups)}
    result = program.call(operation, {**given, **asked, **({"HITId": hit_id} if operation == "GetHIT" else {})})
    hit = result if operation == "GetHIT" else result.find("HIT")
    assert hit is not None
    assert hit.findtext("HITId") == hit_id
    shown = {"Question", "Title", "NumberOfAssignmentsPending"}
    assert {child.tag for child in hit} & shown == names


@pytest.mark.parametrize("operation", sorted(GONE))
def test_what_has_no_equal_says_so(program: OldProgram, operation: str) -> None:
    with pytest.raises(Refused, match="has no equal in today's API") as caught:
        program.call(operation)
    assert caught.value.code == "AWS.MechanicalTurk.OperationNoLongerSupported"


@pytest.mark.parametrize(
    ("operation", "given", "code", "in_front"),
    [
        ("GetHIT", {"HITId": "3NOBODY"}, "AWS.MechanicalTurk.HITDoesNotExist", False),
        ("GetHIT", {}, "AWS.MissingParameters", False),
        ("CreateHIT", {**HIT, "Question": "<x/>"}, "AWS.MechanicalTurk.InvalidParameterValue", False),
        ("CreateHIT", {**HIT, "Reward.1.Amount": "9000"}, "AWS.MechanicalTurk.InsufficientFunds", False),
        ("SendBonus", {}, "AWS.InvalidOperationParameter", True),
        ("GetHIT", {"HITId.99999999": "3A"}, "AWS.InvalidHttpRequest", True),
    ],
)
def test_a_refusal_has_the_code_that_programs_know(
    program: OldProgram, operation: str, given: dict[str, Any], code: str, in_front: bool
) -> None:
    with pytest.raises(Refused) as caught:
        program.call(operation, given)
    assert (caught.value.code, caught.value.in_front, caught.value.status) == (code, in_front, 200)


def test_the_id_of_another_requesters_hit_is_unknown(market: Marketplace, publish_old: Publish) -> None:
    with pytest.raises(Refused, match="HITDoesNotExist"):
        OldProgram(market, name="other").call("DisableHIT", {"HITId": publish_old()})
