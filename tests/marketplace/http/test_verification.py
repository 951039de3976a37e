"""Who may call: signatures, and what is wrong with them."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

import mturk
from mturk.marketplace import Marketplace
from mturk.marketplace.error import FrontEndError
from mturk.marketplace.http.verification import verify
from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.signature import SignedRequest, canonical, signature
from tests.marketplace.conftest import Connect
from tests.marketplace.judge import check_error

# The example of the reference: computed with botocore.
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
DATE, SCOPE = "20240102T030405Z", "20240102/us-east-1/mturk-requester/aws4_request"
NOW = 1704164645.0
EXAMPLE = SignedRequest(
    headers={
        "host": "mturk-requester.us-east-1.amazonaws.com",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "MTurkRequesterServiceV20170117.GetHIT",
        "x-amz-date": DATE,
        "x-amz-security-token": "SESSIONTOKENEXAMPLE",
    },
    body=b'{"HITId": "3TESTHIT00000000000000000000AB"}',
)
PLAIN = ("content-type", "host", "x-amz-date", "x-amz-target")
WITH_TOKEN = ("content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target")
VECTORS = [
    (
        PLAIN,
        "e1ad42e78ccbfaea3e10990118da406e6d37ed425deb21164c2ea32e53d27683",
        "adcaa2c5b02c8a66612f29c45bced2a1e5a351a0107fa86bd1ff3c43900ab0da",
    ),
    (
        WITH_TOKEN,
        "2a8fa093969f9b81e1933aa6353b1c01ec817366bdcc6328d174046eb7f7bc09",
        "67612931a445d98e2e44308053c0f821a4ff3546722575c2df4755a66124911c",
    ),
]


@pytest.mark.parametrize(("signed", "of_canonical", "expected"), VECTORS)
def test_the_signature_is_the_one_that_botocore_makes(
    signed: tuple[str, ...], of_canonical: str, expected: str
) -> None:
    assert sha256(canonical(EXAMPLE, signed).encode()).hexdigest() == of_canonical
    assert signature(EXAMPLE, signed, DATE, SCOPE, SECRET) == expected


def _find(key: str) -> KeyPair | None:
    return KeyPair(7, KEY, SECRET) if key == KEY else None


@pytest.mark.parametrize(("signed", "_", "made"), VECTORS)
@pytest.mark.parametrize("late", [-300, 0, 300])
def test_a_signature_is_good_for_five_minutes_before_and_after(
    signed: tuple[str, ...], _: str, made: str, late: int
) -> None:
    header = f"AWS4-HMAC-SHA256 Credential={KEY}/{SCOPE}, SignedHeaders={';'.join(signed)}, Signature={made}"
    request = SignedRequest({**EXAMPLE.headers, "authorization": header}, EXAMPLE.body)
    assert verify(request, _find, NOW + late).requester == 7


def test_the_repr_of_a_key_pair_hides_the_secret() -> None:
    assert SECRET not in repr(_find(KEY))


class Caller:
    """Sends requests that are signed by hand, so that each part can be spoilt."""

    def __init__(self, market: Marketplace) -> None:
        self.market = market
        self.host = market.url.removeprefix("http://")

    def send(self, operation: str = "GetAccountBalance", **spoilt: Any) -> tuple[int, dict[str, str]]:
        now = time.time() + spoilt.get("late", 0)
        date = spoilt.get("date", time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now)))
        key = spoilt.get("key", self.market.access_key)
        secret = spoilt.get("secret", self.market.secret_key)
        day = spoilt.get("day", date[:8])
        scope = spoilt.get("scope", f"{day}/us-east-1/mturk-requester/aws4_request")
        body = spoilt.get("body", b"{}")
        headers = {
            "host": self.host,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-date": date,
            "x-amz-target": spoilt.get("target", f"MTurkRequesterServiceV20170117.{operation}"),
            **spoilt.get("more", {}),
        }
        signed = tuple(sorted(name for name in headers if name not in spoilt.get("unsigned", ())))
        made = signature(SignedRequest(headers, body), signed, date, scope, secret)
        headers["authorization"] = spoilt.get(
            "authorization",
            f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={';'.join(signed)}, Signature={made}",
        )
        headers = {name: value for name, value in headers.items() if name not in spoilt.get("missing", ())}
        request = urllib.request.Request(self.market.url, spoilt.get("sent", body), headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                body = error.read()
                check_error(body)
                return error.code, json.loads(body)


@pytest.fixture
def caller(market: Marketplace) -> Caller:
    return Caller(market)


def test_a_request_that_is_signed_by_hand_is_answered(caller: Caller) -> None:
    assert caller.send() == (200, {"AvailableBalance": "10000.00", "OnHoldBalance": "0.00"})


SHA = "x-amz-content-sha256"
FINE = [
    {"more": {SHA: sha256(b"{}").hexdigest()}},
    {"more": {"x-amz-security-token": "whatever"}},
    {"more": {"x-amz-security-token": "whatever"}, "unsigned": ["x-amz-security-token"]},
    {"unsigned": ["content-type"]},
    {"late": -290},
    {"late": 290},
    {"more": {"x-odd": "  two   blanks  "}},
    {"body": b""},
]


@pytest.mark.parametrize("odd", FINE)
def test_what_other_clients_do_differently_is_fine(caller: Caller, odd: dict[str, Any]) -> None:
    assert caller.send(**odd)[0] == 200


@pytest.fixture
def strict() -> Iterator[Caller]:
    """Calls a marketplace that is as strict as AWS."""
    with Marketplace(strict=True) as market:
        yield Caller(market)


@pytest.mark.parametrize("name", [SHA, "x-amz-security-token", "x-amz-odd"])
def test_an_x_amz_header_that_is_not_signed_is_refused_where_it_is_strict(strict: Caller, name: str) -> None:
    status, error = strict.send(more={name: "odd"}, unsigned=[name])
    assert (status, error["__type"]) == (400, "InvalidSignatureException")
    assert error["message"] == f"'{name}' must be a 'SignedHeader' in the AWS 'Authorization' header."


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"more": {SHA: sha256(b"{}").hexdigest()}},
        {"more": {"x-amzn-trace-id": "1"}, "unsigned": ["x-amzn-trace-id"]},
    ],
)
def test_what_aws_does_not_need_signed_is_fine_where_it_is_strict(strict: Caller, odd: dict[str, Any]) -> None:
    assert strict.send(**odd)[0] == 200


@pytest.mark.parametrize("token", [None, "SESSIONTOKENEXAMPLE"])
def test_a_strict_marketplace_takes_calls_of_our_sdk(strict: Caller, token: str | None) -> None:
    market = strict.market
    with mturk.Connection(
        market.url, access_key=market.access_key, secret_key=market.secret_key, session_token=token
    ) as connection:
        assert connection.balance().available == 10_000


@pytest.mark.parametrize("token", [None, "SESSIONTOKENEXAMPLE"])
def test_a_strict_marketplace_takes_calls_of_boto3(strict: Caller, connect: Connect, token: str | None) -> None:
    client = connect(strict.market, aws_session_token=token)
    assert client.get_account_balance()["AvailableBalance"] == "10000.00"


@pytest.mark.parametrize("region", ["sandbox", "eu-central-1"])
def test_any_region_will_do(caller: Caller, region: str) -> None:
    day = time.strftime("%Y%m%d", time.gmtime())
    assert caller.send(scope=f"{day}/{region}/mturk-requester/aws4_request")[0] == 200


WRONG = "The request signature we calculated does not match the signature you provided."
TODAY = time.strftime("%Y%m%d", time.gmtime())
REFUSED = [
    ({"missing": ["authorization"]}, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    ({"authorization": "Basic abc"}, "IncompleteSignatureException", "requires 'Credential' parameter"),
    (
        {"authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host"},
        "IncompleteSignatureException",
        "requires 'Signature' parameter",
    ),
    (
        {"authorization": "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x"},
        "IncompleteSignatureException",
        "exactly 5 slash-delimited elements",
    ),
    ({"missing": ["x-amz-date"]}, "IncompleteSignatureException", "'X-Amz-Date' or a 'Date' header"),
    ({"date": "yesterday", "day": TODAY}, "IncompleteSignatureException", "ISO-8601"),
    ({"date": "20249999T999999Z"}, "IncompleteSignatureException", "no date"),
    ({"key": "AKIAUNKNOWN"}, "UnrecognizedClientException", "security token included in the request is invalid"),
    ({"secret": "wrong"}, "InvalidSignatureException", WRONG),
    ({"sent": b'{"a": 1}'}, "InvalidSignatureException", WRONG),
    ({"unsigned": ["host"]}, "InvalidSignatureException", "'host' must be a 'SignedHeader'"),
    ({"unsigned": ["x-amz-date"]}, "InvalidSignatureException", "'x-amz-date' must be a 'SignedHeader'"),
    ({"unsigned": ["x-amz-target"]}, "InvalidSignatureException", "'x-amz-target' must be a 'SignedHeader'"),
    ({"scope": f"{TODAY}/us-east-1/s3/aws4_request"}, "InvalidSignatureException", "correct service"),
    ({"scope": f"{TODAY}/us-east-1/mturk-requester/aws3"}, "InvalidSignatureException", "valid terminator"),
    ({"day": "20200101"}, "InvalidSignatureException", "Date in Credential scope does not match"),
]


@pytest.mark.parametrize(("spoilt", "kind", "words"), REFUSED)
def test_what_is_wrong_with_a_signature_is_said_in_awss_words(
    caller: Caller, spoilt: dict[str, Any], kind: str, words: str
) -> None:
    status, error = caller.send(**spoilt)
    assert (status, error["__type"]) == (400, kind)
    assert words in error["message"]


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (-330, r"Signature expired: \w+ is now earlier than \w+ \(\d{8}T\d{6}Z - 5 min\.\)"),
        (330, r"Signature not yet current: \w+ is still later than \w+ \(\d{8}T\d{6}Z \+ 5 min\.\)"),
    ],
)
def test_a_clock_that_is_wrong_is_told_the_servers_time(caller: Caller, late: int, words: str) -> None:
    _, error = caller.send(late=late)
    assert error["__type"] == "InvalidSignatureException"
    assert re.fullmatch(words, error["message"])


def test_signatures_go_by_the_real_clock(caller: Caller, market: Marketplace) -> None:
    market.clock.advance(days=100)
    assert caller.send()[0] == 200


@pytest.mark.parametrize("target", ["MTurkRequesterServiceV20170117.Nope", "Other.GetHIT", ""])
def test_an_unknown_target_is_refused(caller: Caller, target: str) -> None:
    assert caller.send(target=target)[1]["__type"] == "UnknownOperationException"


BAD_BODIES = [
    b"{",
    b"[]",
    b'"x"',
    b"\xff",
    b'{"HITId": 5}',
    b'{"HITId": ["3X"]}',
    b'{"HITId": {"a": 1}}',
    b'{"HITId": true}',
    b'{"HITId": "\\ud800"}',
    b'{"HITId": NaN}',
    b"[" * 100_000,
    b'{"a": ' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: body[:20].decode("latin-1"))
def test_a_body_of_the_wrong_form_is_a_serialization_error(caller: Caller, body: bytes) -> None:
    status, error = caller.send("GetHIT", body=body)
    assert (status, error["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("ListHITs", b'{"MaxResults": "5"}'),
        ("ListHITs", b'{"MaxResults": 5.5}'),
        ("ListHITs", b'{"MaxResults": true}'),
        ("UpdateHITReviewStatus", b'{"HITId": "3X", "Revert": "true"}'),
        ("UpdateExpirationForHIT", b'{"HITId": "3X", "ExpireAt": "tomorrow"}'),
        ("ListAssignmentsForHIT", b'{"HITId": "3X", "AssignmentStatuses": "Approved"}'),
        ("CreateHIT", b'{"QualificationRequirements": [1]}'),
        ("CreateHIT", b'{"QualificationRequirements": [null]}'),
        ("NotifyWorkers", b'{"WorkerIds": [null]}'),
    ],
)
def test_a_value_of_the_wrong_type_is_a_serialization_error(caller: Caller, operation: str, body: bytes) -> None:
    assert caller.send(operation, body=body)[1]["__type"] == "SerializationException"


@pytest.mark.parametrize("moment", [b"1E300", b"-1E300", b"253402300800"])
def test_a_time_beyond_the_calendar_is_refused(caller: Caller, moment: bytes) -> None:
    _, error = caller.send("UpdateExpirationForHIT", body=b'{"HITId": "3X", "ExpireAt": %s}' % moment)
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "ExpireAt")


def test_a_header_is_signed_once() -> None:
    signed = (*PLAIN, "host")
    made = signature(EXAMPLE, signed, DATE, SCOPE, SECRET)
    authorization = f"AWS4-HMAC-SHA256 Credential={KEY}/{SCOPE}, SignedHeaders={';'.join(signed)}, Signature={made}"
    request = replace(EXAMPLE, headers={**EXAMPLE.headers, "authorization": authorization})
    with pytest.raises(FrontEndError, match="must name each header once"):
        verify(request, lambda _: KeyPair(1, KEY, SECRET), NOW)
