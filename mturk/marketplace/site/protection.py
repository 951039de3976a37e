"""The headers that keep a page from being framed, from loading what is not ours, and from telling of itself."""

from __future__ import annotations

import re

from flask import Response, g, request

_NO_SOURCE = re.compile(r"[;,\s\x00-\x1f]|^$|[^\x21-\x7e]")
_YEAR = 31_536_000
_CONTENT = {
    "default-src": ["'none'"],
    "base-uri": ["'none'"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "img-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


def allow(directive: str, *sources: str) -> None:
    """Let the page that is answered now load from more places, such as `allow("frame-src", task_origin)`."""
    for source in sources:
        if _NO_SOURCE.search(source):
            raise ValueError(f"{source!r} is no place to load from: it would add rules of its own.")
    g.setdefault("allowed", {}).setdefault(directive, []).extend(sources)


def protect(response: Response) -> Response:
    """Add the headers, except those that the page has set itself."""
    own_policy = "Content-Security-Policy" in response.headers
    for name, value in _HEADERS.items():
        # A page with a policy of its own says in it who may frame it.
        if not (own_policy and name == "X-Frame-Options"):
            response.headers.setdefault(name, value)
    allowed = g.get("allowed", {})
    response.headers.setdefault("Content-Security-Policy", _policy(allowed))
    # psiTurk and others do their work in a window that a task opens, which tells the task when it is over. Who opened
    # the page itself is kept from it all the same.
    alone = "same-origin-allow-popups" if "frame-src" in allowed else "same-origin"
    response.headers.setdefault("Cross-Origin-Opener-Policy", alone)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def _policy(allowed: dict[str, list[str]]) -> str:
    names = dict.fromkeys((*_CONTENT, *allowed))
    return "; ".join(f"{name} {' '.join([*_CONTENT.get(name, []), *allowed.get(name, [])])}" for name in names)
