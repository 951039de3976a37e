"""Signatures agree with the reference's vector, and with botocore on every request."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from mturk import Connection
from mturk.connection.credentials import Credentials, FixedCredentials
from mturk.connection.signature import Signer, host_header
from mturk.connection.transport import Transport
from mturk.errors import ConfigurationError
from tests.judge import SIGNED, SIGNED_WITH_TOKEN, Judge, signature

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
URL = "https://mturk-requester.us-east-1.amazonaws.com/"
BODY = b'{"HITId": "3TESTHIT00000000000000000000AB"}'
AT = calendar.timegm(time.strptime("20240102T030405Z", "%Y%m%dT%H%M%SZ"))


def signed(
    body: bytes, at: float = AT, token: str | None = None, url: str = URL, secret: str = SECRET
) -> requests.PreparedRequest:
    transport = Transport(url, FixedCredentials(Credentials(KEY, secret, token)))
    request = transport._signed("GetHIT", body, at)
    transport.close()
    return request


def parts(request: requests.PreparedRequest) -> dict[str, str]:
    header = request.headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ")
    return dict(part.strip().split("=", 1) for part in header.split(","))


def signed_headers(request: requests.PreparedRequest, names: list[str]) -> dict[str, str]:
    sent = CaseInsensitiveDict(request.headers)
    return {name: sent[name] for name in names}


@pytest.mark.parametrize(
    ("token", "names", "expected"),
    [
        (None, SIGNED, "adcaa2c5b02c8a66612f29c45bced2a1e5a351a0107fa86bd1ff3c43900ab0da"),
        (
            "SESSIONTOKENEXAMPLE",
            SIGNED_WITH_TOKEN,
            "67612931a445d98e2e44308053c0f821a4ff3546722575c2df4755a66124911c",
        ),
    ],
)
def test_the_vector_of_the_reference_is_signed_as_written(token: str | None, names: list[str], expected: str) -> None:
    request = signed(BODY, token=token)
    assert parts(request) == {
        "Credential": f"{KEY}/20240102/us-east-1/mturk-requester/aws4_request",
        "SignedHeaders": ";".join(names),
        "Signature": expected,
    }
    assert request.headers["X-Amz-Date"] == "20240102T030405Z"
    assert request.headers.get("X-Amz-Security-Token") == token


def test_the_judge_computes_the_vector_too() -> None:
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": "mturk-requester.us-east-1.amazonaws.com",
        "x-amz-date": "20240102T030405Z",
        "x-amz-target": "MTurkRequesterServiceV20170117.GetHIT",
    }
    assert signature(URL, headers, BODY) == "adcaa2c5b02c8a66612f29c45bced2a1e5a351a0107fa86bd1ff3c43900ab0da"


@given(
    body=st.binary(max_size=300),
    at=st.integers(0, 4_000_000_000),
    token=st.none() | st.text("abcXYZ019+/=", min_size=1, max_size=200),
    url=st.sampled_from([URL, "http://127.0.0.1:8017/", "https://turk.my-lab.org:8443/", "http://[::1]:80/"]),
    secret=st.text("abcXYZ019+/", min_size=1, max_size=60),
)
def test_any_request_is_signed_as_botocore_signs_it(
    body: bytes, at: int, token: str | None, url: str, secret: str
) -> None:
    request = signed(body, at, token, url, secret)
    headers = signed_headers(request, SIGNED_WITH_TOKEN if token else SIGNED)
    assert parts(request)["Signature"] == signature(url, headers, body, secret)
    assert request.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("token", [None, "SESSIONTOKENEXAMPLE"])
def test_every_x_amz_header_that_is_sent_is_signed(
    judge: Judge, connect: Callable[..., Connection], token: str | None
) -> None:
    judge.session_token = token
    judge.answer("GetAccountBalance", {"AvailableBalance": "1.00"})
    connect(judge.url, session_token=token).balance()
    headers = judge.calls[-1].headers
    signed = re.search("SignedHeaders=([^,]+)", headers["authorization"])
    assert signed
    sent = {name for name in headers if name.startswith("x-amz-")}
    assert {"x-amz-date", "x-amz-target"} <= sent <= set(signed[1].split(";"))


def test_a_thread_signs_for_itself() -> None:
    transport = Transport(URL, FixedCredentials(Credentials(KEY, SECRET)))
    bodies = [f'{{"N": {number}}}'.encode() for number in range(400)]

    def sign(body: bytes) -> bool:
        request = transport._signed("GetHIT", body, AT)
        headers = signed_headers(request, SIGNED)
        return parts(request)["Signature"] == signature(URL, headers, body)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(sign, bodies))
    transport.close()


def test_the_day_of_the_key_is_the_day_of_the_request() -> None:
    transport = Transport(URL, FixedCredentials(Credentials(KEY, SECRET)))
    for at in (AT, AT + 86_400, AT):
        request = transport._signed("GetHIT", BODY, at)
        headers = signed_headers(request, SIGNED)
        assert parts(request)["Signature"] == signature(URL, headers, BODY)
    transport.close()


def test_credentials_that_change_are_used_at_once() -> None:
    class Changing:
        keys = Credentials(KEY, SECRET, "one")

        def current(self) -> Credentials:
            return self.keys

    source = Changing()
    transport = Transport(URL, source)
    for token in ("one", "two", None):
        source.keys = Credentials(KEY, SECRET + (token or ""), token)
        request = transport._signed("GetHIT", BODY, AT)
        headers = signed_headers(request, SIGNED_WITH_TOKEN if token else SIGNED)
        assert parts(request)["Signature"] == signature(URL, headers, BODY, SECRET + (token or ""))
        assert request.headers.get("X-Amz-Security-Token") == token
    transport.close()


@pytest.mark.parametrize("what", ["access_key", "secret_key", "session_token"])
@pytest.mark.parametrize("value", ["gehäim", "hidden\nX-Amz-Target: y", "hidden\ud800", "hidden\x00"])
def test_keys_that_fit_no_header_are_said_to_be_wrong_without_showing_them(what: str, value: str) -> None:
    keys = {"access_key": KEY, "secret_key": SECRET, what: value}
    with pytest.raises(ConfigurationError, match=f"The {what} is not plain ASCII on one line") as caught:
        Signer(Credentials(**keys), URL, {"Content-Type": "application/json"}, "us-east-1")
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://MTurk.Example.ORG/", "mturk.example.org"),
        ("https://example.org:443/", "example.org"),
        ("http://example.org:80/", "example.org"),
        ("http://example.org:443/", "example.org:443"),
        ("http://127.0.0.1:8017/", "127.0.0.1:8017"),
        ("http://[::1]:8017/", "[::1]:8017"),
        ("http://[::1]/", "[::1]"),
        ("https://läb.example/", "xn--lb-via.example"),
    ],
)
def test_the_host_header_names_the_port_only_where_it_is_unusual(url: str, host: str) -> None:
    assert host_header(url) == host
