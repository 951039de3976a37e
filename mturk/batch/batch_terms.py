"""What a journal keeps of a batch's HIT type, so that the batch is found again without a call."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mturk.data import wire
from mturk.errors import ValidationError
from mturk.model.hit_type import HITType
from mturk.requirements import QualificationRequirement

if TYPE_CHECKING:
    from mturk.connection.connection import Connection


def terms(hit_type: HITType) -> dict[str, Any]:
    """The terms of a HIT type as JSON has them."""
    if not hit_type._has("reward"):
        raise ValidationError("a batch needs the HITType that HITType.create(…) returned, not its id alone")
    return {
        "title": hit_type.title,
        "description": hit_type.description,
        "reward": str(hit_type.reward),
        "keywords": list(hit_type.keywords or ()),
        "assignment_duration": hit_type.assignment_duration.total_seconds(),
        "auto_approval_delay": hit_type.auto_approval_delay.total_seconds(),
        "requirements": [wire.written(each) for each in hit_type.qualification_requirements or ()],
    }


def hit_type_of(id: str, kept: dict[str, Any], connection: Connection) -> HITType:
    """The HIT type with the terms that the journal has."""
    made = HITType(id, connection=connection)
    made._set(
        title=kept["title"],
        description=kept["description"],
        reward=Decimal(kept["reward"]),
        keywords=tuple(kept["keywords"]),
        assignment_duration=timedelta(seconds=kept["assignment_duration"]),
        auto_approval_delay=timedelta(seconds=kept["auto_approval_delay"]),
        qualification_requirements=wire.many(wire.one(QualificationRequirement))(kept["requirements"]),
    )
    return made
