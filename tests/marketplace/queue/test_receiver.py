"""Receivers wait for messages: they get them at once, hold nobody up meanwhile, and leave when they have to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError
from sqlalchemy import event

from mturk.marketplace import Marketplace
from mturk.marketplace.http.server import WAITING
from mturk.marketplace.queue.receiver import Receiver
from mturk.marketplace.queue.waiting_room import WaitingRoom
from mturk.marketplace.routine import LOOK
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.inbox import WAIT

LONGEST = 20
SOON = 10
"""Seconds that are far less than the longest wait, and far more than anything takes here."""

EACH = 2 * WAITING // 3
"""How many receivers of one requester can wait while nobody else's do."""

Receive = Callable[..., "Future[list[dict[str, Any]]]"]


@pytest.fixture
def sqs(market: Marketplace, connect_queues: Connect) -> Client:
    return connect_queues(market, config=Config(retries={"total_max_attempts": 1}, max_pool_connections=100))


@pytest.fixture
def url(market: Marketplace) -> str:
    return market.queue("events").url


@pytest.fixture
def receive(sqs: Client, url: str) -> Iterator[Receive]:
    """Begin to receive in a thread, and wait as long as possible."""
    with ThreadPoolExecutor(WAITING + 5) as threads:

        def begin(client: Client = sqs, at: str = url, **options: Any) -> Future[list[dict[str, Any]]]:
            asked = {"QueueUrl": at, "WaitTimeSeconds": LONGEST, **options}
            asked = {name: value for name, value in asked.items() if value is not None}
            return threads.submit(lambda: client.receive_message(**asked).get("Messages", []))

        yield begin


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def waiting(market: Marketplace, number: int) -> None:
    """Wait until so many receivers wait."""
    until(lambda: market._premises._room._waiting == number)


def bodies(future: Future[list[dict[str, Any]]], wait: float = SOON) -> list[str]:
    return [message["Body"] for message in future.result(wait)]


def test_a_waiting_receiver_gets_a_message_when_it_is_sent(
    market: Marketplace, sqs: Client, url: str, receive: Receive
) -> None:
    begun = receive()
    waiting(market, 1)
    sqs.send_message(QueueUrl=url, MessageBody="one")
    assert bodies(begun) == ["one"]


def test_each_of_many_waiting_receivers_gets_a_message_of_its_own(
    market: Marketplace, sqs: Client, url: str, receive: Receive
) -> None:
    begun = [receive() for _ in range(10)]
    waiting(market, 10)
    for number in range(10):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    assert sorted(body for one in begun for body in bodies(one)) == [*"0123456789"]


def test_receivers_that_wait_do_not_stop_the_api(
    market: Marketplace, client: Client, sqs: Client, url: str, receive: Receive
) -> None:
    begun = [receive() for _ in range(EACH)]
    waiting(market, EACH)
    assert client.get_account_balance()["AvailableBalance"] == "10000.00"
    assert sqs.list_queues()["QueueUrls"] == [url]
    # There is no place for one more, who is told so instead of standing in the way.
    assert bodies(receive()) == []
    assert not any(one.done() for one in begun)
    market.stop()
    assert [bodies(one) for one in begun] == [[]] * EACH


def test_a_marketplace_that_stops_sends_who_waits_away(market: Marketplace, receive: Receive) -> None:
    begun = receive()
    waiting(market, 1)
    started = time.monotonic()
    market.stop()
    assert time.monotonic() - started < SOON
    assert bodies(begun) == []


def test_a_marketplace_that_is_started_again_lets_receivers_wait_again(shared: str, connect_queues: Connect) -> None:
    market = Marketplace(shared)
    with ThreadPoolExecutor() as threads:
        for _ in range(2):
            with market:
                client, url = connect_queues(market), market.queue("events").url
                begun = threads.submit(client.receive_message, QueueUrl=url, WaitTimeSeconds=LONGEST)
                waiting(market, 1)
                assert not begun.done()
            assert "Messages" not in begun.result(SOON)


def test_who_waits_asks_the_database_once_a_second(market: Marketplace, receive: Receive) -> None:
    receive()
    waiting(market, 1)
    begun: list[object] = []
    event.listen(market._store._engine, "begin", begun.append)
    time.sleep(2 * LOOK)
    market.stop()
    # The timekeeper and the delivery look as often.
    assert len(begun) < 20


def test_what_comes_back_by_itself_reaches_who_waits(sqs: Client, url: str, receive: Receive) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="one")
    assert bodies(receive(VisibilityTimeout=1)) == ["one"]
    assert bodies(receive()) == ["one"]


def test_what_is_given_back_reaches_who_waits(market: Marketplace, sqs: Client, url: str, receive: Receive) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="one")
    (message,) = receive(VisibilityTimeout=600).result(SOON)
    begun = receive()
    waiting(market, 1)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(begun) == ["one"]


def test_a_queue_can_say_how_long_receivers_wait(market: Marketplace, sqs: Client, url: str, receive: Receive) -> None:
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"ReceiveMessageWaitTimeSeconds": "20"})
    begun = receive(WaitTimeSeconds=None)
    waiting(market, 1)
    sqs.send_message(QueueUrl=url, MessageBody="one")
    assert bodies(begun) == ["one"]


