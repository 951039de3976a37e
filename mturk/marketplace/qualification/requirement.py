"""Qualification requirements: which combinations are accepted, and which values meet them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.people.premium_type import PREMIUM_TYPES
from mturk.marketplace.qualification.system_type import LOCALE, MASTERS

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "EqualTo": operator.eq,
    "NotEqualTo": operator.ne,
}
_WITHOUT_VALUE = ("Exists", "DoesNotExist")
_OF_SEVERAL = ("In", "NotIn")
_FOR_LOCALES = ("EqualTo", "NotEqualTo", "In", "NotIn")
_MOST_INTEGERS = 15
_MOST_LOCALES = 30

DISCOVER = "Discover"
PREVIEW = "Preview"
ACCEPT = "Accept"
_GUARDING: Final[Mapping[str, tuple[str, ...]]] = {
    DISCOVER: ("DiscoverPreviewAndAccept",),
    PREVIEW: ("DiscoverPreviewAndAccept", "PreviewAndAccept"),
    ACCEPT: ("DiscoverPreviewAndAccept", "PreviewAndAccept", "Accept"),
}

Requirement = dict[str, Any]
Value = int | tuple[str, str | None] | None
"""A worker's score, or country and subdivision; None where the worker does not have the qualification."""


def complete(requirements: Sequence[Requirement]) -> list[Requirement]:
    """The requirements as they are stored and shown, with their defaults; or a refusal."""
    return [_complete(requirement) for requirement in requirements]


def type_ids(requirements: Sequence[Requirement]) -> set[str]:
    """The qualification types that these requirements name."""
    return {requirement["QualificationTypeId"] for requirement in requirements}


def needs_masters(requirements: Sequence[Requirement]) -> bool:
    """Whether only Masters may work on it, which costs more."""
    return any(
        requirement["QualificationTypeId"] in MASTERS and requirement["Comparator"] != "DoesNotExist"
        for requirement in requirements
    )


def premium(requirements: Sequence[Requirement]) -> int:
    """What premium qualifications cost for one assignment, in cents."""
    return sum(
        PREMIUM_TYPES[requirement["QualificationTypeId"]].cents
        for requirement in requirements
        if requirement["QualificationTypeId"] in PREMIUM_TYPES and requirement["Comparator"] != "DoesNotExist"
    )


def guarding(requirements: Sequence[Requirement], action: str) -> list[Requirement]:
    """Those of the requirements that keep others from this action."""
    return [requirement for requirement in requirements if requirement["ActionsGuarded"] in _GUARDING[action]]


def is_met(requirement: Requirement, value: Value) -> bool:
    """Whether a worker with this value of the requirement's type may go on."""
    comparator = str(requirement["Comparator"])
    if comparator in _WITHOUT_VALUE:
        return (value is not None) == (comparator == "Exists")
    if value is None:
        # NotEqualTo and NotIn too: who has no score has none that differs.
        return False
    if isinstance(value, tuple):
        found = any(_lives_in(value, locale) for locale in requirement["LocaleValues"])
        return found == (comparator in ("EqualTo", "In"))
    values: list[int] = requirement["IntegerValues"]
    if comparator in _OF_SEVERAL:
        return (value in values) == (comparator == "In")
    return _COMPARE[comparator](value, values[0])


def _complete(requirement: Requirement) -> Requirement:
    _check_values(requirement)
    preview = requirement.get("RequiredToPreview", False)
    guarded = requirement.get("ActionsGuarded") or ("PreviewAndAccept" if preview else "Accept")
    return {**requirement, "RequiredToPreview": guarded != "Accept", "ActionsGuarded": guarded}


def _check_values(requirement: Requirement) -> None:
    comparator = requirement["Comparator"]
    integers = requirement.get("IntegerValues", [])
    locales = requirement.get("LocaleValues", [])
    if requirement["QualificationTypeId"] == LOCALE:
        _expect(comparator in _FOR_LOCALES, "Comparator", comparator, "It does not compare locales.")
    if comparator in _WITHOUT_VALUE:
        _expect(not integers, "IntegerValues", integers, f"{comparator} takes no values.")
        _expect(not locales, "LocaleValues", locales, f"{comparator} takes no values.")
    elif requirement["QualificationTypeId"] == LOCALE:
        _expect(not integers, "IntegerValues", integers, "Locales are compared with LocaleValues.")
        _check_number("LocaleValues", locales, comparator, _MOST_LOCALES)
        for locale in locales:
            _check_locale(locale)
    else:
        _expect(not locales, "LocaleValues", locales, "They go with the locale qualification only.")
        _check_number("IntegerValues", integers, comparator, _MOST_INTEGERS)


def _check_number(name: str, values: list[Any], comparator: str, most: int) -> None:
    if comparator in _OF_SEVERAL:
        _expect(1 <= len(values) <= most, name, values, f"{comparator} takes 1 to {most} values.")
    else:
        _expect(len(values) == 1, name, values, f"{comparator} takes exactly one value.")


def _check_locale(locale: Mapping[str, str]) -> None:
    country, subdivision = locale["Country"], locale.get("Subdivision")
    _expect(_is_code(country), "Country", country)
    reason = "Only the states of the US are known as subdivisions."
    _expect(subdivision is None or (country == "US" and _is_code(subdivision)), "Subdivision", subdivision, reason)


def _is_code(text: str) -> bool:
    return text.isascii() and text.isalpha() and text.isupper()


def _expect(fine: bool, parameter: str, value: object, reason: str = "") -> None:
    if not fine:
        raise ParameterValidationError.of(parameter, value, reason)


def _lives_in(home: tuple[str, str | None], locale: Mapping[str, str]) -> bool:
    return home[0] == locale["Country"] and locale.get("Subdivision") in (None, home[1])
