"""One request and its answer: signed, sent once, read whole.

`requests.Session.request` costs as much as all the rest together, so what does not change between calls (the
URL, proxies, certificates, the connection pool, most headers) is prepared once and the adapter called directly.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import attrs
import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from mturk.connection.adapter import Adapter, Headers
from mturk.connection.bound import LARGEST, Bounds, OutOfBounds
from mturk.connection.credentials import Credentials, CredentialSource
from mturk.connection.signature import SERVICE, Signer
from mturk.errors import ConfigurationError, ServiceError, TransportError, Unavailable, error_of
from mturk.version import __version__

USER_AGENT = f"mturk/{__version__} Python/{sys.version.split()[0]}"


@attrs.frozen
class Service:
    """How to speak to one of AWS's services: its name in signatures, what stands before an operation, its JSON."""

    name: str
    target: str
    content_type: str


MTURK = Service(SERVICE, "MTurkRequesterServiceV20170117.", "application/x-amz-json-1.1")
SQS = Service("sqs", "AmazonSQS.", "application/x-amz-json-1.0")

_BY_PROXY = frozenset({502, 503, 504})


@attrs.frozen
class Answer:
    """What came back: status, headers, the bytes of the body."""

    operation: str
    status: int
    headers: Mapping[str, str]
    content: bytes = attrs.field(repr=False)

    @property
    def request_id(self) -> str | None:
        """The service's name for this request."""
        return self.headers.get("x-amzn-RequestId")

    def members(self, *, silent: bool = False) -> dict[str, Any]:
        """The members of a success; `silent` for an operation that answers without any."""
        if silent and not self.content:
            return {}
        members = self._object()
        if members is None:
            raise TransportError(
                f"{self.operation}: HTTP {self.status}, but the body is no JSON object: {self._start()}. "
                "Is this the endpoint, or a proxy in between?",
                operation=self.operation,
                maybe_done=True,
            )
        return members

    def error(self) -> ServiceError:
        """The exception for an answer that is no success; HTML or an empty body is judged by its status."""
        body = self._object()
        if body is None:
            body = {
                "Message": f"HTTP {self.status} without a readable message: {self._start()}. "
                "Is this the address of the service, or a proxy in between?"
            }
        error = error_of(self.operation, self.status, body, self.request_id)
        error.retry_after = self._seconds_to_wait()
        error.server_time = self._time("Date")
        if isinstance(error, Unavailable):
            error.unreachable = self.is_by_proxy
        return error

    @property
    def is_by_proxy(self) -> bool:
        """Whether a proxy in front says that it does not reach the service, or gets no answer from it."""
        return self.status in _BY_PROXY and self._object() is None

    def _object(self) -> dict[str, Any] | None:
        try:
            members = json.loads(self.content)
        except (ValueError, RecursionError):
            return None
        return members if isinstance(members, dict) else None

    def _seconds_to_wait(self) -> float | None:
        exactly = self.headers.get("x-amz-retry-after", "")
        if exactly.isdecimal():
            return float(exactly) / 1000
        text = self.headers.get("Retry-After", "")
        if text.isdecimal():
            return float(text)
        at, now = self._time("Retry-After"), self._time("Date")
        return max(0.0, at - now) if at is not None and now is not None else None

    def _time(self, header: str) -> float | None:
        try:
            return parsedate_to_datetime(self.headers.get(header, "")).timestamp()
        except (TypeError, ValueError, OverflowError):
            return None

    def _start(self) -> str:
        return repr(self.content[:60]) if self.content else "it is empty"


