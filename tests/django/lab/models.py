"""Models with fields of every kind."""

from __future__ import annotations

from django.db import models

from mturk.django import AssignmentField, HITField, HITTypeField, QualificationTypeField, WorkerField


class Photo(models.Model):
    """What a lab keeps of a photo that workers label."""

    hit = HITField(null=True, blank=True, unique=True)
    photos = HITTypeField(null=True, blank=True)
    assignment = AssignmentField(blank=True)
    worker = WorkerField(null=True, blank=True)
    skill = QualificationTypeField(null=True, blank=True)
