"""What the site's own database holds of HITs and submissions, for lists, joins and the admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

import mturk
from mturk.data.enumeration import AssignmentStatus, HITStatus

_RANK = {AssignmentStatus.SUBMITTED: 0, AssignmentStatus.REJECTED: 1, AssignmentStatus.APPROVED: 2}
"""A submission's states in their order: a rejection can be overridden, an approval cannot."""


class HIT(models.Model):
    """A HIT as it was when the service was last asked; `record` is the live thing, with its verbs."""

    id = models.CharField("HIT id", max_length=64, primary_key=True)
    hit_type_id = models.CharField("type", max_length=64, db_index=True)
    group_id = models.CharField("group", max_length=64, blank=True)
    title = models.CharField(max_length=128)
    reward = models.DecimalField(max_digits=12, decimal_places=2)
    status = models.CharField(max_length=20, db_index=True)
    requester_annotation = models.TextField("annotation", blank=True)
    max_assignments = models.PositiveIntegerField()
    assignments_pending = models.PositiveIntegerField("at work")
    assignments_available = models.PositiveIntegerField("available")
    assignments_completed = models.PositiveIntegerField("decided")
    creation_time = models.DateTimeField("created")
    expiration = models.DateTimeField()
    asked_at = models.DateTimeField("as of", help_text="When the service was asked.")
    reconciled = models.CharField(max_length=100, blank=True, editable=False)
    """The counters as they were when the submissions were last listed, see `mturk_sync`."""

    class Meta:
        verbose_name = "HIT"
        verbose_name_plural = "HITs"
        ordering = ("-creation_time", "id")

    def __str__(self) -> str:
        return f"{self.title} ({self.id})"

    @property
    def record(self) -> mturk.HIT:
        """The HIT itself. No call."""
        return mturk.HIT(self.id)

    @classmethod
    def keep(cls, hit: mturk.HIT, asked_at: datetime) -> None:
        """Take what the service said; what was asked later stays. A HIT that was missed and is there is back again."""
        values = {
            "hit_type_id": hit.hit_type_id,
            "group_id": hit.group_id or "",
            "title": hit.title,
            "reward": hit.reward,
            "status": str(hit.status),
            "requester_annotation": hit.requester_annotation or "",
            "max_assignments": hit.max_assignments,
            "assignments_pending": hit.assignments_pending or 0,
            "assignments_available": hit.assignments_available or 0,
            "assignments_completed": hit.assignments_completed or 0,
            "creation_time": hit.creation_time,
            "expiration": hit.expiration,
            "asked_at": asked_at,
        }
        _keep(cls, cls.objects.filter(pk=hit.id, asked_at__lte=asked_at), hit.id, values)

    @classmethod
    def dispose(cls, hit_id: str, asked_at: datetime) -> None:
        """Mark a HIT that the service does not know any more; the row and its submissions stay."""
        cls.objects.filter(pk=hit_id).update(
            status=HITStatus.DISPOSED.value, assignments_pending=0, assignments_available=0, asked_at=asked_at
        )


class Assignment(models.Model):
    """A submission as it was when the service was last asked; `record` is the live thing, with its verbs."""

    id = models.CharField("assignment id", max_length=64, primary_key=True)
    hit = models.ForeignKey(HIT, on_delete=models.CASCADE, related_name="assignments", verbose_name="HIT")
    worker_id = models.CharField("worker", max_length=64, db_index=True)
    status = models.CharField(max_length=20, db_index=True)
    answer_xml = models.TextField("answer", blank=True)
    requester_feedback = models.TextField("feedback", blank=True)
    accept_time = models.DateTimeField("accepted", null=True, blank=True)
    submit_time = models.DateTimeField("submitted", null=True, blank=True)
    auto_approval_time = models.DateTimeField("approved by itself at", null=True, blank=True)
    approval_time = models.DateTimeField("approved", null=True, blank=True)
    rejection_time = models.DateTimeField("rejected", null=True, blank=True)
    asked_at = models.DateTimeField("as of", help_text="When the service was asked.")

    class Meta:
        ordering = ("submit_time", "id")

    def __str__(self) -> str:
        return f"{self.id} by {self.worker_id}"

    @property
    def record(self) -> mturk.Assignment:
        """The submission itself. No call."""
        return mturk.Assignment(self.id)

    @property
    def answers(self) -> Any:
        """What the worker answered, as of `mturk.Assignment.answers`; AnswerError if it cannot be read."""
        from mturk.question import answer

        return answer.read(self.answer_xml or None, self.id)

    @classmethod
    def keep(cls, assignment: mturk.Assignment, asked_at: datetime) -> None:
        """Take what the service said; what was asked later, or is further decided, stays."""
        values = {
            "hit_id": assignment.hit_id,
            "worker_id": assignment.worker_id,
            "status": str(assignment.status),
            "answer_xml": assignment.answer_xml or "",
            "requester_feedback": assignment.requester_feedback or "",
            "accept_time": assignment.accept_time,
            "submit_time": assignment.submit_time,
            "auto_approval_time": assignment.auto_approval_time,
            "approval_time": assignment.approval_time,
            "rejection_time": assignment.rejection_time,
            "asked_at": asked_at,
        }
        rank = _RANK.get(assignment.status, 0)
        behind = [status.value for status, order in _RANK.items() if order < rank]
        same = Q(status=str(assignment.status), asked_at__lte=asked_at)
        _keep(cls, cls.objects.filter(pk=assignment.id).filter(same | Q(status__in=behind)), assignment.id, values)


def _keep(model: Any, older: Any, id: str, values: dict[str, Any]) -> None:
    """One statement decides, so that two processes with answers of different age do not undo each other."""
    if not older.update(**values):
        model.objects.bulk_create([model(pk=id, **values)], ignore_conflicts=True)
        older.update(**values)  # somebody may have been quicker with an older answer
