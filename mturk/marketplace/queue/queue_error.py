"""Refusals of the queues, in SQS's words: each has a name of today, and a code of the protocol before."""

from __future__ import annotations

from typing import Any

from mturk.marketplace.error import Refusal

_SERVICE = "com.amazonaws.sqs#"
_OLD = "AWS.SimpleQueueService."
# Those whose old code is neither the name itself nor the name behind `_OLD`.
_OTHER_CODES = {"QueueDoesNotExist": f"{_OLD}NonExistentQueue", "QueueNameExists": "QueueAlreadyExists"}
_SAME_CODES = {
    "InvalidAttributeName",
    "InvalidAttributeValue",
    "InvalidMessageContents",
    "InvalidParameterValue",
    "MissingParameter",
    "ReceiptHandleIsInvalid",
}


class QueueError(Refusal):
    """A call of a queue is refused."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message

    @property
    def code(self) -> str:
        """The code in the protocol before JSON, which many programs still compare with."""
        return _OTHER_CODES.get(self.kind) or (self.kind if self.kind in _SAME_CODES else f"{_OLD}{self.kind}")

    def body(self, now: object) -> dict[str, str]:
        return {"__type": f"{_SERVICE}{self.kind}", "message": self.message}


def no_such_queue() -> QueueError:
    """Whose queue it would be is not told."""
    return QueueError("QueueDoesNotExist", "The specified queue does not exist.")


def missing(name: str) -> QueueError:
    """A parameter that must be there."""
    return QueueError("MissingParameter", f"The request must contain the parameter {name}.")


def invalid(name: str, value: Any, reason: str) -> QueueError:
    """A parameter with a value that is not accepted."""
    shown = str(value)[:100]
    return QueueError("InvalidParameterValue", f"Value {shown} for parameter {name} is invalid. Reason: {reason}")
