"""The attributes that a sender adds to a message: checked, digested as SQS does it, and chosen by who receives it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any

from mturk.marketplace.queue.queue_error import invalid

Attributes = dict[str, dict[str, str]]
MOST = 10
_NAME = re.compile(r"(?!(?i:aws|amazon)\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_LONGEST = 256
_TYPE = re.compile(r"(String|Number|Binary)(\.[ -~]+)?")
_VALUES = ("StringValue", "BinaryValue")


def checked(given: Mapping[str, Any]) -> Attributes:
    """The attributes of a message that is sent."""
    if len(given) > MOST:
        raise invalid("MessageAttributes", len(given), f"Must be at most {MOST}.")
    return {name: _checked(name, value) for name, value in given.items()}


def _checked(name: str, given: Any) -> dict[str, str]:
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise invalid("MessageAttributes", name, "It is no name of an attribute.")
    kind = given.get("DataType") if isinstance(given, dict) else None
    if not isinstance(kind, str) or len(kind) > _LONGEST or not _TYPE.fullmatch(kind):
        raise invalid(f"MessageAttributes.{name}", kind, "The DataType is String, Number or Binary.")
    member = _VALUES[kind.startswith("Binary")]
    value = given.get(member)
    if not isinstance(value, str) or not value or not _is_readable(member, value):
        raise invalid(f"MessageAttributes.{name}", kind, f"It must have a {member}.")
    return {"DataType": kind, member: value}


def _is_readable(member: str, value: str) -> bool:
    try:
        _bytes(member, value)
    except (binascii.Error, UnicodeEncodeError):
        return False
    return True


def size(attributes: Attributes) -> int:
    """How many bytes they add to a message."""
    return sum(len(part) for name, value in attributes.items() for part in (name.encode(), *_typed(value)))


def digest(attributes: Attributes) -> str:
    """The MD5 that clients compare with their own: name, type and value with their lengths, in the order of names."""
    found = md5(usedforsecurity=False)
    for name, value in sorted(attributes.items()):
        kind, content = _typed(value)
        found.update(_measured(name.encode()) + _measured(kind))
        found.update(b"\x02" if "BinaryValue" in value else b"\x01")
        found.update(_measured(content))
    return found.hexdigest()


def _measured(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def _typed(value: Mapping[str, str]) -> tuple[bytes, bytes]:
    member = next(one for one in _VALUES if one in value)
    return value["DataType"].encode(), _bytes(member, value[member])


def _bytes(member: str, value: str) -> bytes:
    return base64.b64decode(value, validate=True) if member == "BinaryValue" else value.encode()


def chosen(attributes: Attributes, names: Sequence[str]) -> Attributes:
    """Those that a receiver asked for: by name, by the beginning of a name (`foo.*`), or `All`."""
    if "All" in names or ".*" in names:
        return attributes
    beginnings = tuple(name.removesuffix("*") for name in names if name.endswith(".*"))
    return {name: one for name, one in attributes.items() if name in names or name.startswith(beginnings)}
