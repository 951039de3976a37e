"""Refusals as the old API wrote them: a code, a text, and whether the operation ever saw the call."""

from __future__ import annotations

from typing import NamedTuple

from mturk.marketplace.error import FrontEndError, ParameterValidationError, Refusal, RequestError, ServiceFault

_PREFIX = "AWS.MechanicalTurk."
_INVALID = f"{_PREFIX}InvalidParameterValue"
_UNAVAILABLE = "AWS.ServiceUnavailable"
# What the layer in front of today's API calls them.
_CODES = {
    "SerializationException": _INVALID,
    "ThrottlingException": _UNAVAILABLE,
    "UnrecognizedClientException": "AWS.NotAuthorized",
    "ValidationException": _INVALID,
}
_FINE = 200
_LATER = 503


class QueryError(Refusal):
    """A refusal that only the old API knows; `in_front` is whether the call was refused before its operation."""

    def __init__(self, code: str, message: str, *, in_front: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.in_front = in_front

    def body(self, now: object) -> dict[str, str]:
        return {"Code": self.code, "Message": f"{self.message} ({now})"}


class Told(NamedTuple):
    """A refusal as it is answered."""

    code: str
    message: str
    parameter: str | None = None
    in_front: bool = False
    status: int = _FINE
    retry_after: float | None = None


def told(refusal: Refusal) -> Told:
    """What the old API says of a refusal.

    The status is 200 even then, as it was. It is 503 where nothing was done and the call may be sent again, which old
    programs do by themselves; so no other failure has a status for which they would.
    """
    if isinstance(refusal, QueryError):
        return Told(refusal.code, refusal.message, in_front=refusal.in_front)
    if isinstance(refusal, ParameterValidationError):
        return Told(f"{_PREFIX}{refusal.code}", refusal.message, refusal.parameter)
    if isinstance(refusal, RequestError):
        return Told(f"{_PREFIX}{refusal.code}", refusal.message)
    if isinstance(refusal, ServiceFault):
        again = refusal.retry_after
        return Told(_UNAVAILABLE, refusal.message, in_front=True, status=_LATER, retry_after=again)
    if isinstance(refusal, FrontEndError):
        code = _CODES.get(refusal.kind, "AWS.InvalidHttpRequest")
        status = _LATER if code == _UNAVAILABLE else _FINE
        again = refusal.retry_after
        return Told(code, refusal.message, in_front=code != _INVALID, status=status, retry_after=again)
    raise TypeError(f"{type(refusal).__name__} is no refusal of the API.")


def missing(name: str) -> QueryError:
    """The refusal of a call without a parameter that it needs."""
    text = f"Your request is missing required parameters. Required parameters include {name}."
    return QueryError("AWS.MissingParameters", text)


def malformed(name: str, wanted: str) -> QueryError:
    """The refusal of a parameter that does not have the form it must have."""
    return QueryError(_INVALID, f"The value of the parameter {name} is not valid: it has to be {wanted}.")


def unreadable(why: str) -> QueryError:
    """The refusal of a request that nobody can read in one way only."""
    return QueryError("AWS.InvalidHttpRequest", why, in_front=True)
