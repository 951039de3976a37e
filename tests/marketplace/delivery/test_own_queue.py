"""Events go into a queue of the marketplace itself, without a network or keys of AWS."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Refused
from tests.marketplace.inbox import WAIT
from tests.marketplace.sample import html_question, type_arguments
from tests.marketplace.subscriber import Subscriber


def specification(destination: str) -> dict[str, Any]:
    return {
        "Destination": destination,
        "Transport": "SQS",
        "Version": "2014-08-15",
        "EventTypes": ["HITCreated"],
    }


def publishing(client: Client, destination: str) -> Callable[[], str]:
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    client.update_notification_settings(HITTypeId=type_id, Notification=specification(destination))

    def publish() -> str:
        asked = {"HITTypeId": type_id, "LifetimeInSeconds": 60, "Question": html_question()}
        return str(client.create_hit_with_hit_type(**asked)["HIT"]["HITId"])

    return publish


def received(sqs: Client, url: str, events: int) -> list[dict[str, Any]]:
    """The messages that bring so many events, as soon as they are there."""
    found: list[dict[str, Any]] = []
    end = time.monotonic() + WAIT
    while sum(len(message["Events"]) for message in found) < events and time.monotonic() < end:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_an_event_comes_as_it_comes_to_any_queue(market: Marketplace, client: Client, connect_queues: Connect) -> None:
    queue = market.queue("events")
    hit_id = publishing(client, queue.url)()
    (message,) = received(connect_queues(market), queue.url, 1)
    (event,) = message["Events"]
    assert (event["EventType"], event["HITId"]) == ("HITCreated", hit_id)
    assert message["SourceAccount"] == queue.arn.split(":")[4]
    assert message.keys() == {"Events", "EventDocId", "SourceAccount", "CustomerId", "EventDocVersion"}


@pytest.mark.parametrize("host", ["https://turk.my-lab.org", "https://turk.my-lab.org/market", "http://127.0.0.1:1"])
def test_a_queue_is_known_by_the_address_of_any_process(
    market: Marketplace, client: Client, connect_queues: Connect, host: str
) -> None:
    url = market.queue("events").url
    publishing(client, f"{host}/queue/{url.partition('/queue/')[2]}")()
    assert received(connect_queues(market), url, 1)


def test_a_waiting_receiver_is_told_at_once(market: Marketplace, client: Client, connect_queues: Connect) -> None:
    url = market.queue("events").url
    sqs = connect_queues(market)
    publish = publishing(client, url)
    with ThreadPoolExecutor() as threads:
        begun = threads.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
        publish()
        assert begun.result(10)["Messages"]


@pytest.fixture
def silence() -> Iterator[str]:
    """An address that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_destinations_that_never_answer_delay_no_queue(
    market: Marketplace, client: Client, connect_queues: Connect, silence: str
) -> None:
    for number in range(40):
        market.topic(f"{silence}/{number}")
    queue = market.queue("events")
    publishing(client, queue.url)()
    assert received(connect_queues(market), queue.url, 1)


def test_destinations_of_another_that_never_answer_delay_no_address(market: Marketplace, silence: str) -> None:
    other = market.requester("other")
    for number in range(40):
        other.topic(f"{silence}/{number}")
    subscriber = Subscriber()
    try:
        market.topic(subscriber.url)
        assert subscriber.next(5)
    finally:
        subscriber.close()


def test_queues_of_others_and_queues_that_are_not_there_are_refused(
    market: Marketplace, client: Client, refused: Refused
) -> None:
    mine, theirs = market.queue("events").url, market.requester("other").queue("events").url
    for url, words in [(theirs, "it is not your queue"), (f"{mine}x", "there is no such queue")]:
        error = refused(client.send_test_event_notification, Notification=specification(url), TestEventType="Ping")
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidTransportEndpoint"
        assert words in error["Message"]


def test_what_happens_while_the_queue_is_deleted_waits_for_it(
    market: Marketplace, client: Client, connect_queues: Connect
) -> None:
    url = market.queue("events").url
    publish = publishing(client, url)
    sqs = connect_queues(market)
    sqs.delete_queue(QueueUrl=url)
    hit_id = publish()
    time.sleep(0.2)
    market.queue("events")
    market.clock.advance(minutes=16)
    assert [one["HITId"] for message in received(sqs, url, 1) for one in message["Events"]] == [hit_id]


def test_several_processes_put_each_event_there_once_and_in_order(
    shared: str, connect: Connect, connect_queues: Connect
) -> None:
    with Marketplace(shared) as one, Marketplace(shared) as other:
        url = one.queue("events").url
        publish = publishing(connect(one), url)
        elsewhere = publishing(connect(other), other.queue("events").url)
        made = [(publish, elsewhere)[number % 2]() for number in range(60)]
        messages = received(connect_queues(other), url, 60)
        assert "Messages" not in connect_queues(one).receive_message(QueueUrl=url)
    assert [event["HITId"] for message in messages for event in message["Events"]] == made
    documents = [message["EventDocId"] for message in messages]
    assert len(set(documents)) == len(documents)


def test_an_event_comes_though_no_private_destination_is_allowed(connect: Connect, connect_queues: Connect) -> None:
    with Marketplace(allow_private_destinations=False) as market:
        queue = market.queue("events")
        publishing(connect(market), queue.url)()
        assert len(received(connect_queues(market), queue.url, 1)) == 1
