"""From the parameters of the old API to the members of today's operations, by the rules of those."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from mturk.marketplace.query.parameter_tree import Node, Tree, items
from mturk.marketplace.query.query_error import malformed, missing
from mturk.marketplace.request.rules import Rule
from mturk.marketplace.request.shape import Flag, Kind, ListOf, Member, Money, Structure, Text, Whole

_PLURALS = {
    "AssignmentStatuses": "AssignmentStatus",
    "Assignments": "Assignment",
    "BonusPayments": "BonusPayment",
    "EventTypes": "EventType",
    "HITLayoutParameters": "HITLayoutParameter",
    "HITs": "HIT",
    "IntegerValues": "IntegerValue",
    "LocaleValues": "LocaleValue",
    "MapEntries": "MapEntry",
    "NotifyWorkersFailureStatuses": "NotifyWorkersFailureStatus",
    "Parameters": "Parameter",
    "PolicyLevels": "PolicyLevel",
    "QualificationRequests": "QualificationRequest",
    "QualificationRequirements": "QualificationRequirement",
    "QualificationTypes": "QualificationType",
    "Qualifications": "Qualification",
    "ReviewActions": "ReviewAction",
    "ReviewResults": "ReviewResult",
    "Values": "Value",
    "WorkerBlocks": "WorkerBlock",
    "WorkerIds": "WorkerId",
}
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_AMOUNT = re.compile(r"(?=\.?[0-9])[0-9]{0,15}(\.[0-9]{0,15})?", re.ASCII)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_CURRENCY = "USD"


def singular(name: str) -> str:
    """How the old API calls what a list of today's has: each part of a list stands by itself there."""
    return _PLURALS.get(name, name)


def members(rule: Rule, given: Tree, names: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The members for an operation of today, where `names` has the old names that are others.

    What is empty counts as not given, and what the rule does not know is passed over, as it was.
    """
    return _members(rule.members, given, names, "")


def whole(given: Tree, name: str, usual: int | None = None) -> int | None:
    """A parameter that is a whole number."""
    node = given.get(name)
    return usual if node in (None, "") else _read_whole(_text(node, name), name)


def words(given: Tree, name: str) -> list[str]:
    """A parameter that is a list of words, one by one or with commas."""
    node = given.get(name)
    return [] if node in (None, "") else [word for item in items(node) for word in _text(item, name).split(",")]


def _members(known: tuple[Member, ...], given: Tree, names: Mapping[str, str], path: str) -> dict[str, Any]:
    read = {}
    for member in known:
        old = names.get(member.name, singular(member.name))
        node = given.get(old)
        if node not in (None, ""):
            read[member.name] = _value(member.kind, node, f"{path}{old}")
        elif member.required:
            raise missing(f"{path}{old}")
    return read


def _value(kind: Kind, node: Node, path: str) -> Any:
    if isinstance(kind, ListOf):
        return [_value(kind.kind, item, path) for item in _items(kind, node)]
    if isinstance(kind, Structure):
        return _members(kind.members, _structure(node, path), {}, f"{path}.")
    if isinstance(kind, Money):
        return _money(_structure(node, path), path)
    text = _text(node, path)
    if isinstance(kind, Whole):
        return _read_whole(text, path)
    if isinstance(kind, Flag):
        return _flag(text, path)
    return text


def _items(kind: ListOf, node: Node) -> list[Node]:
    found = items(node)
    if isinstance(kind.kind, Text) and kind.kind.choices:
        return [word for item in found for word in (item.split(",") if isinstance(item, str) else [item])]
    return found


def _text(node: Node | None, path: str) -> str:
    only = items(node) if node is not None else []
    if len(only) == 1 and isinstance(only[0], str):
        return only[0]
    raise malformed(path, "one value")


def _structure(node: Node, path: str) -> Tree:
    only = items(node)
    if len(only) == 1 and not isinstance(only[0], str):
        return only[0]
    raise malformed(path, f"one structure, such as {path}.1")


def _read_whole(text: str, path: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise malformed(path, "a whole number")
    return int(text)


def _flag(text: str, path: str) -> bool:
    if text.lower() not in _FLAGS:
        raise malformed(path, "true or false")
    return _FLAGS[text.lower()]


def _money(price: Tree, path: str) -> str:
    amount = _text(price.get("Amount"), f"{path}.Amount") if "Amount" in price else ""
    if not amount:
        raise missing(f"{path}.Amount")
    currency = _text(price.get("CurrencyCode", _CURRENCY), f"{path}.CurrencyCode")
    if currency != _CURRENCY:
        raise malformed(f"{path}.CurrencyCode", _CURRENCY)
    exact = Decimal(amount) if _AMOUNT.fullmatch(amount) else None
    if exact is None or exact != exact.quantize(Decimal("0.01")):
        raise malformed(f"{path}.Amount", "an amount in dollars and whole cents")
    return f"{exact:.2f}"
