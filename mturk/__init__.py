"""Run human work through Amazon Mechanical Turk's API, on AWS or on a marketplace of your own.

    import mturk
    from mturk import HITType, HTMLQuestion

    mturk.connect("local")

Each name is loaded when it is first used, so that a script pays at its start only for what it needs.
"""

from importlib import import_module

_NAMES = {
    "question.answer": "Answers Selected UploadedFile",
    "question.scoring": "AnswerKey",
    "model.assignment": "Assignment",
    "connection.balance": "Balance",
    "batch.batch": "Batch",
    "batch.batch_estimate": "BatchEstimate",
    "batch.batch_report": "BatchReport",
    "batch.batch_status": "BatchStatus",
    "budget": "Budget",
    "data.enumeration": (
        "ActionsGuarded AssignmentStatus Comparator EventType HITReviewStatus HITStatus NotificationTransport "
        "NotifyWorkersFailureCode QualificationStatus QualificationTypeStatus ReviewableHITStatus "
        "ReviewActionStatus ReviewPolicyLevel"
    ),
    "record.collection": "Collection Page",
    "connection.connection": "Connection connect current using",
    "model.ending": "OpenWork",
    "errors": (
        "AccessDenied AlreadyDone AnswerError ConfigurationError ConfirmationNeeded DoesNotExist ForgedMessage "
        "InsufficientFunds InvalidParameter InvalidState MTurkError OverBudget QuotaExceeded RequestError "
        "ServiceError Throttled TransportError Unavailable UnreadableMessage ValidationError"
    ),
    "event.default": "listen listening off on once",
    "event.event": "Event",
    "event.events": "Events",
    "question.task_request": "TaskRequest",
    "question.external_question": "ExternalQuestion",
    "cost": "Estimate",
    "model.hit": "HIT",
    "model.hit_type": "HITType",
    "question.html_question": "HTMLQuestion",
    "question.layout": "Layout",
    "data.locale": "Locale",
    "model.notification": "Notification",
    "model.once_per_worker": "OncePerWorker",
    "data.price": "Price",
    "quality.aggregation": "Aggregation",
    "quality.agreement": "Agreement",
    "quality.gold": "GoldAnswers",
    "quality.reliability": "Reliability",
    "quality.worker_table": "WorkerQuality WorkerTable",
    "model.qualification": "Qualification",
    "model.qualification_request": "QualificationRequest",
    "model.qualification_type": "QualificationType",
    "question.question": "Question",
    "question.form": "Choice FreeText QuestionForm",
    "requirements": "requirements QualificationRequirement",
    "sqs": "sqs",
    "model.review": "ReviewPolicy ReviewReport ReviewResults ScoreMyKnownAnswers SimplePlurality",
    "decision.plan": "Applied Plan Step",
    "table.result": "Result",
    "table.results": "Results",
    "parallel.tally": "Refusal Tally",
    "connection.trace": "tracer",
    "model.bonus_payment": "BonusPayment",
    "model.worker_block": "WorkerBlock",
    "model.worker": "NotifyFailure Worker",
    "version": "__version__",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'mturk' has no attribute {name!r}")
    module = import_module(f"mturk.{_HOMES[name]}")
    # Kept, so that the second use is an ordinary read.
    value = globals()[name] = module if name == _HOMES[name] else getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
