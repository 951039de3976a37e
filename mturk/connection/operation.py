"""The 39 operations: what may happen when the answer to one was lost and it is sent again."""

from __future__ import annotations

from enum import Enum


class Repeat(Enum):
    """What a second try does after the first may have been carried out."""

    HARMLESS = "the second try has the effect of the first, and no other"
    TOKEN = "a request token makes the service refuse the second try; that refusal means done"  # noqa: S105 - no password
    LOOK = "the second try fails if the first succeeded; the verb looks before it complains"
    REFUSAL = "the second try fails if the first succeeded; that refusal of our own retry means done"
    NEVER = "a second try would be carried out again, so there is none"


# What is not listed here was made after this package: it is never repeated.
REPEAT: dict[str, Repeat] = {
    "AcceptQualificationRequest": Repeat.REFUSAL,
    "ApproveAssignment": Repeat.LOOK,
    "AssociateQualificationWithWorker": Repeat.HARMLESS,
    "CreateAdditionalAssignmentsForHIT": Repeat.TOKEN,
    "CreateHIT": Repeat.TOKEN,
    "CreateHITType": Repeat.HARMLESS,
    "CreateHITWithHITType": Repeat.TOKEN,
    "CreateQualificationType": Repeat.LOOK,
    "CreateWorkerBlock": Repeat.HARMLESS,
    "DeleteHIT": Repeat.LOOK,
    "DeleteQualificationType": Repeat.REFUSAL,
    "DeleteWorkerBlock": Repeat.HARMLESS,
    "DisassociateQualificationFromWorker": Repeat.REFUSAL,
    "GetAccountBalance": Repeat.HARMLESS,
    "GetAssignment": Repeat.HARMLESS,
    "GetFileUploadURL": Repeat.HARMLESS,
    "GetHIT": Repeat.HARMLESS,
    "GetQualificationScore": Repeat.HARMLESS,
    "GetQualificationType": Repeat.HARMLESS,
    "ListAssignmentsForHIT": Repeat.HARMLESS,
    "ListBonusPayments": Repeat.HARMLESS,
    "ListHITs": Repeat.HARMLESS,
    "ListHITsForQualificationType": Repeat.HARMLESS,
    "ListQualificationRequests": Repeat.HARMLESS,
    "ListQualificationTypes": Repeat.HARMLESS,
    "ListReviewPolicyResultsForHIT": Repeat.HARMLESS,
    "ListReviewableHITs": Repeat.HARMLESS,
    "ListWorkerBlocks": Repeat.HARMLESS,
    "ListWorkersWithQualificationType": Repeat.HARMLESS,
    "NotifyWorkers": Repeat.NEVER,
    "RejectAssignment": Repeat.LOOK,
    "RejectQualificationRequest": Repeat.REFUSAL,
    "SendBonus": Repeat.TOKEN,
    "SendTestEventNotification": Repeat.NEVER,
    "UpdateExpirationForHIT": Repeat.HARMLESS,
    "UpdateHITReviewStatus": Repeat.LOOK,
    "UpdateHITTypeOfHIT": Repeat.HARMLESS,
    "UpdateNotificationSettings": Repeat.HARMLESS,
    "UpdateQualificationType": Repeat.HARMLESS,
}

# These answer without members: an empty body is their success, and for all others a broken answer.
SILENT = frozenset(
    {
        "AcceptQualificationRequest",
        "ApproveAssignment",
        "AssociateQualificationWithWorker",
        "CreateAdditionalAssignmentsForHIT",
        "CreateWorkerBlock",
        "DeleteHIT",
        "DeleteQualificationType",
        "DeleteWorkerBlock",
        "DisassociateQualificationFromWorker",
        "RejectAssignment",
        "RejectQualificationRequest",
        "SendBonus",
        "SendTestEventNotification",
        "UpdateExpirationForHIT",
        "UpdateHITReviewStatus",
        "UpdateHITTypeOfHIT",
        "UpdateNotificationSettings",
    }
)
