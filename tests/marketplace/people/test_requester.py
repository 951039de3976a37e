"""Requesters: their key pairs, and that each sees only what is theirs."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.database.address import Address
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.sample import hit_arguments, type_arguments

PAST = datetime(2015, 1, 1, tzinfo=timezone.utc)
UNKNOWN = "3UNKNOWNUNKNOWNUNKNOWNUNKNOWNU"


@pytest.fixture
def other(market: Marketplace, connect: Connect) -> Client:
    """A client of somebody else's."""
    return connect(market, "somebody else")


@pytest.fixture
def ids(client: Client, publish: Publish, work: Work) -> dict[str, str]:
    """A HIT that was worked on and given a bonus, and its assignment and type."""
    hit = publish(MaxAssignments=2, UniqueRequestToken="token")
    assignment_id = work(hit["HITId"])
    client.send_bonus(WorkerId="A1WORKER", AssignmentId=assignment_id, BonusAmount="0.10", Reason="good")
    return {"HITId": hit["HITId"], "AssignmentId": assignment_id, "HITTypeId": hit["HITTypeId"]}


# What somebody else may try with another's ids, operation by operation.
TRIED = [
    ("get_hit", ["HITId"], {}),
    ("list_assignments_for_hit", ["HITId"], {}),
    ("update_expiration_for_hit", ["HITId"], {"ExpireAt": PAST}),
    ("update_hit_review_status", ["HITId"], {}),
    ("update_hit_type_of_hit", ["HITId", "HITTypeId"], {}),
    ("create_additional_assignments_for_hit", ["HITId"], {"NumberOfAdditionalAssignments": 1}),
    ("delete_hit", ["HITId"], {}),
    ("list_bonus_payments", ["HITId"], {}),
    ("list_bonus_payments", ["AssignmentId"], {}),
    ("get_assignment", ["AssignmentId"], {}),
    ("approve_assignment", ["AssignmentId"], {}),
    ("reject_assignment", ["AssignmentId"], {"RequesterFeedback": "no"}),
    ("send_bonus", ["AssignmentId"], {"WorkerId": "A1WORKER", "BonusAmount": "0.01", "Reason": "x"}),
    ("list_reviewable_hits", ["HITTypeId"], {}),
]


@pytest.mark.parametrize(("method", "names", "more"), TRIED, ids=lambda value: value if isinstance(value, str) else "")
def test_another_s_id_is_answered_as_one_that_does_not_exist(
    client: Client,
    other: Client,
    ids: dict[str, str],
    refused: Refused,
    method: str,
    names: list[str],
    more: dict[str, Any],
) -> None:
    theirs = refused(getattr(other, method), **{name: ids[name] for name in names}, **more)
    nobody = refused(getattr(other, method), **dict.fromkeys(names, UNKNOWN), **more)
    assert theirs["TurkErrorCode"] == nobody["TurkErrorCode"]
    assert theirs["TurkErrorCode"].endswith("DoesNotExist")
    assert theirs["Message"].split(" (")[0].replace(ids[names[0]], UNKNOWN) == nobody["Message"].split(" (")[0]


def test_another_s_type_cannot_be_used(client: Client, other: Client, ids: dict[str, str], refused: Refused) -> None:
    new = {"HITTypeId": ids["HITTypeId"], "LifetimeInSeconds": 60, "Question": hit_arguments()["Question"]}
    assert refused(other.create_hit_with_hit_type, **new)["TurkErrorCode"].endswith("HITTypeDoesNotExist")
    mine = other.create_hit(**hit_arguments())["HIT"]["HITId"]
    error = refused(other.update_hit_type_of_hit, HITId=mine, HITTypeId=ids["HITTypeId"])
    assert error["TurkErrorCode"].endswith("HITTypeDoesNotExist")


def test_lists_hold_only_what_is_theirs(client: Client, other: Client, ids: dict[str, str]) -> None:
    assert client.list_hits()["NumResults"] == 1
    assert other.list_hits()["NumResults"] == 0
    assert other.list_reviewable_hits()["NumResults"] == 0
    mine = other.create_hit(**hit_arguments())["HIT"]["HITId"]
    assert [hit["HITId"] for hit in other.list_hits()["HITs"]] == [mine]
    assert [hit["HITId"] for hit in client.list_hits()["HITs"]] == [ids["HITId"]]


def test_the_same_values_make_a_type_for_each(client: Client, other: Client) -> None:
    types = {one.create_hit_type(**type_arguments())["HITTypeId"] for one in (client, other, client)}
    assert len(types) == 2


def test_a_token_that_somebody_else_used_is_free(other: Client, ids: dict[str, str]) -> None:
    assert other.create_hit(**hit_arguments(UniqueRequestToken="token"))["HIT"]["HITId"] != ids["HITId"]


def test_a_page_of_somebody_else_s_list_cannot_be_turned(
    client: Client, other: Client, publish: Publish, refused: Refused
) -> None:
    for number in range(2):
        publish(Title=f"HIT {number}")
    token = client.list_hits(MaxResults=1)["NextToken"]
    assert refused(other.list_hits, MaxResults=1, NextToken=token)["Parameter"] == "NextToken"


def test_each_spends_from_a_balance_of_their_own(
    client: Client, other: Client, market: Marketplace, ids: dict[str, str]
) -> None:
    assert client.get_account_balance()["AvailableBalance"] == "9999.76"
    assert other.get_account_balance()["AvailableBalance"] == "10000.00"
    assert market.requester("somebody else").balance() == (Decimal("10000.00"), Decimal("0.00"))
    assert market.requester("requester").balance() == (Decimal("9999.76"), Decimal("0.12"))


