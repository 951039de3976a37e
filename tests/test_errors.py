"""Errors are named by cause, and say what the service said."""

from __future__ import annotations

import pickle

import pytest

import mturk
from mturk import errors
from mturk.errors import (
    AccessDenied,
    AlreadyDone,
    DoesNotExist,
    InsufficientFunds,
    InvalidParameter,
    InvalidState,
    MTurkError,
    RequestError,
    ServiceError,
    Throttled,
    TransportError,
    Unavailable,
    ValidationError,
    error_of,
)

ORDERS = "\x1b]0;x\x07\u009b2J\u202e\t\r"
KINDS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, MTurkError)]


def refused(turk_code: str | None = None, code: str = "RequestError", message: str = "no", status: int = 400) -> type:
    body: dict[str, object] = {"__type": code, "Message": message}
    if turk_code:
        body["TurkErrorCode"] = turk_code
    return type(error_of("GetHIT", status, body))


@pytest.mark.parametrize(
    ("turk_code", "kind"),
    [
        ("HITDoesNotExist", DoesNotExist),
        ("AssignmentDoesNotExist", DoesNotExist),
        ("QualificationDoesNotExist", DoesNotExist),
        ("QualificationTypeDoesNotExist", DoesNotExist),
        ("QualificationRequestDoesNotExist", DoesNotExist),
        ("HITLayoutDoesNotExist", DoesNotExist),
        ("InvalidHITState", InvalidState),
        ("InvalidAssignmentState", InvalidState),
        ("InvalidQualificationState", InvalidState),
        ("InvalidQualificationTypeState", InvalidState),
        ("InvalidQualificationRequestState", InvalidState),
        ("HITTooOldForExtension", InvalidState),
        ("HITAlreadyPassedReview", InvalidState),
        ("InsufficientFunds", InsufficientFunds),
        ("InvalidParameterValue", InvalidParameter),
        ("InvalidMaximumAssignmentsIncrease", InvalidParameter),
        ("InvalidTransportEndpoint", InvalidParameter),
        ("XMLParseError", InvalidParameter),
        ("XHTMLParseError", InvalidParameter),
        ("HITAlreadyExists", AlreadyDone),
        ("HitAlreadyExists", AlreadyDone),
        ("QualificationTypeAlreadyExists", AlreadyDone),
        ("QualificationAlreadyExists", AlreadyDone),
        ("AssignmentAlreadyExists", AlreadyDone),
        ("DuplicateCall", AlreadyDone),
        ("PermissionDeniedException", AccessDenied),
        ("SomethingNew", RequestError),
    ],
)
def test_a_turk_code_names_the_class(turk_code: str, kind: type) -> None:
    assert refused(f"AWS.MechanicalTurk.{turk_code}") is kind
    assert refused(turk_code) is kind


@pytest.mark.parametrize(
    ("turk_code", "kind"),
    [
        ("AWS.MissingParameters", InvalidParameter),
        ("AWS.ParameterOutOfRange", InvalidParameter),
        ("AWS.NotAuthorized", AccessDenied),
        ("AWS.BadCredentialSupplied", AccessDenied),
        ("AWS.BadClaimsSupplied", AccessDenied),
        ("AWS.ServiceUnavailable", Unavailable),
    ],
)
def test_a_turk_code_that_is_given_in_full_names_the_class(turk_code: str, kind: type) -> None:
    assert refused(turk_code) is kind


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ThrottlingException", 400, Throttled),
        ("Throttling", 400, Throttled),
        ("TooManyRequestsException", 429, Throttled),
        ("RequestLimitExceeded", 503, Throttled),
        ("SlowDown", 503, Throttled),
        ("ServiceFault", 500, Unavailable),
        ("InternalFailure", 500, Unavailable),
        ("ServiceUnavailable", 503, Unavailable),
        ("AccessDeniedException", 400, AccessDenied),
        ("UnrecognizedClientException", 400, AccessDenied),
        ("InvalidSignatureException", 403, AccessDenied),
        ("IncompleteSignatureException", 400, AccessDenied),
        ("MissingAuthenticationTokenException", 403, AccessDenied),
        ("ExpiredTokenException", 400, AccessDenied),
        ("ParameterValidationError", 400, InvalidParameter),
        ("ValidationException", 400, InvalidParameter),
        ("RequestError", 400, RequestError),
        ("UnknownOperationException", 400, ServiceError),
        ("SerializationException", 400, ServiceError),
    ],
)
@pytest.mark.parametrize("form", ["{}", "com.amazonaws.mturk#{}", "{}:http://internal.amazon.com/coral/"])
def test_a_type_names_the_class_in_each_of_its_forms(code: str, status: int, kind: type, form: str) -> None:
    error = error_of("GetHIT", status, {"__type": form.format(code), "message": "no"})
    assert (type(error), error.code, error.message) == (kind, code, "no")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ServiceError),
        (401, AccessDenied),
        (403, AccessDenied),
        (404, ServiceError),
        (413, ServiceError),
        (429, Throttled),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
        (505, Unavailable),
    ],
)
def test_the_status_names_the_class_where_nothing_else_does(status: int, kind: type) -> None:
    error = error_of("GetHIT", status, {})
    assert type(error) is kind
    assert (error.code, error.turk_code, error.status) == (None, None, status)
    assert str(status) in str(error)


def test_a_repeated_bonus_is_known_by_its_text() -> None:
    text = 'The idempotency token "abc" has already been processed.'
    assert refused("AWS.MechanicalTurk.SomethingElse", message=text) is AlreadyDone
    assert refused(None, message=text) is AlreadyDone


