"""Each of the 39 operations: the line a user writes, the body that goes out, what comes of the answer."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

import mturk
from mturk import (
    HIT,
    Assignment,
    BonusPayment,
    Connection,
    HITType,
    Layout,
    Locale,
    Notification,
    Page,
    Qualification,
    QualificationRequest,
    QualificationRequirement,
    QualificationType,
    ReviewPolicy,
    ScoreMyKnownAnswers,
    Worker,
    WorkerBlock,
)
from mturk import requirements as req
from mturk.connection.balance import Balance
from mturk.connection.operation import REPEAT, SILENT, Repeat
from mturk.data import wire
from mturk.model.review import (
    ParameterMapEntry,
    PolicyParameter,
    ReviewActionDetail,
    ReviewReport,
    ReviewResultDetail,
    ReviewResults,
)
from mturk.model.worker import NotifyFailure
from mturk.record.record import Record
from tests import page
from tests.judge import MODEL, OPERATIONS, Judge, full_answer, full_shape, minimal_answer

BASE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
PAGE = (
    f'<HTMLQuestion xmlns="{BASE}/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{page.PAGE}]]>'
    "</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
)
FORM = (
    f'<QuestionForm xmlns="{BASE}/2017-11-06/QuestionForm.xsd"><Question><QuestionIdentifier>q1</QuestionIdentifier>'
    "<QuestionContent><Text>Ready?</Text></QuestionContent><AnswerSpecification><SelectionAnswer><Selections>"
    "<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>Yes</Text></Selection>"
    "</Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>"
)
KEY = (
    f'<AnswerKey xmlns="{BASE}/2005-10-01/AnswerKey.xsd"><Question><QuestionIdentifier>q1</QuestionIdentifier>'
    "<AnswerOption><SelectionIdentifier>a</SelectionIdentifier><AnswerScore>1</AnswerScore></AnswerOption>"
    "</Question></AnswerKey>"
)


class _FreshToken:
    """Equals any request token that was made up by the SDK."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and len(other) in (32, 64) and set(other) <= set("0123456789abcdef")

    def __repr__(self) -> str:
        return "<a fresh token>"

    __hash__ = None  # type: ignore[assignment]


FRESH = _FreshToken()

Line = Callable[[Connection], Any]


@attrs.frozen
class Case:
    """A line, the body that it sends, and what is to be asserted of what it gave."""

    operation: str
    line: Line
    body: dict[str, Any]
    result: Any = None


POLICY = ScoreMyKnownAnswers({"q1": ["a", "b"]}, approve_if_known_answer_score_is_at_least=80, approve_reason="Good")
POLICY_SENT = {
    "PolicyName": "ScoreMyKnownAnswers/2011-09-01",
    "Parameters": [
        {"Key": "AnswerKey", "MapEntries": [{"Key": "q1", "Values": ["a", "b"]}]},
        {"Key": "ApproveIfKnownAnswerScoreIsAtLeast", "Values": ["80"]},
        {"Key": "ApproveReason", "Values": ["Good"]},
    ],
}
REQUIREMENTS = [
    (req.percent_approved >= 95).guarding("PreviewAndAccept"),
    req.locale.is_in("US-NY", "DE"),
    QualificationRequirement("3TYPE", "Exists", required_to_preview=True),
]
REQUIREMENTS_SENT = [
    {
        "QualificationTypeId": "000000000000000000L0",
        "Comparator": "GreaterThanOrEqualTo",
        "IntegerValues": [95],
        "ActionsGuarded": "PreviewAndAccept",
    },
    {
        "QualificationTypeId": "00000000000000000071",
        "Comparator": "In",
        "LocaleValues": [{"Country": "US", "Subdivision": "NY"}, {"Country": "DE"}],
        "ActionsGuarded": "Accept",
    },
    {
        "QualificationTypeId": "3TYPE",
        "Comparator": "Exists",
        "ActionsGuarded": "PreviewAndAccept",
    },
]
TERMS = {
    "title": "Label a photo",
    "description": "Say what is in it",
    "reward": "0.05",
    "assignment_duration": timedelta(minutes=10),
}
TERMS_SENT = {
    "Title": "Label a photo",
    "Description": "Say what is in it",
    "Reward": "0.05",
    "AssignmentDurationInSeconds": 600,
    "AutoApprovalDelayInSeconds": 2592000,
    "QualificationRequirements": [],
}
MORE_TERMS = {
    "keywords": ["image", "label"],
    "auto_approval_delay": timedelta(days=3),
    "qualification_requirements": REQUIREMENTS,
}
MORE_TERMS_SENT = {
    "Keywords": "image,label",
    "AutoApprovalDelayInSeconds": 259200,
    "QualificationRequirements": REQUIREMENTS_SENT,
}
OFFER = {
    "max_assignments": 3,
    "requester_annotation": "batch 7",
    "unique_request_token": "mine",
    "assignment_review_policy": POLICY,
    "hit_review_policy": ReviewPolicy("SimplePlurality/2011-09-01"),
}
OFFER_SENT = {
    "LifetimeInSeconds": 86400,
    "MaxAssignments": 3,
    "RequesterAnnotation": "batch 7",
    "UniqueRequestToken": "mine",
    "AssignmentReviewPolicy": POLICY_SENT,
    "HITReviewPolicy": {"PolicyName": "SimplePlurality/2011-09-01"},
}
LAYOUT = Layout("3LAYOUT", photo="a.jpg")
LAYOUT_SENT = {"HITLayoutId": "3LAYOUT", "HITLayoutParameters": [{"Name": "photo", "Value": "a.jpg"}]}
TELL = Notification("https://sqs.us-east-1.amazonaws.com/1/q", "SQS", ["AssignmentSubmitted", "Ping"])
TELL_SENT = {
    "Destination": "https://sqs.us-east-1.amazonaws.com/1/q",
    "Transport": "SQS",
    "Version": "2014-08-15",
    "EventTypes": ["AssignmentSubmitted", "Ping"],
}
NEXT = {"NextToken": "more", "MaxResults": 7}
DAY = timedelta(days=1)
SOON = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


