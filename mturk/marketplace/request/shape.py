"""Kinds of request members: what JSON they take, and the service's words for what they refuse.

Two layers of the real service look at a request. The front end checks what the published model says and
reports all violations at once (ValidationException); the service behind it has limits of its own and names
the first parameter that breaks one (ParameterValidationError). `Finding` collects both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from mturk.marketplace.clock import SECOND
from mturk.marketplace.error import FrontEndError, ParameterValidationError, Refusal
from mturk.marketplace.money import cents

_MOST_TOLD = 100
"""So many violations are told, since a list can have half a million."""
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass
class Finding:
    """What is wrong with one request."""

    constraints: list[str] = field(default_factory=list)
    limits: list[ParameterValidationError] = field(default_factory=list)
    violations: int = 0
    """How many constraints are broken; the first ones are told."""

    def constraint(self, value: str, at: str, rule: str) -> None:
        """Note a violation of the published model."""
        self.violations += 1
        if self.violations <= _MOST_TOLD:
            self.constraints.append(f"Value {value} at '{at}' failed to satisfy constraint: Member must {rule}")

    def limit(self, *errors: ParameterValidationError) -> None:
        """Note that limits of the service are broken, of which the first one is told."""
        if not self.limits:
            self.limits.extend(errors[:1])

    def refusal(self) -> Refusal | None:
        """The error to answer with, if anything was wrong."""
        if self.constraints:
            count = self.violations
            counted = f"{count} validation error{'s' if count > 1 else ''}"
            text = f"{counted} detected: {'; '.join(self.constraints)}"
            return FrontEndError("ValidationException", text)
        return self.limits[0] if self.limits else None


class Kind(Protocol):
    """Reads one JSON value of a request; notes what is wrong with it."""

    def read(self, value: Any, name: str, at: str, finding: Finding) -> Any: ...


_JSON_NAMES = {
    bool: "TRUE_VALUE",
    str: "STRING_VALUE",
    int: "NUMBER_VALUE",
    float: "NUMBER_VALUE",
    type(None): "NULL_VALUE",
}


def _wrong_type(value: Any, wanted: str) -> FrontEndError:
    if isinstance(value, (list, dict)):
        opening = "START_ARRAY" if isinstance(value, list) else "START_OBJECT"
        return FrontEndError("SerializationException", f"Unrecognized collection type {opening} for {wanted}")
    name = "FALSE_VALUE" if value is False else _JSON_NAMES[type(value)]
    return FrontEndError("SerializationException", f"{name} can not be converted to {wanted}")


@dataclass(frozen=True)
class Text:
    """A string. `shortest`, `longest`, `pattern` and `choices` are the model's, `limit` is the service's."""

    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    limit: int | None = None
    required_text: bool = False
    ascii_only: bool = False

    def read(self, value: Any, name: str, at: str, finding: Finding) -> str:
        if not isinstance(value, str):
            raise _wrong_type(value, "a String")
        if not value.isascii() and _HALF_PAIR.search(value):
            raise FrontEndError("SerializationException", f"{name} is not Unicode text")
        for rule in self.violations(value):
            finding.constraint(f"'{value}'", at, rule)
        self._limits(value, name, finding)
        return value

    def violations(self, value: str) -> list[str]:
        """What the model demands and this value does not keep."""
        found = []
        if self.choices and value not in self.choices:
            found.append(f"satisfy enum value set: [{', '.join(self.choices)}]")
        if len(value) < self.shortest:
            found.append(f"have length greater than or equal to {self.shortest}")
        if self.longest is not None and len(value) > self.longest:
            found.append(f"have length less than or equal to {self.longest}")
        if self.pattern and not re.fullmatch(self.pattern, value):
            found.append(f"satisfy regular expression pattern: ^{self.pattern}$")
        return found

    def _limits(self, value: str, name: str, finding: Finding) -> None:
        wrong = None
        if self.required_text and not value.strip():
            wrong = f"Your request parameter {name} has a minimum length of 1."
        elif self.limit is not None and len(value) > self.limit:
            wrong = f"Your request parameter {name} has a maximum length of {self.limit}."
        elif self.ascii_only and not value.isascii():
            wrong = f"Your request parameter {name} may contain ASCII characters only."
        elif not value.isprintable() and _CONTROL.search(value):
            wrong = f"Your request parameter {name} contains control characters."
        if wrong:
            finding.limit(ParameterValidationError(name, wrong))


@dataclass(frozen=True)
class Money:
    """An amount in dollars, as a string; it is read as cents."""

    least: int = 0

    _FORM = Text(pattern=r"[0-9]+(\.)?[0-9]{0,2}")

    def read(self, value: Any, name: str, at: str, finding: Finding) -> int:
        text = self._FORM.read(value, name, at, finding)
        if self._FORM.violations(text):
            return 0
        try:
            amount = cents(text)
        except ValueError:
            amount = -1
        if amount < self.least:
            finding.limit(ParameterValidationError.of(name, value))
        return amount


@dataclass(frozen=True)
class Whole:
    """A whole number. `lowest` and `highest` are the model's, `least` and `most` the service's."""

    lowest: int | None = None
    highest: int | None = None
    least: int = -(2**31)
    most: int = 2**31 - 1

    def read(self, value: Any, name: str, at: str, finding: Finding) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong_type(value, "an Integer")
        if self.lowest is not None and value < self.lowest:
            finding.constraint(f"'{value}'", at, f"have value greater than or equal to {self.lowest}")
        if self.highest is not None and value > self.highest:
            finding.constraint(f"'{value}'", at, f"have value less than or equal to {self.highest}")
        if not self.least <= value <= self.most:
            reason = f"The value must be between {self.least} and {self.most}."
            finding.limit(ParameterValidationError.of(name, value, reason))
        return value


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def read(self, value: Any, name: str, at: str, finding: Finding) -> bool:
        if not isinstance(value, bool):
            raise _wrong_type(value, "a Boolean")
        return value


@dataclass(frozen=True)
class Moment:
    """A time in seconds since the epoch; it is read as milliseconds."""

    def read(self, value: Any, name: str, at: str, finding: Finding) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong_type(value, "a Timestamp")
        # The end of the year 9999 is the last time that calendars of most languages can hold.
        if not -(10**11) < value < 253402300800:
            finding.limit(ParameterValidationError.of(name, value))
            return 0
        return round(value * SECOND)


@dataclass(frozen=True)
class ListOf:
    """A list of one kind; `most` is the service's limit on its length."""

    kind: Kind
    most: int | None = None

    def read(self, value: Any, name: str, at: str, finding: Finding) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong_type(value, "a List")
        if self.most is not None and len(value) > self.most:
            text = f"Your request parameter {name} has a maximum length of {self.most}."
            finding.limit(ParameterValidationError(name, text))
            value = value[: self.most]  # the rest could be a million items, each with something wrong to tell
        if isinstance(self.kind, Text):
            return self._texts(self.kind, value, name, at, finding)
        return [
            self.kind.read(item, name, f"{at}.{number}.member", finding) for number, item in enumerate(value, start=1)
        ]

    def _texts(self, kind: Text, value: list[Any], name: str, at: str, finding: Finding) -> list[str]:
        # The front end reports what is wrong with plain texts once for the whole list.
        aside = Finding()
        texts = [kind.read(item, name, at, aside) for item in value]
        rules = {rule: None for text in texts for rule in kind.violations(text)}
        if rules:
            wanted = ", ".join(f"Member must {rule}" for rule in rules)
            finding.constraint(f"'[{', '.join(texts)}]'", at, f"satisfy constraint: [{wanted}]")
        finding.limit(*aside.limits)
        return texts


@dataclass(frozen=True)
class Member:
    """A named part of a request or of a structure in it."""

    name: str
    kind: Kind
    required: bool = False

    @cached_property
    def argument(self) -> str:
        """The name in Python: HITTypeId is hit_type_id."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", self.name).lower()

    @cached_property
    def path(self) -> str:
        """The name as the front end writes it: only the first letter is lowered."""
        return self.name[0].lower() + self.name[1:]


@dataclass(frozen=True)
class Structure:
    """An object with named members. Unknown ones are passed over, as AWS's front end does."""

    members: tuple[Member, ...]

    def read(self, value: Any, name: str, at: str, finding: Finding) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong_type(value, "a Structure")
        return read_members(self.members, value, finding, parent=at)


def read_members(
    members: Sequence[Member], given: Mapping[str, Any], finding: Finding, parent: str = ""
) -> dict[str, Any]:
    """The members that were given, read and judged; null counts as not given."""
    read: dict[str, Any] = {}
    for member in members:
        value = given.get(member.name)
        if value is None and not member.required:
            continue
        at = f"{parent}.{member.path}" if parent else member.path
        if value is None:
            finding.constraint("null", at, "not be null")
        else:
            read[member.name] = member.kind.read(value, member.name, at, finding)
    return read
