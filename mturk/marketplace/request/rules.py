"""The operations' parameters as data: for each operation its members, which are required, and their limits.

A new operation is a row here, a function in the module of its noun, and a row in `dispatch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mturk.marketplace.request.shape import (
    Finding,
    Flag,
    ListOf,
    Member,
    Moment,
    Money,
    Structure,
    Text,
    Whole,
    read_members,
)

YEAR = 31_536_000

ENTITY_ID = Text(shortest=1, longest=64, pattern="[A-Z0-9]+")
CUSTOMER_ID = Text(shortest=1, longest=64, pattern="A[A-Z0-9]+")
COUNTRY = Text(shortest=2, longest=2)
TOKEN = Member("UniqueRequestToken", Text(shortest=1, longest=64))
FEEDBACK = Text(limit=1024)
# The service tells no limit; this is that of a message to a worker.
REASON = Text(limit=4096)
PAGE = (
    Member("NextToken", Text(shortest=1, longest=255)),
    Member("MaxResults", Whole(lowest=1, highest=100)),
)

COMPARATORS = (
    "LessThan",
    "LessThanOrEqualTo",
    "GreaterThan",
    "GreaterThanOrEqualTo",
    "EqualTo",
    "NotEqualTo",
    "Exists",
    "DoesNotExist",
    "In",
    "NotIn",
)
LOCALE = Structure((Member("Country", COUNTRY, required=True), Member("Subdivision", COUNTRY)))
QUALIFICATION_REQUIREMENT = Structure(
    (
        Member("QualificationTypeId", Text(required_text=True), required=True),
        Member("Comparator", Text(choices=COMPARATORS), required=True),
        Member("IntegerValues", ListOf(Whole())),
        Member("LocaleValues", ListOf(LOCALE)),
        Member("RequiredToPreview", Flag()),
        Member("ActionsGuarded", Text(choices=("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"))),
    )
)
STRINGS = ListOf(Text())
REVIEW_POLICY = Structure(
    (
        Member("PolicyName", Text(), required=True),
        Member(
            "Parameters",
            ListOf(
                Structure(
                    (
                        Member("Key", Text()),
                        Member("Values", STRINGS),
                        Member(
                            "MapEntries",
                            ListOf(Structure((Member("Key", Text(limit=255)), Member("Values", STRINGS)))),
                        ),
                    )
                )
            ),
        ),
    )
)
LAYOUT_PARAMETER = Structure((Member("Name", Text(), required=True), Member("Value", Text(), required=True)))

TYPE_MEMBERS = (
    Member("Title", Text(limit=128, required_text=True), required=True),
    Member("Description", Text(limit=2000, required_text=True), required=True),
    Member("Reward", Money(), required=True),
    Member("AssignmentDurationInSeconds", Whole(least=30, most=YEAR), required=True),
    Member("Keywords", Text(limit=1000)),
    Member("AutoApprovalDelayInSeconds", Whole(least=0, most=2_592_000)),
    Member("QualificationRequirements", ListOf(QUALIFICATION_REQUIREMENT, most=10)),
)
HIT_MEMBERS = (
    Member("LifetimeInSeconds", Whole(least=30, most=YEAR), required=True),
    Member("MaxAssignments", Whole(least=1, most=1_000_000_000)),
    # Its size is counted in bytes and may be raised by a lab, so `question` looks at it.
    Member("Question", Text()),
    Member("RequesterAnnotation", Text(limit=255, ascii_only=True)),
    TOKEN,
    Member("AssignmentReviewPolicy", REVIEW_POLICY),
    Member("HITReviewPolicy", REVIEW_POLICY),
    Member("HITLayoutId", ENTITY_ID),
    Member("HITLayoutParameters", ListOf(LAYOUT_PARAMETER)),
)
EVENT_TYPES = (
    "AssignmentAccepted",
    "AssignmentAbandoned",
    "AssignmentReturned",
    "AssignmentSubmitted",
    "AssignmentRejected",
    "AssignmentApproved",
    "HITCreated",
    "HITExpired",
    "HITReviewable",
    "HITExtended",
    "HITDisposed",
    "Ping",
)
NOTIFICATION = Structure(
    (
        Member("Destination", Text(limit=1024, required_text=True), required=True),
        Member("Transport", Text(choices=("Email", "SQS", "SNS")), required=True),
        Member("Version", Text(), required=True),
        Member("EventTypes", ListOf(Text(choices=EVENT_TYPES)), required=True),
    )
)
HIT_ID = Member("HITId", ENTITY_ID, required=True)
HIT_TYPE_ID = Member("HITTypeId", ENTITY_ID, required=True)
ASSIGNMENT_ID = Member("AssignmentId", ENTITY_ID, required=True)
WORKER_ID = Member("WorkerId", CUSTOMER_ID, required=True)
QUALIFICATION_TYPE_ID = Member("QualificationTypeId", ENTITY_ID, required=True)
QUALIFICATION_REQUEST_ID = Member("QualificationRequestId", Text(), required=True)
QUALIFICATION_TYPE_STATUS = Text(choices=("Active", "Inactive"))
# Like a question's, the size of a test and of its key is counted in bytes where they are read.
QUALIFICATION_TYPE_MEMBERS = (
    Member("RetryDelayInSeconds", Whole(least=0)),
    Member("Test", Text()),
    Member("AnswerKey", Text()),
    Member("TestDurationInSeconds", Whole(least=1, most=YEAR)),
    Member("AutoGranted", Flag()),
    Member("AutoGrantedValue", Whole()),
)


@dataclass(frozen=True)
class Rule:
    """What one operation takes."""

    operation: str
    members: tuple[Member, ...]

    @cached_property
    def arguments(self) -> dict[str, str]:
        """The Python name of each member."""
        return {member.name: member.argument for member in self.members}

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call, or the refusal that the service would give."""
        finding = Finding()
        read = read_members(self.members, given, finding)
        refusal = finding.refusal()
        if refusal:
            raise refusal
        return {self.arguments[name]: value for name, value in read.items()}


