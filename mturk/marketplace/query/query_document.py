"""Answers in the XML of the old API."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from mturk.marketplace.call import Answer
from mturk.marketplace.query.query_error import Told
from mturk.marketplace.query.translation import singular

_MONEY = {"AvailableBalance", "BonusAmount", "OnHoldBalance", "Reward"}
_TIMES = {
    "AcceptTime",
    "ApprovalTime",
    "AutoApprovalTime",
    "CompleteTime",
    "CreationTime",
    "Deadline",
    "Expiration",
    "GrantTime",
    "RejectionTime",
    "SubmitTime",
}
_SUBJECT = {"WorkerId": "SubjectId"}
_OTHER_NAMES: Mapping[str, Mapping[str, str]] = {
    "Qualification": _SUBJECT,
    "QualificationRequest": _SUBJECT,
    "ReviewAction": {"TargetId": "ObjectId", "TargetType": "ObjectType"},
}
_NEWER = {"ActionsGuarded", "NextToken"}
_NAME = re.compile(r"[A-Za-z]{1,64}")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def success(operation: str, result: str, answers: Sequence[Answer], request_id: str) -> bytes:
    """The answer to a call that was carried out: its result has these members, one after another."""
    root, _ = _begin(operation, request_id)
    inner = SubElement(root, result)
    SubElement(SubElement(inner, "Request"), "IsValid").text = "True"
    for answer in answers:
        _fill(inner, answer)
    return _written(root)


def failure(operation: str, result: str, refusal: Told, request_id: str, now: str) -> bytes:
    """The answer to a call that was refused, by its operation or before."""
    root, request = _begin(operation, request_id)
    if not refusal.in_front:
        request = SubElement(SubElement(root, result), "Request")
        SubElement(request, "IsValid").text = "False"
    error = SubElement(SubElement(request, "Errors"), "Error")
    _fill(error, {"Code": refusal.code, "Message": f"{refusal.message} ({now})"})
    if refusal.parameter:
        _fill(SubElement(error, "Data"), {"Key": "Parameter", "Value": refusal.parameter})
    return _written(root)


def _begin(operation: str, request_id: str) -> tuple[Element, Element]:
    # The name of the root is what a caller sent: only a word.
    root = Element(f"{operation if _NAME.fullmatch(operation) else ''}Response")
    request = SubElement(root, "OperationRequest")
    SubElement(request, "RequestId").text = request_id
    return root, request


def _fill(parent: Element, answer: Mapping[str, Any]) -> None:
    names = _OTHER_NAMES.get(parent.tag, {})
    for name, value in answer.items():
        if name not in _NEWER:
            _add(parent, names.get(name, singular(name)), value)


def _add(parent: Element, name: str, value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _add(parent, name, item)
        return
    child = SubElement(parent, name)
    if isinstance(value, dict):
        _fill(child, value)
    elif name in _MONEY:
        _fill(child, _price(str(value)))
    elif name in _TIMES:
        child.text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value))
    elif isinstance(value, bool):
        child.text = "true" if value else "false"
    else:
        child.text = _NOT_IN_XML.sub("\ufffd", str(value))


def _price(amount: str) -> dict[str, str]:
    return {"Amount": amount, "CurrencyCode": "USD", "FormattedPrice": f"${Decimal(amount):,.2f}"}


def _written(root: Element) -> bytes:
    # A reader makes a new line of a return that is not written as a number.
    text: str = tostring(root, encoding="unicode").replace("\r", "&#13;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
