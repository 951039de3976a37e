"""Reading the messages of the service."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timezone

import pytest

from mturk import HIT, Assignment, Connection, Event, EventType, HITType, UnreadableMessage
from mturk.event.message import read
from tests.event.said import ASSIGNMENT, HIT_TYPE, happening, message
from tests.event.said import HIT as HIT_ID


def events(*happenings: dict[str, object], document: str = "d1") -> list[Event]:
    return read(message(*happenings, document=document), "sqs", None)


def test_an_event_tells_what_happened_when_and_to_what() -> None:
    (event,) = events(happening())
    assert (event.type, event.source) == (EventType.ASSIGNMENT_SUBMITTED, "sqs")
    assert event.time == datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
    assert (event.hit_id, event.hit_type_id, event.assignment_id) == (HIT_ID, HIT_TYPE, ASSIGNMENT)
    assert event.raw == happening()


def test_relations_cost_no_call(connection: Connection) -> None:
    (event,) = read(message(happening()), "sqs", connection)
    assert (event.hit, event.hit_type, event.assignment) == (HIT(HIT_ID), HITType(HIT_TYPE), Assignment(ASSIGNMENT))
    assert event.hit is not None
    assert event.hit.connection is connection


def test_an_event_of_a_hit_has_no_assignment() -> None:
    (event,) = events(happening("HITExpired"))
    assert (event.assignment, event.assignment_id) == (None, None)


@pytest.mark.parametrize("kind", ["AssignmentSubmitted", "AssignmentApproved", "AssignmentRejected"])
def test_what_happens_once_to_an_assignment_has_one_id_in_every_message(kind: str) -> None:
    (first,) = events(happening(kind), document="d1")
    (second,) = events(happening(kind, EventTimestamp="2026-11-22T09:00:01Z"), document="d2")
    assert first == second
    assert hash(first) == hash(second)


@pytest.mark.parametrize("kind", ["AssignmentAccepted", "AssignmentReturned", "AssignmentAbandoned"])
def test_an_assignment_that_is_given_out_again_is_another_event(kind: str) -> None:
    earlier, later = events(happening(kind), happening(kind, EventTimestamp="2026-11-22T09:00:01Z"))
    assert earlier != later


def test_twice_in_one_second_is_two_events() -> None:
    accepted, again = events(happening("AssignmentAccepted"), happening("AssignmentAccepted"))
    (elsewhere,) = events(happening("AssignmentAccepted"), document="d2")
    assert len({accepted, again, elsewhere}) == 3


def test_the_same_message_from_a_queue_and_a_topic_is_the_same_events() -> None:
    text = message(happening("AssignmentAccepted"), happening("HITCreated"), document="d1")
    assert read(text, "sqs", None) == read(text, "sns", None)


def test_the_envelope_of_a_topic_around_a_message_in_a_queue_is_opened() -> None:
    envelope = json.dumps({"Type": "Notification", "TopicArn": "arn:…", "Message": message(happening())})
    assert read(envelope, "sqs", None) == events(happening())


def test_a_type_that_is_not_known_yet_stays_a_text() -> None:
    (event,) = events(happening("HITPainted"))
    assert event.type == "HITPainted"


def test_a_time_under_its_other_name_is_read() -> None:
    (event,) = events(happening(EventTimestamp=None, EventTime="2026-11-22T09:00:00Z"))
    assert event.time == datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "written", ["2026-11-22T09:00:00.5Z", "2026-11-22T10:00:00.123456789+01:00", "2026-11-22T09:00:00"]
)
def test_other_forms_of_a_time_are_read(written: str) -> None:
    (event,) = events(happening(EventTimestamp=written))
    assert event.time == datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


def test_an_event_can_be_copied_and_pickled(connection: Connection) -> None:
    (event,) = read(message(happening()), "sqs", connection)
    assert copy.deepcopy(event) is event
    loaded = pickle.loads(pickle.dumps(event))
    assert (loaded, loaded.type, loaded.raw) == (event, event.type, event.raw)


def test_its_repr_is_one_line_for_people() -> None:
    (event,) = events(happening())
    assert repr(event) == f"<Event AssignmentSubmitted {ASSIGNMENT} at 2026-11-22 09:00:00 UTC (sqs)>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a JSON object"),
        ("hello", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
        ("{}", "no list of Events"),
        ('{"Events": {}}', "no list of Events"),
        ('{"Events": [1]}', "no list of Events"),
        ('{"Message": "{}", "TopicArn": "a"}', "no list of Events"),
        (message(happening(EventType=None)), "lacks its EventType"),
        (message(happening(AssignmentId=None)), "lacks its AssignmentId"),
        (message(happening(EventTimestamp=None)), "no EventTimestamp"),
        (message(happening(EventTimestamp="yesterday")), "is not a time: 'yesterday'"),
        (message(happening(EventTimestamp="0001-01-01T00:00:00+01:00")), "is not a time"),
        (message(happening(EventTimestamp="9999-12-31T23:59:59-01:00")), "is not a time"),
        (message(happening(EventTimestamp="2999-12-31T25:00:00Z")), "is not a time"),
        (message(happening(HITId="3\ud800")), "HITId in the message is not a short text"),
        (message(happening(HITId="3\0")), "HITId in the message is not a short text"),
        (message(happening(), document="d\n"), "EventDocId in the message is not a short text"),
        (message(happening(HITId=7)), "HITId in the message is not a short text"),
        (message(happening(HITId="3" * 300)), "HITId in the message is not a short text"),
    ],
)
def test_what_cannot_be_read_is_one_error_that_says_why(text: str, said: str) -> None:
    with pytest.raises(UnreadableMessage, match=said):
        read(text, "sqs", None)


def test_an_event_that_was_polled_is_shown_on_one_line() -> None:
    event = Event(
        "HITReviewable", datetime(2026, 11, 22, tzinfo=timezone.utc), "3A\x1b[2J\n3B", None, None, "poll", "x"
    )
    assert repr(event) == "<Event HITReviewable 3A\ufffd[2J 3B at 2026-11-22 00:00:00 UTC (poll)>"
