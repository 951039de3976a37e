"""Views that are the page of an ExternalQuestion: who asks, where answers go, and who may frame the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import wraps
from inspect import isawaitable
from typing import Any, TypeVar, cast, overload
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mturk.django import conf, process
from mturk.django.frame_options import protect
from mturk.errors import ConfigurationError, ValidationError
from mturk.question import address
from mturk.question.task_request import HOSTS, TaskRequest

View = TypeVar("View", bound=Callable[..., Any])

_READ = ("assignmentId", "hitId", "workerId", "turkSubmitTo")
_REFUSAL = (
    "This page was not opened by a marketplace whose answers it may take: turkSubmitTo is missing, or names a host "
    "that is not allowed. Open it from the task's page."
)


@overload
def task_page(view: View) -> View: ...
@overload
def task_page(view: None = None, *, allowed_hosts: Iterable[str] = ()) -> Callable[[View], View]: ...
def task_page(view: Any = None, *, allowed_hosts: Iterable[str] = ()) -> Any:
    """Make a view the page of an ExternalQuestion: it finds `request.task`, a `mturk.TaskRequest`.

        @task_page
        def label(request):
            return render(request, "label.html", {"task": request.task})

    Answers may go to MTurk's own two hosts, to that of the connection, to those of MTURK["ALLOWED_HOSTS"] and of
    `allowed_hosts`; a query that names another is answered 400, and the view is not called. MTurk's worker sites and
    those hosts may frame the page, nobody else; it is not cached. Functions, async functions and, by
    `method_decorator(task_page, name="dispatch")`, classes. No call.
    """
    more = [allowed_hosts] if isinstance(allowed_hosts, str) else list(allowed_hosts)
    return (lambda each: _decorated(each, more)) if view is None else _decorated(view, more)


def _decorated(view: Callable[..., Any], more: list[str]) -> Callable[..., Any]:
    if iscoroutinefunction(view):

        @wraps(view)
        async def asynchronous(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            hosts = allowed(more)
            refusal = _read(request, hosts)
            return protect(request, refusal or await view(request, *args, **values), _origins(hosts))

        return asynchronous

    @wraps(view)
    def synchronous(request: HttpRequest, *args: Any, **values: Any) -> Any:
        hosts = allowed(more)
        response = _read(request, hosts) or view(request, *args, **values)
        # The `dispatch` of a class with async methods is no coroutine function, and gives a coroutine.
        if isawaitable(response):
            return _later(request, response, hosts)
        return protect(request, response, _origins(hosts))

    return synchronous


async def _later(request: HttpRequest, response: Awaitable[HttpResponseBase], hosts: list[str]) -> HttpResponseBase:
    return protect(request, await response, _origins(hosts))


def _read(request: HttpRequest, hosts: list[str]) -> HttpResponse | None:
    """Put the task into the request; a refusal if the query is forged."""
    if any(len(request.GET.getlist(name)) > 1 for name in _READ):
        return _refused()  # who else reads the address may take the other one
    try:
        cast(Any, request).task = TaskRequest.from_query(request.GET, allowed_hosts=hosts)
    except ValidationError:
        return _refused()
    return None


def _refused() -> HttpResponse:
    return HttpResponse(_REFUSAL, status=400, content_type="text/plain; charset=utf-8")


def allowed(more: Iterable[str] = ()) -> list[str]:
    """The hosts that answers may go to, besides MTurk's own."""
    return [*more, *conf.option("ALLOWED_HOSTS", ()), *_own()]


def _own() -> Iterator[str]:
    """Where the connection goes, unless that is AWS; a page is also shown while nobody can connect."""
    try:
        url = process.connection().url
    except ConfigurationError:
        return
    if not (urlsplit(url).hostname or "").endswith(".amazonaws.com"):
        yield url


def _origins(hosts: Iterable[str]) -> Iterator[str]:
    """Sources for frame-ancestors: https, or the scheme that is given, such as http to this machine."""
    for host in hosts:
        scheme, _, rest = host.rpartition("://")
        place = rest.partition("/")[0]
        if place and place not in HOSTS:
            yield f"{scheme or 'https'}://{place}"
        if place and not scheme and address.is_near(urlsplit(f"//{place}").hostname or ""):
            yield f"http://{place}"