# With everything given; each is answered by a full answer.
FULL = [
    Case(
        "AcceptQualificationRequest",
        lambda c: QualificationRequest("3REQ", connection=c).accept(-5),
        {"QualificationRequestId": "3REQ", "IntegerValue": -5},
    ),
    Case(
        "ApproveAssignment",
        lambda c: Assignment("3A", connection=c).approve("Thanks", override_rejection=True),
        {"AssignmentId": "3A", "RequesterFeedback": "Thanks", "OverrideRejection": True},
    ),
    Case(
        "AssociateQualificationWithWorker",
        lambda c: Worker("A1", connection=c).grant("3Q", 80, notify=False),
        {"QualificationTypeId": "3Q", "WorkerId": "A1", "IntegerValue": 80, "SendNotification": False},
    ),
    Case(
        "CreateAdditionalAssignmentsForHIT",
        lambda c: HIT("3H", connection=c).add_assignments(2, unique_request_token="t"),
        {"HITId": "3H", "NumberOfAdditionalAssignments": 2, "UniqueRequestToken": "t"},
    ),
    Case(
        "CreateHIT",
        lambda c: HIT.create(PAGE, DAY, connection=c, **TERMS, **MORE_TERMS, **OFFER),
        {**TERMS_SENT, **MORE_TERMS_SENT, **OFFER_SENT, "Question": PAGE},
        HIT,
    ),
    Case(
        "CreateHITType",
        lambda c: HITType.create(connection=c, **TERMS, **MORE_TERMS),
        {**TERMS_SENT, **MORE_TERMS_SENT},
        HITType,
    ),
    Case(
        "CreateHITWithHITType",
        lambda c: HITType("3T", connection=c).create_hit(PAGE, DAY, **OFFER),
        {"HITTypeId": "3T", **OFFER_SENT, "Question": PAGE},
        HIT,
    ),
    Case(
        "CreateQualificationType",
        lambda c: QualificationType.create(
            "Name",
            "What it says",
            keywords="a, b",
            status="Inactive",
            retry_delay=3600,
            test=FORM,
            test_duration=timedelta(minutes=5),
            answer_key=KEY,
            auto_granted=False,
            connection=c,
        ),
        {
            "Name": "Name",
            "Description": "What it says",
            "Keywords": "a, b",
            "QualificationTypeStatus": "Inactive",
            "RetryDelayInSeconds": 3600,
            "Test": FORM,
            "TestDurationInSeconds": 300,
            "AnswerKey": KEY,
            "AutoGranted": False,
        },
        QualificationType,
    ),
    Case(
        "CreateWorkerBlock",
        lambda c: Worker("A1", connection=c).block("Spam"),
        {"WorkerId": "A1", "Reason": "Spam"},
    ),
    Case("DeleteHIT", lambda c: HIT("3H", connection=c).delete(), {"HITId": "3H"}),
    Case(
        "DeleteQualificationType",
        lambda c: QualificationType("3Q", connection=c).delete(),
        {"QualificationTypeId": "3Q"},
    ),
    Case(
        "DeleteWorkerBlock",
        lambda c: Worker("A1", connection=c).unblock("A mistake"),
        {"WorkerId": "A1", "Reason": "A mistake"},
    ),
    Case(
        "DisassociateQualificationFromWorker",
        lambda c: Worker("A1", connection=c).revoke("3Q", "Too old"),
        {"WorkerId": "A1", "QualificationTypeId": "3Q", "Reason": "Too old"},
    ),
    Case("GetAccountBalance", lambda c: c.balance(), {}, Balance),
    Case("GetAssignment", lambda c: Assignment.get("3A", connection=c), {"AssignmentId": "3A"}, Assignment),
    Case(
        "GetFileUploadURL",
        lambda c: Assignment("3A", connection=c).file_upload_url("q 1"),
        {"AssignmentId": "3A", "QuestionIdentifier": "q 1"},
        str,
    ),
    Case("GetHIT", lambda c: HIT.get("3H", connection=c), {"HITId": "3H"}, HIT),
    Case(
        "GetQualificationScore",
        lambda c: Worker("A1", connection=c).score("3Q"),
        {"WorkerId": "A1", "QualificationTypeId": "3Q"},
        Qualification,
    ),
    Case(
        "GetQualificationType",
        lambda c: QualificationType.get("3Q", connection=c),
        {"QualificationTypeId": "3Q"},
        QualificationType,
    ),
    Case(
        "ListAssignmentsForHIT",
        lambda c: HIT("3H", connection=c).get_assignments(["Submitted", "Approved"], page_size=7, next_token="more"),
        {"HITId": "3H", "AssignmentStatuses": ["Submitted", "Approved"], **NEXT},
        Assignment,
    ),
    Case(
        "ListBonusPayments",
        lambda c: HIT("3H", connection=c).bonuses().page(7, "more"),
        {"HITId": "3H", **NEXT},
        BonusPayment,
    ),
    Case("ListHITs", lambda c: HIT.all(connection=c).page(7, "more"), NEXT, HIT),
    Case(
        "ListHITsForQualificationType",
        lambda c: QualificationType("3Q", connection=c).hits().page(7, "more"),
        {"QualificationTypeId": "3Q", **NEXT},
        HIT,
    ),
    Case(
        "ListQualificationRequests",
        lambda c: QualificationType("3Q", connection=c).requests().page(7, "more"),
        {"QualificationTypeId": "3Q", **NEXT},
        QualificationRequest,
    ),
    Case(
        "ListQualificationTypes",
        lambda c: QualificationType.search("cats", mine=False, requestable=True, connection=c).page(7, "more"),
        {"Query": "cats", "MustBeOwnedByCaller": False, "MustBeRequestable": True, **NEXT},
        QualificationType,
    ),
    Case(
        "ListReviewPolicyResultsForHIT",
        lambda c: HIT("3H", connection=c).review_results(["HIT"], actions=False, results=False),
        {
            "HITId": "3H",
            "PolicyLevels": ["HIT"],
            "RetrieveActions": False,
            "RetrieveResults": False,
            "MaxResults": 100,
        },
        ReviewResults,
    ),
    Case(
        "ListReviewableHITs",
        lambda c: HIT.get_reviewable("3T", "Reviewing", page_size=7, next_token="more", connection=c),
        {"HITTypeId": "3T", "Status": "Reviewing", **NEXT},
        HIT,
    ),
    Case("ListWorkerBlocks", lambda c: Worker.blocked(connection=c).page(7, "more"), NEXT, WorkerBlock),
    Case(
        "ListWorkersWithQualificationType",
        lambda c: QualificationType("3Q", connection=c).qualifications("Revoked").page(7, "more"),
        {"QualificationTypeId": "3Q", "Status": "Revoked", **NEXT},
        Qualification,
    ),
    Case(
        "NotifyWorkers",
        lambda c: Worker.notify_all([Worker("A1"), "A2"], "Hello", "New work", connection=c),
        {"Subject": "Hello", "MessageText": "New work", "WorkerIds": ["A1", "A2"]},
        NotifyFailure,
    ),
    Case(
        "RejectAssignment",
        lambda c: Assignment("3A", connection=c).reject("Empty"),
        {"AssignmentId": "3A", "RequesterFeedback": "Empty"},
    ),
    Case(
        "RejectQualificationRequest",
        lambda c: QualificationRequest("3REQ", connection=c).reject("Later"),
        {"QualificationRequestId": "3REQ", "Reason": "Later"},
    ),
    Case(
        "SendBonus",
        lambda c: Worker("A1", connection=c).pay_bonus("1.5", "Fast", assignment="3A", unique_request_token="t"),
        {"WorkerId": "A1", "BonusAmount": "1.50", "AssignmentId": "3A", "Reason": "Fast", "UniqueRequestToken": "t"},
        bool,
    ),
    Case(
        "SendTestEventNotification",
        lambda c: TELL.send_test("Ping", connection=c),
        {"Notification": TELL_SENT, "TestEventType": "Ping"},
    ),
    Case(
        "UpdateExpirationForHIT",
        lambda c: HIT("3H", connection=c).extend(SOON),
        {"HITId": "3H", "ExpireAt": int(SOON.timestamp())},
    ),
    Case(
        "UpdateHITReviewStatus",
        lambda c: HIT("3H", connection=c).mark_reviewable(),
        {"HITId": "3H", "Revert": True},
    ),
    Case(
        "UpdateHITTypeOfHIT",
        lambda c: HIT("3H", connection=c).change_type("3T"),
        {"HITId": "3H", "HITTypeId": "3T"},
    ),
    Case(
        "UpdateNotificationSettings",
        lambda c: HITType("3T", connection=c).set_notification(TELL, active=False),
        {"HITTypeId": "3T", "Notification": TELL_SENT, "Active": False},
    ),
    Case(
        "UpdateQualificationType",
        lambda c: _after_update(
            c,
            description="New",
            status="Active",
            retry_delay=timedelta(hours=1),
            test=FORM,
            test_duration=60,
            answer_key=KEY,
            auto_granted=False,
        ),
        {
            "QualificationTypeId": "3Q",
            "Description": "New",
            "QualificationTypeStatus": "Active",
            "RetryDelayInSeconds": 3600,
            "Test": FORM,
            "TestDurationInSeconds": 60,
            "AnswerKey": KEY,
            "AutoGranted": False,
        },
        QualificationType,
    ),
]

