"""What can go wrong, named by cause.

    MTurkError
      ConfigurationError        no connection, no credentials, a missing extra
      ValidationError           an argument outside the service's limits (also a ValueError)
      AnswerError               an answer document that cannot be read (also a ValueError)
      ForgedMessage             a message that does not prove where it comes from
      UnreadableMessage         a message of events that cannot be read (also a ValueError)
      OverBudget                a call would spend more than the program's own limit
      ConfirmationNeeded        a bulk step on a live service, whose count was not repeated
      TransportError            no usable answer came back
      ServiceError              the service answered with an error
        Throttled               too many calls, even after waiting
        Unavailable             the service is in trouble, even after retries
        AccessDenied            credentials or permission
        RequestError            the request is refused
          DoesNotExist          an id that the service does not know (also a LookupError)
          InvalidState          the thing is not in a state that allows this
          InsufficientFunds
          QuotaExceeded         a marketplace keeps no more of this for the account
          InvalidParameter      the service does not accept a value
          AlreadyDone           the same request was carried out before

`error_of` picks the class for an answer of the service.
"""

from __future__ import annotations

import re

# As in data/safe_text.py, which is above this module; the lines of a text stay.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class MTurkError(Exception):
    """The base of everything that this package raises on purpose.

    `partial` is what was done before, where a verb that makes several calls stopped at one: see its docstring.
    """

    partial: object = None

    def __str__(self) -> str:
        # A traceback shows it as it is, and it may quote what a service or a file says.
        return _UNSEEN.sub("\ufffd", super().__str__())


class ConfigurationError(MTurkError):
    """Something is missing before any call can be made: a connection, credentials, an extra."""


class ValidationError(MTurkError, ValueError):
    """An argument is outside the service's limits; nothing was sent.

    The text names the argument, the value and the limit.
    """


class AnswerError(MTurkError, ValueError):
    """A worker's answer document cannot be read; the text names the assignment."""


class ForgedMessage(MTurkError):
    """A message did not prove where it comes from; the text says what was wrong, and quotes nothing of the message."""


class UnreadableMessage(MTurkError, ValueError):
    """A message holds no events that can be read, although it came from where it should.

    `body` is its text, where it is given to `on_failure`.
    """

    body: str | None = None


class OverBudget(MTurkError):
    """A call would spend more than the connection's `Budget` allows; nothing was sent."""


class ConfirmationNeeded(MTurkError):
    """Many things would be rejected, blocked or deleted for good; nothing was done. Repeat with the count."""


