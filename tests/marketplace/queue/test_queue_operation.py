"""Queues do what boto3's client of SQS expects of them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.queue import queue_message
from mturk.marketplace.queue.queue import LARGEST_MESSAGE
from mturk.marketplace.queue.queue_operation import QUEUE_OPERATIONS, RECEIVE
from tests.marketplace.conftest import Client, Connect


class Hours:
    """The real time of a marketplace, which can be a little ahead of that of its clients."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def market(database: str, hours: Hours) -> Iterator[Marketplace]:
    with Marketplace(database, real_time=hours) as market:
        yield market


@pytest.fixture
def sqs(market: Marketplace, connect_queues: Connect) -> Client:
    return connect_queues(market)


@pytest.fixture
def url(market: Marketplace) -> str:
    return market.queue("events").url


def put(sqs: Client, url: str, *bodies: str) -> None:
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)


def take(sqs: Client, url: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, **options).get("Messages", [])
    return found


def attributes(sqs: Client, url: str, *names: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names or ["All"])["Attributes"]
    return found


def counted(sqs: Client, url: str) -> tuple[int, int, int]:
    """How many messages can be received, are in hand, and are delayed."""
    found = attributes(sqs, url)
    kinds = ("", "NotVisible", "Delayed")
    visible, held, delayed = (int(found[f"ApproximateNumberOfMessages{kind}"]) for kind in kinds)
    return visible, held, delayed


def test_a_message_is_received_as_it_was_sent_and_is_gone_when_it_is_deleted(sqs: Client, url: str) -> None:
    sent = sqs.send_message(QueueUrl=url, MessageBody='{"häuser": "\U0001f3e0"}\n')
    (message,) = take(sqs, url)
    assert message["Body"] == '{"häuser": "\U0001f3e0"}\n'
    assert message["MessageId"] == sent["MessageId"]
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
    assert "Attributes" not in message
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert counted(sqs, url) == (0, 0, 0)


def test_a_received_message_is_hidden_until_its_time_is_over(sqs: Client, url: str, hours: Hours) -> None:
    put(sqs, url, "one")
    assert len(take(sqs, url)) == 1
    assert take(sqs, url) == []
    assert counted(sqs, url) == (0, 1, 0)
    hours.ahead = 31
    assert [message["Body"] for message in take(sqs, url)] == ["one"]


def test_the_receiver_says_for_how_long_it_is_hidden(sqs: Client, url: str, hours: Hours) -> None:
    put(sqs, url, "one")
    take(sqs, url, VisibilityTimeout=100)
    hours.ahead = 31
    assert take(sqs, url) == []
    hours.ahead = 101
    assert len(take(sqs, url)) == 1


def test_what_is_told_of_a_message_when_it_is_asked_for(market: Marketplace, sqs: Client, url: str) -> None:
    put(sqs, url, "one")
    take(sqs, url, VisibilityTimeout=0)
    (message,) = take(sqs, url, MessageSystemAttributeNames=["All"])
    told = message["Attributes"]
    assert told["ApproximateReceiveCount"] == "2"
    assert told["SenderId"] == market.queue("events").arn.split(":")[4]
    assert abs(int(told["SentTimestamp"]) / 1000 - time.time()) < 60
    assert int(told["ApproximateFirstReceiveTimestamp"]) >= int(told["SentTimestamp"])


def test_only_what_is_asked_for_is_told_of_a_message(sqs: Client, url: str) -> None:
    put(sqs, url, "one")
    (message,) = take(sqs, url, AttributeNames=["ApproximateReceiveCount"])
    assert message["Attributes"] == {"ApproximateReceiveCount": "1"}


GIVEN = {
    "plain": {"DataType": "String", "StringValue": "ä"},
    "size": {"DataType": "Number.int", "StringValue": "17"},
    "photo": {"DataType": "Binary", "BinaryValue": b"\x01\x00\xff"},
    "photo.small": {"DataType": "Binary.png", "BinaryValue": b"\x02"},
}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["All"], GIVEN.keys()),
        ([".*"], GIVEN.keys()),
        (["size"], {"size"}),
        (["photo.*"], {"photo.small"}),
        ([], set()),
        (["other"], set()),
    ],
)
def test_attributes_come_with_a_message_as_far_as_they_are_asked_for(
    sqs: Client, url: str, names: list[str], found: set[str]
) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="one", MessageAttributes=GIVEN)
    (message,) = take(sqs, url, MessageAttributeNames=names)
    assert message.get("MessageAttributes", {}) == {name: GIVEN[name] for name in found}
    assert ("MD5OfMessageAttributes" in message) == bool(found)