# With as little as possible; each is answered by the least that says anything.
LEAST = [
    Case(
        "AcceptQualificationRequest",
        lambda c: QualificationRequest("3REQ", connection=c).accept(),
        {"QualificationRequestId": "3REQ"},
    ),
    Case("ApproveAssignment", lambda c: Assignment("3A", connection=c).approve(), {"AssignmentId": "3A"}),
    Case(
        "AssociateQualificationWithWorker",
        lambda c: QualificationType("3Q", connection=c).grant("A1"),
        {"QualificationTypeId": "3Q", "WorkerId": "A1", "SendNotification": True},
    ),
    Case(
        "CreateAdditionalAssignmentsForHIT",
        lambda c: HIT("3H", connection=c).add_assignments(1),
        {"HITId": "3H", "NumberOfAdditionalAssignments": 1, "UniqueRequestToken": FRESH},
    ),
    Case(
        "CreateHIT",
        lambda c: HIT.create(LAYOUT, DAY, connection=c, **TERMS),
        {**TERMS_SENT, **LAYOUT_SENT, "LifetimeInSeconds": 86400, "MaxAssignments": 1, "UniqueRequestToken": FRESH},
        HIT,
    ),
    Case("CreateHITType", lambda c: HITType.create(connection=c, **TERMS), TERMS_SENT, HITType),
    Case(
        "CreateHITWithHITType",
        lambda c: HIT.create(LAYOUT, 30, hit_type="3T", connection=c),
        {
            "HITTypeId": "3T",
            **LAYOUT_SENT,
            "LifetimeInSeconds": 30,
            "MaxAssignments": 1,
            "UniqueRequestToken": FRESH,
        },
        HIT,
    ),
    Case(
        "CreateQualificationType",
        lambda c: QualificationType.create("N", "D", auto_granted=True, auto_granted_value=3, connection=c),
        {
            "Name": "N",
            "Description": "D",
            "QualificationTypeStatus": "Active",
            "AutoGranted": True,
            "AutoGrantedValue": 3,
        },
        QualificationType,
    ),
    Case("DeleteWorkerBlock", lambda c: Worker("A1", connection=c).unblock(), {"WorkerId": "A1"}),
    Case(
        "DisassociateQualificationFromWorker",
        lambda c: QualificationType("3Q", connection=c).revoke(Worker("A1")),
        {"WorkerId": "A1", "QualificationTypeId": "3Q"},
    ),
    Case("GetAccountBalance", lambda c: c.balance(), {}, Balance),
    Case("GetAssignment", lambda c: Assignment.get("3A", connection=c), {"AssignmentId": "3A"}, Assignment),
    Case(
        "GetFileUploadURL",
        lambda c: Assignment("3A", connection=c).file_upload_url("q"),
        {"AssignmentId": "3A", "QuestionIdentifier": "q"},
        str,
    ),
    Case("GetHIT", lambda c: HIT.get("3H", connection=c), {"HITId": "3H"}, HIT),
    Case(
        "GetQualificationScore",
        lambda c: QualificationType("3Q", connection=c).score("A1"),
        {"WorkerId": "A1", "QualificationTypeId": "3Q"},
        Qualification,
    ),
    Case(
        "GetQualificationType",
        lambda c: QualificationType.get("3Q", connection=c),
        {"QualificationTypeId": "3Q"},
        QualificationType,
    ),
    Case(
        "ListAssignmentsForHIT",
        lambda c: HIT("3H", connection=c).get_assignments(),
        {"HITId": "3H", "MaxResults": 10},
        Assignment,
    ),
    Case(
        "ListBonusPayments",
        lambda c: Assignment("3A", connection=c).bonuses().page(),
        {"AssignmentId": "3A", "MaxResults": 100},
        BonusPayment,
    ),
    Case("ListHITs", lambda c: HIT.all(connection=c).page(), {"MaxResults": 100}, HIT),
    Case(
        "ListHITsForQualificationType",
        lambda c: QualificationType("3Q", connection=c).hits().page(),
        {"QualificationTypeId": "3Q", "MaxResults": 100},
        HIT,
    ),
    Case(
        "ListQualificationRequests",
        lambda c: QualificationRequest.all(connection=c).page(),
        {"MaxResults": 100},
        QualificationRequest,
    ),
    Case(
        "ListQualificationTypes",
        lambda c: QualificationType.search(connection=c).page(),
        {"MustBeOwnedByCaller": True, "MustBeRequestable": False, "MaxResults": 100},
        QualificationType,
    ),
    Case(
        "ListReviewPolicyResultsForHIT",
        lambda c: HIT("3H", connection=c).review_results(),
        {"HITId": "3H", "RetrieveActions": True, "RetrieveResults": True, "MaxResults": 100},
        ReviewResults,
    ),
    Case("ListReviewableHITs", lambda c: HIT.get_reviewable(connection=c), {"MaxResults": 10}, HIT),
    Case("ListWorkerBlocks", lambda c: Worker.blocked(connection=c).page(), {"MaxResults": 100}, WorkerBlock),
    Case(
        "ListWorkersWithQualificationType",
        lambda c: QualificationType("3Q", connection=c).qualifications().page(),
        {"QualificationTypeId": "3Q", "MaxResults": 100},
        Qualification,
    ),
    Case(
        "NotifyWorkers",
        lambda c: Worker("A1", connection=c).notify("Hello", "New work"),
        {"Subject": "Hello", "MessageText": "New work", "WorkerIds": ["A1"]},
    ),
    Case(
        "RejectQualificationRequest",
        lambda c: QualificationRequest("3REQ", connection=c).reject(),
        {"QualificationRequestId": "3REQ"},
    ),
    Case(
        "SendBonus",
        lambda c: Assignment._read({"AssignmentId": "3A", "WorkerId": "A1"}, c).pay_bonus(1, "Fast", again=True),
        {"WorkerId": "A1", "BonusAmount": "1.00", "AssignmentId": "3A", "Reason": "Fast", "UniqueRequestToken": FRESH},
        bool,
    ),
    Case("UpdateExpirationForHIT", lambda c: HIT("3H", connection=c).expire(), {"HITId": "3H", "ExpireAt": 0}),
    Case(
        "UpdateHITReviewStatus",
        lambda c: HIT("3H", connection=c).mark_reviewing(),
        {"HITId": "3H", "Revert": False},
    ),
    Case(
        "UpdateNotificationSettings",
        lambda c: HITType("3T", connection=c).set_notification(active=None, notification=TELL),
        {"HITTypeId": "3T", "Notification": TELL_SENT},
    ),
    Case(
        "UpdateQualificationType",
        lambda c: _after_update(c, auto_granted=True, auto_granted_value=-1),
        {"QualificationTypeId": "3Q", "AutoGranted": True, "AutoGrantedValue": -1},
        QualificationType,
    ),
]


