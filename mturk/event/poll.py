"""Polling as a source: lists are read, and what is new in them is an event. It finds what a queue lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mturk.connection.retry import absence
from mturk.data.enumeration import AssignmentStatus, EventType, HITStatus
from mturk.errors import DoesNotExist, MTurkError, ValidationError
from mturk.event.event import Event
from mturk.event.intake import PATIENCE
from mturk.event.message import id_of, stamp
from mturk.model.hit import HIT

if TYPE_CHECKING:
    from mturk.event.intake import Intake
    from mturk.model.assignment import Assignment

# A HIT, its assignments, and how many of them are taken.
_Sight = tuple[str, "int | None", "int | None"]

_MOST_FAILURES = 3  # in one round, after which the service itself is taken to be in trouble
_LOOKS = 10  # rounds for which a list of assignments that is shorter than the counters say is read again

_ABSENCE = 1.0  # seconds that a call waits for a service that is away: the next round asks again

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
        self._short: dict[str, int] = {}
        self._known: dict[str, _Sight] = {}
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
            self._thread.join(PATIENCE)

    def ended(self) -> None:
        """Nothing is kept here."""

    def round(self) -> None:
        """Look once at everything."""
        watched, connection = self._watched(), self._intake.connection
        before, self._counters, self._short = (self._counters, self._short), {}, {}
        shown: dict[str, _Sight] = {}
        failures: list[MTurkError] = []
        for hit in HIT.all(connection=connection) if watched else HIT.reviewable(connection=connection):
            if self._stopping.is_set():
                return
            if not watched.isdisjoint((hit.id, hit.hit_type_id, ALL)):
                self._look_into(hit, *before, failures)
            if hit.status == HITStatus.REVIEWABLE or not watched:
                shown[hit.id] = self._sight(hit)
            elif hit.id in self._known and hit.status != HITStatus.REVIEWING:
                self._intake.mark.lose_sight(hit.id)
        self._known = shown  # of HITs that are gone nothing is kept
        if failures:
            raise failures[0]

    def _repeat(self) -> None:
        while not self._stopping.is_set():
            try:
                with absence(_ABSENCE):
                    self.round()
            except MTurkError as error:
                _log.warning("the poll failed, and is tried again in %g s: %s", self._every, error)
            except Exception:
                _log.exception("the poll failed, and is tried again in %g s", self._every)
            self._stopping.wait(self._every)

    def _sight(self, hit: HIT) -> _Sight:
        taken = None if hit.max_assignments is None else hit.max_assignments - (hit.assignments_available or 0)
        sight = (hit.id, hit.max_assignments, taken)
        if sight != self._known.get(hit.id):
            event = self._event(EventType.HIT_REVIEWABLE, hit, None, None)
            if self._intake.mark.sight(event, hit.max_assignments, taken):
                self._intake.ring()
        return sight

    def _look_into(
        self, hit: HIT, before: Mapping[str, str], short: Mapping[str, int], failures: list[MTurkError]
    ) -> None:
        """Read the assignments of a HIT whose counters changed; one that fails does not keep the others waiting."""
        counters = _counters(hit)
        if counters == (before.get(hit.id) or self._intake.mark.counters(hit.id)):
            self._counters[hit.id] = counters
            return
        try:
            whole = self._read_assignments(hit)
        except DoesNotExist:
            return  # deleted meanwhile
        except MTurkError as error:
            failures.append(error)
            if len(failures) >= _MOST_FAILURES:
                raise
            return
        looks = short.get(hit.id, 0) + 1
        if whole or looks >= _LOOKS:
            self._intake.mark.keep_counters(hit.id, counters)
            self._counters[hit.id] = counters
        else:
            self._short[hit.id] = looks

    def _read_assignments(self, hit: HIT) -> bool:
        """Put all there are; whether they are as many as the counters say, behind which lists may lag."""
        number = 0
        for page in hit.assignments().pages():
            number += len(page.items)
            self._intake.put([event for one in page for event in self._events(hit, one)])
        return number >= (hit.max_assignments or 0) - (hit.assignments_available or 0) - (hit.assignments_pending or 0)

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