def test_who_hung_up_takes_no_message_away(market: Marketplace, sqs: Client, url: str, connect_queues: Connect) -> None:
    hasty = connect_queues(market, config=Config(read_timeout=0.5, retries={"total_max_attempts": 1}))
    with pytest.raises(ReadTimeoutError):
        hasty.receive_message(QueueUrl=url, WaitTimeSeconds=LONGEST)
    hasty.close()
    sqs.send_message(QueueUrl=url, MessageBody="one")
    waiting(market, 0)
    (message,) = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_who_hung_up_before_the_first_look_takes_no_message_away(market: Marketplace, sqs: Client, url: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="one")
    receiver = Receiver(market._store, market._premises._room, time.time)
    assert receiver.receive(1, {"QueueUrl": url}, lambda: True, lambda _: None) == {}
    (message,) = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_who_waits_with_a_key_that_is_revoked_meanwhile_gets_nothing(
    market: Marketplace, url: str, receive: Receive, connect_queues: Connect
) -> None:
    thief = connect_queues(market, config=Config(retries={"total_max_attempts": 1}))
    begun = receive(thief)
    waiting(market, 1)
    second = market.requester("requester").add_key()
    market.revoke_key(market.access_key)
    owner = connect_queues(market, aws_access_key_id=second.access_key, aws_secret_access_key=second.secret_key)
    owner.send_message(QueueUrl=url, MessageBody="secret")
    with pytest.raises(ClientError, match="security token included in the request is invalid"):
        begun.result(WAIT)
    (message,) = owner.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_who_waits_at_a_queue_that_is_deleted_gets_nothing_of_a_new_one(
    market: Marketplace, sqs: Client, url: str, receive: Receive, connect_queues: Connect
) -> None:
    begun = receive()
    waiting(market, 1)
    sqs.delete_queue(QueueUrl=url)
    theirs = market.requester("other").queue("events").url
    other = connect_queues(market, "other")
    other.send_message(QueueUrl=theirs, MessageBody="secret")
    time.sleep(1.5 * LOOK)  # it looks again by then
    assert not begun.done()
    assert len(other.receive_message(QueueUrl=theirs)["Messages"]) == 1
    market.stop()
    assert bodies(begun) == []


def test_what_one_process_sends_another_hands_out(shared: str, connect_queues: Connect) -> None:
    with Marketplace(shared) as one, Marketplace(shared) as other, ThreadPoolExecutor() as threads:
        url = one.queue("events").url
        receiver = connect_queues(other)
        begun = threads.submit(receiver.receive_message, QueueUrl=url, WaitTimeSeconds=LONGEST)
        waiting(other, 1)
        connect_queues(one).send_message(QueueUrl=url, MessageBody="one")
        assert begun.result(SOON)["Messages"][0]["Body"] == "one"


SERVE = """
import sys, time
from mturk.marketplace import Marketplace
with Marketplace(sys.argv[1]) as market:
    print(market.queue("events").url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def serve() -> Iterator[Callable[[str], tuple[subprocess.Popen[str], str]]]:
    running = []

    def start(database: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen([sys.executable, "-c", SERVE, database], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_nothing_is_lost_and_nothing_comes_back_when_the_process_is_killed(
    shared: str, connect_queues: Connect, serve: Callable[[str], tuple[subprocess.Popen[str], str]]
) -> None:
    """Three send and two receive while it is killed: what was said to be sent is there, what was deleted is not."""
    process, url = serve(shared)
    sent: set[str] = set()
    deleted: Counter[str] = Counter()
    unsure: set[str] = set()
    later = 60.0
    with Marketplace(shared, real_time=lambda: time.time() + later) as market:
        endpoint = url.partition("/queue/")[0]

        def send(sender: int) -> None:
            client = connect_queues(market, endpoint_url=endpoint)
            with suppress(BotoCoreError):
                for number in range(10_000):
                    body = f"{sender} {number}"
                    client.send_message(QueueUrl=url, MessageBody=body)
                    sent.add(body)

        def consume(_: int) -> None:
            client = connect_queues(market, endpoint_url=endpoint)
            with suppress(BotoCoreError):
                while True:
                    for message in client.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
                        unsure.add(message["Body"])
                        client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                        unsure.discard(message["Body"])
                        deleted[message["Body"]] += 1

        threads = [threading.Thread(target=send, args=(number,)) for number in range(3)]
        threads += [threading.Thread(target=consume, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        until(lambda: len(sent) > 60 and len(deleted) > 30)
        os.kill(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join(WAIT)
        client = connect_queues(market, config=Config(signature_version="v4"))
        here = market.queue("events").url
        left = []
        while found := client.receive_message(QueueUrl=here, MaxNumberOfMessages=10).get("Messages", []):
            left += [message["Body"] for message in found]
    assert len(left) == len(set(left))
    assert set(deleted.values()) == {1}
    assert not set(left) & set(deleted)
    # A deletion whose answer was lost may have been done.
    assert sent - set(left) - set(deleted) <= unsure


def test_a_room_without_a_place_says_so() -> None:
    room = WaitingRoom(1)
    with room.place(1) as first, room.place(2) as second:
        assert (first, second) == (True, False)
    with room.place(1) as again:
        assert again


def test_a_requester_who_takes_all_places_leaves_some_to_others() -> None:
    room = WaitingRoom(WAITING)
    with ExitStack() as stack:
        mine = [stack.enter_context(room.place(1)) for _ in range(2 * WAITING)]
        theirs = [stack.enter_context(room.place(2)) for _ in range(2 * WAITING)]
        assert sum(mine) == EACH
        assert sum(theirs) > WAITING / 5
        assert stack.enter_context(room.place(3))


def test_queues_that_were_rung_once_are_not_remembered() -> None:
    room = WaitingRoom(1)
    tracemalloc.start()
    try:
        for queue in range(20_000):
            room.ring(queue)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000


def test_a_ring_between_the_look_and_the_wait_is_not_missed() -> None:
    room = WaitingRoom(1)
    before = room.rings(7)
    room.ring(7)
    started = time.monotonic()
    assert room.wait(7, before, LONGEST)
    assert time.monotonic() - started < LOOK / 2
