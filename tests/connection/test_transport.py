"""One request and its answer: what is sent, what is made of what comes back."""

from __future__ import annotations

import gzip
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

import mturk
from mturk import Connection, TransportError
from mturk.connection.credentials import Credentials, FixedCredentials
from mturk.connection.transport import Answer, Transport
from mturk.errors import AccessDenied, ConfigurationError, DoesNotExist, ServiceError, Unavailable
from tests.judge import ACCESS_KEY, SECRET_KEY, Judge, Raw

KEYS = FixedCredentials(Credentials(ACCESS_KEY, SECRET_KEY))


def answer(content: bytes, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("GetHIT", status, named, content)


def test_a_success_is_its_members() -> None:
    assert answer(b'{"HIT": {}}').members() == {"HIT": {}}


@pytest.mark.parametrize("content", [b"", b"{}"])
def test_silence_is_a_success_where_nothing_is_to_be_said(content: bytes) -> None:
    assert answer(content).members(silent=True) == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"7", b'"x"', b"<html>Login</html>", b"\xff\xfe", b'{"HIT": {"HITId": "3'],
)
def test_a_success_that_is_no_object_is_no_success(content: bytes) -> None:
    with pytest.raises(TransportError, match="GetHIT: HTTP 200, but the body is no JSON object") as caught:
        answer(content).members()
    assert caught.value.maybe_done
    assert caught.value.operation == "GetHIT"
    assert "proxy" in str(caught.value)


def test_html_is_no_silence() -> None:
    with pytest.raises(TransportError):
        answer(b"<html></html>").members(silent=True)


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (400, b'{"__type":"RequestError","TurkErrorCode":"AWS.MechanicalTurk.HITDoesNotExist"}', DoesNotExist),
        (502, b"<html>Bad Gateway</html>", Unavailable),
        (500, b"", Unavailable),
        (403, b"<html>Forbidden</html>", AccessDenied),
        (404, b"[]", ServiceError),
        (301, b"", ServiceError),
    ],
)
def test_an_error_is_named_by_what_it_says_or_by_its_status(status: int, content: bytes, kind: type) -> None:
    error = answer(content, status, x_amzn_RequestId="r7").error()
    assert type(error) is kind
    assert (error.status, error.request_id, error.operation) == (status, "r7", "GetHIT")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "1", "x_amz_retry_after": "250"}, 0.25),
        ({"Retry_After": "1", "x_amz_retry_after": "-250"}, 1.0),
        ({"Retry_After": "Fri, 13 Feb 2009 23:31:40 GMT", "Date": "Fri, 13 Feb 2009 23:31:30 GMT"}, 10.0),
        ({"Retry_After": "Fri, 13 Feb 2009 23:31:20 GMT", "Date": "Fri, 13 Feb 2009 23:31:30 GMT"}, 0.0),
        ({"Retry_After": "Fri, 13 Feb 2009 23:31:40 GMT"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "-1"}, None),
        ({"Retry_After": "²"}, None),
        ({"Retry_After": f"Fri, {'9' * 20} Feb 2009 23:31:40 GMT", "Date": "Fri, 13 Feb 2009 23:31:30 GMT"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_is_asked_for_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert answer(b"", 503, **headers).error().retry_after == seconds


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Fri, 13 Feb 2009 23:31:30 GMT", 1234567890.0),
        ("yesterday", None),
        ("", None),
        (f"Fri, {'9' * 20} Feb 2009 23:31:30 GMT", None),
    ],
)
def test_the_server_s_clock_is_read_from_its_date(date: str, seconds: float | None) -> None:
    assert answer(b"", 403, Date=date).error().server_time == seconds


def test_a_compressed_answer_is_read(judge: Judge, connection: Connection) -> None:
    body = gzip.compress(json.dumps({"AvailableBalance": "1.00"}).encode())
    judge.answer_with(lambda operation, sent: Raw(body, headers={"Content-Encoding": "gzip"}))
    assert connection.balance().available == 1


