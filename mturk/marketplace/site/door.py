"""Which requests go to the site, and what a request says of itself that is believed.

Here the hosts are kept apart, before any page is looked for: at a task host a page of a requester's could script
whatever else is served there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from mturk.marketplace.http.endpoint import CALLER
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.site.site_setting import HEADER, SiteSettings
from mturk.marketplace.watch import visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATHS = ("/worker", "/mturk", "/pass")
"""What the site has below the marketplace's address."""
NAMED = "mturk.named_by_proxy"
"""In the environment of a request: whom a trusted proxy says to be signed in."""
AT_TASK_HOST = "mturk.at_task_host"
"""In the environment of a request: whether it came to a task host, where there is neither cookie nor visitor."""
_AT_TASK_HOSTS = ("/mturk/task/", "/mturk/missing/", "/mturk/static/", "/mturk/asset/")
# With these a proxy tells of the request that it got. From anybody else they are lies. Some servers hand on what is
# written with an underscore as well; here the two are the same. Each name of each request is held against it.
_FORWARDING = re.compile(r"HTTP_(?:FORWARDED\Z|X_FORWARDED_|X_REAL_IP)")


class Door:
    """The site as a WSGI application that stands in front of another."""

    def __init__(self, site: WSGIApplication, behind: WSGIApplication, settings: SiteSettings) -> None:
        self._site = site
        self._behind = behind
        self._settings = settings

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_trusted = self._settings.trusts(environ.get("REMOTE_ADDR", ""))
        came = dict(environ)
        lies = [] if is_trusted else list(filter(_FORWARDING.match, environ))
        for name in (NAMED, *lies):
            came.pop(name, None)

        def enter(told: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            visit.came_from(told.get("REMOTE_ADDR", ""), is_relayed=bool(lies))
            if not all(_is_host(one.get("HTTP_HOST", "")) for one in (told, came)):
                return _line(HTTPStatus.BAD_REQUEST, "The Host header names no host.")(told, start_response)
            inner = self._seen(told)
            if not self._takes(inner):
                came[CALLER] = told.get("REMOTE_ADDR", "")
                return self._behind(came, start_response)
            if inner[AT_TASK_HOST] and not inner.get("PATH_INFO", "").startswith(_AT_TASK_HOSTS):
                return _line(HTTPStatus.NOT_FOUND, "Only task pages are served here.")(inner, start_response)
            if is_trusted and not inner[AT_TASK_HOST] and self._settings.sign_up == HEADER:
                inner[NAMED] = _written(inner.get(f"HTTP_{self._settings.header.upper().replace('-', '_')}", ""))
            return self._site(inner, start_response)

        told = ProxyFix(enter, x_for=1, x_proto=1, x_host=1) if is_trusted else enter
        return told({**came}, start_response)

    def _seen(self, told: WSGIEnvironment) -> WSGIEnvironment:
        """The request as it is for who sent it: to the public address, or to a task host."""
        is_task_host = self._settings.is_task_host(told.get("HTTP_HOST", ""))
        inner = {**told, AT_TASK_HOST: is_task_host}
        if self._settings.public is not None:
            _move(inner, self._settings.public)
            if not is_task_host:
                inner["HTTP_HOST"] = self._settings.public.host
        return inner

    def _takes(self, inner: WSGIEnvironment) -> bool:
        return inner[AT_TASK_HOST] or is_of_site(inner.get("PATH_INFO", ""))


def is_of_site(path: str, public: PublicAddress | None = None) -> bool:
    """Whether a path is one of the site's, below the public address or not."""
    inner = path.removeprefix(public.prefix) if public else path
    return any(inner == one or inner.startswith(f"{one}/") for one in PATHS)


def _written(header: str) -> str:
    """A header as it was written: WSGI has its bytes as Latin-1, while proxies as a rule write UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


# A few hosts are named all the time, and encoding a name takes as long as finding a HIT.
@lru_cache(maxsize=256)
def _is_host(header: str) -> bool:
    """Whether a Host header can be a part of an address; with any other no page could say where it is."""
    try:
        header.partition(":")[0].encode("idna").decode("idna")
    except UnicodeError:
        return False
    return True


def _line(status: HTTPStatus, text: str) -> Response:
    answer = Response(f"{text}\n", status, mimetype="text/plain")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _move(inner: WSGIEnvironment, public: PublicAddress) -> None:
    """Put a request below the public address, whatever the proxy made of its path."""
    path = inner.get("PATH_INFO", "")
    if public.prefix and (path == public.prefix or path.startswith(f"{public.prefix}/")):
        inner["PATH_INFO"] = path.removeprefix(public.prefix)
    inner["SCRIPT_NAME"] = public.prefix
    inner["wsgi.url_scheme"] = public.url.partition(":")[0]
