"""sqs.create_queue makes a queue that MTurk may send to, on moto's server and on a marketplace of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import mturk
from mturk import ConfigurationError, Connection, ValidationError
from mturk.event.queue import Queue
from mturk.marketplace import Marketplace
from tests.event import moto as motos

PRINCIPAL = "mturk-requester.amazonaws.com"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with motos.serving() as url:
        yield url


@pytest.fixture
def aws(moto: str, monkeypatch: pytest.MonkeyPatch, connect: Callable[..., Connection]) -> Connection:
    """A connection to AWS, in whose place moto's server has the queues."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", moto)
    return connect("sandbox")


def policy(sqs: Any, url: str) -> dict[str, Any]:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    policy: dict[str, Any] = json.loads(found["Attributes"]["Policy"])
    return policy


def test_a_queue_is_made_that_mturk_may_send_to(aws: Connection, moto: str) -> None:
    name = motos.new_name()
    url = mturk.sqs.create_queue(name, connection=aws)
    assert url.endswith(f"/{name}")
    with motos.client("sqs", moto) as sqs:
        (statement,) = policy(sqs, url)["Statement"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    assert statement["Principal"] == {"Service": PRINCIPAL}
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Allow", "sqs:SendMessage", arn)
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}


def test_the_same_again_changes_nothing(aws: Connection) -> None:
    name = motos.new_name()
    url = mturk.sqs.create_queue(name, connection=aws)
    told: list[str] = []
    with mturk.tracer(lambda attempt: told.append(attempt.operation)):
        assert mturk.sqs.create_queue(name, connection=aws) == url
    assert told == ["CreateQueue", "GetQueueAttributes"]


def test_what_a_queue_s_policy_allowed_stays_allowed(aws: Connection, moto: str) -> None:
    with motos.client("sqs", moto) as sqs:
        name = motos.new_name()
        url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "77"})["QueueUrl"]
        theirs = {"Sid": "theirs", "Effect": "Allow", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "*"}
        held = {"Version": "2012-10-17", "Statement": [theirs]}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(held)})
        assert mturk.sqs.create_queue(name, connection=aws) == url
        assert [each["Sid"] for each in policy(sqs, url)["Statement"]] == ["theirs", "MTurkMaySend"]


def test_a_region_makes_the_queue_there(aws: Connection) -> None:
    url = mturk.sqs.create_queue(motos.new_name(), region="eu-west-1", connection=aws)
    queue = Queue(url, aws, region="eu-west-1")
    assert queue.attributes("QueueArn")["QueueArn"].startswith("arn:aws:sqs:eu-west-1:")
    queue.close()
    with pytest.raises(mturk.DoesNotExist):
        Queue(url, aws).attributes()


def test_the_connection_in_force_is_taken(aws: Connection) -> None:
    name = motos.new_name()
    with mturk.using(aws):
        assert mturk.sqs.create_queue(name).endswith(name)


def test_without_a_connection_it_is_said_what_to_write() -> None:
    with pytest.raises(ConfigurationError, match="Say where to connect"):
        mturk.sqs.create_queue("turk")


@pytest.mark.parametrize("name", ["", "a b", "turk.fifo", "a" * 81, "https://x/y", None, 7, "turk\n", "größe"])
def test_a_name_that_no_queue_can_have_is_not_sent(aws: Connection, name: str) -> None:
    with pytest.raises(ValidationError, match="name must be 1 to 80"):
        mturk.sqs.create_queue(name, connection=aws)


@pytest.mark.parametrize("region", ["", "evil.com/", "us-east", "US-EAST-1", "us-east-1.evil.com"])
def test_a_region_that_is_none_is_not_sent(aws: Connection, region: str) -> None:
    with pytest.raises(ValidationError, match="region"):
        mturk.sqs.create_queue("turk", region=region, connection=aws)


def test_a_marketplace_of_one_s_own_has_the_queue_too() -> None:
    with Marketplace(database=":memory:") as market:
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        with Connection(market.url, **keys) as connection:
            url = mturk.sqs.create_queue("turk", connection=connection)
            assert mturk.sqs.create_queue("turk", connection=connection) == url
            assert url == market.queue("turk").url
            queue = Queue(url, connection)
            queue.send("text")
            (message,) = queue.receive(wait=1)
            assert (message.body, message.receive_count) == ("text", 1)
            queue.extend([message], 60)
            queue.delete([message])
            assert PRINCIPAL in queue.attributes("Policy")["Policy"]
            queue.close()
