"""The two signatures of old programs: what is refused, and that each is good for what it covers only."""

from __future__ import annotations

import base64
import hmac

import pytest

from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.query.query_error import QueryError
from mturk.marketplace.query.query_signature import TOLERANCE, verify

PAIR = KeyPair(1, "AKIAEXAMPLE", "secret/+=")
MOMENT, WRITTEN = 1_150_000_000, "2006-06-11T04:26:40Z"
SERVICE = "AWSMechanicalTurkRequester"


def digest(text: str) -> str:
    return base64.b64encode(hmac.digest(PAIR.secret_key.encode(), text.encode(), "sha1")).decode()


def old(**changes: str) -> dict[str, str]:
    """A call signed as most programs did."""
    named = {"AWSAccessKeyId": PAIR.access_key, "Operation": "GetHIT", "Timestamp": WRITTEN, **changes}
    return {"Signature": digest(f"{SERVICE}{named['Operation']}{named['Timestamp']}"), "Service": SERVICE, **named}


def of_boto(**more: str) -> dict[str, str]:
    """A call signed as boto 2 did."""
    named = {"AWSAccessKeyId": PAIR.access_key, "Operation": "GetHIT", "Timestamp": WRITTEN, "SignatureVersion": "1"}
    named |= more
    text = "".join(f"{name}{named[name]}" for name in sorted(named, key=str.lower))
    return {**named, "Signature": digest(text)}


def check(given: dict[str, str], now: float = MOMENT) -> KeyPair:
    return verify(given, {PAIR.access_key: PAIR}.get, now)


def code(given: dict[str, str], now: float = MOMENT) -> str:
    with pytest.raises(QueryError) as caught:
        check(given, now)
    assert caught.value.in_front
    return caught.value.code


@pytest.mark.parametrize(
    "given",
    [old(), old(Timestamp="2006-06-11T04:26:40.123Z"), of_boto(), of_boto(HITId="3A", zebra="ü", About="x")],
    ids=["Node", "with milliseconds", "boto", "boto with more"],
)
def test_a_good_signature_is_that_of_its_pair(given: dict[str, str]) -> None:
    assert check(given) == PAIR


def test_a_plus_that_was_not_encoded_does_not_spoil_a_signature() -> None:
    given = next(one for n in range(99) if "+" in (one := old(Timestamp=f"2006-06-11T04:26:40.{n}Z"))["Signature"])
    assert check({**given, "Signature": given["Signature"].replace("+", " ")}) == PAIR


@pytest.mark.parametrize(
    "given",
    [
        {**old(), "Signature": old()["Signature"].swapcase()},
        {**old(), "Signature": old()["Signature"].rstrip("=")},
        {**old(), "Signature": "é"},
        {**old(), "Operation": "GrantBonus"},
        {**old(), "Timestamp": "2006-06-11T04:26:41Z"},
        {**old(), "AWSAccessKeyId": "AKIAOTHER"},
        {**old(), "AWSAccessKeyId": "'; drop table access_key; --"},
        {**old(), "SignatureVersion": "1"},
        {**of_boto(HITId="3A"), "HITId": "3B"},
        {**of_boto(), "HITId": "3A"},
        {name: value for name, value in of_boto().items() if name != "SignatureVersion"},
    ],
    ids=["case", "without its end", "no base64", "operation", "time", "unknown key", "no key", "version", "value",
         "one more", "version left out"],
)  # fmt: skip
def test_a_signature_is_good_for_nothing_else(given: dict[str, str]) -> None:
    assert code(given) == "AWS.NotAuthorized"


def test_the_signature_of_a_notice_opens_no_operation() -> None:
    notice = {**old(), "Signature": digest(f"{SERVICE}NotificationNotify{WRITTEN}")}
    assert code({**notice, "Operation": "Notify"}) == "AWS.NotAuthorized"


@pytest.mark.parametrize(("off", "good"), [(-TOLERANCE, True), (TOLERANCE, True), (-901, False), (901, False)])
def test_a_time_may_be_a_quarter_of_an_hour_off(off: int, good: bool) -> None:
    if good:
        assert check(old(), MOMENT + off) == PAIR
    else:
        assert code(old(), MOMENT + off) == "AWS.RequestExpired"


@pytest.mark.parametrize("written", ["now", "2006-13-11T04:26:40Z", "2006-06-11T04:26:40", "٢٠٠٦-06-11T04:26:40Z"])
def test_a_time_that_is_none_is_refused(written: str) -> None:
    assert code(old(Timestamp=written)) == "AWS.BadClaimsSupplied"


@pytest.mark.parametrize("name", ["Operation", "AWSAccessKeyId", "Timestamp", "Signature"])
def test_nothing_that_is_signed_can_be_left_out(name: str) -> None:
    assert code({**old(), name: ""}) == "AWS.MissingParameters"


def test_another_service_is_refused() -> None:
    assert code({**old(), "Service": "AWSMechanicalTurkRequesterNotification"}) == "AWS.InvalidServiceParameter"


def test_a_signature_that_came_later_is_not_served() -> None:
    assert code({**old(), "SignatureVersion": "2"}) == "AWS.BadClaimsSupplied"
