"""A requirement in words: what is needed, and what the worker has."""

from __future__ import annotations

from typing import NamedTuple

from mturk.marketplace.qualification.requirement import Value
from mturk.marketplace.qualification.system_type import MASTERS, SYSTEM_TYPES
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import locale
from mturk.marketplace.site.show import number, percent
from mturk.marketplace.workplace.need import Need

_SHARES = frozenset(one.id for one in SYSTEM_TYPES.values() if one.name.startswith("Worker_Percent"))
_HAD_OR_NOT = frozenset(one.id for one in SYSTEM_TYPES.values() if one.id in MASTERS or one.name == "Worker_Adult")


class Wanted(NamedTuple):
    """Texts for one requirement."""

    name: str
    needed: str
    own: str


def wanted(need: Need) -> Wanted:
    """The requirement in the language of the page."""
    return Wanted(name_of(need.type_id, need.name), _needed(need), _own(need))


def name_of(type_id: str, name: str) -> str:
    """What a qualification is called: for those of the system in the language of the page."""
    return (_system_name(name) if type_id in SYSTEM_TYPES else None) or name


def _system_name(name: str) -> str | None:
    match name:
        case "Worker_NumberHITsApproved":
            return _("Your HITs that were approved")
        case "Worker_Locale":
            return _("Where you live")
        case "Worker_Adult":
            return _("You are 18 or older, and agree to see adult content")
        case "Worker_PercentAssignmentsApproved":
            return _("Share of your work that was approved")
        case "Worker_PercentAssignmentsSubmitted":
            return _("Share of your accepted HITs that you submitted")
        case "Worker_PercentAssignmentsAbandoned":
            return _("Share of your accepted HITs whose time ran out")
        case "Worker_PercentAssignmentsReturned":
            return _("Share of your accepted HITs that you returned")
        case "Worker_PercentAssignmentsRejected":
            return _("Share of your work that was rejected")
    return None


def _needed(need: Need) -> str:
    values = ", ".join(_shown(need.type_id, one) for one in need.wanted)
    match need.comparator:
        case "LessThan":
            return _("less than %(value)s needed", value=values)
        case "LessThanOrEqualTo":
            return _("at most %(value)s needed", value=values)
        case "GreaterThan":
            return _("more than %(value)s needed", value=values)
        case "GreaterThanOrEqualTo":
            return _("at least %(value)s needed", value=values)
        case "EqualTo" | "In" if len(need.wanted) == 1:
            return _("%(value)s needed", value=values)
        case "NotEqualTo":
            return _("anything but %(value)s needed", value=values)
        case "In":
            return _("one of %(values)s needed", values=values)
        case "NotIn":
            return _("anything but %(value)s needed", value=values)
        case "DoesNotExist":
            return _("you must not have it")
    return _("you need to have it")


def _own(need: Need) -> str:
    if need.value is None:
        return _("you do not have it")
    value = own_value(need.type_id, need.value)
    return (
        _("you live in %(place)s", place=value)
        if isinstance(need.value, tuple)
        else _("you have %(value)s", value=value)
    )


def own_value(type_id: str, value: Value) -> str:
    """What the worker has: a score, a place, or that they have none."""
    if type_id in _HAD_OR_NOT:
        return _("yes") if value else _("no")
    if value is None:
        return _("you do not have it")
    return _shown(type_id, "-".join(filter(None, value)) if isinstance(value, tuple) else str(value))


def _shown(type_id: str, text: str) -> str:
    """A number as the language writes it, with a sign where it is a share; a country by its name."""
    country, dash, part = text.partition("-")
    if not country.isalpha():
        if not text.isdecimal():
            return text
        return percent(int(text)) if type_id in _SHARES else number(int(text))
    names = locale().territories
    return f"{names.get(country, country)}{dash and ', '}{part}"