def test_digests_are_those_that_another_implementation_makes(sqs: Client, url: str) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    other = boto3.client("sqs", endpoint_url=f"http://{host}:{port}", **keys)
    there = other.create_queue(QueueName="events")["QueueUrl"]
    answers = [
        client.send_message(QueueUrl=at, MessageBody="ä", MessageAttributes=GIVEN)
        for client, at in [(sqs, url), (other, there)]
    ]
    other.close()
    server.stop()
    ours, theirs = ({name: value for name, value in one.items() if name.startswith("MD5")} for one in answers)
    assert ours.keys() == {"MD5OfMessageBody", "MD5OfMessageAttributes"}
    assert ours == theirs


def test_messages_come_in_the_order_in_which_they_were_sent_ten_at_most(sqs: Client, url: str) -> None:
    put(sqs, url, *map(str, range(12)))
    assert [message["Body"] for message in take(sqs, url, MaxNumberOfMessages=10)] == [*"0123456789"]
    assert [message["Body"] for message in take(sqs, url, MaxNumberOfMessages=10)] == ["10", "11"]


def test_one_message_is_received_if_nothing_is_said(sqs: Client, url: str) -> None:
    put(sqs, url, "one", "two")
    assert len(take(sqs, url)) == 1


def test_a_delayed_message_comes_when_its_time_has_come(sqs: Client, url: str, hours: Hours) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=60)
    assert take(sqs, url) == []
    assert counted(sqs, url) == (0, 0, 1)
    hours.ahead = 61
    assert len(take(sqs, url)) == 1


def test_an_old_receipt_deletes_nothing(sqs: Client, url: str) -> None:
    put(sqs, url, "one")
    (first,) = take(sqs, url, VisibilityTimeout=0)
    (second,) = take(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert counted(sqs, url) == (0, 1, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"])
    assert counted(sqs, url) == (0, 0, 0)


def test_a_receipt_is_good_for_its_own_queue_only(market: Marketplace, sqs: Client, url: str) -> None:
    put(sqs, url, "one")
    (message,) = take(sqs, url)
    sqs.delete_message(QueueUrl=market.queue("other").url, ReceiptHandle=message["ReceiptHandle"])
    assert counted(sqs, url) == (0, 1, 0)


def test_what_is_in_hand_can_be_hidden_longer_or_given_back(sqs: Client, url: str, hours: Hours) -> None:
    put(sqs, url, "one")
    (message,) = take(sqs, url)
    change = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**change, VisibilityTimeout=200)
    hours.ahead = 100
    assert take(sqs, url) == []
    sqs.change_message_visibility(**change, VisibilityTimeout=0)
    assert len(take(sqs, url)) == 1


def test_what_is_not_in_hand_cannot_be_hidden(sqs: Client, url: str) -> None:
    put(sqs, url, "one")
    (message,) = take(sqs, url, VisibilityTimeout=0)
    with pytest.raises(sqs.exceptions.MessageNotInflight):
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=9)


def test_a_batch_is_sent_received_hidden_and_deleted(sqs: Client, url: str) -> None:
    entries = [{"Id": str(number), "MessageBody": f"body {number}"} for number in range(10)]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [one["Id"] for one in sent["Successful"]] == [*"0123456789"]
    assert "Failed" not in sent
    found = take(sqs, url, MaxNumberOfMessages=10)
    held = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(found)]
    hidden = [{**one, "VisibilityTimeout": 60} for one in reversed(held)]
    assert len(sqs.change_message_visibility_batch(QueueUrl=url, Entries=hidden)["Successful"]) == 10
    assert len(sqs.delete_message_batch(QueueUrl=url, Entries=held)["Successful"]) == 10
    assert counted(sqs, url) == (0, 0, 0)


