"""From an event to the mirror: the event says where to look, and the service says what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

import mturk
from mturk.data.enumeration import EventType
from mturk.django.mirror.models import HIT, Assignment
from mturk.errors import DoesNotExist

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.event.event import Event

_OF_SUBMISSIONS = {EventType.ASSIGNMENT_SUBMITTED, EventType.ASSIGNMENT_APPROVED, EventType.ASSIGNMENT_REJECTED}


def reflect(sender: object, event: Event, **_more: Any) -> None:
    """Look at what the event is about, and keep it. One call, GetAssignment or GetHIT.

    Events come twice and late: what they say is not believed, only that something is new.
    """
    if event.type == EventType.PING or event.hit is None:
        return
    connection = event.hit.connection
    if event.assignment is not None and event.type in _OF_SUBMISSIONS:
        look_at_assignment(event.assignment.id, event.hit.id, connection)
    else:
        look_at_hit(event.hit.id, connection)


def look_at_assignment(assignment_id: str, hit_id: str, connection: Connection) -> None:
    """Keep a submission as it is now, and its HIT with it. One call, GetAssignment; GetHIT where that finds none."""
    asked_at = timezone.now()
    try:
        found = mturk.Assignment.get(assignment_id, connection=connection)
    except DoesNotExist:
        look_at_hit(hit_id, connection)
        return
    HIT.keep(found.hit, asked_at)
    Assignment.keep(found, asked_at)


def look_at_hit(hit_id: str, connection: Connection) -> None:
    """Keep a HIT as it is now; one that the service does not know any more is disposed of. One call, GetHIT."""
    asked_at = timezone.now()
    try:
        HIT.keep(mturk.HIT.get(hit_id, connection=connection), asked_at)
    except DoesNotExist:
        HIT.dispose(hit_id, asked_at)
