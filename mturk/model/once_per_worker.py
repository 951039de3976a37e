"""Keeping workers from doing more than one HIT of a group."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from mturk.alters_data import alters_data
from mturk.data.enumeration import ActionsGuarded
from mturk.errors import ValidationError
from mturk.model.qualification_type import QualificationType
from mturk.record.record import related

if TYPE_CHECKING:
    from mturk.model.hit import HIT
    from mturk.model.hit_type import HITType
    from mturk.model.publishing import Asked
    from mturk.model.worker import Worker


@attrs.frozen
class OncePerWorker:
    """A group of HITs of which each worker gets one: made by `hit_type.once_per_worker()`.

        once = photos.once_per_worker()
        for url in urls:
            once.create_hit(page(url), timedelta(days=1))
        …
        once.mark()      # run it as work comes in: who has submitted does not see the others any more

    A mark, which is a qualification of your own, keeps out who has it. It is given by `mark()`, so a worker can
    still take a second HIT between a submission and the next `mark()`. One HIT with many assignments never goes to
    a worker twice, and needs none of this.
    """

    hit_type: HITType
    marker: QualificationType

    @alters_data
    def create_hit(self, question: Asked, lifetime: timedelta | int, **options: Any) -> HIT:
        """Publish a HIT of the group: see `HITType.create_hit`. One call."""
        return self.hit_type.create_hit(question, lifetime, **options)

    @alters_data
    def mark(self) -> list[Worker]:
        """Keep out everybody who has submitted so far, and get those who were not marked before.

        One call for each 100 HITs, each HIT's submissions and marks, and one for each new worker,
        AssociateQualificationWithWorker.
        """
        marked = {each.worker_id for each in self.marker.qualifications()}
        seen = dict.fromkeys(
            assignment.worker_id
            for hit in self.hit_type.hits()
            for assignment in hit.assignments()
            if assignment.worker_id not in marked
        )
        workers = [related("Worker", worker_id, self.marker.connection) for worker_id in seen if worker_id]
        for worker in workers:
            self.marker.grant(worker, notify=False)
        return workers


def once_per_worker(hit_type: HITType, name: str | None = None) -> OncePerWorker:
    """The group of a type's HITs: a marker of its own, and the type with the requirement added."""
    for needed in ("title", "description", "reward", "assignment_duration"):
        if not hit_type._has(needed):
            raise ValidationError(
                f"once_per_worker needs the HITType that create() returned, {hit_type!r} has no terms"
            )
    marker = QualificationType.ensure(
        name or f"Has done: {hit_type.title} ({hit_type.id})",
        "Given to workers who have done one of these tasks; each worker gets one.",
        connection=hit_type.connection,
    )
    kept_out = marker.does_not_exist().guarding(ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT)
    terms = hit_type._state()
    terms["qualification_requirements"] = [*(terms.get("qualification_requirements") or ()), kept_out]
    return OncePerWorker(type(hit_type).create(**terms, connection=hit_type.connection), marker)
