"""The words that the service uses: states, event types, comparators, and the ids everyone shares.

A value that is not listed here (the service may learn new words) stays a plain str.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal


class Enumeration(str, Enum):
    """A word of the service; equal to its str, and written as it."""

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class HITStatus(Enumeration):
    """Where a HIT stands: on offer, all taken, ready for review, marked as being reviewed, gone."""

    ASSIGNABLE = "Assignable"
    UNASSIGNABLE = "Unassignable"
    REVIEWABLE = "Reviewable"
    REVIEWING = "Reviewing"
    DISPOSED = "Disposed"


class ReviewableHITStatus(Enumeration):
    """The two states that `HIT.reviewable()` can list."""

    REVIEWABLE = "Reviewable"
    REVIEWING = "Reviewing"


AnyReviewableHITStatus = ReviewableHITStatus | Literal["Reviewable", "Reviewing"]


class HITReviewStatus(Enumeration):
    """What a review said of a HIT; in practice always `NotReviewed`."""

    NOT_REVIEWED = "NotReviewed"
    MARKED_FOR_REVIEW = "MarkedForReview"
    REVIEWED_APPROPRIATE = "ReviewedAppropriate"
    REVIEWED_INAPPROPRIATE = "ReviewedInappropriate"


class AssignmentStatus(Enumeration):
    """Where a worker's submission stands. Work that is not submitted yet is never visible."""

    SUBMITTED = "Submitted"
    APPROVED = "Approved"
    REJECTED = "Rejected"


AnyAssignmentStatus = AssignmentStatus | Literal["Submitted", "Approved", "Rejected"]


class QualificationTypeStatus(Enumeration):
    """Whether workers can ask for a qualification and new HITs can use it."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"


AnyQualificationTypeStatus = QualificationTypeStatus | Literal["Active", "Inactive"]


class QualificationStatus(Enumeration):
    """Whether a worker has a qualification, or had it until it was revoked."""

    GRANTED = "Granted"
    REVOKED = "Revoked"


AnyQualificationStatus = QualificationStatus | Literal["Granted", "Revoked"]


class Comparator(Enumeration):
    """How a requirement compares a worker's score or locale."""

    LESS_THAN = "LessThan"
    LESS_THAN_OR_EQUAL_TO = "LessThanOrEqualTo"
    GREATER_THAN = "GreaterThan"
    GREATER_THAN_OR_EQUAL_TO = "GreaterThanOrEqualTo"
    EQUAL_TO = "EqualTo"
    NOT_EQUAL_TO = "NotEqualTo"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"
    IN = "In"
    NOT_IN = "NotIn"


class ActionsGuarded(Enumeration):
    """What a worker who does not meet a requirement is kept from."""

    ACCEPT = "Accept"
    PREVIEW_AND_ACCEPT = "PreviewAndAccept"
    DISCOVER_PREVIEW_AND_ACCEPT = "DiscoverPreviewAndAccept"


AnyActionsGuarded = ActionsGuarded | Literal["Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"]


class EventType(Enumeration):
    """What a notification can be about."""

    ASSIGNMENT_ACCEPTED = "AssignmentAccepted"
    ASSIGNMENT_ABANDONED = "AssignmentAbandoned"
    ASSIGNMENT_RETURNED = "AssignmentReturned"
    ASSIGNMENT_SUBMITTED = "AssignmentSubmitted"
    ASSIGNMENT_REJECTED = "AssignmentRejected"
    ASSIGNMENT_APPROVED = "AssignmentApproved"
    HIT_CREATED = "HITCreated"
    HIT_EXPIRED = "HITExpired"
    HIT_REVIEWABLE = "HITReviewable"
    HIT_EXTENDED = "HITExtended"
    HIT_DISPOSED = "HITDisposed"
    PING = "Ping"


class NotificationTransport(Enumeration):
    """How a notification travels. E-mail is in the service's model but gone from its documentation."""

    EMAIL = "Email"
    SQS = "SQS"
    SNS = "SNS"


class NotifyWorkersFailureCode(Enumeration):
    """Why a message did not reach a worker; a soft failure may be tried again."""

    SOFT_FAILURE = "SoftFailure"
    HARD_FAILURE = "HardFailure"


class ReviewPolicyLevel(Enumeration):
    """Whether a review policy looks at one assignment or at the whole HIT."""

    ASSIGNMENT = "Assignment"
    HIT = "HIT"


AnyReviewPolicyLevel = ReviewPolicyLevel | Literal["Assignment", "HIT"]


class ReviewActionStatus(Enumeration):
    """How far an action of a review policy has come."""

    INTENDED = "Intended"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


# System qualification types. Masters is the only one whose id differs between the two environments.
MASTERS = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"
MASTERS_IN_SANDBOX = "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"
HITS_APPROVED = "00000000000000000040"
ADULT = "00000000000000000060"
LOCALE = "00000000000000000071"
PERCENT_APPROVED = "000000000000000000L0"
