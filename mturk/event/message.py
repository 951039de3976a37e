"""Messages: the JSON text in which the service tells of events, whatever brought it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from mturk.data.enumeration import EventType
from mturk.errors import UnreadableMessage
from mturk.event.event import Event

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

# Each happens to an assignment once in its life, so that what a list shows and what a message tells are the same event.
ONCE = frozenset({EventType.ASSIGNMENT_SUBMITTED, EventType.ASSIGNMENT_APPROVED, EventType.ASSIGNMENT_REJECTED})
_KNOWN = EventType._value2member_map_
_LONGEST_ID = 255
# Fractions of a second are left out: they mean nothing, and Python 3.10 does not read all of them.
_TIME = re.compile(r"((?:19[7-9]|2\d\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def read(text: str, source: str, connection: Connection | None) -> list[Event]:
    """The events of a message, in its order; UnreadableMessage if it is none of the service's.

    The id of a HITReviewable is only the beginning of one: which time it is is known to the mark.
    """
    message = _object(text)
    listed = message.get("Events")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UnreadableMessage("The message has no list of Events: it is not one of Mechanical Turk's.")
    document = _text(message, "EventDocId") or ""
    seen: Counter[str] = Counter()
    events = []
    for one in listed:
        key = _key(one, document)
        # The same may happen twice in one second: an assignment is taken, returned and taken again.
        position, seen[key] = seen[key], seen[key] + 1
        events.append(_event(one, _id(one, key, document, position), source, connection))
    return events


def id_of(kind: str, *parts: str | None) -> str:
    """The id of an event of this type."""
    return ":".join([kind, *(part or "" for part in parts)])


def stamp(time: datetime) -> str:
    """A time as messages have it."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _object(text: str) -> Mapping[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise UnreadableMessage("The message is not a JSON object: it is not one of Mechanical Turk's.")
    # A queue that is subscribed to a topic gets the topic's envelope, if raw delivery is off.
    if "Events" not in message and isinstance(message.get("Message"), str) and "TopicArn" in message:
        return _object(message["Message"]) if message["Message"] != text else {}
    return message


def _id(one: Mapping[str, Any], key: str, document: str, position: int) -> str:
    if one.get("EventType") in ONCE:
        return key
    # Which time the HIT became reviewable is counted by the mark, which needs to know the message for it.
    return f"{key}{'|' if one.get('EventType') == EventType.HIT_REVIEWABLE else ''}{document}:{position}"


def _key(one: Mapping[str, Any], document: str) -> str:
    kind = _text(one, "EventType") or ""
    if kind in ONCE:
        return id_of(kind, _text(one, "AssignmentId"))
    if kind == EventType.HIT_REVIEWABLE:
        return id_of(kind, _text(one, "HITId"))
    return id_of(kind, _text(one, "HITId"), _text(one, "AssignmentId"), _stamp_of(one), "")


def _event(one: Mapping[str, Any], id: str, source: str, connection: Connection | None) -> Event:
    kind = _text(one, "EventType")
    if not kind or (kind in ONCE and not _text(one, "AssignmentId")):
        raise UnreadableMessage(f"An event of the message lacks its {'AssignmentId' if kind else 'EventType'}.")
    return Event(
        type=_KNOWN.get(kind, kind),  # type: ignore[arg-type]  # the map's values are members
        time=_moment(_stamp_of(one)),
        hit_id=_text(one, "HITId"),
        hit_type_id=_text(one, "HITTypeId"),
        assignment_id=_text(one, "AssignmentId"),
        source=source,
        id=id,
        raw=one,
        connection=connection,
    )


def _text(one: Mapping[str, Any], name: str) -> str | None:
    value = one.get(name)
    # No control characters and no halves of characters: it goes into a database, and into logs.
    if value is not None and not (isinstance(value, str) and len(value) <= _LONGEST_ID and value.isprintable()):
        raise UnreadableMessage(f"The {name} in the message is not a short text.")
    return value or None


def _stamp_of(one: Mapping[str, Any]) -> str:
    # One page of the documentation calls it EventTime.
    found = _text(one, "EventTimestamp") or _text(one, "EventTime")
    if found is None:
        raise UnreadableMessage("An event of the message has no EventTimestamp.")
    return found


def _moment(text: str) -> datetime:
    form = _TIME.fullmatch(text)
    try:
        if form is None:
            raise ValueError
        found = datetime.fromisoformat(f"{form[1]}{'+00:00' if form[2] in (None, 'Z') else form[2]}")
        return found.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise UnreadableMessage(f"The EventTimestamp of an event in the message is not a time: {text!r}.") from None