class TransportError(MTurkError):
    """No usable answer came back: the endpoint is out of reach, or what it said is not an answer.

    `maybe_done` says whether the request may have been carried out all the same; `unreachable` that the last try was
    surely not sent, because no connection came about: the service is away, or the address is wrong.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str | None = None,
        maybe_done: bool = False,
        unreachable: bool = False,
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.maybe_done = maybe_done
        self.unreachable = unreachable

    def __str__(self) -> str:
        text = " ".join(super().__str__().splitlines())
        if self.maybe_done:
            return text if _only_reads(self.operation) else f"{text} The request may have been carried out."
        return f"{text} Nothing was sent." if self.operation else text


class ServiceError(MTurkError):
    """The service answered with an error.

    `turk_code` is the service's own code as sent (`AWS.MechanicalTurk.HITDoesNotExist`), `code` the
    error type (`RequestError`), `status` the HTTP status, `request_id` what AWS Support asks for.
    `parameter` names the refused parameter where the service does. `maybe_done` is true when an earlier
    try of the same call was lost on the way and may have been carried out. `retry_after` is how many seconds
    the service asks to wait, `server_time` (epoch seconds) what its clock showed.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str | None = None,
        code: str | None = None,
        turk_code: str | None = None,
        request_id: str | None = None,
        status: int | None = None,
        parameter: str | None = None,
        maybe_done: bool = False,
        retry_after: float | None = None,
        server_time: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.code = code
        self.turk_code = turk_code
        self.request_id = request_id
        self.status = status
        self.parameter = parameter
        self.maybe_done = maybe_done
        self.retry_after = retry_after
        self.server_time = server_time

    def __str__(self) -> str:
        text = f"{self.operation}: {self.message}" if self.operation else self.message
        facts = [self.turk_code or self.code, self.request_id and f"request id {self.request_id}"]
        known = ", ".join(fact for fact in facts if fact)
        text = _UNSEEN.sub("\ufffd", " ".join((f"{text} ({known})" if known else text).splitlines()))
        told = self.maybe_done and not _only_reads(self.operation)
        return f"{text} An earlier try may have been carried out." if told else text

    @property
    def state(self) -> str | None:
        """The state that the thing is in, where the message says so (`Unassignable`)."""
        found = re.search(r"currently in the state '([^']*)'", self.message)
        return found[1] if found else None

    @property
    def allowed_states(self) -> tuple[str, ...]:
        """The states in which the operation is possible, where the message lists them."""
        found = re.search(r"called with a status of: (\w+(?:, *\w+)*)", self.message)
        return tuple(re.findall(r"\w+", found[1])) if found else ()

    @property
    def subject_id(self) -> str | None:
        """The id of what the message is about, of whatever kind: a HIT, an assignment, a worker, a type."""
        found = re.search(r"\b(?=[A-Z0-9]*[A-Z])(?=[A-Z0-9]*[0-9])[A-Z0-9]{10,64}\b", self.message)
        return found[0] if found else None

    @property
    def limit(self) -> int | None:
        """The limit that a value went beyond, where the message names it."""
        found = re.search(
            r"(?:(?:less|greater) than or equal to|(?:maximum|minimum) (?:length|value) of|limit (?:is|of)) (\d+)",
            self.message,
        )
        return int(found[1]) if found else None

    @property
    def hit_id(self) -> str | None:
        """The id of the HIT that the message is about."""
        found = re.search(r'\b[Hh][Ii][Tt]\b(?: with [Ii][Dd])? "?([A-Z0-9]{10,64})\b', self.message)
        return found[1] if found else None


class Throttled(ServiceError):
    """The service takes fewer calls than it was sent, and waiting for `max_wait` did not help."""


class Unavailable(ServiceError):
    """The service is in trouble (HTTP 5xx), and went on being so through all tries.

    `unreachable` says that a proxy in front answered in its place: 502, 503 or 504, and nothing that the service says.
    """

    unreachable = False


class AccessDenied(ServiceError):
    """The credentials are unknown, wrong or out of date, or do not allow this operation."""


class RequestError(ServiceError):
    """The request is refused; the same request will be refused again."""


class DoesNotExist(RequestError, LookupError):
    """The service does not know this id, or it belongs to somebody else."""


class InvalidState(RequestError):
    """The HIT, assignment or qualification is not in a state that allows this operation."""


class InsufficientFunds(RequestError):
    """The account's balance does not cover the reward or bonus and its fee."""


class QuotaExceeded(RequestError):
    """A marketplace keeps no more of this for the account; AWS's own never says so."""


class InvalidParameter(RequestError):
    """The service does not accept a value."""


class AlreadyDone(RequestError):
    """The same request was carried out before, or the thing exists already."""


_BY_TURK_CODE: dict[str, type[ServiceError]] = {
    code.lower(): kind
    for kind, codes in {
        DoesNotExist: (
            "HITDoesNotExist",
            "AssignmentDoesNotExist",
            "HITLayoutDoesNotExist",
            "HITTypeDoesNotExist",
            "QualificationDoesNotExist",
            "QualificationTypeDoesNotExist",
            "QualificationRequestDoesNotExist",
        ),
        InvalidState: (
            "InvalidHITState",
            "InvalidAssignmentState",
            "InvalidQualificationState",
            "InvalidQualificationTypeState",
            "InvalidQualificationRequestState",
            "HITAlreadyPassedReview",
            "HITTooOldForExtension",
        ),
        InsufficientFunds: ("InsufficientFunds",),
        QuotaExceeded: ("QuotaExceeded",),
        InvalidParameter: (
            "InvalidParameterValue",
            "InvalidMaximumAssignmentsIncrease",
            "InvalidTransportEndpoint",
            "XMLParseError",
            "XHTMLParseError",
            "AWS.MissingParameters",
            "AWS.ParameterOutOfRange",
        ),
        AlreadyDone: (
            "AssignmentAlreadyExists",
            "DuplicateCall",
            "HITAlreadyExists",
            "QualificationAlreadyExists",
            "QualificationTypeAlreadyExists",
        ),
        AccessDenied: (
            "PermissionDeniedException",
            "AWS.BadClaimsSupplied",
            "AWS.BadCredentialSupplied",
            "AWS.NotAuthorized",
        ),
        Unavailable: ("AWS.ServiceUnavailable",),
    }.items()
    for code in codes
}