class Transport:
    """Sends signed requests to one endpoint, from any number of threads."""

    def __init__(
        self,
        url: str,
        credentials: CredentialSource,
        *,
        service: Service = MTURK,
        region: str = "us-east-1",
        timeout: tuple[float, float, float] = (10.0, 60.0, 300.0),
        largest: int = LARGEST,
        user_agent: str = USER_AGENT,
        verify: bool | str | None = None,
    ) -> None:
        self.url = url
        self.region = region
        self._service = service.name
        self._target = service.target
        self._credentials = credentials
        self._headers = {
            "Content-Type": service.content_type,
            "User-Agent": user_agent,
            "Accept-Encoding": "gzip, deflate",
        }
        self._settings: dict[str, Any] = {**environment_settings(url, verify), "timeout": timeout[:2]}
        self._bounds = Bounds(largest, timeout[2])
        self._adapter = Adapter(self._bounds)
        _check_certificates(url, self._settings["verify"])
        self._signer: tuple[Credentials, Signer] | None = None

    def __repr__(self) -> str:
        return f"<Transport {self.url}>"

    def send(self, operation: str, body: bytes, at: float) -> Answer:
        """Send one request, signed for the time `at`, and read its answer whole."""
        request = self._signed(operation, body, at)
        try:
            response = self._adapter.send(request, **self._settings)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._failure(operation, error) from error
        return Answer(operation, response.status_code, response.headers, response.content)

    def close(self) -> None:
        """Close the idle connections to the endpoint."""
        left = self._adapter
        self.renew()
        left.close()

    def renew(self) -> None:
        """Go on with new connections; the old ones are not touched."""
        self._adapter = Adapter(self._bounds)

    def _signed(self, operation: str, body: bytes, at: float) -> requests.PreparedRequest:
        request = requests.PreparedRequest()
        request.method = "POST"
        request.url = self.url
        request.body = body
        request.headers = Headers(self._signer_now().headers(self._target + operation, body, at))
        return request

    def _signer_now(self) -> Signer:
        credentials = self._credentials.current()
        known = self._signer
        if known is None or known[0] != credentials:
            signer = Signer(credentials, self.url, self._headers, self.region, self._service)
            known = self._signer = (credentials, signer)
        return known[1]

    def _failure(self, operation: str, error: Exception) -> TransportError:
        sent = not _never_sent(error)
        what = "the connection broke" if sent else "no connection"
        if isinstance(error, requests.exceptions.ProxyError):
            what = "no connection through the proxy of the environment"
        if isinstance(error, requests.Timeout):
            what = "no answer in time" if sent else "no connection in time"
        if isinstance(error, OutOfBounds):
            what = "the answer was given up"
        return TransportError(
            f"{operation}: {what} ({self.url}): {_reason(error)}.",
            operation=operation,
            maybe_done=sent,
            unreachable=_met_nobody(error),
        )


def environment_settings(url: str, verify: bool | str | None) -> dict[str, Any]:
    """Proxies and certificates as the environment says; no proxy for an address on this machine."""
    if verify is None:
        verify = os.environ.get("AWS_CA_BUNDLE") or None  # before those that requests reads, as with AWS's own clients
    with requests.Session() as session:
        settings = dict(session.merge_environment_settings(url, {}, False, verify, None))
    host = urlsplit(url).hostname or ""
    # A proxy cannot reach our own loopback, and is often set without an exception for it.
    if host in ("localhost", "::1") or host.startswith("127."):
        settings["proxies"] = {}
    return settings


def _check_certificates(url: str, verify: bool | str) -> None:
    if url.startswith("https:") and isinstance(verify, str) and not os.path.exists(verify):
        raise ConfigurationError(f"The certificates that verify= or the environment names are not there: {verify}")


def _never_sent(error: Exception) -> bool:
    early = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.InvalidHeader,
        requests.exceptions.InvalidSchema,
        requests.exceptions.InvalidURL,
        requests.exceptions.ProxyError,
    )
    # Other TLS errors may come while the answer is read.
    inner = (
        NewConnectionError,
        ConnectTimeoutError,
        FileNotFoundError,
        ssl.SSLCertVerificationError,
        requests.exceptions.InvalidHeader,
    )
    return isinstance(error, early) or isinstance(_innermost(error), inner)


def _met_nobody(error: Exception) -> bool:
    """Whether the address, or the proxy's, took no connection: refused, no way there, no such name, no answer to it."""
    nobody = (NewConnectionError, ConnectTimeoutError)
    return isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(_innermost(error), nobody)


def _innermost(error: BaseException) -> BaseException:
    # requests wraps urllib3's MaxRetryError, which holds the cause as its reason, perhaps within a ProxyError.
    while True:
        held = [getattr(error, "reason", None), *error.args]
        inner = next((each for each in held if isinstance(each, BaseException)), None)
        if inner is None:
            return error
        error = inner


def _reason(error: Exception) -> str:
    text = str(_innermost(error))
    # urllib3 begins with the object's repr: "HTTPConnection(host=…): Failed to …".
    return text.partition("): ")[2] or text or type(error).__name__
