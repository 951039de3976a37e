"""The API before this one: programs of then are told in their own XML that it is gone, and where to read on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

_SERVICE = "AWSMechanicalTurkRequester"
_TEXT = (
    "This is the old Requester API, which was switched off in 2019. This marketplace speaks the API of 2017-01-17, as "
    "AWS's SDKs of today do. What to write in place of each old call is in docs/from-node.md of the package mturk."
)


def is_bygone(fields: Mapping[str, str]) -> bool:
    """Whether the fields of a query or a form are a call of the old API."""
    return fields.get("Service") == _SERVICE


def refusal(fields: Mapping[str, str]) -> str:
    """An error as the old API wrote it; its status was 200, and the root bears the operation's name."""
    operation = fields.get("Operation", "")
    root = f"{operation if operation.isascii() and operation.isalpha() else ''}Response"
    return (
        f'<?xml version="1.0"?>\n<{root}><OperationRequest><RequestId>{uuid.uuid4()}</RequestId><Errors><Error>'
        f"<Code>AWS.MechanicalTurk.OperationNoLongerSupported</Code><Message>{_TEXT}</Message></Error></Errors>"
        f"</OperationRequest></{root}>\n"
    )
