"""Run human work through Amazon Mechanical Turk's API, on AWS or on a marketplace of your own.

    import mturk
    from mturk import HITType, HTMLQuestion

    mturk.connect("local")

Each name is loaded when it is first used, so that a script pays at its start only for what it needs.
"""

from importlib import import_module

_NAMES = {
    "answer": "Answers Selected UploadedFile",
    "answer_key": "AnswerKey",
    "assignment": "Assignment",
    "balance": "Balance",
    "budget": "Budget",
    "choice": (
        "ActionsGuarded AssignmentStatus Comparator EventType HITReviewStatus HITStatus NotificationTransport "
        "NotifyWorkersFailureCode QualificationStatus QualificationTypeStatus ReviewableHITStatus "
        "ReviewActionStatus ReviewPolicyLevel"
    ),
    "collection": "Collection Page",
    "connection": "Connection connect current using",
    "ending": "OpenWork",
    "errors": (
        "AccessDenied AlreadyDone AnswerError ConfigurationError ConfirmationNeeded DoesNotExist InsufficientFunds "
        "InvalidParameter InvalidState MTurkError OverBudget RequestError ServiceError Throttled TransportError "
        "Unavailable ValidationError"
    ),
    "external": "TaskRequest",
    "external_question": "ExternalQuestion",
    "fee": "Estimate",
    "hit": "HIT",
    "hit_type": "HITType",
    "html_question": "HTMLQuestion",
    "layout": "Layout",
    "locale": "Locale",
    "notification": "Notification",
    "once_per_worker": "OncePerWorker",
    "price": "Price",
    "qualification": "Qualification",
    "qualification_request": "QualificationRequest",
    "qualification_type": "QualificationType",
    "question": "Question",
    "question_form": "Choice FreeText QuestionForm",
    "requirements": "requirements QualificationRequirement",
    "review": "ReviewPolicy ReviewReport ReviewResults ScoreMyKnownAnswers SimplePlurality",
    "trace": "tracer",
    "value": "BonusPayment WorkerBlock",
    "worker": "NotifyFailure Worker",
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
