"""Photos, and the labels that workers give them."""

from __future__ import annotations

import uuid

from django.db import models

from mturk.django import AssignmentField, HITField, WorkerField


class Photo(models.Model):
    """A photo that is to be labelled."""

    address = models.URLField(unique=True)
    hit = HITField(null=True, blank=True, unique=True)
    token = models.UUIDField(default=uuid.uuid4, editable=False)

    def __str__(self) -> str:
        return self.address


class Label(models.Model):
    """What a worker saw in a photo."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="labels")
    assignment = AssignmentField(unique=True)
    worker = WorkerField()
    text = models.CharField(max_length=100)
    decision = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.text} for {self.photo}"