def test_compression_that_is_none_is_a_lost_answer(judge: Judge, connect: Callable[..., Connection]) -> None:
    judge.answer_with(lambda operation, sent: Raw(b"plain", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(TransportError) as caught:
        connect(judge.url, max_attempts=1).balance()
    assert caught.value.maybe_done


def test_a_redirect_is_not_followed_with_a_signature(judge: Judge, connect: Callable[..., Connection]) -> None:
    judge.answer_with(lambda operation, sent: Raw(b"", 307, {"Location": "http://127.0.0.1:9/"}))
    with pytest.raises(ServiceError) as caught:
        connect(judge.url).balance()
    assert (caught.value.status, len(judge.calls)) == (307, 1)


def test_cookies_are_not_kept(judge: Judge, connection: Connection) -> None:
    def with_cookie(operation: str, body: dict[str, Any]) -> Any:
        return Raw(b'{"AvailableBalance": "1.00"}', headers={"Set-Cookie": "a=b"})

    judge.answer_with(with_cookie)
    connection.balance()
    connection.balance()
    assert "cookie" not in judge.calls[1].headers


@pytest.mark.parametrize(
    ("error", "sent", "words"),
    [
        (
            requests.exceptions.SSLError(ssl.SSLCertVerificationError("certificate verify failed")),
            False,
            "verify failed",
        ),
        (requests.exceptions.SSLError("bad record mac"), True, "bad record mac"),
        (requests.exceptions.ProxyError("no proxy"), False, "no proxy"),
        (requests.exceptions.ConnectTimeout("slow"), False, "no connection in time"),
        (requests.exceptions.ReadTimeout("slow"), True, "no answer in time"),
        (requests.exceptions.ChunkedEncodingError("cut"), True, "the connection broke"),
        (requests.exceptions.ContentDecodingError("cut"), True, "the connection broke"),
        (requests.exceptions.ConnectionError("reset"), True, "the connection broke"),
        (requests.exceptions.InvalidHeader("bad"), False, "no connection"),
        (OSError("gone"), True, "the connection broke"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_failure_says_whether_the_request_was_sent(error: Exception, sent: bool, words: str) -> None:
    url = "https://turk.my-lab.org/"
    transport = Transport(url, KEYS)
    with responses.RequestsMock() as service:
        service.post(url, body=error)
        with pytest.raises(TransportError) as caught:
            transport.send("CreateHIT", b"{}", 0.0)
    transport.close()
    assert caught.value.maybe_done is sent
    assert words in str(caught.value)
    assert str(caught.value).endswith("may have been carried out." if sent else "Nothing was sent.")
    assert url in str(caught.value)
    assert caught.value.__cause__ is error


def test_a_transport_says_where_it_goes() -> None:
    transport = Transport("https://turk.my-lab.org/", KEYS)
    assert repr(transport) == "<Transport https://turk.my-lab.org/>"
    transport.close()


def test_a_proxy_of_the_environment_is_used(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("HTTP_PROXY", judge.url)
    monkeypatch.setenv("http_proxy", judge.url)
    monkeypatch.setenv("no_proxy", "")
    transport = Transport("http://turk.my-lab.example/", KEYS)
    assert transport.send("GetHIT", b"{}", judge.now()).status == 400
    judge.objections.clear()  # it was not asked for its own host
    assert judge.arrived == 1
    transport.close()


@pytest.mark.parametrize("name", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_file_of_certificates_that_is_not_there_is_said_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "/nowhere/ca.pem")
    with pytest.raises(ConfigurationError, match=r"are not there: /nowhere/ca\.pem"):
        Transport("https://turk.my-lab.example/", KEYS)


def test_aws_s_own_name_for_certificates_goes_before_those_of_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    Transport("https://turk.my-lab.example/", KEYS).close()


def test_certificates_are_given_in_python_too(
    connect: Callable[..., Connection], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere/ca.pem")
    connect("https://turk.my-lab.example/", verify=tmp_path)
    connect("https://turk.my-lab.example/", verify=False)
    with pytest.raises(ConfigurationError, match="mine"):
        connect("https://turk.my-lab.example/", verify="/nowhere/mine.pem")


def test_the_user_agent_says_the_version(judge: Judge, connection: Connection) -> None:
    judge.answer("GetAccountBalance", {"AvailableBalance": "1.00"})
    connection.call("GetAccountBalance")
    assert judge.calls[-1].headers["user-agent"].startswith(f"mturk/{mturk.__version__}")