def test_what_is_wrong_with_one_of_a_batch_stops_no_other(sqs: Client, url: str) -> None:
    entries = [{"Id": "good", "MessageBody": "one"}, {"Id": "bad", "MessageBody": "\ufffe"}, {"Id": "none"}]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [one["Id"] for one in answer["Successful"]] == ["good"]
    failed = {one["Id"]: (one["Code"], one["SenderFault"]) for one in answer["Failed"]}
    assert failed == {"bad": ("InvalidMessageContents", True), "none": ("MissingParameter", True)}
    assert counted(sqs, url) == (1, 0, 0)


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(number), "MessageBody": "x"} for number in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a", "MessageBody": "x"}, {"Id": "a", "MessageBody": "x"}], "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "MessageBody": "x"}], "InvalidBatchEntryId"),
        ([{"Id": str(number), "MessageBody": "x" * 200_000} for number in range(2)], "BatchRequestTooLong"),
    ],
)
def test_a_batch_that_is_none_is_refused(sqs: Client, url: str, entries: list[Any], kind: str) -> None:
    with pytest.raises(getattr(sqs.exceptions, kind)):
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert counted(sqs, url) == (0, 0, 0)


def test_a_queue_is_purged(sqs: Client, url: str) -> None:
    put(sqs, url, "one", "two")
    take(sqs, url)
    sqs.purge_queue(QueueUrl=url)
    assert counted(sqs, url) == (0, 0, 0)


@pytest.mark.parametrize("method", ["purge_queue", "delete_queue"])
def test_others_write_while_a_queue_is_emptied(
    market: Marketplace, sqs: Client, url: str, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(queue_message, "_TURN", 0)
    monkeypatch.setattr(time, "sleep", lambda _: put(sqs, market.queue("other").url, "meanwhile"))
    for _ in range(12):
        entries = [{"Id": str(number), "MessageBody": "x"} for number in range(10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    getattr(sqs, method)(QueueUrl=url)
    assert attributes(sqs, market.queue("other").url)["ApproximateNumberOfMessages"] != "0"
    assert counted(sqs, market.queue("events").url) == (0, 0, 0)


def test_messages_go_when_the_queue_has_kept_them_long_enough(sqs: Client, url: str, hours: Hours) -> None:
    assert attributes(sqs, url, "MessageRetentionPeriod") == {"MessageRetentionPeriod": str(14 * 24 * 3600)}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    put(sqs, url, "old")
    hours.ahead = 61
    put(sqs, url, "new")
    assert counted(sqs, url) == (1, 0, 0)
    assert [message["Body"] for message in take(sqs, url)] == ["new"]


def test_what_was_received_too_often_goes_to_the_queue_of_the_dead(market: Marketplace, sqs: Client, url: str) -> None:
    dead = market.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": "2"})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
    put(sqs, url, "poison", "fine")
    for _ in range(2):
        assert len(take(sqs, url, VisibilityTimeout=0, MaxNumberOfMessages=10)) == 2
    put(sqs, url, "new")
    assert [message["Body"] for message in take(sqs, url, MaxNumberOfMessages=10)] == ["new"]
    found = take(sqs, dead.url, MaxNumberOfMessages=10, AttributeNames=["DeadLetterQueueSourceArn"])
    assert [message["Body"] for message in found] == ["poison", "fine"]
    assert found[0]["Attributes"] == {"DeadLetterQueueSourceArn": market.queue("events").arn}


def test_a_receiver_gives_up_a_hundred_messages_at_most(
    market: Marketplace, sqs: Client, url: str, hours: Hours
) -> None:
    entries = [{"Id": str(number), "MessageBody": "poison"} for number in range(10)]
    for _ in range(12):
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
        assert len(take(sqs, url, MaxNumberOfMessages=10)) == 10
    hours.ahead = 31
    policy = json.dumps({"deadLetterTargetArn": market.queue("dead").arn, "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
    assert take(sqs, url, MaxNumberOfMessages=10) == []
    assert counted(sqs, url) == (20, 0, 0)
    assert counted(sqs, market.queue("dead").url) == (100, 0, 0)


def test_each_queue_of_the_dead_counts_anew(market: Marketplace, sqs: Client, url: str) -> None:
    dead, last = market.queue("dead"), market.queue("last")
    for source, target in [(url, dead), (dead.url, last)]:
        policy = json.dumps({"deadLetterTargetArn": target.arn, "maxReceiveCount": 2})
        sqs.set_queue_attributes(QueueUrl=source, Attributes={"RedrivePolicy": policy})
    put(sqs, url, "poison")
    for source in (url, dead.url):
        for count in ("1", "2"):
            (found,) = take(sqs, source, VisibilityTimeout=0, AttributeNames=["ApproximateReceiveCount"])
            assert found["Attributes"] == {"ApproximateReceiveCount": count}
        assert take(sqs, source) == []
    assert len(take(sqs, last.url)) == 1


def test_queues_are_made_found_listed_and_deleted(market: Marketplace, sqs: Client) -> None:
    made = sqs.create_queue(QueueName="b_2", Attributes={"VisibilityTimeout": "45"}, tags={"lab": "x"})["QueueUrl"]
    assert made == market.queue("b_2").url == sqs.get_queue_url(QueueName="b_2")["QueueUrl"]
    assert re.fullmatch(rf"{market.url}/queue/\d{{12}}/b_2", made)
    for name in ("a", "b-1", "c"):
        market.queue(name)
    assert names(sqs.list_queues()) == ["a", "b-1", "b_2", "c"]
    assert names(sqs.list_queues(QueueNamePrefix="b_")) == ["b_2"]
    assert names(sqs.list_queues(QueueNamePrefix="%")) == []
    sqs.delete_queue(QueueUrl=made)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="b_2")


def names(answer: dict[str, Any]) -> list[str]:
    return [url.rpartition("/")[2] for url in answer.get("QueueUrls", [])]


def test_many_queues_are_listed_page_by_page(market: Marketplace, sqs: Client) -> None:
    for number in range(5):
        market.queue(f"q{number}")
    pages = [names(page) for page in sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 2})]
    assert pages == [["q0", "q1"], ["q2", "q3"], ["q4"]]


def test_a_queue_with_other_attributes_is_in_the_way_of_one_of_its_name(sqs: Client) -> None:
    for _ in range(2):
        sqs.create_queue(QueueName="a", Attributes={"DelaySeconds": "5"})
    sqs.create_queue(QueueName="a")
    with pytest.raises(sqs.exceptions.QueueNameExists):
        sqs.create_queue(QueueName="a", Attributes={"DelaySeconds": "6"})


def test_attributes_that_were_set_are_told(market: Marketplace, sqs: Client, url: str) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy, "VisibilityTimeout": "77"})
    asked = attributes(sqs, url, "Policy", "VisibilityTimeout", "QueueArn")
    assert asked == {"Policy": policy, "VisibilityTimeout": "77", "QueueArn": market.queue("events").arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in attributes(sqs, url)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"VisibilityTimeout": "-1"}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": "1" * 5000}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": "\u0661"}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": 5}, "InvalidAttributeValue"),
        ({"MessageRetentionPeriod": "1209601"}, "InvalidAttributeValue"),
        ({"Policy": "x" * 9000}, "InvalidAttributeValue"),
        ({"RedrivePolicy": "nonsense"}, "InvalidAttributeValue"),
        ({"RedrivePolicy": "[" * 5000}, "InvalidAttributeValue"),
        ({"RedrivePolicy": '{"deadLetterTargetArn": "x", "maxReceiveCount": 1e999}'}, "InvalidAttributeValue"),
        ({"FifoQueue": "true"}, "InvalidAttributeName"),
        ({"QueueArn": "arn:aws:sqs:us-east-1:000000000000:events"}, "InvalidAttributeName"),
    ],
)
def test_attributes_that_no_queue_has_are_refused(sqs: Client, url: str, given: dict[str, Any], kind: str) -> None:
    before = attributes(sqs, url)
    with pytest.raises(getattr(sqs.exceptions, kind)):
        sqs.set_queue_attributes(QueueUrl=url, Attributes=given)
    assert attributes(sqs, url) == before


