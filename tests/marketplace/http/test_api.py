"""In how many transactions a call is answered, and what comes before it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from mturk.marketplace import Fault, Marketplace
from mturk.marketplace.signature import SignedRequest, sign
from tests.marketplace.sample import hit_arguments, type_arguments


class Desk:
    """A marketplace that nobody runs, its clock, and calls that are sent to it in this thread."""

    def __init__(self, database: str, **options: Any) -> None:
        self.now = time.time()
        self.market = Marketplace(database, real_time=lambda: self.now, **options)
        self._pages = self.market.app.test_client()
        self._keys = self.market.access_key, self.market.secret_key

    def call(self, operation: str, **members: Any) -> tuple[int, dict[str, Any]]:
        """Status and answer."""
        headers = {
            "host": "localhost",
            "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self.now)),
            "x-amz-target": f"MTurkRequesterServiceV20170117.{operation}",
        }
        body = json.dumps(members).encode()
        signed = sign(SignedRequest(headers, body), *self._keys, "us-east-1", "mturk-requester")
        answer = self._pages.post("/", data=body, headers={**headers, "authorization": signed})
        return answer.status_code, json.loads(answer.data)


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    desk = Desk(database)
    yield desk
    desk.market.stop()


@pytest.mark.parametrize(
    ("operation", "members", "transactions"), [("GetAccountBalance", {}, 1), ("CreateHITType", type_arguments(), 2)]
)
def test_who_calls_is_looked_up_in_the_transaction_that_reads_and_never_while_others_wait(
    desk: Desk, operation: str, members: dict[str, Any], transactions: int
) -> None:
    begun: list[object] = []
    event.listen(desk.market._store._engine, "begin", begun.append)
    assert desk.call(operation, **members)[0] == 200
    assert len(begun) == transactions


def test_what_is_due_happens_before_a_call_that_reads(desk: Desk) -> None:
    hit_id = desk.call("CreateHIT", **hit_arguments(LifetimeInSeconds=60))[1]["HIT"]["HITId"]
    desk.now += 61
    assert desk.call("GetHIT", HITId=hit_id)[1]["HIT"]["HITStatus"] == "Reviewable"


@pytest.mark.parametrize("due", [True, False])
def test_a_call_counts_once_whatever_happens_before_it(database: str, due: bool) -> None:
    desk = Desk(database, rate=1e-6, burst=2, faults=[Fault("GetHIT", "refused", every=2)])
    hit_id = desk.call("CreateHIT", **hit_arguments(LifetimeInSeconds=60))[1]["HIT"]["HITId"]
    desk.now += 61 * due
    assert desk.call("GetHIT", HITId=hit_id)[0] == 200
    assert desk.call("GetHIT", HITId=hit_id)[1]["__type"].endswith("ThrottlingException")
    desk.market.stop()


def test_a_call_that_is_to_fail_fails_whether_or_not_it_reads(database: str) -> None:
    desk = Desk(database, faults=[Fault("*", "refused")])
    assert [desk.call(operation)[0] for operation in ("GetAccountBalance", "CreateHITType")] == [500, 500]
    desk.market.stop()


def test_who_has_no_key_learns_nothing_of_operations(desk: Desk) -> None:
    desk._keys = "AKIANOBODY", "secret"
    kinds = {desk.call(operation)[1]["__type"] for operation in ("GetAccountBalance", "CreateHITType", "Nothing")}
    assert len(kinds) == 1
    assert "UnrecognizedClient" in kinds.pop()
