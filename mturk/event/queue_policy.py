"""The policy of a queue: who may send to it, and why MTurk may not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

PRINCIPAL = "mturk-requester.amazonaws.com"
_SEND = "sqs:SendMessage"
_STATEMENT = "MTurkMaySend"


def allowing(policy: str | None, arn: str) -> str | None:
    """The policy that lets MTurk send too, or None if it does already; what else the policy allows stays allowed."""
    if problem(policy, arn) is None:
        return None
    held = [each for each in _statements(policy) if each.get("Sid") != _STATEMENT]
    document = {**_document(policy), "Version": "2012-10-17", "Statement": [*held, _statement(arn)]}
    return json.dumps(document)


def problem(policy: str | None, arn: str) -> str | None:
    """Why MTurk may not send to the queue by its policy, as far as that can be told."""
    if not policy:
        return f"The queue has no policy, so that only its owner may send to it, and not {PRINCIPAL}."
    sending = [each for each in _statements(policy) if _has_action(each)]
    if any(each.get("Effect") == "Deny" and _is_mturk(each) and not each.get("Condition") for each in sending):
        return f"A statement of the queue's policy denies {_SEND}."
    allowed = [each for each in sending if each.get("Effect") == "Allow"]
    ours = [each for each in allowed if _is_mturk(each)]
    if not ours:
        others = ", ".join(sorted({name for each in allowed for name in _principals(each)})) or "nobody"
        return f"The queue's policy has the wrong principal: it lets {others} send, not the service {PRINCIPAL}."
    if not any(_covers(each.get("Resource"), arn) for each in ours):
        return f"The queue's policy lets {PRINCIPAL} send to another resource, not to {arn}."
    return None


def _statement(arn: str) -> dict[str, Any]:
    return {
        "Sid": _STATEMENT,
        "Effect": "Allow",
        "Principal": {"Service": PRINCIPAL},
        "Action": _SEND,
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }


def _document(policy: str | None) -> Mapping[str, Any]:
    try:
        document = json.loads(policy or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, Mapping) else {}


def _statements(policy: str | None) -> list[Mapping[str, Any]]:
    found = _document(policy).get("Statement", [])
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, Mapping)]


def _texts(value: object) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield each


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        for each in principal.values():
            yield from _texts(each)
    else:
        yield from _texts(principal)


def _is_mturk(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = principal.get("Service") if isinstance(principal, Mapping) else None
    return "*" in _principals(statement) or PRINCIPAL in _texts(services)


def _has_action(statement: Mapping[str, Any]) -> bool:
    return any(_matches(pattern.lower(), _SEND.lower()) for pattern in _texts(statement.get("Action")))


def _covers(resource: object, arn: str) -> bool:
    return any(_matches(pattern, arn) for pattern in _texts(resource))


def _matches(pattern: str, text: str) -> bool:
    # One star after the other, each as short as it can be: an expression would try all lengths of all of them.
    at = place = 0
    star = tried = -1
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, tried, at = at, place, at + 1
        elif at < len(pattern) and pattern[at] in ("?", text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            tried += 1
            at, place = star + 1, tried
        else:
            return False
    return not pattern[at:].strip("*")