def _after_update(connection: Connection, **changes: Any) -> QualificationType:
    found = QualificationType("3Q", connection=connection)
    found.update(**changes)
    return found


def _names(case: Case) -> str:
    return case.operation


# What each member of each structure is called, and so which class reads it.
ATTRIBUTES: dict[str, tuple[type, dict[str, str]]] = {
    "HIT": (
        HIT,
        {
            "HITId": "id",
            "HITTypeId": "hit_type_id",
            "HITGroupId": "group_id",
            "HITLayoutId": "layout_id",
            "CreationTime": "creation_time",
            "Title": "title",
            "Description": "description",
            "Question": "question_xml",
            "Keywords": "keywords",
            "HITStatus": "status",
            "MaxAssignments": "max_assignments",
            "Reward": "reward",
            "AutoApprovalDelayInSeconds": "auto_approval_delay",
            "Expiration": "expiration",
            "AssignmentDurationInSeconds": "assignment_duration",
            "RequesterAnnotation": "requester_annotation",
            "QualificationRequirements": "qualification_requirements",
            "HITReviewStatus": "review_status",
            "NumberOfAssignmentsPending": "assignments_pending",
            "NumberOfAssignmentsAvailable": "assignments_available",
            "NumberOfAssignmentsCompleted": "assignments_completed",
        },
    ),
    "Assignment": (
        Assignment,
        {
            "AssignmentId": "id",
            "WorkerId": "worker_id",
            "HITId": "hit_id",
            "AssignmentStatus": "status",
            "AutoApprovalTime": "auto_approval_time",
            "AcceptTime": "accept_time",
            "SubmitTime": "submit_time",
            "ApprovalTime": "approval_time",
            "RejectionTime": "rejection_time",
            "Deadline": "deadline",
            "Answer": "answer_xml",
            "RequesterFeedback": "requester_feedback",
        },
    ),
    "QualificationType": (
        QualificationType,
        {
            "QualificationTypeId": "id",
            "CreationTime": "creation_time",
            "Name": "name",
            "Description": "description",
            "Keywords": "keywords",
            "QualificationTypeStatus": "status",
            "Test": "test_xml",
            "TestDurationInSeconds": "test_duration",
            "AnswerKey": "answer_key_xml",
            "RetryDelayInSeconds": "retry_delay",
            "IsRequestable": "requestable",
            "AutoGranted": "auto_granted",
            "AutoGrantedValue": "auto_granted_value",
        },
    ),
    "QualificationRequest": (
        QualificationRequest,
        {
            "QualificationRequestId": "id",
            "QualificationTypeId": "qualification_type_id",
            "WorkerId": "worker_id",
            "Test": "test_xml",
            "Answer": "answer_xml",
            "SubmitTime": "submit_time",
        },
    ),
    "Qualification": (
        Qualification,
        {
            "QualificationTypeId": "qualification_type_id",
            "WorkerId": "worker_id",
            "GrantTime": "grant_time",
            "IntegerValue": "score",
            "LocaleValue": "locale",
            "Status": "status",
        },
    ),
    "QualificationRequirement": (
        QualificationRequirement,
        {
            "QualificationTypeId": "qualification_type_id",
            "Comparator": "comparator",
            "IntegerValues": "integer_values",
            "LocaleValues": "locale_values",
            "RequiredToPreview": "required_to_preview",
            "ActionsGuarded": "actions_guarded",
        },
    ),
    "Locale": (Locale, {"Country": "country", "Subdivision": "subdivision"}),
    "BonusPayment": (
        BonusPayment,
        {
            "WorkerId": "worker_id",
            "BonusAmount": "amount",
            "AssignmentId": "assignment_id",
            "Reason": "reason",
            "GrantTime": "grant_time",
        },
    ),
    "WorkerBlock": (WorkerBlock, {"WorkerId": "worker_id", "Reason": "reason"}),
    "NotifyWorkersFailureStatus": (
        NotifyFailure,
        {
            "NotifyWorkersFailureCode": "code",
            "NotifyWorkersFailureMessage": "message",
            "WorkerId": "worker_id",
        },
    ),
    "ReviewPolicy": (ReviewPolicy, {"PolicyName": "policy_name", "Parameters": "parameters"}),
    "PolicyParameter": (PolicyParameter, {"Key": "key", "Values": "values", "MapEntries": "map_entries"}),
    "ParameterMapEntry": (ParameterMapEntry, {"Key": "key", "Values": "values"}),
    "ReviewReport": (ReviewReport, {"ReviewResults": "results", "ReviewActions": "actions"}),
    "ReviewResultDetail": (
        ReviewResultDetail,
        {
            "ActionId": "action_id",
            "SubjectId": "subject_id",
            "SubjectType": "subject_type",
            "QuestionId": "question_id",
            "Key": "key",
            "Value": "value",
        },
    ),
    "ReviewActionDetail": (
        ReviewActionDetail,
        {
            "ActionId": "action_id",
            "ActionName": "action_name",
            "TargetId": "target_id",
            "TargetType": "target_type",
            "Status": "status",
            "CompleteTime": "complete_time",
            "Result": "result",
            "ErrorCode": "error_code",
        },
    ),
    "GetAccountBalanceResponse": (Balance, {"AvailableBalance": "available", "OnHoldBalance": "on_hold"}),
    "ListReviewPolicyResultsForHITResponse": (
        ReviewResults,
        {
            "AssignmentReviewPolicy": "assignment_policy",
            "HITReviewPolicy": "hit_policy",
            "AssignmentReviewReport": "assignment_report",
            "HITReviewReport": "hit_report",
        },
    ),
}
# What a verb knows already, or what is a part of the walk over a list.
NOT_KEPT = {"ListReviewPolicyResultsForHITResponse": {"HITId", "NextToken"}}