def test_a_deposit_can_be_spent(client: Client, market: Marketplace) -> None:
    market.requester("requester").deposit("1.23")
    assert client.get_account_balance()["AvailableBalance"] == "10001.23"
    assert market.audit() == []


def test_a_requester_may_begin_with_another_deposit(market: Marketplace, connect: Connect) -> None:
    market.add_requester("lab", deposit="5.00")
    assert connect(market, "lab").get_account_balance()["AvailableBalance"] == "5.00"


def test_a_name_is_given_once(market: Marketplace) -> None:
    market.add_requester("lab")
    with pytest.raises(MarketplaceError, match="There is a requester 'lab' already"):
        market.add_requester("lab")


@pytest.mark.parametrize("bad", ["", "  ", "a\nb", "a\0b", "x" * 256])
def test_an_impossible_name_is_refused(market: Marketplace, bad: str) -> None:
    with pytest.raises(ValueError, match="A requester's name is 1 to 255 printable characters"):
        market.requester(bad)


def test_all_requesters_are_listed_by_name(market: Marketplace) -> None:
    market.requester("zoo")
    market.requester("lab")
    assert market.requesters() == ["lab", "requester", "zoo"]


# Keys


def test_keys_are_listed_without_their_secrets(market: Marketplace) -> None:
    lab = market.requester("lab")
    found = [key for key in market.access_keys() if key.requester == "lab"]
    assert [(key.access_key, key.revoked) for key in found] == [(lab.access_key, None)]
    assert abs((found[0].created - market.clock.now()).total_seconds()) < 60
    assert lab.secret_key not in repr(market.access_keys())


def test_a_requester_may_have_two_key_pairs_at_once(market: Marketplace, connect: Connect) -> None:
    lab = market.requester("lab")
    second = lab.add_key()
    assert second.secret_key != lab.secret_key
    keys = {"aws_access_key_id": second.access_key, "aws_secret_access_key": second.secret_key}
    made = connect(market, "lab").create_hit(**hit_arguments())["HIT"]["HITId"]
    assert connect(market, **keys).get_hit(HITId=made)["HIT"]["HITId"] == made
    assert [key.access_key for key in lab.access_keys()] == [lab.access_key, second.access_key]


def test_keys_made_in_the_same_millisecond_are_listed_as_they_were_made(database: str) -> None:
    market = Marketplace(database, real_time=lambda: 1_700_000_000.0)
    lab = market.requester("lab")
    made = [lab.access_key, *(lab.add_key().access_key for _ in range(6))]
    assert [key.access_key for key in lab.access_keys()] == made
    market.stop()


def test_a_revoked_key_is_refused_at_once_with_aws_s_own_error(
    client: Client, market: Marketplace, refused: Refused, connect: Connect
) -> None:
    mine = market.requester("requester")
    client.get_account_balance()
    mine.revoke_key()
    assert refused(client.get_account_balance) == {
        "__type": "UnrecognizedClientException",
        "message": "The security token included in the request is invalid.",
    }
    assert [key.revoked is not None for key in mine.access_keys()] == [True]


def test_the_other_pair_goes_on_working_when_one_is_revoked(market: Marketplace, connect: Connect) -> None:
    lab = market.requester("lab")
    second = lab.add_key()
    lab.revoke_key()
    assert market.requester("lab").access_key == second.access_key
    assert connect(market, "lab").get_account_balance()


def test_a_key_that_was_revoked_in_another_process_is_refused_here(
    shared: str, connect: Connect, refused: Refused
) -> None:
    with Marketplace(shared) as one:
        client = connect(one)
        client.get_account_balance()
        other = Marketplace(shared)
        other.revoke_key(one.access_key)
        other.stop()
        assert refused(client.get_account_balance)["__type"] == "UnrecognizedClientException"


def test_a_requester_whose_keys_were_all_revoked_gets_a_new_pair_and_keeps_all_else(
    market: Marketplace, connect: Connect, client: Client
) -> None:
    made = client.create_hit(**hit_arguments())["HIT"]["HITId"]
    before = market.access_key
    market.revoke_key(before)
    assert market.access_key != before
    assert market.access_key == market.access_key
    assert connect(market).get_hit(HITId=made)["HIT"]["HITId"] == made


@pytest.mark.parametrize("bad", ["AKIAUNKNOWN", ""])
def test_an_unknown_key_cannot_be_revoked(market: Marketplace, bad: str) -> None:
    with pytest.raises(MarketplaceError, match="There is no access key"):
        market.revoke_key(bad)


def test_a_key_is_revoked_once(market: Marketplace) -> None:
    key = market.access_key
    market.revoke_key(key)
    with pytest.raises(MarketplaceError, match="revoked before"):
        market.revoke_key(key)


def test_a_requester_cannot_revoke_another_s_key(market: Marketplace) -> None:
    with pytest.raises(MarketplaceError, match="no access key of the requester 'lab'"):
        market.requester("lab").revoke_key(market.access_key)
    assert all(key.revoked is None for key in market.access_keys())


def test_the_secret_of_a_revoked_key_is_forgotten(shared: str) -> None:
    with Marketplace(shared) as market:
        market.revoke_key(market.access_key)
    engine = create_engine(Address(shared).with_driver)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT sealed_secret FROM access_key").scalars().all() == [""]
    engine.dispose()