_ROWS: dict[str, tuple[Member, ...]] = {
    "AcceptQualificationRequest": (QUALIFICATION_REQUEST_ID, Member("IntegerValue", Whole())),
    "ApproveAssignment": (
        ASSIGNMENT_ID,
        Member("RequesterFeedback", FEEDBACK),
        Member("OverrideRejection", Flag()),
    ),
    "AssociateQualificationWithWorker": (
        QUALIFICATION_TYPE_ID,
        WORKER_ID,
        Member("IntegerValue", Whole()),
        Member("SendNotification", Flag()),
    ),
    "CreateAdditionalAssignmentsForHIT": (
        HIT_ID,
        Member("NumberOfAdditionalAssignments", Whole(least=1, most=1_000_000_000), required=True),
        TOKEN,
    ),
    "CreateHIT": (*TYPE_MEMBERS, *HIT_MEMBERS),
    "CreateHITType": TYPE_MEMBERS,
    "CreateHITWithHITType": (HIT_TYPE_ID, *HIT_MEMBERS),
    "CreateQualificationType": (
        Member("Name", Text(limit=200, required_text=True), required=True),
        Member("Description", Text(limit=2000, required_text=True), required=True),
        Member("QualificationTypeStatus", QUALIFICATION_TYPE_STATUS, required=True),
        Member("Keywords", Text(limit=1000)),
        *QUALIFICATION_TYPE_MEMBERS,
    ),
    "CreateWorkerBlock": (WORKER_ID, Member("Reason", REASON, required=True)),
    "DeleteHIT": (HIT_ID,),
    "DeleteQualificationType": (QUALIFICATION_TYPE_ID,),
    "DeleteWorkerBlock": (WORKER_ID, Member("Reason", REASON)),
    "DisassociateQualificationFromWorker": (WORKER_ID, QUALIFICATION_TYPE_ID, Member("Reason", REASON)),
    "GetAccountBalance": (),
    "GetAssignment": (ASSIGNMENT_ID,),
    "GetFileUploadURL": (ASSIGNMENT_ID, Member("QuestionIdentifier", Text(), required=True)),
    "GetHIT": (HIT_ID,),
    "GetQualificationScore": (QUALIFICATION_TYPE_ID, WORKER_ID),
    "GetQualificationType": (QUALIFICATION_TYPE_ID,),
    "ListAssignmentsForHIT": (
        HIT_ID,
        *PAGE,
        Member("AssignmentStatuses", ListOf(Text(choices=("Submitted", "Approved", "Rejected")))),
    ),
    "ListBonusPayments": (Member("HITId", ENTITY_ID), Member("AssignmentId", ENTITY_ID), *PAGE),
    "ListHITs": PAGE,
    "ListHITsForQualificationType": (QUALIFICATION_TYPE_ID, *PAGE),
    "ListQualificationRequests": (Member("QualificationTypeId", ENTITY_ID), *PAGE),
    "ListQualificationTypes": (
        Member("MustBeRequestable", Flag(), required=True),
        Member("Query", Text(limit=1000)),
        Member("MustBeOwnedByCaller", Flag()),
        *PAGE,
    ),
    "ListReviewPolicyResultsForHIT": (
        HIT_ID,
        Member("PolicyLevels", ListOf(Text(choices=("Assignment", "HIT")))),
        Member("RetrieveActions", Flag()),
        Member("RetrieveResults", Flag()),
        *PAGE,
    ),
    "ListReviewableHITs": (
        Member("HITTypeId", ENTITY_ID),
        Member("Status", Text(choices=("Reviewable", "Reviewing"))),
        *PAGE,
    ),
    "ListWorkerBlocks": PAGE,
    "ListWorkersWithQualificationType": (
        QUALIFICATION_TYPE_ID,
        Member("Status", Text(choices=("Granted", "Revoked"))),
        *PAGE,
    ),
    "NotifyWorkers": (
        Member("Subject", Text(limit=200, required_text=True), required=True),
        Member("MessageText", Text(limit=4096, required_text=True), required=True),
        Member("WorkerIds", ListOf(CUSTOMER_ID, most=100), required=True),
    ),
    "RejectAssignment": (ASSIGNMENT_ID, Member("RequesterFeedback", FEEDBACK, required=True)),
    "RejectQualificationRequest": (QUALIFICATION_REQUEST_ID, Member("Reason", REASON)),
    "SendBonus": (
        WORKER_ID,
        Member("BonusAmount", Money(least=1), required=True),
        ASSIGNMENT_ID,
        Member("Reason", Text(limit=4096, required_text=True), required=True),
        TOKEN,
    ),
    "SendTestEventNotification": (
        Member("Notification", NOTIFICATION, required=True),
        Member("TestEventType", Text(choices=EVENT_TYPES), required=True),
    ),
    "UpdateExpirationForHIT": (HIT_ID, Member("ExpireAt", Moment(), required=True)),
    "UpdateHITReviewStatus": (HIT_ID, Member("Revert", Flag())),
    "UpdateHITTypeOfHIT": (HIT_ID, HIT_TYPE_ID),
    "UpdateNotificationSettings": (HIT_TYPE_ID, Member("Notification", NOTIFICATION), Member("Active", Flag())),
    "UpdateQualificationType": (
        QUALIFICATION_TYPE_ID,
        Member("Description", Text(limit=2000, required_text=True)),
        Member("QualificationTypeStatus", QUALIFICATION_TYPE_STATUS),
        *QUALIFICATION_TYPE_MEMBERS,
    ),
}

RULES: Final[dict[str, Rule]] = {name: Rule(name, members) for name, members in _ROWS.items()}
