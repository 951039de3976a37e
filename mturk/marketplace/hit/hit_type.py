"""HIT types: what all HITs of a group have in common. CreateHITType."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, select

from mturk.marketplace.call import Answer, Call
from mturk.marketplace.database import driver
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import count, known
from mturk.marketplace.error import RequestError
from mturk.marketplace.money import assignment_fee
from mturk.marketplace.people import requester
from mturk.marketplace.qualification import qualification_type, requirement
from mturk.marketplace.qualification.requirement import Requirement
from mturk.marketplace.quota import HIT_TYPES

if TYPE_CHECKING:
    from mturk.marketplace.hit.hit import HIT
    from mturk.marketplace.hit.offer import Group


class HITType(NamedTuple):
    """What all HITs of a group have in common."""

    number: int
    requester: int
    hit_type_id: str
    hit_group_id: str
    title: str
    description: str
    keywords: str | None
    reward: int
    assignment_duration: int
    auto_approval_delay: int
    requirements: str
    digest: str
    outlet: int | None
    event_types: str | None


DEFAULT_AUTO_APPROVAL_DELAY = 2_592_000
_SORTED = json.JSONEncoder(sort_keys=True)

IS_TOLD = (t.notification_setting.c.hit_type == t.hit_type.c.number) & t.notification_setting.c.active
"""Which setting says where events of a type are told, and of what kinds: the columns `TOLD`, empty where none is."""
TOLD = (t.notification_setting.c.outlet, t.notification_setting.c.event_types)
_WHOLE = select(t.hit_type, *TOLD).outerjoin(t.notification_setting, IS_TOLD)
_MINE = _WHOLE.where(t.hit_type.c.requester == bindparam("requester"))
_BY_DIGEST = _MINE.where(t.hit_type.c.digest == bindparam("digest"))
_BY_ID = _MINE.where(t.hit_type.c.hit_type_id == bindparam("hit_type_id"))


def create_hit_type(
    call: Call,
    *,
    title: str,
    description: str,
    reward: int,
    assignment_duration_in_seconds: int,
    keywords: str | None = None,
    auto_approval_delay_in_seconds: int = DEFAULT_AUTO_APPROVAL_DELAY,
    qualification_requirements: list[Requirement] | None = None,
) -> Answer:
    """Register what HITs can have in common; the same values give the same type."""
    hit_type_row = find_or_make(
        call,
        title=title,
        description=description,
        keywords=keywords,
        reward=reward,
        assignment_duration=assignment_duration_in_seconds,
        auto_approval_delay=auto_approval_delay_in_seconds,
        requirements=qualification_requirements or [],
    )
    return {"HITTypeId": hit_type_row.hit_type_id}


def find_or_make(
    call: Call,
    *,
    title: str,
    description: str,
    keywords: str | None,
    reward: int,
    assignment_duration: int,
    auto_approval_delay: int,
    requirements: list[Requirement],
) -> HITType:
    """The caller's type with exactly these values."""
    complete = requirement.complete(requirements)
    type_ids = requirement.type_ids(complete)
    qualification_type.expect_usable(call, type_ids)
    values = {
        "title": title,
        "description": description,
        "keywords": keywords,
        "reward": reward,
        "assignment_duration": assignment_duration,
        "auto_approval_delay": auto_approval_delay,
        "requirements": _SORTED.encode(complete),
    }
    digest = digest_of(values)
    same = {"requester": call.requester, "digest": digest}
    found = driver.row(call.database, _BY_DIGEST, same)
    if found:
        return HITType._make(found)
    call.expect_room(HIT_TYPES, 1, lambda: count(call.database, t.hit_type, t.hit_type.c.requester == call.requester))
    ids = {"hit_type_id": call.new_id(), "hit_group_id": call.new_id()}
    number = t.add_row(call.database, t.hit_type, {**values, **same, **ids})
    add_group(call, number, reward, (title, keywords, description))
    if type_ids:
        requirements_of_type = [{"hit_type": number, "qualification_type_id": type_id} for type_id in sorted(type_ids)]
        call.database.execute(t.hit_type_requirement.insert(), requirements_of_type)
    return HITType._make(known(driver.row(call.database, _BY_DIGEST, same)))


def digest_of(values: Mapping[str, Any]) -> str:
    """What says that two types have the same values; their requirements are JSON."""
    return hashlib.sha256(_SORTED.encode(values).encode()).hexdigest()


def add_group(call: Call, number: int, reward: int, texts: Iterable[str | None]) -> None:
    """Write down the group of a new type's HITs, which is found by these texts; it has none yet."""
    group = {"hit_type": number, "requester": call.requester, "reward": reward}
    call.database.execute(t.hit_group.insert(), group)
    name = requester.name_of(call.database, call.requester)
    words = "\n".join(text for text in (*texts, name) if text).casefold()
    call.database.execute(t.hit_group_words.insert(), {"hit_type": number, "words": words})


def mine(call: Call, hit_type_id: str) -> HITType:
    """The caller's type with that id."""
    which = {"requester": call.requester, "hit_type_id": hit_type_id}
    found = driver.row(call.database, _BY_ID, which)
    if found is None:
        raise RequestError("HITTypeDoesNotExist", f"Hit type {hit_type_id} does not exist.")
    return HITType._make(found)


def open_to_hits(call: Call, hit_type_id: str) -> HITType:
    """The caller's type with that id, for a new HIT: the qualifications that it requires must be in use."""
    hit_type_row = mine(call, hit_type_id)
    qualification_type.expect_usable(call, requirement.type_ids(requirements_of(hit_type_row)))
    return hit_type_row


def requirements_of(type_or_hit: HITType | HIT | Group) -> list[Requirement]:
    """The qualification requirements of a type, or of a HIT read together with its type."""
    requirements: list[Requirement] = json.loads(type_or_hit.requirements)
    return requirements


def fee_of(call: Call, hit_type_row: HITType, max_assignments: int) -> int:
    """The fee for one assignment of a HIT of this type."""
    if not call.settings.fees:
        return 0
    requirements = requirements_of(hit_type_row)
    masters = requirement.needs_masters(requirements)
    return assignment_fee(hit_type_row.reward, max_assignments, masters=masters) + requirement.premium(requirements)
