"""Polling as a source: lists are read, and what is new in them is an event. It finds what a queue lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mturk.data.enumeration import AssignmentStatus, EventType, HITStatus
from mturk.errors import MTurkError, ValidationError
from mturk.event.event import Event
from mturk.event.message import id_of, stamp
from mturk.model.hit import HIT

if TYPE_CHECKING:
    from mturk.event.intake import Intake
    from mturk.model.assignment import Assignment

# A HIT, its assignments, and how many of them are taken.
_Sight = tuple[str, "int | None", "int | None"]

ALL = "all"
"""What is watched where every HIT is."""
_log = logging.getLogger(__name__)


class Poll:
    """Tells of HITReviewable, and of watched HITs AssignmentSubmitted, -Approved and -Rejected.

    Where nothing is watched it reads ListReviewableHITs. Otherwise it reads ListHITs, which shows the same and the
    counters too, and then the assignments of those watched HITs whose counters changed. A list costs a call for each
    100 HITs and one for its end; the assignments of a HIT cost the same. An approval that overrides a rejection changes
    no counter, and is found with the HIT's next change.
    """

    def __init__(self, intake: Intake, watched: Callable[[], frozenset[str]], *, every: float) -> None:
        self._intake = intake
        self._watched = watched
        self._every = _seconds(every)
        self._counters: dict[str, str] = {}
        self._known: set[_Sight] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name="mturk-poll", daemon=True)

    def __repr__(self) -> str:
        return f"<Poll every {self._every:g} s>"

    def begin(self) -> None:
        """Ask for one HIT, so that a wrong key is told at once; then go on in the background."""
        HIT.get_reviewable(page_size=1, connection=self._intake.connection)
        self._thread.start()

    def once(self) -> None:
        """Look once; what goes wrong is raised."""
        self.round()

    def halt(self) -> None:
        """Begin no further call."""
        self._stopping.set()

    def stop(self) -> None:
        """End, after the call that is under way."""
        self._stopping.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def ended(self) -> None:
        """Nothing is kept here."""

    def round(self) -> None:
        """Look once at everything."""
        watched, connection = self._watched(), self._intake.connection
        counters: dict[str, str] = {}
        shown: set[_Sight] = set()
        for hit in HIT.all(connection=connection) if watched else HIT.reviewable(connection=connection):
            if self._stopping.is_set():
                return
            if not watched.isdisjoint((hit.id, hit.hit_type_id, ALL)):
                counters[hit.id] = _counters(hit)
                if counters[hit.id] != self._kept(hit.id):
                    self._read_assignments(hit, counters[hit.id])
            if hit.status == HITStatus.REVIEWABLE or not watched:
                shown.add(self._sight(hit))
        # Of HITs that are gone nothing is kept.
        self._counters, self._known = counters, shown

    def _repeat(self) -> None:
        while not self._stopping.is_set():
            try:
                self.round()
            except MTurkError as error:
                _log.warning("the poll failed, and is tried again in %g s: %s", self._every, error)
            self._stopping.wait(self._every)

    def _sight(self, hit: HIT) -> _Sight:
        taken = None if hit.max_assignments is None else hit.max_assignments - (hit.assignments_available or 0)
        sight = (hit.id, hit.max_assignments, taken)
        if sight not in self._known:
            event = self._event(EventType.HIT_REVIEWABLE, hit, None, None)
            if self._intake.mark.sight(event, hit.max_assignments, taken):
                self._intake.ring()
        return sight

    def _kept(self, hit_id: str) -> str | None:
        return self._counters.get(hit_id) or self._intake.mark.counters(hit_id)

    def _read_assignments(self, hit: HIT, counters: str) -> None:
        for page in hit.assignments().pages():
            self._intake.put([event for one in page for event in self._events(hit, one)])
        self._intake.mark.keep_counters(hit.id, counters)

    def _events(self, hit: HIT, one: Assignment) -> Iterator[Event]:
        yield self._event(EventType.ASSIGNMENT_SUBMITTED, hit, one, one.submit_time)
        if one.rejection_time is not None or one.status == AssignmentStatus.REJECTED:
            yield self._event(EventType.ASSIGNMENT_REJECTED, hit, one, one.rejection_time)
        if one.status == AssignmentStatus.APPROVED:
            yield self._event(EventType.ASSIGNMENT_APPROVED, hit, one, one.approval_time)

    def _event(self, type: EventType, hit: HIT, one: Assignment | None, time: datetime | None) -> Event:
        moment = (time or self._now()).replace(microsecond=0)
        raw = {"EventType": type.value, "EventTimestamp": stamp(moment), "HITId": hit.id, "HITTypeId": hit.hit_type_id}
        if one is not None:
            raw["AssignmentId"] = one.id
        return Event(
            type=type,
            time=moment,
            hit_id=hit.id,
            hit_type_id=hit.hit_type_id,
            assignment_id=None if one is None else one.id,
            source="poll",
            id=id_of(type.value, hit.id if one is None else one.id),
            raw=raw,
            connection=self._intake.connection,
        )

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._intake.connection.clock.now(), timezone.utc)


def _counters(hit: HIT) -> str:
    counted = (hit.max_assignments, hit.assignments_available, hit.assignments_pending, hit.assignments_completed)
    return " ".join(map(str, counted))


def _seconds(every: float) -> float:
    if isinstance(every, bool) or not isinstance(every, (int, float)) or not 0 < every <= 86_400:
        raise ValidationError(f"every must be seconds, more than 0 and at most a day, not {every!r}")
    return float(every)
