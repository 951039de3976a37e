"""An event: something that happened to a HIT or an assignment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from mturk.data.enumeration import EventType
from mturk.data.safe_text import one_line
from mturk.record.record import related
from mturk.record.value import Value

if TYPE_CHECKING:
    from mturk.model.assignment import Assignment
    from mturk.model.hit import HIT
    from mturk.model.hit_type import HITType


@attrs.frozen(getstate_setstate=False, repr=False)
class Event(Value):
    """Something that happened, as a handler is told of it. Two are equal when their ids are.

    The id is the same whichever source brought the event. `source` is "sqs", "sns", "poll" or "push"; `raw` is the
    event in the service's own words. `hit`, `hit_type` and `assignment` cost no call; reading their fields may.

        @mturk.on("AssignmentSubmitted")
        def review(event):
            if event.assignment.answers.get("label") in LABELS:
                event.assignment.approve()
    """

    type: EventType | str = attrs.field(eq=False)
    time: datetime = attrs.field(eq=False)
    hit_id: str | None = attrs.field(eq=False)
    hit_type_id: str | None = attrs.field(eq=False)
    assignment_id: str | None = attrs.field(eq=False)
    source: str = attrs.field(eq=False)
    id: str
    raw: Mapping[str, Any] = attrs.field(eq=False, repr=False, factory=dict)

    def __repr__(self) -> str:
        about = self.assignment_id or self.hit_id
        when = f"{self.time:%Y-%m-%d %H:%M:%S} UTC"
        # What is polled has the ids that the service gives.
        return one_line(f"<Event {self.type}{f' {about}' if about else ''} at {when} ({self.source})>")

    @property
    def hit(self) -> HIT | None:
        """The HIT that it happened to; its fields are asked for when they are read. None where the event names none."""
        return related("HIT", self.hit_id, self._connection) if self.hit_id else None

    @property
    def hit_type(self) -> HITType | None:
        """The HIT's type, which has nothing to load."""
        return related("HITType", self.hit_type_id, self._connection) if self.hit_type_id else None

    @property
    def assignment(self) -> Assignment | None:
        """The assignment that it happened to, None for an event of the HIT.

        One that is accepted, returned or abandoned has an id and nothing else that the service would tell.
        """
        return related("Assignment", self.assignment_id, self._connection) if self.assignment_id else None
