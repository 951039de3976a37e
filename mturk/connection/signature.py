"""Signature Version 4 for the one shape of request that MTurk and SQS take."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from requests_aws4auth import AWS4Auth
from requests_aws4auth.aws4signingkey import AWS4SigningKey

from mturk.connection.credentials import Credentials
from mturk.errors import ConfigurationError

SERVICE = "mturk-requester"


class Signer:
    """Writes the headers of requests to one address, and signs them, from any number of threads.

    Keys and paths are AWS4Auth's. Its walk over any request is not taken: it looks at each header for spaces to fold
    and for forms of dates, which costs as much as sending; here all headers are known, in the order that is signed.
    """

    def __init__(
        self, credentials: Credentials, url: str, headers: Mapping[str, str], region: str, service: str = SERVICE
    ) -> None:
        # They go into a header, where a line feed that was copied along would begin another one.
        for what in ("access_key", "secret_key", "session_token"):
            value = getattr(credentials, what) or ""
            if not (value.isascii() and value.isprintable()):
                raise ConfigurationError(f"The {what} is not plain ASCII on one line: was it copied whole?")
        self._access_key = credentials.access_key
        auth = AWS4Auth(credentials.access_key, credentials.secret_key, region, service)
        self._key: AWS4SigningKey = auth.signing_key
        self._secret_key = credentials.secret_key
        self._path = auth.amz_cano_path(urlsplit(url).path)
        self._host = host_header(url)
        self._content_type = headers["Content-Type"]
        self._headers = {"Host": self._host, **headers}
        # Others (User-Agent, Content-Length) may be changed by a proxy on the way.
        self._names = "content-type;host;x-amz-date;x-amz-target"
        self._token = ""
        if credentials.session_token:
            self._headers["X-Amz-Security-Token"] = credentials.session_token
            self._names = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
            self._token = f"x-amz-security-token:{credentials.session_token}\n"

    def headers(self, target: str, body: bytes, at: float) -> dict[str, str]:
        """All headers of a request, signed for the time `at`."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
        key = self._key_of(stamp[:8])
        request = (
            f"POST\n{self._path}\n\ncontent-type:{self._content_type}\nhost:{self._host}\nx-amz-date:{stamp}\n"
            f"{self._token}x-amz-target:{target}\n\n{self._names}\n{sha256(body).hexdigest()}"
        )
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{key.scope}\n{sha256(request.encode()).hexdigest()}"
        signature = hmac.new(key.key, text.encode(), sha256).hexdigest()  # hmac.digest would stop for other threads
        headers = self._headers.copy()
        headers["Content-Length"] = str(len(body))
        headers["X-Amz-Target"] = target
        headers["X-Amz-Date"] = stamp
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._access_key}/{key.scope}, SignedHeaders={self._names}, "
            f"Signature={signature}"
        )
        return headers

    def _key_of(self, day: str) -> AWS4SigningKey:
        key = self._key
        if key.date != day:
            key = self._key = AWS4SigningKey(self._secret_key, key.region, key.service, day)
        return key


def host_header(url: str) -> str:
    """The Host header for a URL: lower case, in ASCII, with the port only where it is not the scheme's own."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    if not name.isascii():
        name = name.encode("idna").decode()
    host = f"[{name}]" if ":" in name else name
    usual = {"http": 80, "https": 443}[parts.scheme]
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"
