"""Automatic approvals that are due together happen in sets, as if each had been alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, select

from mturk.marketplace import Marketplace, agenda
from mturk.marketplace.clock import DAY
from mturk.marketplace.database import table as t
from tests.marketplace.conftest import Client, Publish, Refused, Work
from tests.marketplace.sample import hit_arguments

QUEUE = {
    "Destination": "https://sqs.us-east-1.amazonaws.com/123456789012/turk",
    "Transport": "SQS",
    "Version": "2014-08-15",
    "EventTypes": ["AssignmentApproved"],
}
TOLD = select(t.event.c.assignment_id, t.event.c.time).order_by(t.event.c.number)
LEFT = select(t.agenda.c.kind).where(t.agenda.c.kind == "approve")


class Lab:
    """Two requesters whose work nobody decides on; nothing runs in the background."""

    def __init__(self, market: Marketplace) -> None:
        self.market = market
        self.requesters = [market.requester(name)._number for name in ("requester", "somebody else")]
        self.submitted: list[str] = []

    def call(self, requester: int, operation: str, **members: Any) -> dict[str, Any]:
        return self.market._dispatch.call(requester, operation, members)

    def publish(self, requester: int, **changes: Any) -> dict[str, Any]:
        hit: dict[str, Any] = self.call(requester, "CreateHIT", **hit_arguments(**changes))["HIT"]
        return hit

    def work(self, hit: dict[str, Any], workers: int) -> None:
        for number in range(workers):
            worker = self.market.worker(f"A{number}")
            assignment_id = worker.accept(hit["HITId"])
            worker.submit(assignment_id, {"label": "cat"})
            self.submitted.append(assignment_id)
            self.market.clock.advance(seconds=1)

    def rows(self, query: Any) -> list[Any]:
        return self.market._store.read(lambda database: list(database.execute(query)))


@pytest.fixture
def lab(database: str) -> Iterator[Lab]:
    market = Marketplace(database)
    lab = Lab(market)
    delay = {"AutoApprovalDelayInSeconds": 86_400, "MaxAssignments": 4}
    for requester, workers in zip(lab.requesters, (4, 3), strict=True):
        for title in ("one", "two"):
            hit = lab.publish(requester, Title=title, **delay)
            told = {"HITTypeId": hit["HITTypeId"], "Notification": QUEUE}
            if title == "one":
                lab.call(requester, "UpdateNotificationSettings", **told)
            lab.work(hit, workers)
    yield lab
    market.stop()


def test_each_is_approved_at_its_own_time_and_all_are_paid(lab: Lab) -> None:
    lab.market.clock.advance(days=7)
    first, second = lab.requesters
    assert lab.call(first, "GetAccountBalance")["AvailableBalance"] == "9999.52"
    for requester, completed in ((first, 4), (second, 3)):
        for hit in lab.call(requester, "ListHITs")["HITs"]:
            assert hit["NumberOfAssignmentsCompleted"] == completed
            for one in lab.call(requester, "ListAssignmentsForHIT", HITId=hit["HITId"])["Assignments"]:
                assert one["AssignmentStatus"] == "Approved"
                assert one["ApprovalTime"] == one["AutoApprovalTime"]
    assert lab.rows(select(t.worker.c.approved).order_by("number")) == [(4,), (4,), (4,), (2,)]
    assert lab.market.audit() == []
    assert lab.rows(LEFT) == []


def test_each_is_told_once_and_in_order(lab: Lab) -> None:
    lab.market.clock.advance(days=7)
    lab.call(lab.requesters[0], "GetAccountBalance")
    told = lab.rows(TOLD)
    assert [one.assignment_id for one in told] == lab.submitted[:4] + lab.submitted[8:11]
    times = [one.time for one in told]
    assert times == sorted(times)
    assert abs(times[0] + 6 * DAY - lab.market.clock.now().timestamp() * 1000) < DAY / 24
    lab.call(lab.requesters[0], "GetAccountBalance")
    assert lab.rows(TOLD) == told


def test_what_was_decided_before_is_not_approved(lab: Lab) -> None:
    lab.call(lab.requesters[0], "RejectAssignment", AssignmentId=lab.submitted[1], RequesterFeedback="no")
    lab.market.clock.advance(days=7)
    found = lab.call(lab.requesters[0], "GetAssignment", AssignmentId=lab.submitted[1])["Assignment"]
    assert found["AssignmentStatus"] == "Rejected"
    assert lab.market.audit() == []


def test_more_approvals_do_not_take_more_steps(lab: Lab) -> None:
    steps: list[str] = []
    lab.market.clock.advance(days=7)
    listen = (lab.market._store._engine, "before_cursor_execute", lambda *given: steps.append(given[2]))
    event.listen(*listen)
    lab.call(lab.requesters[0], "GetAccountBalance")
    event.remove(*listen)
    assert sum(step.startswith("UPDATE assignment") for step in steps) == 1


def test_who_reads_does_not_wait_for_a_long_agenda_and_who_writes_is_asked_to_come_again(
    market: Marketplace, client: Client, publish: Publish, work: Work, refused: Refused
) -> None:
    assignment_id = work(publish(AutoApprovalDelayInSeconds=60)["HITId"])
    # Names of types that nobody made: to free them changes nothing.
    names = [{"kind": agenda.FREE_NAME, "subject": number, "time": 0} for number in range(300)]
    later = {"time": round(market.clock.now().timestamp() * 1000) + DAY}
    market._store.write(lambda database: database.execute(t.agenda.insert(), [{**one, **later} for one in names]))
    # As long as somebody else is at it.
    with market._dispatch._catching_up:
        market._store.add_shift(7 * DAY, most=7 * DAY)
        begun = time.monotonic()
        found = client.get_assignment(AssignmentId=assignment_id)["Assignment"]
        assert found["AssignmentStatus"] == "Submitted"
        error = refused(client.reject_assignment, AssignmentId=assignment_id, RequesterFeedback="no")
        assert error["__type"] == "ServiceFault"
        assert time.monotonic() - begun < 5
    found = client.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert found["AssignmentStatus"] == "Approved"
    assert market.audit() == []


def test_what_is_due_has_happened_when_the_clock_was_moved(
    market: Marketplace, client: Client, publish: Publish, work: Work
) -> None:
    hit_id = publish(AutoApprovalDelayInSeconds=60, MaxAssignments=3)["HITId"]
    for number in range(3):
        work(hit_id, f"A{number}")
    market.clock.advance(days=7)
    assert market._store.read(lambda database: database.execute(LEFT).all()) == []