_BY_CODE: dict[str, type[ServiceError]] = {
    code: kind
    for kind, codes in {
        Throttled: (
            "BandwidthLimitExceeded",
            "LimitExceededException",
            "OverLimit",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        Unavailable: (
            "InternalFailure",
            "InternalServerError",
            "ServiceFault",
            "ServiceUnavailable",
            "ServiceUnavailableException",
        ),
        AccessDenied: (
            "AccessDenied",
            "AccessDeniedException",
            "ExpiredTokenException",
            "IncompleteSignatureException",
            "InvalidClientTokenId",
            "InvalidSecurity",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "RequestExpired",
            "UnrecognizedClientException",
        ),
        InvalidParameter: (
            "InvalidAttributeName",
            "InvalidAttributeValue",
            "InvalidMessageContents",
            "InvalidParameterValue",
            "ParameterValidationError",
            "ReceiptHandleIsInvalid",
            "ValidationException",
        ),
        InvalidState: ("AWS.SimpleQueueService.QueueDeletedRecently", "QueueDeletedRecently"),
        DoesNotExist: ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
        RequestError: ("RequestError",),
    }.items()
    for code in codes
}

# Real messages end in "(1567545210650)", in the sandbox "(1567545210650 s)".
_TIME = re.compile(r"\d{10,}(?: s)?\)")


def error_of(operation: str, status: int, body: dict[str, object], request_id: str | None = None) -> ServiceError:
    """The exception for an error answer, its class chosen by cause."""
    code = _bare(body.get("__type"))
    turk_code = _text(body.get("TurkErrorCode"))
    sent = _text(body.get("Message")) or _text(body.get("message"))
    message = _without_time(sent or f"the service answered HTTP {status} without a message")
    return _class_of(status, code, turk_code, message)(
        message,
        operation=operation,
        code=code,
        turk_code=turk_code,
        request_id=request_id,
        status=status,
        parameter=_text(body.get("Parameter")),
    )


def _class_of(status: int, code: str | None, turk_code: str | None, message: str) -> type[ServiceError]:
    # A repeated bonus is known by its text alone: no code for it was ever seen.
    if message.startswith("The idempotency token"):
        return AlreadyDone
    if turk_code:
        kind = _BY_TURK_CODE.get(turk_code.removeprefix("AWS.MechanicalTurk.").lower())
        if kind:
            return kind
    if code in _BY_CODE:
        return _BY_CODE[code]
    return _by_status(status)


def _by_status(status: int) -> type[ServiceError]:
    if status == 429:
        return Throttled
    if status >= 500:
        return Unavailable
    if status in (401, 403):
        return AccessDenied
    return ServiceError


def _without_time(message: str) -> str:
    # From its end: an expression that looks for the blanks in front takes hours for a megabyte of them.
    text, bracket, last = message.rstrip().rpartition("(")
    return text.rstrip() if bracket and _TIME.fullmatch(last) else message


def _only_reads(operation: str | None) -> bool:
    return operation is not None and operation.startswith(("Get", "List"))


def _bare(kind: object) -> str | None:
    # AWS writes error types as "Name", "namespace#Name" and "Name:uri".
    text = _text(kind)
    return text.rpartition("#")[2].partition(":")[0] if text else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
