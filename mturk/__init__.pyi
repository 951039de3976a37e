# The public names, for type checkers and editors; __init__.py loads each when it is first used.

from mturk import requirements
from mturk.answer import Answers, Selected, UploadedFile
from mturk.answer_key import AnswerKey
from mturk.assignment import Assignment
from mturk.balance import Balance
from mturk.budget import Budget
from mturk.choice import (
    ActionsGuarded,
    AssignmentStatus,
    Comparator,
    EventType,
    HITReviewStatus,
    HITStatus,
    NotificationTransport,
    NotifyWorkersFailureCode,
    QualificationStatus,
    QualificationTypeStatus,
    ReviewableHITStatus,
    ReviewActionStatus,
    ReviewPolicyLevel,
)
from mturk.collection import Collection, Page
from mturk.connection import Connection, connect, current, using
from mturk.ending import OpenWork
from mturk.errors import (
    AccessDenied,
    AlreadyDone,
    AnswerError,
    ConfigurationError,
    ConfirmationNeeded,
    DoesNotExist,
    InsufficientFunds,
    InvalidParameter,
    InvalidState,
    MTurkError,
    OverBudget,
    RequestError,
    ServiceError,
    Throttled,
    TransportError,
    Unavailable,
    ValidationError,
)
from mturk.external import TaskRequest
from mturk.external_question import ExternalQuestion
from mturk.fee import Estimate
from mturk.hit import HIT
from mturk.hit_type import HITType
from mturk.html_question import HTMLQuestion
from mturk.layout import Layout
from mturk.locale import Locale
from mturk.notification import Notification
from mturk.once_per_worker import OncePerWorker
from mturk.price import Price
from mturk.qualification import Qualification
from mturk.qualification_request import QualificationRequest
from mturk.qualification_type import QualificationType
from mturk.question import Question
from mturk.question_form import Choice, FreeText, QuestionForm
from mturk.requirements import QualificationRequirement
from mturk.review import ReviewPolicy, ReviewReport, ReviewResults, ScoreMyKnownAnswers, SimplePlurality
from mturk.trace import tracer
from mturk.value import BonusPayment, WorkerBlock
from mturk.worker import NotifyFailure, Worker

__all__ = [
    "HIT",
    "AccessDenied",
    "ActionsGuarded",
    "AlreadyDone",
    "AnswerError",
    "AnswerKey",
    "Answers",
    "Assignment",
    "AssignmentStatus",
    "Balance",
    "BonusPayment",
    "Budget",
    "Choice",
    "Collection",
    "Comparator",
    "ConfigurationError",
    "ConfirmationNeeded",
    "Connection",
    "DoesNotExist",
    "Estimate",
    "EventType",
    "ExternalQuestion",
    "FreeText",
    "HITReviewStatus",
    "HITStatus",
    "HITType",
    "HTMLQuestion",
    "InsufficientFunds",
    "InvalidParameter",
    "InvalidState",
    "Layout",
    "Locale",
    "MTurkError",
    "Notification",
    "NotificationTransport",
    "NotifyFailure",
    "NotifyWorkersFailureCode",
    "OncePerWorker",
    "OpenWork",
    "OverBudget",
    "Page",
    "Price",
    "Qualification",
    "QualificationRequest",
    "QualificationRequirement",
    "QualificationStatus",
    "QualificationType",
    "QualificationTypeStatus",
    "Question",
    "QuestionForm",
    "RequestError",
    "ReviewActionStatus",
    "ReviewPolicy",
    "ReviewPolicyLevel",
    "ReviewReport",
    "ReviewResults",
    "ReviewableHITStatus",
    "ScoreMyKnownAnswers",
    "Selected",
    "ServiceError",
    "SimplePlurality",
    "TaskRequest",
    "Throttled",
    "TransportError",
    "Unavailable",
    "UploadedFile",
    "ValidationError",
    "Worker",
    "WorkerBlock",
    "connect",
    "current",
    "requirements",
    "tracer",
    "using",
]
