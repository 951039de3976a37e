"""The API before this one: which requests are its calls, and what they are told where nobody answers them."""

from __future__ import annotations

from collections.abc import Mapping

from mturk.marketplace.query import query_document
from mturk.marketplace.query.old_operation import result_of
from mturk.marketplace.query.query_error import Told
from mturk.marketplace.query.query_signature import SERVICE
from mturk.marketplace.watch import visit

_TEXT = (
    "This is the old Requester API, which was switched off in 2019, and which this marketplace does not answer unless "
    "its owner says so: mturk serve --query-api. What to write in place of each old call is in docs/from-node.md of "
    "the package mturk"
)


def is_bygone(fields: Mapping[str, str]) -> bool:
    """Whether the fields of a query or a form are a call of the old API; boto 2 does not name the service."""
    return fields.get("Service") == SERVICE or ("Operation" in fields and "AWSAccessKeyId" in fields)


def refusal(fields: Mapping[str, str], now: str) -> bytes:
    """An error as the old API wrote it; its status was 200, and the root bears the operation's name."""
    operation = fields.get("Operation", "")
    told = Told("AWS.MechanicalTurk.OperationNoLongerSupported", _TEXT, in_front=True)
    return query_document.failure(operation, result_of(operation), told, visit.request_id(), now)
