"""Who may do the work, in words: `percent_approved >= 95`, `locale in US, GB`, `masters`, `not 3EXAMPLE…`."""

from __future__ import annotations

import re
from difflib import get_close_matches

from mturk import requirements
from mturk.data.enumeration import ActionsGuarded, Comparator
from mturk.errors import ValidationError
from mturk.requirements import QualificationRequirement, SystemQualification, compare

_SYSTEM: dict[str, SystemQualification] = {
    each.name: each
    for each in (
        requirements.masters,
        requirements.adult,
        requirements.hits_approved,
        requirements.percent_approved,
        requirements.locale,
    )
}
_COMPARATORS = {
    "<": Comparator.LESS_THAN,
    "<=": Comparator.LESS_THAN_OR_EQUAL_TO,
    ">": Comparator.GREATER_THAN,
    ">=": Comparator.GREATER_THAN_OR_EQUAL_TO,
    "==": Comparator.EQUAL_TO,
    "!=": Comparator.NOT_EQUAL_TO,
    "in": Comparator.IN,
    "not in": Comparator.NOT_IN,
}
_GUARDS = {
    "accept": ActionsGuarded.ACCEPT,
    "preview": ActionsGuarded.PREVIEW_AND_ACCEPT,
    "discover": ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT,
}
_GUARDING = re.compile(r"(.+?)\s+to\s+(\w+)")
_COMPARED = re.compile(r"(\w+)\s*(<=|>=|==|!=|<|>|\bnot\s+in\b|\bin\b)\s*([^=\s].*)")
_HAD = re.compile(r"(not\s+)?(\w+)")
_OWN = re.compile(r"[A-Z0-9]{10,64}")
_WHOLE = re.compile(r"-?\d{1,10}")
_EXAMPLES = '"percent_approved >= 95", "locale in US, GB", "masters" or "3EXAMPLEQUALIFICATION >= 80"'


def read(text: object) -> QualificationRequirement:
    """The requirement that the words stand for; ValidationError if they stand for none."""
    if not isinstance(text, str):
        raise ValidationError(f"{text!r:.60} is no condition; expected a text such as {_EXAMPLES}")
    guarded = _GUARDING.fullmatch(text.strip())
    condition, guard = guarded.groups() if guarded else (text.strip(), "accept")
    if guard not in _GUARDS:
        raise ValidationError(f"{text!r:.80}: to {guard!r:.40}; expected to accept, to preview or to discover")
    return _condition(condition).guarding(_GUARDS[guard])


def _condition(text: str) -> QualificationRequirement:
    if compared := _COMPARED.fullmatch(text):
        name, sign, values = compared.groups()
        return _required(name, _COMPARATORS[" ".join(sign.split())], tuple(map(_value, values.split(","))))
    if had := _HAD.fullmatch(text):
        without, name = had.groups()
        if name == requirements.adult.name and not without:
            return requirements.Adults
        return _required(name, Comparator.DOES_NOT_EXIST if without else Comparator.EXISTS, ())
    raise ValidationError(f"{text!r:.80} is no condition; expected one such as {_EXAMPLES}")


def _value(text: str) -> int | str:
    value = text.strip()
    return int(value) if _WHOLE.fullmatch(value) else value


def _required(name: str, comparator: Comparator, values: tuple[int | str, ...]) -> QualificationRequirement:
    system = _SYSTEM.get(name)
    if system is not None:
        return system._require(comparator, values)
    if not _OWN.fullmatch(name):
        near = get_close_matches(name, _SYSTEM, 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ValidationError(
            f"{name!r:.60} is neither {', '.join(_SYSTEM)} nor the id of a qualification of your own{meant}"
        )
    return compare(name, comparator, values)
