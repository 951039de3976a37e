"""HIT types: the terms that HITs share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mturk import Connection, HITType, HTMLQuestion, Notification, ValidationError
from mturk import requirements as req
from tests.judge import Judge
from tests.page import PAGE

TERMS: dict[str, Any] = {"title": "T", "description": "D", "reward": "0.05", "assignment_duration": 60}


def create(connection: Connection, **changes: Any) -> HITType:
    return HITType.create(connection=connection, **{**TERMS, **changes})


def test_a_new_type_knows_its_terms(judge: Judge, connection: Connection) -> None:
    judge.answer("CreateHITType", {"HITTypeId": "3T"})
    kind = create(
        connection,
        keywords=["a", "b"],
        auto_approval_delay=timedelta(days=3),
        qualification_requirements=[req.locale.is_in("US-NY"), req.masters.exists()],
    )
    assert repr(kind) == "<HITType 3T 'T' 0.05>"
    assert (kind.title, kind.description, kind.reward) == ("T", "D", Decimal("0.05"))
    assert (kind.assignment_duration, kind.auto_approval_delay) == (timedelta(minutes=1), timedelta(days=3))
    assert kind.keywords == ("a", "b")
    assert kind.qualification_requirements == (req.locale.is_in("US-NY"), req.masters.exists())
    assert judge.operations == ["CreateHITType"]


@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("title", "x" * 129, "title has 129 characters, the limit is 128"),
        ("description", "", "description must have at least 1 character"),
        ("reward", "free", "reward must be a plain amount"),
        ("assignment_duration", 1, "assignment_duration must be from 30 to 31536000 seconds"),
        ("auto_approval_delay", 2_592_001, "auto_approval_delay must be from 0 to 2592000 seconds"),
        ("keywords", ["", "a"], "a keyword must be a text"),
    ],
)
def test_create_refuses_before_any_call_what_the_service_would(
    argument: str, value: Any, words: str, judge: Judge, connection: Connection
) -> None:
    with pytest.raises(ValidationError, match=words):
        create(connection, **{argument: value})
    assert judge.arrived == 0


@pytest.mark.parametrize("bad", ["", "3t", 7, None])
def test_an_id_that_is_none_is_refused(bad: Any) -> None:
    with pytest.raises(ValidationError, match="id must be 1 to 64 capital letters and digits"):
        HITType(bad)


def test_the_hits_of_a_type_are_picked_from_all(judge: Judge, connection: Connection) -> None:
    listed = [{"HITId": f"3H{number}", "HITTypeId": f"3T{number % 2}"} for number in range(4)]
    judge.answer("ListHITs", {"HITs": listed[:2], "NextToken": "t"}, {"HITs": listed[2:]})
    assert [hit.id for hit in HITType("3T1", connection=connection).hits()] == ["3H1", "3H3"]
    assert judge.operations == ["ListHITs", "ListHITs"]


def test_a_notification_can_be_paused_without_naming_it_again(judge: Judge, connection: Connection) -> None:
    kind = HITType("3T", connection=connection)
    kind.set_notification(active=False)
    kind.set_notification(Notification("arn:aws:sns:us-east-1:1:t", "SNS", "Ping"))
    assert judge.calls[0].body == {"HITTypeId": "3T", "Active": False}
    assert judge.calls[1].body["Active"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"active": None}, "notification or active"),
        ({"notification": "https://queue"}, "notification must be a Notification, not 'https://queue'"),
        ({"active": "yes"}, "active must be True, False or None, not 'yes'"),
    ],
)
def test_a_notification_that_says_nothing_is_refused(
    arguments: dict[str, Any], words: str, judge: Judge, connection: Connection
) -> None:
    with pytest.raises(ValidationError, match=words):
        HITType("3T", connection=connection).set_notification(**arguments)
    assert judge.arrived == 0


@pytest.mark.parametrize(
    ("reward", "assignments", "hits", "fees", "total"),
    [
        ("0.05", 9, 1, "0.09", "0.54"),
        ("0.05", 10, 1, "0.20", "0.70"),
        ("0.05", 9, 100, "9.00", "54.00"),
        ("1.00", 3, 1, "0.60", "3.60"),
        ("0.52", 1, 1, "0.10", "0.62"),
    ],
)
def test_an_estimate_knows_the_border_between_nine_and_ten(
    reward: str, assignments: int, hits: int, fees: str, total: str, judge: Judge, connection: Connection
) -> None:
    judge.answer("CreateHITType", {"HITTypeId": "3T"})
    found = create(connection, reward=reward).estimate(assignments, hits)
    assert (found.fees, found.total) == (Decimal(fees), Decimal(total))
    assert judge.operations == ["CreateHITType"]


def test_an_estimate_of_unknown_terms_says_so(judge: Judge, connection: Connection) -> None:
    with pytest.raises(AttributeError, match="no operation that tells a HIT type's"):
        HITType("3T", connection=connection).estimate(3)
    assert judge.arrived == 0


def test_a_hit_of_a_type_keeps_the_type_s_connection(judge: Judge, connection: Connection) -> None:
    judge.answer("CreateHITWithHITType", {"HIT": {"HITId": "3H"}})
    hit = HITType("3T", connection=connection).create_hit(HTMLQuestion(PAGE), 60)
    assert hit.connection is connection


@pytest.mark.parametrize("ask", [lambda hits: hits.first(), bool, lambda hits: hits[:3], lambda hits: hits[0]])
def test_a_filtered_list_asks_for_whole_pages(ask: Callable[[Any], Any], judge: Judge, connection: Connection) -> None:
    hits = [{"HITId": f"3H{number}", "HITTypeId": "3OTHER" if number < 90 else "3T"} for number in range(100)]
    judge.answer("ListHITs", {"NumResults": 100, "HITs": hits})
    assert ask(HITType("3T", connection=connection).hits())
    assert [body["MaxResults"] for body in judge.bodies("ListHITs")] == [100]


def test_notify_sets_where_events_go(judge: Judge, connection: Connection) -> None:
    judge.answer("UpdateNotificationSettings", {})
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/turk"
    HITType("3TYPE", connection=connection).notify(url, "AssignmentSubmitted")
    (body,) = judge.bodies("UpdateNotificationSettings")
    assert body["Notification"] == {
        "Destination": url,
        "Transport": "SQS",
        "EventTypes": ["AssignmentSubmitted"],
        "Version": "2014-08-15",
    }


def test_notify_takes_the_transport_that_is_said(judge: Judge, connection: Connection) -> None:
    judge.answer("UpdateNotificationSettings", {})
    HITType("3TYPE", connection=connection).notify("https://my-app.org/events", ["HITExpired"], transport="SQS")
    assert judge.bodies("UpdateNotificationSettings")[0]["Notification"]["Transport"] == "SQS"


@pytest.mark.parametrize(
    "arguments", [("turk", ["Ping"]), ("https://x.org/queue/turk", []), ("https://x.org/queue/turk", ["Ring"])]
)
def test_notify_sends_nothing_for_what_cannot_be(judge: Judge, connection: Connection, arguments: Any) -> None:
    with pytest.raises(ValidationError):
        HITType("3TYPE", connection=connection).notify(*arguments)
    assert judge.calls == []
