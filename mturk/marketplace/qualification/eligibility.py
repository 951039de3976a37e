"""Who may do what: a worker's values of qualifications, held against what a HIT requires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mturk.marketplace.call import Context
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.qualification import qualification, requirement
from mturk.marketplace.qualification.requirement import ACCEPT, DISCOVER, PREVIEW, Requirement, Value
from mturk.marketplace.qualification.system_type import PUBLIC_TYPES


class Check(NamedTuple):
    """One requirement, held against what a worker has."""

    requirement: Requirement
    value: Value
    met: bool


class Eligibility(NamedTuple):
    """What one worker may do with work that has certain requirements."""

    checks: tuple[Check, ...]

    @property
    def unmet(self) -> tuple[Requirement, ...]:
        """What keeps the worker from accepting."""
        return tuple(one.requirement for one in self.checks if not one.met)

    @property
    def can_accept(self) -> bool:
        return self._may(ACCEPT)

    @property
    def can_preview(self) -> bool:
        return self._may(PREVIEW)

    @property
    def can_discover(self) -> bool:
        return self._may(DISCOVER)

    def _may(self, action: str) -> bool:
        return not requirement.guarding(self.unmet, action)


def eligibility(context: Context, worker_row: Worker, requirements: Sequence[Requirement]) -> Eligibility:
    """What this worker may do at this moment."""
    return eligibilities(context, worker_row, [requirements])[0]


def eligibilities(context: Context, worker_row: Worker, several: Sequence[Sequence[Requirement]]) -> list[Eligibility]:
    """The same for several lists of requirements, at the price of one."""
    type_ids = {type_id for requirements in several for type_id in requirement.type_ids(requirements)}
    values: dict[str, Value] = {**qualification.scores(context, worker_row.number, type_ids)}
    for type_id in type_ids & set(PUBLIC_TYPES):
        values[type_id] = PUBLIC_TYPES[type_id].value(worker_row)
    return [Eligibility(tuple(_check(one, values.get(_type(one))) for one in requirements)) for requirements in several]


def _check(one: Requirement, value: Value) -> Check:
    return Check(one, value, requirement.is_met(one, value))


def _type(one: Requirement) -> str:
    return str(one["QualificationTypeId"])
