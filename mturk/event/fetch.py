"""One page of the web, fetched with little trust: no redirects, no cookies, no keys, not much, not long."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

import attrs
import requests
from urllib3.exceptions import HTTPError

from mturk.connection.transport import USER_AGENT, environment_settings
from mturk.errors import TransportError

LARGEST = 64 * 1024
_CONNECT, _READ, _WHOLE = 5.0, 5.0, 10.0  # seconds


@attrs.frozen
class Fetched:
    """The status and the body of an answer; a body of more than 64 KiB is cut off just beyond them."""

    status: int
    content: bytes = attrs.field(repr=False)

    @property
    def is_cut(self) -> bool:
        """Whether there was more than is taken."""
        return len(self.content) > LARGEST


Fetch = Callable[[str], Fetched]


def fetch(url: str, within: float = _WHOLE) -> Fetched:
    """GET a page, through the proxies and with the certificates that the environment names.

    A redirect is an answer like any other, and not followed. TransportError: no answer, or none `within` seconds.
    """
    # Made by hand: a session would add the password that a .netrc file has for the host.
    request = requests.Request("GET", url, headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}).prepare()
    deadline = time.monotonic() + within
    try:
        with requests.Session() as session:
            settings = {**environment_settings(url, None), "stream": True}
            answer = session.send(request, allow_redirects=False, timeout=(_CONNECT, _READ), **settings)
            with closing(answer):
                return Fetched(answer.status_code, _read(answer, deadline))
    except (requests.RequestException, HTTPError, OSError) as error:
        raise TransportError(f"No answer from {_host(url)}: {type(error).__name__}.") from error


def _read(answer: requests.Response, deadline: float) -> bytes:
    content = bytearray()
    # Byte by byte, since a larger piece is waited for as long as each of its bytes comes in time.
    for byte in answer.iter_content(1):
        content += byte
        if len(content) > LARGEST:
            break
        if time.monotonic() > deadline:
            raise requests.Timeout("the answer did not end")
    return bytes(content)


def _host(url: str) -> str:
    return url.split("/")[2]
