"""The witness is the last to be told: what another receiver has failed at is not written down."""

from __future__ import annotations

import os
from typing import Any

from django.apps import AppConfig


class WitnessConfig(AppConfig):
    name = "tests.django.witness"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mturk.django.signals import event

        event.connect(write_down, dispatch_uid="witness")


def write_down(sender: object, event: Any, **more: Any) -> None:
    from tests.django.witness.models import Told

    Told.objects.create(event_id=event.id, process=os.getpid())
