"""Where a visitor goes on after a step: a page of this site, whatever the request says."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, request, url_for
from werkzeug.exceptions import HTTPException

_LONGEST = 2000
FROM_ADDRESS = "from_address"
"""At a view: the fields that its form has from the address of the page that shows it."""
_USUAL = ("hit_id", "invitation", "link", "next")
# A browser goes a step up for these, also where the dots are written as %2e.
_STEPS = re.compile(r"/(\.|%2e){1,2}(/|\Z)", re.IGNORECASE)


def way_back(asked: str | None) -> str:
    """The page of this site that was asked for, else the list of HITs."""
    return asked if asked and _is_ours(asked) else url_for("groups.groups")


def here() -> str:
    """The page that is shown now, with its query, to come back to.

    A form that was refused is shown where it was sent to, which may be no page: then it is the next one above. What the
    form had from the address of its page is there again.
    """
    path = f"{request.script_root}{_page_path()}"
    whole = f"{path}?{_entered() or request.query_string.decode('latin-1')}".removesuffix("?")
    return whole if len(whole) <= _LONGEST else path


def fields_of_address() -> dict[str, str]:
    """What the form of this request had from the address of its page; a question may be called the same elsewhere."""
    view = current_app.view_functions.get(request.endpoint or "")
    names = getattr(view, FROM_ADDRESS, _USUAL)
    return {name: request.form[name] for name in names if request.form.get(name)}


def _entered() -> str:
    try:
        return urlencode(fields_of_address())
    except HTTPException:
        return ""  # more was sent than is read, which the page is about


def _page_path() -> str:
    """The path of the request, or of what is above it, that can be looked at."""
    path, rule = request.path, request.url_rule
    if rule is None or _page_at(path) == rule.rule:
        return path
    while "/" in path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0]
        if _page_at(path) is not None:
            return path
    return url_for("groups.groups").removeprefix(request.script_root)


def _page_at(path: str) -> str | None:
    """The rule of the page that is at a path, if there is one."""
    adapter = current_app.create_url_adapter(request)
    try:
        return None if adapter is None else adapter.match(path, method="GET", return_rule=True)[0].rule
    except HTTPException:
        return None


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
    return not (parts.scheme or parts.netloc or _STEPS.search(parts.path)) and asked.startswith(inside)
