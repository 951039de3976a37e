"""What work requires, as one worker sees it: their own value, whether it is enough, and how to get what is missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, cast

from sqlalchemy import bindparam, select

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.hit.offer import Offer
from mturk.marketplace.qualification.eligibility import Check
from mturk.marketplace.qualification.qualification_type import ACTIVE
from mturk.marketplace.qualification.requirement import Value
from mturk.marketplace.qualification.system_type import PUBLIC_TYPES

REQUEST, TEST = "request", "test"
"""How a qualification is got: asked for, or by a test."""


class Need(NamedTuple):
    """One requirement, and how a worker stands."""

    type_id: str
    name: str
    comparator: str
    wanted: tuple[str, ...]
    """Numbers, or places such as "DE" and "US-NY"."""
    value: Value
    met: bool
    way: str | None
    """REQUEST or TEST where what is missing can be got at the type's page."""


class _Type(NamedTuple):
    qualification_type_id: str
    name: str
    status: str
    has_test: bool


_TYPES = select(
    t.qualification_type.c.qualification_type_id,
    t.qualification_type.c.name,
    t.qualification_type.c.status,
    t.qualification_type.c.test.is_not(None).label("has_test"),
).where(t.qualification_type.c.qualification_type_id.in_(bindparam("type_ids", expanding=True)))


def needs(context: Context, offers: Sequence[Offer]) -> list[list[Need]]:
    """What each of the groups requires, at the price of one look."""
    named = {_id(check) for one in offers for check in one.eligibility.checks}
    types = _types(context, named - set(PUBLIC_TYPES))
    return [[_need(check, types.get(_id(check))) for check in one.eligibility.checks] for one in offers]


def _types(context: Context, type_ids: Collection[str]) -> dict[str, _Type]:
    if not type_ids:
        return {}
    found = context.database.execute(_TYPES, {"type_ids": sorted(type_ids)}).all()
    return {one.qualification_type_id: one for one in cast("Sequence[_Type]", found)}


def _need(check: Check, own: _Type | None) -> Need:
    type_id = _id(check)
    name = PUBLIC_TYPES[type_id].name if type_id in PUBLIC_TYPES else own.name if own else type_id
    return Need(
        type_id, name, str(check.requirement["Comparator"]), _wanted(check), check.value, check.met, _way(check, own)
    )


def _way(check: Check, own: _Type | None) -> str | None:
    # Who has a score that is too low may be able to try again; who must not have one cannot lose it.
    if check.met or own is None or own.status != ACTIVE or check.requirement["Comparator"] == "DoesNotExist":
        return None
    return TEST if own.has_test else REQUEST


def _wanted(check: Check) -> tuple[str, ...]:
    places = check.requirement.get("LocaleValues", [])
    numbers = check.requirement.get("IntegerValues", [])
    return tuple(["-".join([one["Country"], *filter(None, [one.get("Subdivision")])]) for one in places]) or tuple(
        map(str, numbers)
    )


def _id(check: Check) -> str:
    return str(check.requirement["QualificationTypeId"])
