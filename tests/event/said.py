"""Messages as the service sends them, and handlers that note what they hear."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from mturk import Event, Events

TOPIC = "arn:aws:sns:us-east-1:123456789012:turk"
RAW = {"x-amz-sns-rawdelivery": "true", "x-amz-sns-topic-arn": TOPIC, "x-amz-sns-message-type": "Notification"}
HIT, HIT_TYPE, ASSIGNMENT = "3HIT", "3TYPE", "3ASSIGNMENT"


def happening(kind: str = "AssignmentSubmitted", **changes: Any) -> dict[str, Any]:
    """One event of a message; a change of None leaves a member out."""
    members = {
        "EventType": kind,
        "EventTimestamp": "2026-11-22T09:00:00Z",
        "HITTypeId": HIT_TYPE,
        "HITId": HIT,
        "AssignmentId": ASSIGNMENT if kind.startswith("Assignment") else None,
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def message(*happenings: dict[str, Any], document: str | None = None) -> str:
    """A message that tells of these."""
    return json.dumps(
        {
            "Events": list(happenings),
            "EventDocId": document or uuid.uuid4().hex,
            "SourceAccount": "123456789012",
            "CustomerId": "A2REQUESTER",
            "EventDocVersion": "2014-08-15",
        }
    )


def tell(events: Events, *happenings: dict[str, Any], document: str | None = None) -> tuple[Event, ...]:
    """Have these events received, as a topic with raw delivery would."""
    return events.receive(message(*happenings, document=document), RAW, raw=True, topics=[TOPIC])


def submissions(number: int, hit: str = HIT, start: int = 0) -> list[dict[str, Any]]:
    """So many submissions for a HIT."""
    return [happening(HITId=hit, AssignmentId=f"3A{hit}{start + place}") for place in range(number)]


class Ear:
    """A handler that notes what it hears; `fails` says how often it raises first."""

    def __init__(self, fails: int = 0) -> None:
        self.heard: list[Event] = []
        self.fails = fails
        self._change = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._change:
            self.heard.append(event)
            self._change.notify_all()
        if len(self.heard) <= self.fails:
            raise RuntimeError("not yet")

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.heard]

    def wait(self, number: int, seconds: float = 20) -> list[Event]:
        """What was heard, once it is so much."""
        with self._change:
            assert self._change.wait_for(lambda: len(self.heard) >= number, seconds), self.heard
        return self.heard


def eventually(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
