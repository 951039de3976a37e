"""What happens when a worker has submitted."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

import mturk
from mturk.django.signals import assignment_submitted
from photolab.models import Label, Photo


@receiver(assignment_submitted)
def keep(sender: object, event: mturk.Event, **more: Any) -> None:
    """Keep the label. If this raises, the event comes again, so it has to be safe to repeat."""
    photo = Photo.objects.filter(hit=event.hit).first()
    if photo is None or event.assignment is None:
        return  # somebody else's HIT
    done = event.assignment
    said = {"photo": photo, "worker": done.worker, "text": str(done.answers.get("label", ""))[:100]}
    Label.objects.update_or_create(assignment=done, defaults=said)
