"""Callers without a good key: after so many refusals nobody listens to their address for a while."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import event
from werkzeug.test import Client as WebClient

from mturk.marketplace import ConnectionLimits, Marketplace
from mturk.marketplace.error import FrontEndError
from mturk.marketplace.http.stranger import Strangers, TooManyRefusals
from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.signature import SignedRequest, sign
from tests.marketplace.conftest import Connect, Refused

PAIR = KeyPair("AKIAGOOD", "secret", 1)
TARGETS = {
    "mturk-requester": "MTurkRequesterServiceV20170117.GetAccountBalance",
    "sqs": "AmazonSQS.ListQueues",
}
REFUSALS = 5


class Now:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def now() -> Now:
    return Now()


def request(caller: str, key: str = "AKIAWRONG") -> SignedRequest:
    return SignedRequest({"authorization": f"AWS4-HMAC-SHA256 Credential={key}/x"}, b"", caller=caller)


def refuse() -> KeyPair:
    raise FrontEndError("UnrecognizedClientException")


def guess(strangers: Strangers, caller: str, number: int, key: str = "AKIAWRONG") -> None:
    for _ in range(number):
        with pytest.raises(FrontEndError):
            strangers.watch(request(caller, key), refuse)


def is_shut(strangers: Strangers, caller: str, key: str = "AKIAWRONG") -> bool:
    return shut_for(strangers, caller, key) is not None


def shut_for(strangers: Strangers, caller: str, key: str = "AKIAWRONG") -> float | None:
    try:
        strangers.check(request(caller, key))
    except TooManyRefusals as refusal:
        return refusal.retry_after
    return None


def test_an_address_that_was_refused_too_often_is_shut_out(now: Now) -> None:
    strangers = Strangers(3, now)
    guess(strangers, "192.0.2.1", 2)
    assert not is_shut(strangers, "192.0.2.1")
    guess(strangers, "192.0.2.1", 1)
    assert is_shut(strangers, "192.0.2.1")
    assert not is_shut(strangers, "192.0.2.2")


def test_it_is_heard_again_after_its_share_of_a_minute(now: Now) -> None:
    strangers = Strangers(3, now)
    guess(strangers, "192.0.2.1", 3)
    now.time += 19
    assert shut_for(strangers, "192.0.2.1") == pytest.approx(1)
    now.time += 1
    assert not is_shut(strangers, "192.0.2.1")
    guess(strangers, "192.0.2.1", 1)
    assert is_shut(strangers, "192.0.2.1")


def test_of_ipv6_all_addresses_of_one_half_are_one(now: Now) -> None:
    strangers = Strangers(3, now)
    for number in range(3):
        guess(strangers, f"2001:db8::{number}:{number}", 1)
    assert is_shut(strangers, "2001:db8::ffff:1")
    assert not is_shut(strangers, "2001:db8:0:1::1")


def test_a_key_that_was_good_from_there_is_heard(now: Now) -> None:
    strangers = Strangers(3, now)
    strangers.watch(request("192.0.2.1", PAIR.access_key), lambda: PAIR)
    guess(strangers, "192.0.2.1", 9)
    assert is_shut(strangers, "192.0.2.1")
    assert not is_shut(strangers, "192.0.2.1", PAIR.access_key)
    guess(strangers, "192.0.2.2", 9)
    assert is_shut(strangers, "192.0.2.2", PAIR.access_key)


def test_so_many_addresses_are_remembered_and_no_more(now: Now) -> None:
    strangers = Strangers(3, now)
    for number in range(12_000):
        guess(strangers, f"2001:db8:{number:x}::1", 1)
        strangers.watch(request(f"2001:db8:{number:x}::1", PAIR.access_key), lambda: PAIR)
    assert len(strangers) == 10_000
    guess(strangers, "2001:db8:2edf::1", 2)  # the last of them
    assert is_shut(strangers, "2001:db8:2edf::1")


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Marketplace]:
    limits = ConnectionLimits(refusals=REFUSALS)
    with Marketplace(tmp_path / "lab.sqlite3", limits=limits, trusted_proxies=["127.0.0.9"]) as market:
        yield market


def call(market: Marketplace, caller: str, service: str, secret: str = "wrong", told: str = "") -> tuple[int, str]:
    headers = {
        "host": "lab",
        "x-amz-date": market_date(),
        "x-amz-target": TARGETS[service],
        "content-type": "application/x-amz-json-1.1",
    }
    authorization = sign(SignedRequest(headers, b"{}"), market.access_key, secret, "us-east-1", service)
    sent = {**headers, "authorization": authorization, **({"x-forwarded-for": told} if told else {})}
    reply = WebClient(market.app).post("/", data=b"{}", headers=sent, environ_overrides={"REMOTE_ADDR": caller})
    return reply.status_code, json.loads(reply.data).get("__type", "").rpartition("#")[2]


def market_date() -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())


@pytest.mark.parametrize("service", TARGETS)
def test_wrong_signatures_are_answered_429_after_a_while(market: Marketplace, service: str) -> None:
    for _ in range(REFUSALS):
        assert call(market, "192.0.2.1", service)[1] == "InvalidSignatureException"
    assert call(market, "192.0.2.1", service) == (429, "ThrottlingException")
    assert call(market, "192.0.2.2", service)[1] == "InvalidSignatureException"


@pytest.mark.parametrize("service", TARGETS)
def test_who_signs_well_is_heard_beside_somebody_who_guesses(market: Marketplace, service: str) -> None:
    assert call(market, "192.0.2.1", service, market.secret_key)[0] == 200
    for _ in range(2 * REFUSALS):
        call(market, "192.0.2.1", service)
    assert call(market, "192.0.2.1", service, market.secret_key)[0] == 200


def test_behind_a_trusted_proxy_the_address_is_the_one_that_it_tells(market: Marketplace) -> None:
    for _ in range(REFUSALS):
        call(market, "127.0.0.9", "mturk-requester", told="192.0.2.1")
    assert call(market, "127.0.0.9", "mturk-requester", told="192.0.2.1")[0] == 429
    assert call(market, "127.0.0.9", "mturk-requester", told="192.0.2.2")[0] == 400


def test_nobody_else_chooses_the_address_that_is_counted(market: Marketplace) -> None:
    for number in range(REFUSALS):
        call(market, "192.0.2.7", "mturk-requester", told=f"192.0.2.{number}")
    assert call(market, "192.0.2.7", "mturk-requester", told="192.0.2.99")[0] == 429


def test_what_a_page_on_the_web_has_browsers_send_shuts_no_key_out(market: Marketplace) -> None:
    client = WebClient(market.app)
    for _ in range(2 * REFUSALS):
        reply = client.post("/", data=b"x", content_type="text/plain", environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
        assert json.loads(reply.data)["__type"] == "MissingAuthenticationTokenException"
    assert call(market, "192.0.2.1", "mturk-requester", market.secret_key)[0] == 200


def test_who_is_not_listened_to_costs_no_look_into_the_database(market: Marketplace) -> None:
    for _ in range(REFUSALS):
        call(market, "192.0.2.1", "mturk-requester")
    app, statements = market.app, []
    engine = market._store._engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert call(market, "192.0.2.2", "mturk-requester")[0] == 400
    assert statements
    client = WebClient(app)
    statements.clear()
    headers = dict(request("192.0.2.1").headers, **{"x-amz-target": TARGETS["mturk-requester"], "host": "lab"})
    reply = client.post("/", data=b"{}", headers=headers, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert (reply.status_code, statements) == (429, [])


def test_an_aws_sdk_takes_it_as_throttling_and_is_told_when_to_come_again(
    connect: Connect, refused: Refused, market: Marketplace
) -> None:
    client = connect(market, aws_secret_access_key="wrong")
    for _ in range(REFUSALS):
        refused(client.get_account_balance)
    with pytest.raises(ClientError, match="ThrottlingException") as caught:
        client.get_account_balance()
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert 1 <= int(headers["retry-after"]) <= 60 / REFUSALS


def test_requests_differ_in_where_they_come_from_and_not_in_what_is_signed() -> None:
    headers = {"x-amz-date": "20260101T000000Z", "host": "lab"}
    here = SignedRequest(headers, b"{}", caller="192.0.2.1")
    assert sign(here, "a", "b", "c", "d") == sign(replace(here, caller="192.0.2.2"), "a", "b", "c", "d")
