# The public names, for type checkers and editors; __init__.py loads each when it is first used.

from mturk import requirements, sqs
from mturk.batch.batch import Batch
from mturk.batch.batch_estimate import BatchEstimate
from mturk.batch.batch_report import BatchReport
from mturk.batch.batch_status import BatchStatus
from mturk.budget import Budget
from mturk.connection.balance import Balance
from mturk.connection.connection import Connection, connect, current, using
from mturk.connection.trace import tracer
from mturk.cost import Estimate
from mturk.data.enumeration import (
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
from mturk.data.locale import Locale
from mturk.data.price import Price
from mturk.decision.plan import Applied, Plan, Step
from mturk.errors import (
    AccessDenied,
    AlreadyDone,
    AnswerError,
    ConfigurationError,
    ConfirmationNeeded,
    DoesNotExist,
    ForgedMessage,
    InsufficientFunds,
    InvalidParameter,
    InvalidState,
    MTurkError,
    OverBudget,
    QuotaExceeded,
    RequestError,
    ServiceError,
    Throttled,
    TransportError,
    Unavailable,
    UnreadableMessage,
    ValidationError,
)
from mturk.event.default import listen, listening, off, on, once
from mturk.event.event import Event
from mturk.event.events import Events
from mturk.model.assignment import Assignment
from mturk.model.bonus_payment import BonusPayment
from mturk.model.ending import OpenWork
from mturk.model.hit import HIT
from mturk.model.hit_type import HITType
from mturk.model.notification import Notification
from mturk.model.once_per_worker import OncePerWorker
from mturk.model.qualification import Qualification
from mturk.model.qualification_request import QualificationRequest
from mturk.model.qualification_type import QualificationType
from mturk.model.review import ReviewPolicy, ReviewReport, ReviewResults, ScoreMyKnownAnswers, SimplePlurality
from mturk.model.worker import NotifyFailure, Worker
from mturk.model.worker_block import WorkerBlock
from mturk.parallel.tally import Refusal, Tally
from mturk.quality.aggregation import Aggregation
from mturk.quality.agreement import Agreement
from mturk.quality.gold import GoldAnswers
from mturk.quality.reliability import Reliability
from mturk.quality.worker_table import WorkerQuality, WorkerTable
from mturk.question.answer import Answers, Selected, UploadedFile
from mturk.question.external_question import ExternalQuestion
from mturk.question.form import Choice, FreeText, QuestionForm
from mturk.question.html_question import HTMLQuestion
from mturk.question.layout import Layout
from mturk.question.question import Question
from mturk.question.scoring import AnswerKey
from mturk.question.task_request import TaskRequest
from mturk.record.collection import Collection, Page
from mturk.requirements import QualificationRequirement
from mturk.table.result import Result
from mturk.table.results import Results
from mturk.version import __version__

__all__ = [
    "HIT",
    "AccessDenied",
    "ActionsGuarded",
    "Aggregation",
    "Agreement",
    "AlreadyDone",
    "AnswerError",
    "AnswerKey",
    "Answers",
    "Applied",
    "Assignment",
    "AssignmentStatus",
    "Balance",
    "Batch",
    "BatchEstimate",
    "BatchReport",
    "BatchStatus",
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
    "Event",
    "EventType",
    "Events",
    "ExternalQuestion",
    "ForgedMessage",
    "FreeText",
    "GoldAnswers",
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
    "Plan",
    "Price",
    "Qualification",
    "QualificationRequest",
    "QualificationRequirement",
    "QualificationStatus",
    "QualificationType",
    "QualificationTypeStatus",
    "Question",
    "QuestionForm",
    "QuotaExceeded",
    "Refusal",
    "Reliability",
    "RequestError",
    "Result",
    "Results",
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
    "Step",
    "Tally",
    "TaskRequest",
    "Throttled",
    "TransportError",
    "Unavailable",
    "UnreadableMessage",
    "UploadedFile",
    "ValidationError",
    "Worker",
    "WorkerBlock",
    "WorkerQuality",
    "WorkerTable",
    "__version__",
    "connect",
    "current",
    "listen",
    "listening",
    "off",
    "on",
    "once",
    "requirements",
    "sqs",
    "tracer",
    "using",
]
