"""For tests of a site: a marketplace of its own for each test, workers to play, and events to send."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, ClassVar

from mturk.alters_data import alters_data
from mturk.connection.connection import Connection, by_default, make_by, using
from mturk.data import limit
from mturk.data.enumeration import EventType, HITStatus
from mturk.django import process
from mturk.errors import ConfigurationError, ValidationError
from mturk.event.event import Event
from mturk.event.events import Events
from mturk.model.assignment import Assignment
from mturk.model.hit import HIT

if TYPE_CHECKING:
    from mturk.marketplace import Marketplace
    from mturk.marketplace import Worker as Player

_WORKER = "A1WORKER"


class Playground:
    """A marketplace with nobody else in it, and the connection to it that is in force.

    `market` is the `mturk.marketplace.Marketplace`: `market.clock.advance(days=3)` lets time pass. `connection` is what
    models, `mturk.django.connection()` and `mturk.django.events()` use while the test runs, whatever the settings say.
    Nothing is told by itself: `send` tells the handlers of an event, at once and in the test's own thread.
    """

    def __init__(self, market: Marketplace, connection: Connection) -> None:
        self.market = market
        self.connection = connection

    def worker(self, worker_id: str = _WORKER) -> Player:
        """Somebody who accepts and submits."""
        return self.market.worker(worker_id)

    def query(self, assignment_id: str | None, worker_id: str = _WORKER) -> dict[str, str]:
        """What the address of a task page is asked with; without an assignment, that of a preview."""
        if assignment_id is None:
            return {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE"}
        return {"assignmentId": assignment_id, "workerId": worker_id, "turkSubmitTo": self.market.url.rstrip("/")}

    @alters_data
    def submit(self, hit: HIT | str, answers: Mapping[str, Any], worker_id: str = _WORKER) -> Assignment:
        """Have a worker accept a HIT and submit these answers; then tell of AssignmentSubmitted and HITReviewable."""
        player = self.worker(worker_id)
        found = HIT(hit) if isinstance(hit, str) else hit
        assignment = Assignment(player.accept(found.id))
        player.submit(assignment.id, answers)
        self.send(EventType.ASSIGNMENT_SUBMITTED, assignment)
        after = HIT.get(found.id)
        if after.status == HITStatus.REVIEWABLE:
            self.send(EventType.HIT_REVIEWABLE, after)
        return assignment

    @alters_data
    def send(self, event: Event | EventType | str, about: HIT | Assignment | None = None) -> Event:
        """Tell signals and handlers of an event, and wait for them; what one raises fails the test.

        `send("HITExpired", hit)`, `send("AssignmentReturned", assignment)`, `send("Ping")`, or an Event.
        """
        told = event if isinstance(event, Event) else _event(limit.choice("event", event, EventType), about)
        process.events().tell(told)
        return told


@contextmanager
def playground(**settings: Any) -> Iterator[Playground]:
    """A playground while the block runs; `settings` are those of `Marketplace`, such as `fees=0` or `faults=[…]`."""
    try:
        from mturk.marketplace import Marketplace
    except ImportError as error:
        raise ConfigurationError(f"The test marketplace needs {error.name}: pip install 'mturk[marketplace]'") from None

    with Marketplace(":memory:", **settings) as market:
        made = Connection(market.url, access_key=market.access_key, secret_key=market.secret_key, region="us-east-1")
        with made, by_default(made), using(made):
            make_by(None, _events)
            yield Playground(market, made)


class MarketplaceMixin:
    """For Django's test cases: `self.playground`, made anew for each test, and its verbs.

    class LabelTest(MarketplaceMixin, TestCase):
        def test_good_work_is_approved(self):
            hit = publish(...)
            assignment = self.submit(hit, {"label": "cat"})
            self.assertEqual(Assignment.get(assignment.id).status, "Approved")
    """

    market_settings: ClassVar[Mapping[str, Any]] = {}

    def setUp(self) -> None:
        """Start the marketplace."""
        manager = playground(**self.market_settings)
        self.playground = manager.__enter__()
        self.market, self.connection = self.playground.market, self.playground.connection
        self.worker, self.query = self.playground.worker, self.playground.query
        self.submit, self.send = self.playground.submit, self.playground.send
        self.addCleanup(manager.__exit__, None, None, None)  # type: ignore[attr-defined]  # of the test case
        super().setUp()  # type: ignore[misc]  # of the test case


def _events(connection: Connection) -> Events:
    # Not in the mark of the settings, which holds the site's real events.
    return process.relaying(Events(connection, mark=":memory:"))


def _event(type: EventType, about: HIT | Assignment | None) -> Event:
    if about is None and type != EventType.PING:
        raise ValidationError(f"say what {type} is about: send({str(type)!r}, hit), or an assignment")
    hit = about.hit if isinstance(about, Assignment) else about
    return Event(
        type=type,
        time=datetime.now(timezone.utc).replace(microsecond=0),
        hit_id=hit.id if hit is not None else None,
        hit_type_id=hit.hit_type_id if hit is not None else None,
        assignment_id=about.id if isinstance(about, Assignment) else None,
        source="push",
        id=f"test:{uuid.uuid4().hex}",
        connection=process.connection(),
    )
