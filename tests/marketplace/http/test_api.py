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
from tests.marketplace.asked import asked_by_this_thread
from tests.marketplace.sample import hit_arguments

UNKNOWN = (
    400,
    {
        "__type": "UnrecognizedClientException",
        "message": "The security token included in the request is invalid.",
    },
)


class Desk:
    """A marketplace that nobody runs, its clock, and calls that are sent to it in this thread."""

    def __init__(self, database: str, **options: Any) -> None:
        self.now = time.time()
        self.market = Marketplace(database, real_time=lambda: self.now, **options)
        self._pages = self.market.app.test_client()
        self._keys = self.market.access_key, self.market.secret_key

    def sign_as(self, access_key: str, secret_key: str) -> None:
        """Sign with another pair from now on."""
        self._keys = access_key, secret_key

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


@pytest.mark.parametrize(("operation", "members"), [("GetAccountBalance", {}), ("CreateHIT", hit_arguments())])
def test_who_calls_is_looked_up_in_the_call_s_own_transaction(
    desk: Desk, operation: str, members: dict[str, Any]
) -> None:
    assert desk.call(operation, **members)[0] == 200
    begun: list[object] = []
    event.listen(desk.market._store._engine, "begin", begun.append)
    assert desk.call(operation, **members)[0] == 200
    assert len(begun) == 1


def test_who_is_unknown_makes_nobody_wait(desk: Desk) -> None:
    desk.sign_as("AKIAUNKNOWN", "secret")
    begun: list[object] = []
    event.listen(desk.market._store._engine, "begin", begun.append)
    asked = asked_by_this_thread(desk.market)
    assert desk.call("CreateHIT", **hit_arguments()) == UNKNOWN
    assert (len(begun), len(asked)) == (1, 1)


def test_publishing_a_hit_takes_ten_statements(desk: Desk) -> None:
    desk.call("CreateHIT", **hit_arguments())
    asked = asked_by_this_thread(desk.market)
    assert desk.call("CreateHIT", **hit_arguments())[0] == 200
    # On PostgreSQL it also waits for its turn.
    own = [text for text in asked if "pg_advisory" not in text]
    assert len(own) == 10, own


def test_reading_a_hit_takes_three_statements(desk: Desk) -> None:
    hit_id = desk.call("CreateHIT", **hit_arguments())[1]["HIT"]["HITId"]
    asked = asked_by_this_thread(desk.market)
    assert desk.call("GetHIT", HITId=hit_id)[0] == 200
    assert len(asked) == 3, asked


@pytest.mark.parametrize("operation", ["ListHITs", "ListReviewableHITs"])
def test_a_list_of_hits_does_not_read_their_review_policies(desk: Desk, operation: str) -> None:
    desk.call("CreateHIT", **hit_arguments())
    asked = asked_by_this_thread(desk.market)
    assert desk.call(operation)[0] == 200
    assert any("hit_content" in text for text in asked)
    assert not any("hit_content.hit_review_policy" in text for text in asked)


@pytest.mark.parametrize("members", [hit_arguments(), {"Title": ""}])
def test_a_key_that_signed_before_is_refused_once_it_was_revoked(desk: Desk, members: dict[str, Any]) -> None:
    assert desk.call("CreateHIT", **hit_arguments())[0] == 200
    old, new = desk.market.access_key, desk.market.requester("requester").add_key()
    desk.market.revoke_key(old)
    assert desk.call("CreateHIT", **members) == UNKNOWN
    desk.sign_as(new.access_key, new.secret_key)
    assert len(desk.call("ListHITs")[1]["HITs"]) == 1


def test_a_key_that_was_revoked_uses_up_nothing_of_its_requester_s(database: str) -> None:
    desk = Desk(database, rate=0.0001, burst=3)
    assert desk.call("CreateHIT", **hit_arguments())[0] == 200
    old, new = desk.market.access_key, desk.market.requester("requester").add_key()
    desk.market.revoke_key(old)
    assert [desk.call("CreateHIT", **hit_arguments()) for _ in range(3)] == [UNKNOWN] * 3
    desk.sign_as(new.access_key, new.secret_key)
    assert desk.call("CreateHIT", **hit_arguments())[0] == 200
    desk.market.stop()


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
