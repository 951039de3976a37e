"""A requirement in words: what is needed, and what the worker has."""

from __future__ import annotations

from typing import NamedTuple

from mturk.marketplace.qualification.requirement import Value
from mturk.marketplace.qualification.system_type import SYSTEM_TYPES
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import locale
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
    names = {
        "Worker_NumberHITsApproved": _("HITs of yours that were approved"),
        "Worker_Locale": _("Where you live"),
        "Worker_Adult": _("You are 18 or older, and agree to see adult content"),
        "Worker_PercentAssignmentsApproved": _("Approved share of your work, in percent"),
        "Worker_PercentAssignmentsSubmitted": _("Submitted share of the HITs that you accepted, in percent"),
        "Worker_PercentAssignmentsAbandoned": _("Share of your HITs whose time ran out, in percent"),
        "Worker_PercentAssignmentsReturned": _("Returned share of the HITs that you accepted, in percent"),
        "Worker_PercentAssignmentsRejected": _("Rejected share of your work, in percent"),
    }
    return names.get(name, name) if type_id in SYSTEM_TYPES else name


def _needed(need: Need) -> str:
    values = [_place(one) for one in need.wanted]
    value, several = values[0] if values else "", ", ".join(values)
    texts = {
        "LessThan": _("needed: less than %(value)s", value=value),
        "LessThanOrEqualTo": _("needed: at most %(value)s", value=value),
        "GreaterThan": _("needed: more than %(value)s", value=value),
        "GreaterThanOrEqualTo": _("needed: at least %(value)s", value=value),
        "EqualTo": _("needed: %(value)s", value=value),
        "NotEqualTo": _("needed: anything but %(value)s", value=value),
        "In": _("needed: one of %(values)s", values=several),
        "NotIn": _("needed: none of %(values)s", values=several),
        "Exists": _("needed: to have it"),
        "DoesNotExist": _("needed: not to have it"),
    }
    return texts.get(need.comparator, f"{need.comparator} {several}")


def own_value(value: Value) -> str:
    """What the worker has, in words."""
    if value is None:
        return _("you do not have it")
    if isinstance(value, tuple):
        return _("you: %(value)s", value=_place("-".join(filter(None, value))))
    return _("you have %(value)s", value=str(value))


def _place(text: str) -> str:
    """A number as it is; a country by its name."""
    country, dash, part = text.partition("-")
    if not country.isalpha():
        return text
    names = locale().territories
    return f"{names.get(country, country)}{dash and ', '}{part}"
