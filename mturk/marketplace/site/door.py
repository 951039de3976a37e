"""Which requests go to the site, and what a request says of itself that is believed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.site.site_setting import HEADER, SiteSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATHS = ("/worker", "/mturk", "/pass")
"""What the site has below the marketplace's address."""
NAMED = "mturk.named_by_proxy"
"""In the environment of a request: whom a trusted proxy says to be signed in."""


class Door:
    """The site as a WSGI application that stands in front of another."""

    def __init__(self, site: WSGIApplication, behind: WSGIApplication, settings: SiteSettings) -> None:
        self._site = site
        self._told = ProxyFix(site, x_for=1, x_proto=1, x_host=1)
        self._behind = behind
        self._settings = settings

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.pop(NAMED, None)
        inner = _below(environ, self._settings.public)
        if not self._takes(inner):
            return self._behind(environ, start_response)
        trusted = self._settings.trusts(inner.get("REMOTE_ADDR", ""))
        if trusted and self._settings.sign_up == HEADER:
            inner[NAMED] = inner.get(f"HTTP_{self._settings.header.upper().replace('-', '_')}")
        return (self._told if trusted else self._site)(inner, start_response)

    def _takes(self, environ: WSGIEnvironment) -> bool:
        path = environ.get("PATH_INFO", "")
        if any(path == one or path.startswith(f"{one}/") for one in PATHS):
            return True
        host, below = environ.get("HTTP_HOST", "").lower(), self._settings.task_host
        return below is not None and (host == below or host.endswith(f".{below}"))


def _below(environ: WSGIEnvironment, public: PublicAddress | None) -> WSGIEnvironment:
    """The request as it is for who uses the public address, whatever the proxy made of its path."""
    inner = dict(environ)
    if public is not None:
        path = inner.get("PATH_INFO", "")
        if public.prefix and (path == public.prefix or path.startswith(f"{public.prefix}/")):
            inner["PATH_INFO"] = path.removeprefix(public.prefix)
        inner["SCRIPT_NAME"] = public.prefix
        inner["wsgi.url_scheme"] = public.url.partition(":")[0]
    return inner
