"""The terms of a HIT type: what the work is called, what it pays, how long it may take, who may do it.

HITs with equal terms are of one type, so CreateHITType and CreateHIT take the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mturk import cost
from mturk.data import enumeration, limit
from mturk.data.price import Money, amount
from mturk.errors import ValidationError
from mturk.requirements import QualificationRequirement, sendable

if TYPE_CHECKING:
    from mturk.connection.connection import Connection


def terms(
    connection: Connection,
    title: str | None,
    description: str | None,
    reward: Money | None,
    assignment_duration: timedelta | int | None,
    keywords: str | Iterable[str] | None,
    auto_approval_delay: timedelta | int | None,
    qualification_requirements: Iterable[QualificationRequirement],
) -> dict[str, object]:
    """The terms as the service names them, each within its limits."""
    if title is None or description is None or reward is None or assignment_duration is None:
        raise ValidationError("title, description, reward and assignment_duration are all needed")
    delay = limit.MONTH if auto_approval_delay is None else auto_approval_delay
    return {
        "Title": limit.text("title", title, 128, 1),
        "Description": limit.text("description", description, 2000, 1),
        "Reward": amount("reward", reward),
        "AssignmentDurationInSeconds": limit.seconds("assignment_duration", assignment_duration, 30, limit.YEAR),
        "Keywords": None if keywords is None else limit.keywords(keywords),
        "AutoApprovalDelayInSeconds": limit.seconds("auto_approval_delay", delay, 0, limit.MONTH),
        "QualificationRequirements": sendable(qualification_requirements, connection),
    }


def wants_masters(requirements: Iterable[QualificationRequirement] | None) -> bool:
    """Whether only Masters may do the work, which AWS charges more for."""
    return any(each.qualification_type_id == enumeration.MASTERS for each in requirements or ())


def terms_cost(agreed: Mapping[str, Any], assignments: int) -> Decimal:
    """What a HIT on these terms costs, with fees."""
    return hit_cost(agreed["Reward"], assignments, assignments, agreed["QualificationRequirements"])


def type_cost(hit_type: Any, assignments: int) -> Decimal:
    """What a HIT of this type costs, with fees; the type must know its reward."""
    known = not isinstance(hit_type, str) and hit_type._has("reward")
    reward, requirements = (hit_type.reward, hit_type.qualification_requirements) if known else (None, None)
    return hit_cost(reward, assignments, assignments, requirements)


def hit_cost(
    reward: Decimal | None,
    assignments: int | None,
    paid: int,
    requirements: Iterable[QualificationRequirement] | None,
) -> Decimal:
    """What `paid` assignments of a HIT cost that has `assignments` in all, with fees."""
    if reward is None:
        raise ValidationError("a budget needs to know the reward: give the HITType that create() returned, not its id")
    each = reward + cost.assignment_fee(reward, assignments or 1, masters=wants_masters(requirements))
    return each * paid
