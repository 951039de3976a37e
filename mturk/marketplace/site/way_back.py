"""Where a visitor goes on after a step: a page of this site, whatever the request says."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request, url_for

_LONGEST = 2000


def way_back(asked: str | None) -> str:
    """The page of this site that was asked for, else the list of HITs."""
    return asked if asked and _is_ours(asked) else url_for("groups.groups")


def here() -> str:
    """The page that is shown now, with its query, to come back to."""
    path = f"{request.script_root}{request.path}"
    return f"{path}?{request.query_string.decode('latin-1')}" if request.query_string else path


def stay_here(response: Response) -> Response:
    """Let a redirection within the site name no host: it holds wherever a proxy has put the site."""
    parts = urlsplit(response.location or "")
    if parts.netloc and (parts.scheme, parts.netloc) == (request.scheme, request.host):
        response.location = parts._replace(scheme="", netloc="", path=f"/{parts.path.lstrip('/')}").geturl()
    return response


def _is_ours(asked: str) -> bool:
    # Browsers read a backslash as a slash, and leave tabs and line ends out, before they look for a host.
    if len(asked) > _LONGEST or not asked.isprintable() or "\\" in asked or not asked.isascii():
        return False
    try:
        parts = urlsplit(asked)
    except ValueError:
        return False
    inside = f"{request.script_root}/worker/"
    return not parts.scheme and not parts.netloc and asked.startswith(inside) and not asked.startswith("//")
