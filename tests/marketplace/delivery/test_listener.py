"""Who listens in the marketplace's own process is told of everything that happened, and of nothing else."""

from __future__ import annotations

import json
import logging
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.database.row import known
from mturk.marketplace.hit import hit, notification
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.inbox import WAIT
from tests.marketplace.sample import hit_arguments


class Ear:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.texts: queue.Queue[str] = queue.Queue()

    def next(self) -> dict[str, Any]:
        """The next message, as soon as it comes."""
        message: dict[str, Any] = json.loads(self.texts.get(timeout=WAIT))
        return message

    def events(self) -> list[dict[str, str]]:
        """All events until now, once the listening was stopped."""
        found = []
        while not self.texts.empty():
            found += self.next()["Events"]
        return found

    def types(self) -> list[str]:
        return [event["EventType"] for event in self.events()]


@pytest.fixture
def ear() -> Ear:
    return Ear()


def test_all_that_happens_is_told_in_order_though_no_notification_is_set(
    market: Marketplace, publish: Publish, work: Work, client: Client, ear: Ear
) -> None:
    with market.listen(ear.texts.put):
        hit = publish()
        assignment_id = work(hit["HITId"])
        client.approve_assignment(AssignmentId=assignment_id)
        client.delete_hit(HITId=hit["HITId"])
    events = ear.events()
    assert [event["EventType"] for event in events] == [
        "HITCreated", "AssignmentAccepted", "AssignmentSubmitted", "HITReviewable", "AssignmentApproved", "HITDisposed",
    ]  # fmt: skip
    assert {event["HITId"] for event in events} == {hit["HITId"]}
    assert {event["HITTypeId"] for event in events} == {hit["HITTypeId"]}
    assert {event.get("AssignmentId") for event in events} == {None, assignment_id}


def test_a_message_has_the_form_of_those_in_a_queue(
    market: Marketplace, client: Client, connect_queues: Connect, publish: Publish, ear: Ear
) -> None:
    url = market.queue("events").url
    asked = {"Destination": url, "Transport": "SQS", "Version": "2014-08-15", "EventTypes": ["HITCreated"]}
    type_id = publish()["HITTypeId"]
    client.update_notification_settings(HITTypeId=type_id, Notification=asked)
    with market.listen(ear.texts.put):
        publish()
        told = ear.next()
    (message,) = connect_queues(market).receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    queued = json.loads(message["Body"])
    assert told.pop("EventDocId") != queued.pop("EventDocId")
    assert told == queued


def test_what_happens_by_itself_is_told_too(market: Marketplace, publish: Publish, work: Work, ear: Ear) -> None:
    with market.listen(ear.texts.put):
        hit = publish(MaxAssignments=2, AutoApprovalDelayInSeconds=7200)
        work(hit["HITId"])
        market.worker("A2").accept(hit["HITId"])
        market.clock.advance(hours=1, minutes=1)
        market.clock.advance(hours=2)
    assert ear.types()[4:] == ["AssignmentAbandoned", "HITExpired", "HITReviewable", "AssignmentApproved"]


def test_many_events_of_one_transaction_come_in_several_messages(
    market: Marketplace, publish: Publish, work: Work, ear: Ear
) -> None:
    with market.listen(ear.texts.put):
        for _ in range(105):
            work(publish(AutoApprovalDelayInSeconds=60)["HITId"])
        market.clock.advance(minutes=2)
    sizes = [len(json.loads(text)["Events"]) for text in list(ear.texts.queue)]
    assert max(sizes) in range(50, 101)
    assert ear.types().count("AssignmentApproved") == 105


def test_other_requesters_events_are_not_told(
    market: Marketplace, connect: Connect, publish: Publish, ear: Ear
) -> None:
    with market.listen(ear.texts.put):
        connect(market, "other").create_hit(**hit_arguments())
        mine = publish()["HITId"]
    assert [event["HITId"] for event in ear.events()] == [mine]


def test_what_is_undone_is_never_told(market: Marketplace, publish: Publish, ear: Ear) -> None:
    hit_id = publish()["HITId"]

    def step(context: Any) -> None:
        notification.tell(context, "HITExtended", known(hit.by_id(context, hit_id)))
        raise LookupError

    with market.listen(ear.texts.put):
        with pytest.raises(LookupError):
            market._dispatch.run(step)
        publish(Title="After it")
    assert ear.types() == ["HITCreated"]


def test_a_call_that_is_refused_tells_nothing(
    market: Marketplace, client: Client, publish: Publish, refused: Refused, ear: Ear
) -> None:
    hit = publish()
    with market.listen(ear.texts.put):
        refused(client.delete_hit, HITId=hit["HITId"])
    assert ear.types() == []


def test_a_listener_that_fails_is_logged_and_hurts_nobody(
    market: Marketplace, publish: Publish, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> None:
        ear.texts.put(text)
        raise ValueError("broken")

    other = Ear()
    with market.listen(fail), market.listen(other.texts.put):
        publish()
        publish()
    assert ear.types() == other.types() == ["HITCreated", "HITCreated"]
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.name for record in logged] == ["mturk.marketplace.delivery.listener"] * 2
    assert "EventDocId" not in caplog.text


def test_a_listener_may_call_the_api_and_is_told_of_that_too(
    market: Marketplace, client: Client, publish: Publish, work: Work, ear: Ear
) -> None:
    done = threading.Event()

    def approve(text: str) -> None:
        for event in json.loads(text)["Events"]:
            if event["EventType"] == "AssignmentSubmitted":
                client.approve_assignment(AssignmentId=event["AssignmentId"])
            if event["EventType"] == "AssignmentApproved":
                done.set()

    with market.listen(approve):
        work(publish()["HITId"])
        assert done.wait(WAIT)


def test_a_listener_may_stop_itself(market: Marketplace, publish: Publish, ear: Ear) -> None:
    def once(text: str) -> None:
        ear.texts.put(text)
        listening.stop()

    listening = market.listen(once)
    publish()
    ear.next()
    listening.stop()
    publish()
    assert ear.types() == []


def test_nothing_is_computed_while_nobody_listens(market: Marketplace, ear: Ear) -> None:
    assert market._dispatch.hear is None
    with market.listen(ear.texts.put):
        assert market._dispatch.hear is not None
    assert market._dispatch.hear is None


def test_a_marketplace_that_stops_tells_the_rest_and_ends_the_listening(ear: Ear) -> None:
    market = Marketplace()
    with market:
        market.listen(ear.texts.put)
        requester = market.requester("requester")._number
        for _ in range(20):
            market._dispatch.call(requester, "CreateHIT", hit_arguments())
    assert ear.types() == ["HITCreated"] * 20
    assert "mturk-listening" not in {thread.name for thread in threading.enumerate()}


def test_the_order_is_that_of_the_database_also_from_many_threads(
    market: Marketplace, client: Client, connect_queues: Connect, publish: Publish, ear: Ear
) -> None:
    url = market.queue("events").url
    asked = {"Destination": url, "Transport": "SQS", "Version": "2014-08-15", "EventTypes": ["HITCreated"]}
    client.update_notification_settings(HITTypeId=publish()["HITTypeId"], Notification=asked)
    with market.listen(ear.texts.put), ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: publish(), range(80)))
    queued: list[str] = []
    sqs = connect_queues(market)
    while len(queued) < 80:
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10)["Messages"]
        queued += [event["HITId"] for message in found for event in json.loads(message["Body"])["Events"]]
    assert [event["HITId"] for event in ear.events()] == queued
