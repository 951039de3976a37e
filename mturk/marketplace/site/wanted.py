"""A requirement in words: what is needed, and what the worker has."""

from __future__ import annotations

from typing import NamedTuple

from mturk.marketplace.qualification.requirement import Value
from mturk.marketplace.qualification.system_type import SYSTEM_TYPES
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import locale
from mturk.marketplace.site.show import number
from mturk.marketplace.workplace.need import Need


class Wanted(NamedTuple):
    """Texts for one requirement."""

    name: str
    needed: str
    own: str


def wanted(need: Need) -> Wanted:
    """The requirement in the language of the page."""
    return Wanted(name_of(need.type_id, need.name), _needed(need), own_value(need.value))


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
            return _("Approved share of your work, in percent")
        case "Worker_PercentAssignmentsSubmitted":
            return _("Submitted share of the HITs that you accepted, in percent")
        case "Worker_PercentAssignmentsAbandoned":
            return _("Share of your HITs whose time ran out, in percent")
        case "Worker_PercentAssignmentsReturned":
            return _("Returned share of the HITs that you accepted, in percent")
        case "Worker_PercentAssignmentsRejected":
            return _("Rejected share of your work, in percent")
    return None


def _needed(need: Need) -> str:
    values = ", ".join(map(_place, need.wanted))
    match need.comparator:
        case "LessThan":
            return _("needed: less than %(value)s", value=values)
        case "LessThanOrEqualTo":
            return _("needed: at most %(value)s", value=values)
        case "GreaterThan":
            return _("needed: more than %(value)s", value=values)
        case "GreaterThanOrEqualTo":
            return _("needed: at least %(value)s", value=values)
        case "EqualTo":
            return _("needed: %(value)s", value=values)
        case "NotEqualTo":
            return _("needed: anything but %(value)s", value=values)
        case "In":
            return _("needed: one of %(values)s", values=values)
        case "NotIn":
            return _("needed: none of %(values)s", values=values)
        case "DoesNotExist":
            return _("needed: not to have it")
    return _("needed: to have it")


def own_value(value: Value) -> str:
    """What the worker has, in words."""
    if value is None:
        return _("you do not have it")
    if isinstance(value, tuple):
        return _("you: %(value)s", value=_place("-".join(filter(None, value))))
    return _("you have %(value)s", value=number(value))


def _place(text: str) -> str:
    """A number as the language writes it; a country by its name."""
    country, dash, part = text.partition("-")
    if not country.isalpha():
        return number(int(text)) if text.isdecimal() else text
    names = locale().territories
    return f"{names.get(country, country)}{dash and ', '}{part}"
