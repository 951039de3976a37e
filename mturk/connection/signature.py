"""Signature Version 4 for the one shape of request that MTurk and SQS take."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from urllib.parse import urlsplit

import requests
from requests_aws4auth import AWS4Auth

from mturk.connection.credentials import Credentials
from mturk.errors import ConfigurationError

SERVICE = "mturk-requester"

# In canonical order. Others (User-Agent, Content-Length) may be changed by a proxy on the way.
_SIGNED = ("content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target")


class Signer(AWS4Auth):  # type: ignore[misc]  # requests-aws4auth ships no types
    """AWS4Auth for headers that this package wrote itself, with one space at most and in one spelling.

    The base class has to fold whitespace and guess date forms for any request; that is most of its time.
    A signer changes while it signs, so each thread has its own.
    """

    def __init__(self, credentials: Credentials, region: str, service: str = SERVICE) -> None:
        # They go into a header, where a line feed that was copied along would begin another one.
        for what in ("access_key", "secret_key", "session_token"):
            value = getattr(credentials, what) or ""
            if not (value.isascii() and value.isprintable()):
                raise ConfigurationError(f"The {what} is not plain ASCII on one line: was it copied whole?")
        pair = (credentials.access_key, credentials.secret_key)
        super().__init__(*pair, region, service, session_token=credentials.session_token)

    def __call__(self, req: requests.PreparedRequest) -> requests.PreparedRequest:
        signed: requests.PreparedRequest = super().__call__(req)
        # The base class leaves it there unsigned, and AWS's rule is that every x-amz-* header is signed.
        del signed.headers["x-amz-content-sha256"]
        return signed

    @classmethod
    def get_request_date(cls, req: requests.PreparedRequest) -> date:
        stamp = req.headers["x-amz-date"]
        return date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))

    @classmethod
    def get_canonical_headers(
        cls, req: requests.PreparedRequest, include: Collection[str] | None = None
    ) -> tuple[str, str]:
        names = [name for name in _SIGNED if name in req.headers]
        return "".join(f"{name}:{req.headers[name]}\n" for name in names), ";".join(names)


def host_header(url: str) -> str:
    """The Host header for a URL: lower case, with the port only where it is not the scheme's own."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"
