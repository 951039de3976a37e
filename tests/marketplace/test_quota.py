"""How much a requester may keep: refused in AWS's shape beyond it, counted rarely, and for each requester alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mturk.marketplace import File, Marketplace, MarketplaceError, Quota, WorkerError, prune
from mturk.marketplace.quota import LEAST_QUESTION, NONE, Meter
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.plan import plans
from tests.marketplace.policy_sample import known_answers
from tests.marketplace.sample import file_question, form, html_question, type_arguments


def publish(client: Client, **changes: Any) -> str:
    arguments = {**type_arguments(), "LifetimeInSeconds": 3600, "Question": html_question(), **changes}
    return str(client.create_hit(**arguments)["HIT"]["HITId"])


def make_type(client: Client) -> None:
    client.create_hit_type(**{**type_arguments(), "Title": str(uuid.uuid4())})


def make_qualification_type(client: Client) -> None:
    name = str(uuid.uuid4())
    client.create_qualification_type(Name=name, Description="Skilled", QualificationTypeStatus="Active")


def notify(client: Client) -> None:
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    asked = {
        "Destination": f"https://queue.example.org/1/{uuid.uuid4()}",
        "Transport": "SQS",
        "Version": "2014-08-15",
        "EventTypes": ["HITCreated"],
    }
    client.update_notification_settings(HITTypeId=type_id, Notification=asked)


def send_event(client: Client) -> None:
    asked = {
        "Destination": "https://127.0.0.1:1/1/events",
        "Transport": "SQS",
        "Version": "2014-08-15",
        "EventTypes": ["HITCreated"],
    }
    client.send_test_event_notification(Notification=asked, TestEventType="Ping")


def decide(market: Marketplace, client: Client, *worker_ids: str) -> None:
    """Let the requester meet these workers."""
    for worker_id in worker_ids:
        worker = market.worker(worker_id)
        assignment_id = worker.accept(publish(client))
        worker.submit(assignment_id, {"label": "cat"})
        client.approve_assignment(AssignmentId=assignment_id)


QUOTAS: list[tuple[dict[str, int], Callable[[Client], Any], str]] = [
    ({"question_bytes": 2 * LEAST_QUESTION}, publish, "bytes of questions"),
    ({"hit_types": 2}, make_type, "2 HIT types"),
    ({"qualification_types": 2}, make_qualification_type, "2 qualification types"),
    ({"destinations": 2}, notify, "2 destinations"),
    ({"waiting_events": 2}, send_event, "2 events"),
]


@pytest.mark.parametrize(("quota", "add", "words"), QUOTAS, ids=[next(iter(one)) for one, _, _ in QUOTAS])
def test_what_is_beyond_the_quota_is_refused_and_nobody_elses_is(
    connect: Connect, quota: dict[str, int], add: Callable[[Client], Any], words: str
) -> None:
    with Marketplace(quota=Quota(**quota)) as market:
        full, other = connect(market), connect(market, "other")
        for _ in range(2):
            add(full)
        with pytest.raises(ClientError) as caught:
            add(full)
        assert caught.value.response["TurkErrorCode"] == "AWS.MechanicalTurk.QuotaExceeded"
        assert words in caught.value.response["Message"]
        add(other)


def test_destinations_that_are_there_can_be_used_when_there_is_room_for_no_other(connect: Connect) -> None:
    with Marketplace(quota=Quota(destinations=1)) as market:
        client = connect(market)
        send_event(client)
        send_event(client)
        with pytest.raises(ClientError, match="Use those that are there"):
            notify(client)


def test_queues_and_their_messages_have_a_quota(connect_queues: Connect) -> None:
    with Marketplace(quota=Quota(queues=1, message_bytes=1000)) as market:
        client = connect_queues(market)
        url = client.create_queue(QueueName="a")["QueueUrl"]
        assert client.create_queue(QueueName="a")["QueueUrl"] == url
        for call in (
            lambda: client.create_queue(QueueName="b"),
            lambda: client.send_message(QueueUrl=url, MessageBody="x" * 1001),
        ):
            with pytest.raises(ClientError, match="as much here as you may") as caught:
                call()
            assert caught.value.response["Error"]["Code"].endswith("OverLimit")


def test_a_batch_beyond_the_quota_is_kept_as_far_as_there_is_room(connect_queues: Connect) -> None:
    with Marketplace(quota=Quota(message_bytes=1000)) as market:
        client = connect_queues(market)
        url = client.create_queue(QueueName="a")["QueueUrl"]
        entries = [{"Id": str(number), "MessageBody": "x" * 400} for number in range(3)]
        answer = client.send_message_batch(QueueUrl=url, Entries=entries)
        assert [one["Id"] for one in answer["Successful"]] == ["0", "1"]
        assert [one["Id"] for one in answer["Failed"]] == ["2"]


def test_a_message_of_a_few_bytes_takes_room_for_the_row_that_it_is(connect: Connect, connect_queues: Connect) -> None:
    with Marketplace(quota=Quota(message_bytes=1000, worker_message_bytes=1000)) as market:
        queues, client = connect_queues(market), connect(market)
        url = queues.create_queue(QueueName="a")["QueueUrl"]
        decide(market, client, "A1")
        for send in (
            lambda: queues.send_message(QueueUrl=url, MessageBody="x"),
            lambda: client.notify_workers(Subject="x", MessageText="y", WorkerIds=["A1"]),
        ):
            for _ in range(4):
                send()
            with pytest.raises(ClientError, match="as much here as you may"):
                send()


def test_what_workers_send_has_a_quota_beyond_which_nobody_takes_on_a_hit(connect: Connect) -> None:
    with Marketplace(quota=Quota(answer_bytes=1000)) as market:
        full, other, worker = connect(market), connect(market, "other"), market.worker("A1")
        *begun, left = [publish(full) for _ in range(3)]
        for assignment_id in [worker.accept(hit_id) for hit_id in begun]:
            worker.submit(assignment_id, {"label": "x" * 1000})
        with pytest.raises(WorkerError, match="no more available assignments"):
            worker.accept(left)
        with pytest.raises(ClientError, match="as much here as you may: 1,000 bytes of answers"):
            publish(full)
        worker.accept(publish(other))


@pytest.mark.parametrize(
    ("more", "answers"),
    [
        ({"Question": form(file_question("photo", 5000), day="2005-10-01")}, {"photo": File("cat.png", b"x" * 5000)}),
        ({"AssignmentReviewPolicy": known_answers({f"q{n}": ["cat"] for n in range(50)})}, {"label": "cat"}),
    ],
    ids=["files", "reports of reviews"],
)
def test_with_answers_count(connect: Connect, more: dict[str, Any], answers: dict[str, Any]) -> None:
    with Marketplace(quota=Quota(answer_bytes=5000)) as market:
        client, worker = connect(market), market.worker("A1")
        hit_id, left = publish(client, **more), publish(client)
        worker.submit(worker.accept(hit_id), answers)
        with pytest.raises(WorkerError, match="no more available assignments"):
            worker.accept(left)


def test_what_workers_sent_makes_room_120_days_after_its_hit_was_deleted(connect: Connect) -> None:
    with Marketplace(quota=Quota(answer_bytes=1000)) as market:
        client = connect(market)
        hit_id, left = publish(client), publish(client, LifetimeInSeconds=31_536_000)
        worker = market.worker("A1")
        assignment_id = worker.accept(hit_id)
        worker.submit(assignment_id, {"label": "x" * 1000})
        client.approve_assignment(AssignmentId=assignment_id)
        client.delete_hit(HITId=hit_id)
        with pytest.raises(WorkerError, match="no more available assignments"):
            worker.accept(left)
        market.clock.advance(days=121)
        worker.accept(left)


def test_what_is_written_to_workers_has_a_quota(connect: Connect) -> None:
    text, reason = "ä" * 500, "ö" * 500
    with Marketplace(quota=Quota(worker_message_bytes=3000)) as market:
        full, other = connect(market), connect(market, "other")
        for client in (full, other):
            decide(market, client, "A1", "A2")
        type_id = full.create_qualification_type(Name="a", Description="b", QualificationTypeStatus="Active")
        asked = {"QualificationTypeId": type_id["QualificationType"]["QualificationTypeId"], "WorkerId": "A1"}
        notice = {"Subject": "News", "MessageText": text}
        full.notify_workers(**notice, WorkerIds=["A1"])
        for write in (
            lambda: full.notify_workers(**notice, WorkerIds=["A1", "A2"]),
            lambda: full.disassociate_qualification_from_worker(**asked, Reason=reason * 2),
        ):
            full.associate_qualification_with_worker(**asked, SendNotification=False)
            with pytest.raises(ClientError, match="as much here as you may: 3,000 bytes of messages to workers"):
                write()
        assert full.get_qualification_score(**asked)["Qualification"]["Status"] == "Granted"
        other.notify_workers(**notice, WorkerIds=["A1", "A2"])
        assert [message.text for message in market.worker("A2").messages()] == [text]


def test_what_somebody_wrote_to_workers_is_added_up_without_a_look_at_what_others_wrote(connect: Connect) -> None:
    with Marketplace(quota=Quota(worker_message_bytes=3000)) as market:
        client = connect(market)
        decide(market, client, "A1")
        with plans("SELECT coalesce(sum(message.", everywhere=True) as lines:
            client.notify_workers(Subject="News", MessageText="Some", WorkerIds=["A1"])
    assert lines
    assert all("COVERING INDEX message_of_requester (requester=?)" in line for line in lines)


def test_what_was_written_to_workers_is_counted_in_bytes_and_makes_room_when_it_is_pruned(
    connect: Connect, shared: str
) -> None:
    with Marketplace(shared, quota=Quota(worker_message_bytes=2100)) as market:
        client = connect(market)
        decide(market, client, "A1")
        notice = {"Subject": "News", "MessageText": "€" * 340, "WorkerIds": ["A1"]}
        for _ in range(2):
            client.notify_workers(**notice)
        with pytest.raises(ClientError, match="2,100 bytes of messages to workers"):
            client.notify_workers(**notice)
        market.clock.advance(days=500)
        prune(shared, timedelta(days=400), dry_run=False)
        client.notify_workers(**notice)


def test_a_deleted_hit_makes_room_after_120_days(connect: Connect) -> None:
    with Marketplace(quota=Quota(question_bytes=LEAST_QUESTION)) as market:
        client = connect(market)
        hit_id = publish(client)
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
        client.delete_hit(HITId=hit_id)
        market.clock.advance(days=119)
        with pytest.raises(ClientError, match="as much here as you may"):
            publish(client)
        market.clock.advance(days=2)
        publish(client)


def test_without_a_quota_nothing_is_refused(connect: Connect) -> None:
    with Marketplace(quota=None) as market:
        publish(connect(market))
    assert Meter(NONE).refusal(1, "hit_types", 1 << 60, 0, lambda: 1 << 60) is None


@pytest.mark.parametrize("most", [-1, 1.5, "10"])
def test_a_quota_that_is_no_number_is_refused(most: Any) -> None:
    with pytest.raises(MarketplaceError, match="hit_types is a whole number from 0, or None"):
        Quota(hit_types=most)


class Counted:
    """A table of which somebody counts how often it is counted."""

    def __init__(self) -> None:
        self.rows = 0
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.rows


def test_what_there_is_is_counted_a_few_times_in_a_million() -> None:
    meter, counted = Meter(Quota(hit_types=1_000_000)), Counted()
    while meter.refusal(1, "hit_types", 1, 0, counted) is None:
        counted.rows += 1
    assert counted.rows == 1_000_000
    assert counted.times < 150


def test_who_has_no_room_is_looked_at_again_after_a_minute() -> None:
    meter, counted = Meter(Quota(hit_types=0)), Counted()
    refused = [meter.refusal(1, "hit_types", 1, now, counted) for now in (0, 1, 59_999, 60_000)]
    assert all(refused)
    assert counted.times == 2


def test_who_has_hardly_any_room_is_not_counted_each_time() -> None:
    meter, counted = Meter(Quota(message_bytes=1_000_000)), Counted()
    assert meter.refusal(1, "message_bytes", 1_000_000 // 64, 0, counted) is None
    counted.rows = 999_000
    refusals = [meter.refusal(1, "message_bytes", 1000, now, counted) for now in (0, 1, 59_999, 60_000, 60_001)]
    assert [one is None for one in refusals] == [True, False, False, True, False]
    assert counted.times == 2


LONG = [
    ("create_worker_block", {"WorkerId": "A1WORKER"}),
    ("delete_worker_block", {"WorkerId": "A1WORKER"}),
    ("reject_qualification_request", {"QualificationRequestId": "A"}),
    ("disassociate_qualification_from_worker", {"WorkerId": "A1WORKER", "QualificationTypeId": "A"}),
    ("send_bonus", {"WorkerId": "A1WORKER", "AssignmentId": "A", "BonusAmount": "0.01"}),
]


@pytest.mark.parametrize(("method", "arguments"), LONG, ids=[method for method, _ in LONG])
def test_a_reason_has_4096_characters_at_most(client: Client, method: str, arguments: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="Reason has a maximum length of 4096"):
        getattr(client, method)(Reason="x" * 4097, **arguments)
