"""Qualification requirements: which combinations are accepted, and whether a worker meets them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from mturk.marketplace.error import ParameterValidationError

MASTERS = ("2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6")
"""The production and the sandbox id: both are taken here."""
LOCALE = "00000000000000000071"
ADULT = "00000000000000000060"
HITS_APPROVED = "00000000000000000040"
PERCENT_APPROVED = "000000000000000000L0"
PERCENT_SUBMITTED = "00000000000000000000"
PERCENT_ABANDONED = "00000000000000000070"
PERCENT_RETURNED = "000000000000000000E0"
PERCENT_REJECTED = "000000000000000000S0"

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
# Until then the service takes every worker for a perfect one.
_ENOUGH_SUBMITTED = 100

Requirement = dict[str, Any]


def complete(requirements: Sequence[Requirement]) -> list[Requirement]:
    """The requirements as they are stored and shown, with their defaults; or a refusal."""
    return [_complete(requirement) for requirement in requirements]


def needs_masters(requirements: Sequence[Requirement]) -> bool:
    """Whether only Masters may work on it, which costs more."""
    return any(
        requirement["QualificationTypeId"] in MASTERS and requirement["Comparator"] != "DoesNotExist"
        for requirement in requirements
    )


def unmet(worker: Row[Any], requirements: Sequence[Requirement]) -> list[Requirement]:
    """The requirements that keep this worker from accepting."""
    return [requirement for requirement in requirements if not _meets(worker, requirement)]


def _complete(requirement: Requirement) -> Requirement:
    _check_values(requirement)
    preview = requirement.get("RequiredToPreview", False)
    guarded = requirement.get("ActionsGuarded") or ("PreviewAndAccept" if preview else "Accept")
    return {**requirement, "RequiredToPreview": guarded != "Accept", "ActionsGuarded": guarded}


def _check_values(requirement: Requirement) -> None:
    comparator = requirement["Comparator"]
    integers = requirement.get("IntegerValues", [])
    locales = requirement.get("LocaleValues", [])
    if comparator in _WITHOUT_VALUE:
        _expect(not integers, "IntegerValues", integers, f"{comparator} takes no values.")
        _expect(not locales, "LocaleValues", locales, f"{comparator} takes no values.")
        return
    if requirement["QualificationTypeId"] == LOCALE:
        _expect(comparator in _FOR_LOCALES, "Comparator", comparator, "It does not compare locales.")
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
    _expect(country.isascii() and country.isalpha() and country.isupper(), "Country", country)
    reason = "Only the states of the US are known as subdivisions."
    _expect(subdivision is None or country == "US", "Subdivision", subdivision, reason)


def _expect(fine: bool, parameter: str, value: object, reason: str = "") -> None:
    if not fine:
        raise ParameterValidationError.of(parameter, value, reason)


def _meets(worker: Row[Any], requirement: Requirement) -> bool:
    comparator, kind = requirement["Comparator"], requirement["QualificationTypeId"]
    value = _locale(worker) if kind == LOCALE else _score(worker, kind)
    if comparator in _WITHOUT_VALUE:
        return bool((value is not None) == (comparator == "Exists"))
    if value is None:
        return False
    if kind == LOCALE:
        lives_there = any(_lives_in(worker, locale) for locale in requirement["LocaleValues"])
        return lives_there is (comparator in ("EqualTo", "In"))
    wanted = requirement["IntegerValues"]
    if comparator in _OF_SEVERAL:
        return bool((value in wanted) == (comparator == "In"))
    compare = _COMPARE[comparator]
    return compare(int(value), int(wanted[0]))


def _locale(worker: Row[Any]) -> str | None:
    return str(worker.country) if worker.country else None


def _lives_in(worker: Row[Any], locale: Mapping[str, str]) -> bool:
    same_country = bool(worker.country == locale["Country"])
    return same_country and locale.get("Subdivision") in (None, worker.subdivision)


def _score(worker: Row[Any], kind: str) -> int | None:
    if kind in MASTERS:
        return 1 if worker.masters else None
    read = _SCORES.get(kind)
    return read(worker) if read else None


def _percent(part: int, whole: int, *, of_none: int) -> int:
    return part * 100 // whole if whole else of_none


def _percent_approved(worker: Row[Any]) -> int:
    if worker.submitted < _ENOUGH_SUBMITTED:
        return 100
    return _percent(worker.approved, worker.approved + worker.rejected, of_none=100)


_SCORES: Mapping[str, Callable[[Row[Any]], int | None]] = {
    ADULT: lambda worker: 1 if worker.adult else None,
    HITS_APPROVED: lambda worker: int(worker.approved),
    PERCENT_APPROVED: _percent_approved,
    PERCENT_SUBMITTED: lambda worker: _percent(worker.submitted, worker.accepted, of_none=100),
    PERCENT_ABANDONED: lambda worker: _percent(worker.abandoned, worker.accepted, of_none=0),
    PERCENT_RETURNED: lambda worker: _percent(worker.returned, worker.accepted, of_none=0),
    PERCENT_REJECTED: lambda worker: _percent(worker.rejected, worker.approved + worker.rejected, of_none=0),
}
