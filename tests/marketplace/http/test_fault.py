"""Faults on demand, and throttling."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from mturk import Connection, tracer
from mturk.marketplace import Fault, Marketplace
from mturk.marketplace.error import FrontEndError
from mturk.marketplace.http.throttle import Throttle
from tests.marketplace.conftest import Connect, Refused
from tests.marketplace.sample import hit_arguments


def test_a_lost_answer_is_lost_after_the_call_was_carried_out(connect: Connect) -> None:
    with Marketplace(faults=[Fault("CreateHIT", "lost answer", every=2)]) as market:
        client = connect(market)
        client.create_hit(**hit_arguments())
        with pytest.raises(ConnectionClosedError):
            client.create_hit(**hit_arguments())
        client.create_hit(**hit_arguments())
        assert client.list_hits()["NumResults"] == 3


def test_a_client_that_tries_again_learns_that_the_lost_call_was_carried_out(connect: Connect) -> None:
    with Marketplace(faults=[Fault("CreateHIT", "lost answer", every=2)]) as market:
        client = connect(market, attempts=2)
        client.create_hit(**hit_arguments(UniqueRequestToken="a"))
        with pytest.raises(ClientError, match="already exists"):
            client.create_hit(**hit_arguments(UniqueRequestToken="b"))
        assert client.list_hits()["NumResults"] == 2


def test_a_refused_call_is_a_service_fault_and_nothing_happened(connect: Connect, refused: Refused) -> None:
    with Marketplace(faults=[Fault("CreateHIT", "refused", every=2)]) as market:
        client = connect(market)
        client.create_hit(**hit_arguments())
        error = refused(client.create_hit, **hit_arguments())
        assert error["__type"] == "ServiceFault"
        assert error["TurkErrorCode"] == "AWS.ServiceUnavailable"
        assert client.list_hits()["NumResults"] == 1


def test_a_service_fault_has_status_500(connect: Connect) -> None:
    with Marketplace(faults=[Fault("*", "refused")]) as market:
        with pytest.raises(ClientError) as caught:
            connect(market).get_account_balance()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_a_slow_answer_takes_longer(connect: Connect) -> None:
    with Marketplace(faults=[Fault("GetAccountBalance", "slow", seconds=0.3)]) as market:
        begin = time.perf_counter()
        assert connect(market).get_account_balance()
        assert time.perf_counter() - begin >= 0.3


def test_other_operations_do_not_count(connect: Connect) -> None:
    with Marketplace(faults=[Fault("CreateHIT", "refused", every=2)]) as market:
        client = connect(market)
        for _ in range(3):
            client.get_account_balance()
        assert client.create_hit(**hit_arguments())


@pytest.mark.parametrize("bad", [{"kind": "explosion"}, {"kind": "slow", "every": 0}, {"kind": "slow", "seconds": -1}])
def test_an_impossible_fault_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="A fault's"):
        Fault("GetHIT", **bad)


def test_a_requester_who_calls_too_often_is_throttled(connect: Connect, refused: Refused) -> None:
    with Marketplace(rate=0.001, burst=3) as market:
        client, other = connect(market), connect(market, "somebody else")
        for _ in range(3):
            client.get_account_balance()
        error = refused(client.get_account_balance)
        assert error == {"__type": "ThrottlingException", "message": "Rate exceeded"}
        assert other.get_account_balance()


def test_who_calls_queues_too_often_is_throttled_without_losing_other_calls(
    connect: Connect, connect_queues: Connect
) -> None:
    with Marketplace(rate=0.001, burst=3) as market:
        url = market.queue("events").url
        sqs = connect_queues(market)
        for _ in range(3):
            sqs.receive_message(QueueUrl=url)
        with pytest.raises(ClientError, match="ThrottlingException"):
            sqs.receive_message(QueueUrl=url)
        assert connect(market).get_account_balance()


def test_a_throttled_requester_may_call_again_after_what_it_is_told() -> None:
    now = 100.0
    throttle = Throttle(2.0, 1.0, lambda: now)
    throttle.check(1)
    now += 0.125
    with pytest.raises(FrontEndError) as caught:
        throttle.check(1)
    assert caught.value.retry_after == 0.375
    now += 0.375
    throttle.check(1)


@pytest.mark.parametrize("service", ["mturk", "sqs"])
def test_a_throttled_client_is_told_when_to_come_again(connect: Connect, connect_queues: Connect, service: str) -> None:
    with Marketplace(rate=0.001, burst=1) as market:
        ask = connect(market).get_account_balance if service == "mturk" else connect_queues(market).list_queues
        ask()
        with pytest.raises(ClientError) as caught:
            ask()
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert 990 < int(headers["retry-after"]) <= 1000
    assert 990_000 < int(headers["x-amz-retry-after"]) <= 1_000_000


def test_the_sdk_waits_as_long_as_it_is_told_and_is_throttled_once() -> None:
    outcomes: list[str] = []
    with Marketplace(rate=1, burst=1) as market:
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        with Connection(market.url, **keys) as connection, tracer(lambda attempt: outcomes.append(attempt.outcome)):
            for _ in range(2):
                connection.balance()
    assert outcomes == ["200", "400 ThrottlingException", "200"]


def test_the_burst_does_not_grow_beyond_its_size() -> None:
    now = 100.0
    throttle = Throttle(2.0, 2.0, lambda: now)
    now += 1000
    throttle.check(1)
    throttle.check(1)
    with pytest.raises(FrontEndError):
        throttle.check(1)
