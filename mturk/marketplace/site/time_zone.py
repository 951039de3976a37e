"""The time zone in which a page adds up days: the browser's, which a script of the site says in a cookie, else UTC."""

from __future__ import annotations

from datetime import timezone, tzinfo
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from flask import request

COOKIE = "mturk-zone"


def time_zone() -> tzinfo:
    """The zone of who looks at the page."""
    name = unquote(request.cookies.get(COOKIE, ""))
    return ZoneInfo(name) if name in _known() else timezone.utc


@cache
def _known() -> frozenset[str]:
    # A name that is none, or the name of a file elsewhere, is never looked for.
    return frozenset(available_timezones())
