"""What the witness writes down."""

from __future__ import annotations

from django.db import models


class Told(models.Model):
    event_id = models.CharField(max_length=200)
    process = models.IntegerField()
