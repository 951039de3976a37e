"""Lets worker sites show a page in their frame, whatever else the app forbids all others to frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WORKER_SITES = ("https://worker.mturk.com", "https://workersandbox.mturk.com", "https://www.mturk.com")
_KEY = "mturk.frame_ancestors"
_POLICY = "Content-Security-Policy"
_REFERRER = "Referrer-Policy"
# The worker's id stands in the page's address: other sites learn the page's origin at most.
_DISCREET = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def allow(environ: WSGIEnvironment, origins: Iterable[str]) -> None:
    """Have the answer to this request framed by MTurk's worker sites and these origins, and nowhere else."""
    environ[_KEY] = " ".join(dict.fromkeys([*WORKER_SITES, *origins]))


class Framing:
    """A WSGI application around the app's, so that nothing in the app has the last word on who may frame the page."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the app does, with other headers where `allow` was called."""

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            ancestors = environ.get(_KEY)
            return start_response(status, headers if ancestors is None else _framed(headers, ancestors), *more)

        return self._application(environ, start)


def _framed(given: list[tuple[str, str]], ancestors: str) -> list[tuple[str, str]]:
    headers = Headers(given)
    policies = [left for policy in headers.getlist(_POLICY) if (left := _without_ancestors(policy))]
    headers.remove("X-Frame-Options")
    headers.remove(_POLICY)
    for policy in [*policies, f"frame-ancestors {ancestors}"]:  # a browser obeys them all
        headers.add(_POLICY, policy)
    headers.set("Cache-Control", "no-store")
    if headers.get(_REFERRER, "").lower() not in _DISCREET:
        headers.set(_REFERRER, "strict-origin-when-cross-origin")
    return headers.to_wsgi_list()


def _without_ancestors(policies: str) -> str:
    return ", ".join(left for policy in policies.split(",") if (left := _one_without_ancestors(policy)))


def _one_without_ancestors(policy: str) -> str:
    directives = (directive.strip() for directive in policy.split(";"))
    return "; ".join(each for each in directives if each and each.split()[0].lower() != "frame-ancestors")