@pytest.mark.parametrize("suffix", [" (1567545210650)", " (1567545210650 s)", ""])
def test_the_message_goes_without_the_time_at_its_end(suffix: str) -> None:
    assert error_of("GetHIT", 400, {"Message": f"Hit 3ABC (old) does not exist.{suffix}"}).message == (
        "Hit 3ABC (old) does not exist."
    )


@pytest.mark.parametrize("member", ["Message", "message"])
def test_the_message_is_found_in_either_spelling(member: str) -> None:
    assert error_of("GetHIT", 400, {member: "no"}).message == "no"


def test_an_error_keeps_what_was_sent() -> None:
    body: dict[str, object] = {
        "__type": "ParameterValidationError",
        "Message": 'The value "X" is not valid for the parameter Test. (1567545210650 s)',
        "Parameter": "Test",
        "TurkErrorCode": "AWS.MechanicalTurk.InvalidParameterValue",
    }
    error = error_of("CreateQualificationType", 400, body, "request-7")
    assert error.operation == "CreateQualificationType"
    assert error.code == "ParameterValidationError"
    assert error.turk_code == "AWS.MechanicalTurk.InvalidParameterValue"
    assert error.parameter == "Test"
    assert error.request_id == "request-7"
    assert error.status == 400
    assert not error.maybe_done
    assert str(error) == (
        'CreateQualificationType: The value "X" is not valid for the parameter Test. '
        "(AWS.MechanicalTurk.InvalidParameterValue, request id request-7)"
    )


@pytest.mark.parametrize("body", [{"__type": 7}, {"TurkErrorCode": []}, {"Message": {}}, {"__type": ""}])
def test_an_error_of_the_wrong_types_is_still_an_error(body: dict[str, object]) -> None:
    assert type(error_of("GetHIT", 400, body)) is ServiceError


REAL_STATE = (
    "This HIT is currently in the state 'Unassignable'. This operation can be called with a status of: "
    "Reviewing, Reviewable"
)


def test_the_states_are_read_from_the_message() -> None:
    error = InvalidState(REAL_STATE)
    assert error.state == "Unassignable"
    assert error.allowed_states == ("Reviewing", "Reviewable")


def test_words_after_the_states_are_no_states() -> None:
    assert InvalidState(f"{REAL_STATE} What is open: nothing").allowed_states == ("Reviewing", "Reviewable")
    assert InvalidState("called with a status of: Reviewable,Approved,Rejected").allowed_states == (
        "Reviewable",
        "Approved",
        "Rejected",
    )


def test_a_message_without_states_has_none() -> None:
    assert (InvalidState("no").state, InvalidState("no").allowed_states) == (None, ())


@pytest.mark.parametrize(
    ("message", "hit_id"),
    [
        ('The HIT with ID "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012" already exists.', "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012"),
        ("Hit 3ABCDEFGHIJKLMNOPQRSTUVWXYZ012 does not exist.", "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012"),
        ("The HIT assignments already exist.", None),
        ("This HIT is currently in the state 'Disposed'.", None),
        ("White 3ABCDEFGHIJKLMNOPQRSTUVWXYZ012", None),
    ],
)
def test_the_id_of_the_hit_is_read_from_the_message(message: str, hit_id: str | None) -> None:
    assert AlreadyDone(message).hit_id == hit_id


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_an_mturk_error_and_public(kind: type) -> None:
    assert issubclass(kind, MTurkError)
    assert getattr(mturk, kind.__name__) is kind


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (ValidationError, ValueError),
        (mturk.AnswerError, ValueError),
        (DoesNotExist, LookupError),
        (DoesNotExist, RequestError),
        (Throttled, ServiceError),
        (RequestError, ServiceError),
    ],
)
def test_errors_are_also_what_python_calls_such_things(kind: type, base: type) -> None:
    assert issubclass(kind, base)


@pytest.mark.parametrize(
    "error",
    [
        error_of("GetHIT", 400, {"__type": "RequestError", "Message": REAL_STATE}, "r"),
        TransportError("GetHIT: no answer", operation="GetHIT", maybe_done=True),
        ValidationError("title has 129 characters"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_survives_the_way_between_processes(error: MTurkError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize(
    ("message", "subject", "limit"),
    [
        ("Hit 3ABCDEFGHIJKLMNOPQRSTUVWXYZ012 does not exist.", "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012", None),
        ("Assignment 3ZZZDEFGHIJKLMNOPQRSTUVWXYZ012 was submitted", "3ZZZDEFGHIJKLMNOPQRSTUVWXYZ012", None),
        ("Your request parameter Question has a maximum length of 65535.", None, 65535),
        ("Value 101 at 'maxResults' failed: Member must have value less than or equal to 100", None, 100),
        ("THIS REQUESTER has INSUFFICIENT funds", None, None),
    ],
)
def test_the_id_and_the_limit_are_read_out_of_the_message(message: str, subject: str | None, limit: int | None) -> None:
    error = ServiceError(message)
    assert (error.subject_id, error.limit) == (subject, limit)


@pytest.mark.parametrize(
    "error",
    [
        error_of("GetHIT", 400, {"Message": f"No HIT {ORDERS}", "TurkErrorCode": ORDERS}, ORDERS),
        TransportError(f"The answer is about {ORDERS}"),
        ValidationError(f"there is no column {ORDERS}"),
    ],
)
def test_a_traceback_gives_a_terminal_no_orders_of_a_service_or_a_file(error: MTurkError) -> None:
    assert str(error).isprintable()
    assert ORDERS in error.args[0]


@pytest.mark.parametrize("error", [error_of("GetHIT", 400, {"Message": "a\nb"}), TransportError("a\nb")])
def test_what_a_service_says_begins_no_line_of_a_log(error: MTurkError) -> None:
    assert "a b" in str(error)
