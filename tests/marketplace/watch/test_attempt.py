"""Calls that were refused: they are in the audit trail, and nobody fills the disk with them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import AuditEntry
from mturk.marketplace.watch.attempt import MOST, SPELL, Attempts
from tests.marketplace.inbox import WAIT
from tests.marketplace.sample import hit_arguments
from tests.marketplace.watch.conftest import Desk, Open

QUEUES = "AmazonSQS"


@pytest.fixture
def desk(opened: Open) -> Desk:
    return opened(audit_trail=True)


def refused(desk: Desk) -> list[AuditEntry]:
    return [entry for entry in desk.market.trail() if entry.result != "OK"]


@pytest.mark.parametrize(
    ("operation", "members", "subjects"),
    [
        ("DeleteHIT", {"HITId": "3NOWHERE"}, {"HITId": "3NOWHERE"}),
        ("CreateHIT", {**hit_arguments(), "Reward": "9999.00"}, {}),
        ("DeleteHIT", {"HITId": "\ud800"}, {"HITId": "?"}),
        ("CreateWorkerBlock", {"WorkerId": 7, "Reason": "a secret word"}, {}),
        ("NotifyWorkers", {"WorkerIds": ["y" * 300] * 200, "Subject": "s"}, {"WorkerIds": ["y" * 64] * 100}),
    ],
)
def test_a_call_that_is_refused_is_told_with_who_called_from_where_and_why(
    desk: Desk, operation: str, members: dict[str, Any], subjects: dict[str, Any]
) -> None:
    answer = desk.call(operation, **members)
    refusal = json.loads(answer.data)
    (entry,) = refused(desk)
    assert (entry.actor, entry.requester, entry.access_key) == ("requester", "requester", desk.market.access_key)
    assert (entry.address, entry.operation) == ("203.0.113.7", operation)
    assert entry.result == refusal.get("TurkErrorCode", refusal["__type"])
    assert entry.subjects == subjects
    assert entry.request_id == answer.headers["x-amzn-RequestId"]
    assert "secret" not in str(entry)


def test_a_queue_s_refusals_are_told(desk: Desk) -> None:
    desk.call("CreateQueue", QUEUES, QueueName="no such name!")
    desk.call("SendMessage", QUEUES, QueueUrl="nowhere", MessageBody="hello")
    (entry,) = refused(desk)
    assert (entry.operation, entry.result) == ("CreateQueue", "InvalidParameterValue")
    assert entry.subjects == {"QueueName": "no such name!"}


def test_calls_of_a_key_that_was_revoked_are_told(desk: Desk) -> None:
    key = desk.market.requester("requester").add_key()
    desk.call("DeleteHIT", HITId="3NOWHERE")
    desk.market.revoke_key(desk.market.access_key)
    assert desk.call("DeleteHIT", HITId="3NOWHERE").status_code == 400
    last = refused(desk)[-1]
    assert (last.access_key, last.result) == (desk.keys[0], "UnrecognizedClientException")
    assert key.access_key != desk.keys[0]


def test_throttled_calls_are_told(opened: Open) -> None:
    desk = opened(audit_trail=True, rate=0.001, burst=1)
    for _ in range(3):
        desk.call("DeleteHIT", HITId="3NOWHERE")
    assert [entry.result for entry in refused(desk)] == ["AWS.MechanicalTurk.HITDoesNotExist", "ThrottlingException"]


@pytest.mark.parametrize("operation", ["GetHIT", "NoSuchOperation", "x" * 10_000])
def test_refusals_of_what_changes_nothing_are_not_told(desk: Desk, operation: str) -> None:
    assert desk.call(operation, HITId="3NOWHERE").status_code == 400
    assert refused(desk) == []


def test_calls_that_nobody_has_signed_are_not_told(desk: Desk) -> None:
    desk.keys = desk.keys[0], "a guess"
    assert desk.call("DeleteHIT", HITId="3NOWHERE").status_code == 400
    target = {"x-amz-target": "MTurkRequesterServiceV20170117.DeleteHIT"}
    assert desk.ask("/", "POST", data=b"{}", headers=target).status_code == 400
    assert refused(desk) == []


def test_without_a_trail_nothing_is_told(opened: Open) -> None:
    desk = opened()
    desk.call("DeleteHIT", HITId="3NOWHERE")
    assert list(desk.market.trail()) == []


def test_a_call_that_is_repeated_is_told_once_and_how_often_when_the_marketplace_ends(shared: str) -> None:
    desk = Desk(shared, audit_trail=True)
    for _ in range(30):
        desk.call("DeleteHIT", HITId="3NOWHERE")
    assert len(refused(desk)) == 1
    desk.market.stop()
    first, last = refused(desk)
    desk.market.stop()
    assert (last.operation, last.result, last.address) == (first.operation, first.result, first.address)
    assert last.subjects == {"Repeated": 29}


def test_however_much_is_tried_a_requester_has_few_entries(shared: str) -> None:
    desk = Desk(shared, audit_trail=True)
    for number in range(3 * MOST):
        desk.call("DeleteHIT", address=f"203.0.113.{number}", HITId="3NOWHERE")
    desk.market.stop()
    found = refused(desk)
    desk.market.stop()
    assert len(found) == MOST + 2
    assert [(one.operation, one.result) for one in found[-2:]] == [("SeveralCalls", "Refused")] * 2
    assert found[-1].subjects == {"Repeated": 2 * MOST - 1}


def test_while_others_write_the_refusal_is_answered_at_once_and_told_later(tmp_path: Path) -> None:
    file = tmp_path / "lab.sqlite3"
    desk = Desk(str(file), audit_trail=True, rate=0.001, burst=1)
    desk.call("DeleteHIT", HITId="3NOWHERE")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "ThrottlingException" in desk.call("DeleteHIT", HITId="3NOWHERE").text
        assert len(refused(desk)) == 1
        other.execute("ROLLBACK")
    with desk.market:
        end = time.monotonic() + WAIT
        while len(refused(desk)) == 1:
            assert time.monotonic() < end
            time.sleep(0.01)
    assert refused(desk)[-1].result == "ThrottlingException"
    desk.market.stop()


class Timing:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def attempts(now: Callable[[], float]) -> Attempts:
    made = Attempts(now)
    for number in (1, 1, 2):
        made.tell(number, ("same",), partial(dict, requester=number))
    return made


def test_requesters_are_told_apart() -> None:
    assert [row["requester"] for row in attempts(Timing()).take()] == [1, 2]


def test_at_the_end_of_the_spell_it_is_told_how_often_and_counted_anew() -> None:
    timing = Timing()
    made = attempts(timing)
    assert len(made.take()) == 2
    timing.time = SPELL - 1
    assert made.take() == []
    timing.time = SPELL
    (row,) = made.take()
    assert (row["requester"], row["subjects"]) == (1, '{"Repeated": 1}')
    made.tell(1, ("same",), partial(dict, requester=1))
    assert len(made.take()) == 1
    timing.time = 3 * SPELL
    assert made.take() == []


def test_what_could_not_be_written_waits_in_its_order() -> None:
    made = attempts(Timing())
    rows = made.take()
    made.tell(3, ("same",), partial(dict, requester=3))
    made.put_back(rows)
    assert [row["requester"] for row in made.take()] == [1, 2, 3]


def test_entries_that_wait_take_no_more_room_than_a_thousand() -> None:
    made = Attempts(Timing())
    for number in range(3000):
        made.tell(number, ("same",), dict)
    assert len(made.take()) == 1000