def check_decoded(shape: Any, sent: Any, found: Any, member: str = "") -> None:
    """Assert that every member of the answer arrived in its field, as the type that the design gives it."""
    if shape.type_name == "structure":
        cls, names = ATTRIBUTES[shape.name]
        assert type(found) is cls
        for name, value in sent.items():
            if name not in NOT_KEPT.get(shape.name, ()):
                check_decoded(shape.members[name], value, getattr(found, names[name]), name)
    elif shape.type_name == "list":
        assert type(found) is tuple
        assert len(found) == len(sent)
        for one_sent, one_found in zip(sent, found, strict=True):
            check_decoded(shape.member, one_sent, one_found)
    else:
        expected: Any = sent
        if shape.type_name == "timestamp":
            expected = datetime.fromtimestamp(sent, timezone.utc)
            assert found.utcoffset() == timedelta(0)
        elif member.endswith("InSeconds"):
            expected = timedelta(seconds=sent)
        elif shape.name == "CurrencyAmount":
            expected = Decimal(sent)
        elif member == "Keywords":
            expected = (sent,)
        assert (type(found), found) == (type(found) if shape.metadata.get("enum") else type(expected), expected)


def check_result(case: Case, result: Any, sent: dict[str, Any], connection: Connection) -> None:
    """Assert what came of an answer, whichever form it has."""
    shape = MODEL.operation_model(case.operation).output_shape
    if case.result is None:
        assert result is None
    elif case.result in (str, bool):
        assert type(result) is case.result
        assert result == (sent.get("FileUploadURL") or True)
    elif isinstance(result, (Page, list)):
        name, listed = next((name, of) for name, of in shape.members.items() if of.type_name == "list")
        assert len(list(result)) == len(sent.get(name, ()))
        for one_sent, one_found in zip(sent.get(name, ()), result, strict=True):
            check_decoded(listed.member, one_sent, one_found)
        if isinstance(result, Page):
            assert result.num_results == sent.get("NumResults", 0)
            assert result.next_token is None
    elif shape.name in ATTRIBUTES:
        check_decoded(shape, sent, result)
    elif case.result is HITType:
        assert result.id == sent["HITTypeId"]
        assert result.connection is connection
    else:
        name = case.result.__name__
        check_decoded(shape.members[name], sent[name], result)
        assert getattr(result, "connection", connection) is connection


