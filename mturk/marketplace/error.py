"""What can go wrong: errors of the API in their three forms on the wire, and errors for who runs the marketplace.

MarketplaceError            the marketplace cannot start or go on; one line that says what to do
  SettingError              … with this setting; also a ValueError
  DatabaseError             … with its database: not reached, gone, damaged
    DatabaseBusy            … for a while: others write in it
  ClockError                … with a time that no date can say
WorkerError                 what a worker tried and the site refuses
  NotThere                  … because it does not exist, or not for this worker
  NotAllowed                … because this worker may not
  TooOften                  … because they did so often before
Refusal                     an error of the API
  FrontEndError             the request never reached the service (signature, shape, rate)
  RequestError              the request is refused
    ParameterValidationError    … because of one parameter
  ServiceFault              a failure on the service's side
"""

from __future__ import annotations


class MarketplaceError(Exception):
    """The marketplace cannot start or go on; the text says what happened and what to do."""


class SettingError(MarketplaceError, ValueError):
    """A setting that no marketplace can have; the text names it."""


class DatabaseError(MarketplaceError):
    """The database cannot be used now; the text says why and what to do."""


class DatabaseBusy(DatabaseError):
    """Others have written in the database for longer than one waits; nothing was changed, so try it again."""


class ClockError(MarketplaceError):
    """The market's time is later than any date that it can say; the text says where that comes from."""


class WorkerError(Exception):
    """What a worker tried and the site refuses; the text is for the worker.

    `words` can be translated; `values` stand in their gaps.
    """

    def __init__(self, words: str, /, **values: object) -> None:
        super().__init__(words % values if values else words)
        self.words = words
        self.values = values


class NotThere(WorkerError):
    """What a worker asked for does not exist, or is not theirs."""


class NotAllowed(WorkerError):
    """What a worker asked for is there, and not for them."""


class TooOften(WorkerError):
    """What a worker did so often that they must wait."""


def told(text: str) -> str:
    """A text that is told to workers later on; this marks it for the catalogues of translations."""
    return text


class Refusal(Exception):
    """An error of the API: `status` is the HTTP status, `body` what is sent."""

    status = 400
    retry_after: float | None = None
    """Seconds after which it is worth trying again, where that is known."""

    def body(self, now: object) -> dict[str, str]:
        """The JSON body of the answer; `now` is the service's clock in milliseconds, as it is written."""
        raise NotImplementedError  # each of the three styles of error has a body of its own


class FrontEndError(Refusal):
    """An error of the layer in front of the service: its `message` is in lower case, and it has no TurkErrorCode."""

    def __init__(self, kind: str, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_after = retry_after

    def body(self, now: object) -> dict[str, str]:
        return {"__type": self.kind, "message": self.message} if self.message else {"__type": self.kind}


class RequestError(Refusal):
    """The request is refused; `code` stands without its prefix `AWS.MechanicalTurk.`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def body(self, now: object) -> dict[str, str]:
        return {
            "__type": "RequestError",
            # The service ends each of these texts with its clock in milliseconds.
            "Message": f"{self.message} ({now})",
            "TurkErrorCode": f"AWS.MechanicalTurk.{self.code}",
        }


class ParameterValidationError(RequestError):
    """One parameter is not acceptable; the service's published model does not know this error."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__("InvalidParameterValue", message)
        self.parameter = parameter

    @classmethod
    def of(cls, parameter: str, value: object, reason: str = "") -> ParameterValidationError:
        """The service's usual text for a value that it does not accept."""
        text = f'The value "{value}" is not valid for the parameter {parameter}.'
        return cls(parameter, f"{text} {reason}" if reason else text)

    def body(self, now: object) -> dict[str, str]:
        return {**super().body(now), "__type": "ParameterValidationError", "Parameter": self.parameter}


class ServiceFault(Refusal):
    """A temporary failure on the service's side; clients retry."""

    status = 500

    def __init__(
        self,
        message: str = "The service is temporarily unavailable. Please try again.",
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after

    def body(self, now: object) -> dict[str, str]:
        return {
            "__type": "ServiceFault",
            "Message": f"{self.message} ({now})",
            "TurkErrorCode": "AWS.ServiceUnavailable",
        }


def does_not_exist(thing: str, identifier: str) -> RequestError:
    """The refusal of an id that is unknown, somebody else's, or disposed."""
    return RequestError(f"{thing}DoesNotExist", f"{thing.capitalize()} {identifier} does not exist.")


def wrong_state(thing: str, state: str, *allowed: str) -> RequestError:
    """The refusal of an operation that is not possible in the thing's current state."""
    text = (
        f"This {thing} is currently in the state '{state}'. "
        f"This operation can be called with a status of: {', '.join(allowed)}"
    )
    return RequestError(f"Invalid{thing}State", text)
