"""The whole mirror held against the service: what no event told of is found, and what is gone is marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs
from django.utils import timezone

import mturk
from mturk.data.enumeration import HITStatus
from mturk.django.mirror.models import HIT, Assignment
from mturk.django.mirror.reflection import look_at_hit

if TYPE_CHECKING:
    from datetime import datetime

    from mturk.connection.connection import Connection


@attrs.define
class Reconciled:
    """How much was looked at."""

    hits: int = 0
    lists: int = 0
    submissions: int = 0
    gone: int = 0


def reconcile(connection: Connection, *, full: bool = False) -> Reconciled:
    """Bring the mirror up to what the service has now.

    One call for each 100 HITs, ListHITs; then ListAssignmentsForHIT for the HITs whose counters have changed since the
    last time, or for all with `full`, and GetHIT for those that are listed no more. A rejection that was overridden
    changes no counter: an event tells of it, else `full` finds it.
    """
    done = Reconciled()
    known = dict(HIT.objects.exclude(status=HITStatus.DISPOSED.value).values_list("pk", "reconciled"))
    asked_at = timezone.now()
    for hit in mturk.HIT.all(connection=connection):
        HIT.keep(hit, asked_at)
        done.hits += 1
        if known.pop(hit.id, None) != _counters(hit) or full:
            _list(hit, asked_at, done)
    for hit_id in known:
        look_at_hit(hit_id, connection)
        done.gone += HIT.objects.filter(pk=hit_id, status=HITStatus.DISPOSED.value).count()
    return done


def _list(hit: mturk.HIT, asked_at: datetime, done: Reconciled) -> None:
    done.lists += 1
    for assignment in hit.assignments():
        Assignment.keep(assignment, asked_at)
        done.submissions += 1
    HIT.objects.filter(pk=hit.id).update(reconciled=_counters(hit))


def _counters(hit: mturk.HIT) -> str:
    return "/".join(_parts(hit))


def _parts(hit: mturk.HIT) -> Iterator[str]:
    yield str(hit.status)
    for number in (hit.max_assignments, hit.assignments_pending, hit.assignments_available, hit.assignments_completed):
        yield str(number)