def _about_what_was_asked(case: Case, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, about the very thing that the request names."""
    for name, member in answer.items():
        if isinstance(member, dict) and f"{name}Id" in case.body:
            member[f"{name}Id"] = case.body[f"{name}Id"]
    return answer


@pytest.mark.parametrize("case", FULL, ids=_names)
def test_a_line_with_everything_given_sends_this_and_reads_a_full_answer(
    case: Case, judge: Judge, connection: Connection
) -> None:
    sent = _about_what_was_asked(case, full_answer(case.operation))
    judge.answer(case.operation, copy.deepcopy(sent))
    result = case.line(connection)
    assert [(call.operation, call.body) for call in judge.calls] == [(case.operation, case.body)]
    check_result(case, result, sent, connection)
    assert judge.operations == [case.operation], "a complete record costs no further call"


@pytest.mark.parametrize("case", LEAST, ids=_names)
def test_a_line_with_the_least_given_sends_this_and_reads_a_minimal_answer(
    case: Case, judge: Judge, connection: Connection
) -> None:
    sent = _about_what_was_asked(case, minimal_answer(case.operation))
    judge.answer(case.operation, copy.deepcopy(sent))
    result = case.line(connection)
    assert [(call.operation, call.body) for call in judge.calls] == [(case.operation, case.body)]
    check_result(case, result, sent, connection)
    assert judge.operations == [case.operation], "an absent member is None and costs no further call"


@pytest.mark.parametrize("case", [case for case in FULL if case.operation in SILENT], ids=_names)
def test_an_empty_object_is_as_good_as_silence(case: Case, judge: Judge, connection: Connection) -> None:
    judge.silence = b"{}"
    result = case.line(connection)
    assert result is (True if case.result is bool else None)
    assert judge.operations == [case.operation]


def test_every_operation_is_driven_once_with_everything_given() -> None:
    assert sorted(case.operation for case in FULL) == list(OPERATIONS)
    left_out = set(OPERATIONS) - {case.operation for case in LEAST}
    assert left_out == {
        "CreateWorkerBlock",
        "DeleteHIT",
        "DeleteQualificationType",
        "RejectAssignment",
        "SendTestEventNotification",
        "UpdateHITTypeOfHIT",
    }, "only operations without optional members can do without a second case"


def _members(shape: Any, value: Any) -> Iterator[tuple[str, str]]:
    if shape.type_name == "structure":
        for name, member in value.items():
            yield shape.name, name
            yield from _members(shape.members[name], member)
    elif shape.type_name == "list":
        for member in value:
            yield from _members(shape.member, member)


def _all_members(shape: Any, seen: set[str]) -> Iterator[tuple[str, str]]:
    if shape.type_name == "structure" and shape.name not in seen:
        seen.add(shape.name)
        for name, member in shape.members.items():
            yield shape.name, name
            yield from _all_members(member, seen)
    elif shape.type_name == "list":
        yield from _all_members(shape.member, seen)


def test_every_member_of_every_request_is_reached_by_some_line() -> None:
    sent = {
        each
        for case in (*FULL, *LEAST)
        for each in _members(MODEL.operation_model(case.operation).input_shape, case.body)
    }
    # A report that is too long for one answer is walked with NextToken: see test_review.
    sent.add(("ListReviewPolicyResultsForHITRequest", "NextToken"))
    # The older way to say ActionsGuarded, which goes alone.
    sent.add(("QualificationRequirement", "RequiredToPreview"))
    seen: set[str] = set()
    known = {
        each for operation in OPERATIONS for each in _all_members(MODEL.operation_model(operation).input_shape, seen)
    }
    assert known - sent == set()


def test_every_structure_of_the_answers_is_decoded_member_by_member() -> None:
    seen: set[str] = set()
    known = {
        each for operation in OPERATIONS for each in _all_members(MODEL.operation_model(operation).output_shape, seen)
    }
    wrappers = {MODEL.operation_model(operation).output_shape.name for operation in OPERATIONS} - set(ATTRIBUTES)
    decoded = {(name, member) for name, (_, names) in ATTRIBUTES.items() for member in names}
    kept_out = {(name, member) for name, members in NOT_KEPT.items() for member in members}
    assert {each for each in known if each[0] not in wrappers} == decoded | kept_out


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_class_reads_exactly_the_members_of_its_structure(name: str) -> None:
    cls, names = ATTRIBUTES[name]
    own = {member: attribute for member, attribute, _ in wire.plan(cls)}
    by_id = {member: attribute for member, attribute in names.items() if attribute == "id"}
    assert {**own, **by_id} == names


@pytest.mark.parametrize("name", [name for name in ATTRIBUTES if not name.endswith("Response")])
def test_a_structure_with_all_its_members_is_read_as_it_was_sent(name: str) -> None:
    cls, _ = ATTRIBUTES[name]
    sent = full_shape(name)
    read = wire.one(cls) if not issubclass(cls, Record) else lambda members: cls._read(members, None)
    check_decoded(MODEL.shape_for(name), sent, read(sent))


# The source and its tables.

CALLS = {"call", "_call", "ask", "_list", "_decide"}


def _called(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                for argument in node.args[:1]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value


def test_each_operation_is_called_in_exactly_one_place_of_the_source() -> None:
    files = [path for path in Path(mturk.__file__).parent.rglob("*.py") if "marketplace" not in path.parts]
    called = Counter(name for path in files for name in _called(path))
    assert called == dict.fromkeys(OPERATIONS, 1)


def test_the_table_of_repetition_lists_all_operations_and_no_other() -> None:
    assert sorted(REPEAT) == list(OPERATIONS)


def test_the_operations_that_answer_in_silence_are_those_without_output_members() -> None:
    assert sorted(SILENT) == [name for name in OPERATIONS if not MODEL.operation_model(name).output_shape.members]


def test_a_token_guards_exactly_the_operations_that_take_one() -> None:
    inputs = {name: MODEL.operation_model(name).input_shape.members for name in OPERATIONS}
    with_token = {name for name, members in inputs.items() if "UniqueRequestToken" in members}
    assert {name for name, kind in REPEAT.items() if kind is Repeat.TOKEN} == with_token


def test_everything_that_only_reads_is_harmless_to_repeat() -> None:
    reading = {name for name in OPERATIONS if name.startswith(("Get", "List"))}
    assert {REPEAT[name] for name in reading} == {Repeat.HARMLESS}
