"""Where calls go: the endpoint, and the region that they are signed for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mturk import late
from mturk.connection.settings import Settings
from mturk.errors import ConfigurationError

if TYPE_CHECKING:
    import difflib
else:
    difflib = late.module("difflib")

PRODUCTION = "https://mturk-requester.us-east-1.amazonaws.com"
SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"

_WORDS = {"production": PRODUCTION, "sandbox": SANDBOX}
_HOW = (
    'Say where to connect: mturk.connect("local"), "sandbox", "production" or a URL, or set MTURK_ENDPOINT '
    "or AWS_ENDPOINT_URL_MTURK."
)


def find_endpoint(where: str | None, settings: Settings) -> str:
    """The word "local" or the URL that calls go to."""
    environ = settings.environ
    place = where or environ.get("MTURK_ENDPOINT") or environ.get("AWS_ENDPOINT_URL_MTURK")
    place = place or settings.endpoint()
    if not place:
        raise ConfigurationError(f"No connection. {_HOW}")
    if place.lower() == "local":
        return "local"
    return _url(_WORDS.get(place.lower(), place))


def _url(place: str) -> str:
    if "@" in place:
        raise ConfigurationError("The endpoint's URL must not hold a user or a password (an @).")
    try:
        parts = urlsplit(place)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError(f"{place!r} is no place to connect to{_guess(place)}. {_HOW}")
    if parts.query or parts.fragment:
        raise ConfigurationError("The endpoint's URL must not hold a query or a fragment.")
    return place.rstrip("/") + "/"


def _guess(place: str) -> str:
    if re.fullmatch(r"[\w.-]+:\d+/?", place):
        return f"; did you mean http://{place}"
    if place.endswith((".sqlite3", ".sqlite", ".db")):
        return f'; did you mean connect("local", database={place!r})'
    near = difflib.get_close_matches(place.lower(), [*_WORDS, "local"], 1)
    return f"; did you mean {near[0]!r}" if near else ""


def find_region(region: str | None, place: str, settings: Settings) -> str:
    """The region to sign for. AWS serves MTurk from one only, whatever a profile says for other services."""
    if region or place.startswith((PRODUCTION, SANDBOX)):
        return region or "us-east-1"
    return settings.region() or "us-east-1"
