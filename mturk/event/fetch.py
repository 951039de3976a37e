"""One page of the web, fetched with little trust: no redirects, no cookies, no keys, not much, not long."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

import attrs
import requests
from urllib3.exceptions import HTTPError

from mturk.connection.adapter import Adapter, Headers
from mturk.connection.bound import Bounds, TooLarge
from mturk.connection.transport import USER_AGENT, environment_settings
from mturk.errors import TransportError

LARGEST = 64 * 1024
_CONNECT, _READ, _WHOLE = 5.0, 5.0, 10.0  # seconds


@attrs.frozen
class Fetched:
    """The status and the body of an answer; of a body of more than 64 KiB nothing is kept."""

    status: int
    content: bytes = attrs.field(repr=False)
    is_too_large: bool = False


Fetch = Callable[[str], Fetched]


def fetch(url: str, within: float = _WHOLE) -> Fetched:
    """GET a page, through the proxies and with the certificates that the environment names.

    A redirect is an answer like any other, and not followed. TransportError: no answer, or none `within` seconds.
    """
    # Without a session, which would add the password that a .netrc file has for the host.
    request = requests.Request("GET", url).prepare()
    host = urlsplit(request.url or url).netloc.rpartition("@")[2]
    request.headers = Headers({"Host": host, "User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
    try:
        with closing(Adapter(Bounds(LARGEST, within))) as adapter:
            answer = adapter.send(request, timeout=(_CONNECT, _READ), **environment_settings(url, None))
        return Fetched(answer.status_code, answer.content)
    except TooLarge as error:
        return Fetched(error.status or 0, b"", is_too_large=True)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise TransportError(f"No answer from {_host(url)}: {type(error).__name__}.") from error


def _host(url: str) -> str:
    return url.split("/")[2]
