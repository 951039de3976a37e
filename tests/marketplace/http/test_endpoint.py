"""A call that is answered in front of the web framework gets what it would get from behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from mturk.marketplace.http.api import TARGET, Api, ApiReply
from mturk.marketplace.http.app import body_limit, make_app
from mturk.marketplace.http.endpoint import SIGNED_PATH, Endpoint
from mturk.marketplace.http.old_api import OldApi
from mturk.marketplace.http.queue_api import QueueApi
from mturk.marketplace.signature import SignedRequest

LIMIT = body_limit(1)
ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FORM = "application/x-www-form-urlencoded"
BYGONE = b"Service=AWSMechanicalTurkRequester&Operation=GetHIT"


class Told(Api):
    """Answers with what it was asked."""

    def __init__(self) -> None:
        pass

    def answer(self, request: SignedRequest, address: str) -> ApiReply:
        """What was asked, as the body of a refusal."""
        headers = sorted(request.headers.items())
        return ApiReply(400, repr((headers, request.body, request.path, request.query, address)).encode())


class Closed(OldApi):
    """Answers no call of the old API."""

    def __init__(self) -> None:
        self._answers = False
        self._real_time = lambda: 0.0
        self._dispatch: Any = SimpleNamespace(is_sandbox=False)


def ask(application: Any, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], str]:
    """Status, headers and body, without the ids that are random."""
    heads: list[tuple[str, list[tuple[str, str]]]] = []
    body = b"".join(application(environ, lambda status, headers, _=None: heads.append((status, headers))))
    ((status, headers),) = heads
    return status, sorted((name.lower(), ID.sub("", value)) for name, value in headers), ID.sub("", body.decode())


def request(body: bytes = b"{}", **more: str) -> dict[str, Any]:
    """A call as a server hands it on."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_X_AMZ_TARGET": f"{TARGET}GetHIT",
        "CONTENT_TYPE": "application/x-amz-json-1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        **more,
    }


APP = make_app(Told(), cast(QueueApi, None), Closed(), question_limit=1)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
MORE = st.fixed_dictionaries(
    {},
    optional={
        "REQUEST_METHOD": st.sampled_from(["POST", "GET", "PUT"]),
        "SCRIPT_NAME": st.sampled_from(["/turk", "/turk/", "/t\xc3\xbcrk", "/a b"]),
        "PATH_INFO": st.sampled_from(["/", "//", "/nothing"]),
        "HTTP_HOST": st.sampled_from(["", "lab.org", "lab.org:80", "xn--trk-hoa.org", "[::1]:8000", "a b", "a/b"]),
        "HTTP_X_AMZ_TARGET": st.sampled_from([f"{TARGET}Nothing", TARGET, "Other.GetHIT", ""]),
        "HTTP_AUTHORIZATION": HEADER,
        "HTTP_X_SOME_HEADER": HEADER,
        "HTTP_CONTENT_TYPE": HEADER,
        "CONTENT_TYPE": st.sampled_from(["", "text/plain", FORM, f"{FORM.title()}; charset=utf-8"]),
        "CONTENT_LENGTH": st.sampled_from(["", "0", "1", "many", "-1", str(LIMIT), str(LIMIT + 1)]),
        "QUERY_STRING": st.sampled_from(["", "a=b", "%C3%BC", BYGONE.decode()]),
        "wsgi.url_scheme": st.just("https"),
    },
)


@settings(deadline=None)
@given(body=st.sampled_from([b"{}", b"", BYGONE, b"\xff" * 10]), more=MORE)
def test_a_call_is_answered_in_front_as_it_is_behind(body: bytes, more: dict[str, str]) -> None:
    inner = request(body, **more)
    whole = f"{inner['SCRIPT_NAME'].rstrip('/')}{inner['PATH_INFO']}"
    behind = ask(lambda *asked: Flask.wsgi_app(APP, *asked), {**inner, SIGNED_PATH: whole})
    assert ask(APP.wsgi_app, request(body, **more)) == behind


def nothing(_environ: Any, _start_response: Any) -> Iterable[bytes]:
    raise AssertionError("went on to what is behind")


@pytest.mark.parametrize(
    ("length", "status"), [(LIMIT, "400 BAD REQUEST"), (LIMIT + 1, "413 REQUEST ENTITY TOO LARGE")]
)
def test_a_call_needs_nothing_of_what_is_behind(length: int, status: str) -> None:
    environ = request(b"x" * length)
    assert ask(Endpoint(Told(), nothing, LIMIT), {**environ, SIGNED_PATH: "/"})[0] == status


@pytest.mark.parametrize(
    "other",
    [
        {"REQUEST_METHOD": "GET"},
        {"PATH_INFO": "/worker/"},
        {"HTTP_X_AMZ_TARGET": "AmazonSQS.SendMessage"},
        {"QUERY_STRING": "Service=AWSMechanicalTurkRequester"},
        {"CONTENT_TYPE": FORM},
        {"HTTP_HOST": ""},
    ],
)
def test_what_could_be_anything_else_goes_on(other: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="went on"):
        ask(Endpoint(Told(), nothing, LIMIT), request(**other))