def test_the_dead_of_one_requester_go_to_no_queue_of_another(
    market: Marketplace, sqs: Client, url: str, connect_queues: Connect
) -> None:
    foreign = market.requester("other").queue("dead").arn
    policy = json.dumps({"deadLetterTargetArn": foreign, "maxReceiveCount": 1})
    with pytest.raises(sqs.exceptions.InvalidAttributeValue):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})


REFUSED = [
    ("send_message", {"MessageBody": ""}, "MissingParameter"),
    ("send_message", {"MessageBody": "\x00"}, "InvalidMessageContents"),
    ("send_message", {"MessageBody": "x" * (LARGEST_MESSAGE + 1)}, "InvalidParameterValue"),
    ("send_message", {"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue"),
    ("send_message", {"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "x"}}}, "InvalidParameterValue"),
    ("send_message", {"MessageBody": "x", "MessageAttributes": {"AWS.a": GIVEN["plain"]}}, "InvalidParameterValue"),
    (
        "send_message",
        {"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "String", "StringValue": "\x07"}}},
        "InvalidMessageContents",
    ),
    (
        "send_message",
        {"MessageBody": "x", "MessageAttributes": {f"a{number}": GIVEN["plain"] for number in range(11)}},
        "InvalidParameterValue",
    ),
    ("receive_message", {"MaxNumberOfMessages": 11}, "InvalidParameterValue"),
    ("receive_message", {"MaxNumberOfMessages": 0}, "InvalidParameterValue"),
    ("receive_message", {"WaitTimeSeconds": 21}, "InvalidParameterValue"),
    ("receive_message", {"VisibilityTimeout": 43_201}, "InvalidParameterValue"),
    ("receive_message", {"AttributeNames": ["x"] * 101}, "SerializationException"),
    ("delete_message", {"ReceiptHandle": "nonsense"}, "ReceiptHandleIsInvalid"),
    ("delete_message", {"ReceiptHandle": "1-" + "f" * 33}, "ReceiptHandleIsInvalid"),
    ("delete_message", {}, "MissingParameter"),
    ("change_message_visibility", {"ReceiptHandle": "1-" + "f" * 32}, "MissingParameter"),
    (
        "change_message_visibility",
        {"ReceiptHandle": "1-" + "f" * 32, "VisibilityTimeout": 1},
        "InvalidParameterValue",
    ),
    ("get_queue_attributes", {"AttributeNames": ["Nonsense"]}, "InvalidAttributeName"),
    ("tag_queue", {"Tags": {}}, "InvalidAction"),
]


@pytest.mark.parametrize(("method", "members", "code"), REFUSED)
def test_what_sqs_would_refuse_is_refused_in_its_words(
    sqs: Client, url: str, method: str, members: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(sqs, method)(QueueUrl=url, **members)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
    assert counted(sqs, url) == (0, 0, 0)


@pytest.mark.parametrize("name", ["", "a b", "a.fifo", "x" * 81, "a/b", "\ud800"])
def test_a_name_that_no_queue_has_is_refused(market: Marketplace, sqs: Client, name: str) -> None:
    with pytest.raises(ClientError) as caught:
        sqs.create_queue(QueueName=name)
    assert caught.value.response["Error"]["Code"] != "InternalFailure"
    with pytest.raises(MarketplaceError):
        market.queue(name)
    assert names(sqs.list_queues()) == []


def test_the_largest_message_goes_through(sqs: Client, url: str) -> None:
    put(sqs, url, "x" * LARGEST_MESSAGE)
    assert len(take(sqs, url)[0]["Body"]) == LARGEST_MESSAGE


def test_requesters_see_their_own_queues_only(market: Marketplace, sqs: Client, connect_queues: Connect) -> None:
    mine, theirs = market.queue("events").url, market.requester("other").queue("events").url
    other = connect_queues(market, "other")
    assert mine != theirs
    put(sqs, mine, "secret")
    assert take(other, theirs) == []
    for method in ("receive_message", "purge_queue", "delete_queue", "get_queue_attributes"):
        with pytest.raises(other.exceptions.QueueDoesNotExist):
            getattr(other, method)(QueueUrl=mine)
    with pytest.raises(other.exceptions.QueueDoesNotExist):
        other.send_message(QueueUrl=mine, MessageBody="spam")
    with pytest.raises(other.exceptions.QueueDoesNotExist):
        other.get_queue_url(QueueName="events", QueueOwnerAWSAccountId=mine.split("/")[-2])
    assert other.list_queues()["QueueUrls"] == [theirs]
    assert counted(sqs, mine) == (1, 0, 0)


def test_boto3s_resource_works_too(market: Marketplace, url: str) -> None:
    keys = {"aws_access_key_id": market.access_key, "aws_secret_access_key": market.secret_key}
    sqs = boto3.resource("sqs", endpoint_url=market.url, region_name="us-east-1", **keys)
    queue = sqs.get_queue_by_name(QueueName="events")
    queue.send_message(MessageBody="one")
    (message,) = queue.receive_messages(WaitTimeSeconds=5)
    assert message.body == "one"
    message.delete()
    queue.load()
    assert queue.attributes["ApproximateNumberOfMessagesNotVisible"] == "0"
    sqs.meta.client.close()


def test_what_is_said_to_be_spoken_is_spoken() -> None:
    said = {
        "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "CreateQueue", "DeleteMessage",
        "DeleteMessageBatch", "DeleteQueue", "GetQueueAttributes", "GetQueueUrl", "ListQueues", "PurgeQueue",
        "ReceiveMessage", "SendMessage", "SendMessageBatch", "SetQueueAttributes",
    }  # fmt: skip
    assert {*QUEUE_OPERATIONS, RECEIVE} == said
