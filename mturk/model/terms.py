"""The terms of a HIT type: what the work is called, what it pays, how long it may take, who may do it.

HITs with equal terms are of one type, so CreateHITType and CreateHIT take the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from mturk.cost import hit_cost
from mturk.data import limit, price, wire
from mturk.errors import ValidationError
from mturk.requirements import QualificationRequirement, checked, sendable

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.data.price import Money

_NEEDED = ("title", "description", "reward", "assignment_duration")


def _title(value: str) -> str:
    return limit.text("title", value, 128, 1)


def _description(value: str) -> str:
    return limit.text("description", value, 2000, 1)


def _reward(value: Money) -> Decimal:
    return price.amount("reward", value)


def _assignment_duration(value: timedelta | int) -> timedelta:
    return timedelta(seconds=limit.seconds("assignment_duration", value, 30, limit.YEAR))


def _keywords(value: str | Iterable[str] | None) -> str | None:
    return None if value is None else limit.keywords(value)


def _auto_approval_delay(value: timedelta | int | None) -> timedelta:
    delay = limit.MONTH if value is None else value
    return timedelta(seconds=limit.seconds("auto_approval_delay", delay, 0, limit.MONTH))


@attrs.frozen
class Terms:
    """What HITs of one type have in common, each part within the service's limits."""

    title: str = attrs.field(converter=_title)
    description: str = attrs.field(converter=_description)
    reward: Decimal = attrs.field(converter=_reward)
    assignment_duration: timedelta = attrs.field(converter=_assignment_duration)
    keywords: str | None = attrs.field(default=None, converter=_keywords)
    auto_approval_delay: timedelta = attrs.field(default=None, converter=_auto_approval_delay)
    qualification_requirements: tuple[QualificationRequirement, ...] = attrs.field(default=(), converter=checked)

    @classmethod
    def of(cls, **given: Any) -> Terms:
        """The terms out of arguments that may have been left out; ValidationError names those that are needed."""
        missing = [name for name in _NEEDED if given.get(name) is None]
        if missing:
            raise ValidationError(
                f"{', '.join(missing)}: missing; title, description, reward and assignment_duration are all needed"
            )
        return cls(**given)

    def cost(self, assignments: int) -> Decimal:
        """What a HIT on these terms costs, with AWS's fees."""
        return hit_cost(self.reward, assignments, assignments, self.qualification_requirements)

    def fields(self) -> dict[str, object]:
        """The terms as a record of their type has them."""
        fields = attrs.asdict(self, recurse=False)
        return {**fields, "keywords": wire.keywords(self.keywords or "") or None}

    def members(self, connection: Connection) -> dict[str, object]:
        """The terms as this service names them."""
        return {
            "Title": self.title,
            "Description": self.description,
            "Reward": self.reward,
            "AssignmentDurationInSeconds": self.assignment_duration,
            "Keywords": self.keywords,
            "AutoApprovalDelayInSeconds": self.auto_approval_delay,
            "QualificationRequirements": sendable(self.qualification_requirements, connection),
        }
