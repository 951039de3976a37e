"""Views that are the page of an ExternalQuestion."""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from typing import Any

import django
import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory, override_settings
from django.utils.decorators import method_decorator
from django.views import View

import mturk
from mturk import Connection
from mturk.django import task_page
from tests.judge import ACCESS_KEY, SECRET_KEY

ACCEPTED = {"assignmentId": "3A", "hitId": "3H", "workerId": "A1", "turkSubmitTo": "https://www.mturk.com"}
SUBMIT_URL = "https://www.mturk.com/mturk/externalSubmit"


@task_page
def function(request: HttpRequest, *words: str) -> HttpResponse:
    return HttpResponse(request.task.submit_url, headers={"X-Frame-Options": "DENY"})  # type: ignore[attr-defined]


@task_page
async def coroutine(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.task.submit_url)  # type: ignore[attr-defined]


class Page(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.task.submit_url)  # type: ignore[attr-defined]


class AsyncPage(View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.task.submit_url)  # type: ignore[attr-defined]


class Method(View):
    @method_decorator(task_page)
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.task.submit_url)  # type: ignore[attr-defined]


VIEWS = {
    "function": function,
    "coroutine": coroutine,
    "class": method_decorator(task_page, name="dispatch")(Page).as_view(),
    "async class": method_decorator(task_page, name="dispatch")(AsyncPage).as_view(),
    "method": Method.as_view(),
    "with hosts": task_page(allowed_hosts=["turk.my-lab.org"])(Page.as_view()),
}


def ask(view: Any, **query: str) -> HttpResponse:
    """The answer after the middleware that Django's own settings begin with."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = view(request)
        found: HttpResponse = asyncio.run(awaited(response)) if isawaitable(response) else response
        return found

    async def awaited(response: Any) -> HttpResponse:
        made: HttpResponse = await response
        return made

    return SecurityMiddleware(XFrameOptionsMiddleware(respond))(RequestFactory().get("/task", query))


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_finds_the_task_in_its_request(view: Any) -> None:
    answer = ask(view, **ACCEPTED)
    assert (answer.status_code, answer.content.decode()) == (200, SUBMIT_URL)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("place", ["https://evil.example", "", "https://www.mturk.com.evil.example"])
def test_a_forged_query_is_answered_400(view: Any, place: str) -> None:
    answer = ask(view, **{**ACCEPTED, "turkSubmitTo": place})
    assert answer.status_code == 400
    assert b"evil" not in answer.content
    assert answer.headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_query_that_says_something_twice_is_answered_400(name: str) -> None:
    twice: Any = {**ACCEPTED, name: [ACCEPTED[name], ACCEPTED[name]]}
    assert ask(function, **twice).status_code == 400


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_mturks_worker_sites_may_frame_the_page(view: Any) -> None:
    answer = ask(view, **ACCEPTED)
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Content-Security-Policy"].startswith(
        "frame-ancestors https://worker.mturk.com https://workersandbox.mturk.com https://www.mturk.com"
    )


def test_a_view_that_is_no_task_page_keeps_its_frame_options() -> None:
    assert ask(lambda _request: HttpResponse()).headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_neither_caches_nor_links_tell_whose_page_it_is(view: Any) -> None:
    answer = ask(view, **ACCEPTED)
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_a_preview_needs_no_address() -> None:
    seen: list[mturk.TaskRequest] = []

    @task_page
    def view(request: Any) -> HttpResponse:
        seen.append(request.task)
        return HttpResponse()

    assert ask(view, assignmentId="ASSIGNMENT_ID_NOT_AVAILABLE", hitId="3H").status_code == 200
    assert seen[0].is_preview


@pytest.mark.parametrize(
    ("allowed", "place", "ancestor"),
    [
        ("turk.my-lab.org", "https://turk.my-lab.org", "https://turk.my-lab.org"),
        ("https://turk.my-lab.org/", "https://turk.my-lab.org", "https://turk.my-lab.org"),
        ("http://127.0.0.1:8017", "http://127.0.0.1:8017", "http://127.0.0.1:8017"),
        ("127.0.0.1:8017", "http://127.0.0.1:8017", "https://127.0.0.1:8017 http://127.0.0.1:8017"),
    ],
)
def test_hosts_of_the_settings_take_answers_and_frame_the_page(allowed: str, place: str, ancestor: str) -> None:
    with override_settings(MTURK={"ENDPOINT": "sandbox", "ALLOWED_HOSTS": [allowed]}):
        answer = ask(function, **{**ACCEPTED, "turkSubmitTo": place})
    assert answer.content.decode() == f"{place}/mturk/externalSubmit"
    assert answer.headers["Content-Security-Policy"].endswith(f" {ancestor}")


def test_the_connections_own_host_takes_answers_and_frames_the_page(default: Connection) -> None:
    own = default.url.rstrip("/")
    answer = ask(function, **{**ACCEPTED, "turkSubmitTo": own})
    assert answer.content.decode() == f"{own}/mturk/externalSubmit"
    assert answer.headers["Content-Security-Policy"].endswith(f" {own}")


def test_awss_endpoint_is_no_host_of_workers(connect: Any) -> None:
    keys = {"ACCESS_KEY": ACCESS_KEY, "SECRET_KEY": SECRET_KEY}
    with override_settings(MTURK={"ENDPOINT": "production", **keys}):
        answer = ask(function, **{**ACCEPTED, "turkSubmitTo": "https://mturk-requester.us-east-1.amazonaws.com"})
    assert answer.status_code == 400
    assert "amazonaws" not in answer.headers["Content-Security-Policy"]


def test_the_rest_of_a_policy_that_the_view_sets_is_kept() -> None:
    policy = "default-src 'self'; frame-ancestors 'none'"
    view = task_page(lambda _request: HttpResponse(headers={"Content-Security-Policy": policy}))
    found = ask(view, **ACCEPTED).headers["Content-Security-Policy"]
    assert found.startswith("default-src 'self'; frame-ancestors https://worker.mturk.com ")
    assert "'none'" not in found


def test_a_policy_that_no_middleware_writes_opens_the_page_to_nobody_else() -> None:
    with override_settings(SECURE_CSP={"default-src": ["'self'"]}):
        answer = ask(function, **ACCEPTED)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("frame-ancestors https://worker.mturk.com ")


if django.VERSION >= (6, 0):  # which has a content security policy of its own

    def test_the_policy_of_djangos_own_middleware_is_kept_too() -> None:
        from django.middleware.csp import ContentSecurityPolicyMiddleware

        policy = {"default-src": ["'self'"], "frame-ancestors": ["'none'"]}
        with override_settings(SECURE_CSP=policy):
            middleware = ContentSecurityPolicyMiddleware(function)
            found = middleware(RequestFactory().get("/task", ACCEPTED)).headers["Content-Security-Policy"]
        assert "default-src 'self'" in found
        assert "frame-ancestors https://worker.mturk.com https://workersandbox.mturk.com" in found
        assert "'none'" not in found


def test_a_view_keeps_its_name_and_its_arguments() -> None:
    assert function.__name__ == "function"
    request = RequestFactory().get("/task", ACCEPTED)
    assert function(request, "a", "b").status_code == 200
