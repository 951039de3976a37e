"""The headers of a task page: who may frame it, and that neither caches nor links tell whose it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

SITES = ("https://worker.mturk.com", "https://workersandbox.mturk.com", "https://www.mturk.com")
"""MTurk's pages that show a task in a frame: the worker sites, and the address of former days."""

CSP = "Content-Security-Policy"
Response = TypeVar("Response", bound=HttpResponseBase)


def protect(request: HttpRequest, response: Response, origins: Iterable[str]) -> Response:
    """Let MTurk's worker sites and these origins frame the page, and nobody else."""
    # An own X-Frame-Options cannot name the sites, and browsers that know frame-ancestors pass over it.
    response.xframe_options_exempt = True  # type: ignore[attr-defined]  # Django's own name for it
    del response["X-Frame-Options"]
    _allow(request, response, [*SITES, *dict.fromkeys(origins)])
    patch_cache_control(response, no_store=True, private=True)
    # The address holds the worker's id. A policy that sends less makes the Origin of the answers' post "null".
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _allow(request: HttpRequest, response: HttpResponseBase, origins: list[str]) -> None:
    policy = getattr(response, "_csp_config", None) or getattr(settings, "SECURE_CSP", None)
    # Without Django's own middleware (6.0), which leaves this mark, nobody would write the policy into a header.
    if policy and hasattr(request, "_csp_nonce") and CSP not in response.headers:
        _override({**policy, "frame-ancestors": origins}, response)
        return
    others = [part.strip() for part in response.headers.get(CSP, "").split(";")]
    kept = [part for part in others if part and not part.lower().startswith("frame-ancestors")]
    response.headers[CSP] = "; ".join([*kept, f"frame-ancestors {' '.join(origins)}"])


def _override(policy: dict[str, list[str]], response: HttpResponseBase) -> None:
    """Leave the header to Django's own middleware, which fills nonces in."""
    from django.views.decorators.csp import csp_override

    csp_override(policy)(lambda _request: response)(HttpRequest())
