"""Who sent this request, and is it fresh? The checks that AWS makes of a signature, and its refusals.

Only the real clock counts here, because clients sign with theirs. The region is not checked: this marketplace is in
none, and clients are configured for all kinds.
"""

from __future__ import annotations

import calendar
import hmac
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from mturk.marketplace.error import FrontEndError
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.signature import ALGORITHM, DATE_FORM, SignedRequest, signature

SERVICE = "mturk-requester"
_TOLERANCE = 5 * 60

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Authorization:
    access_key: str
    day: str
    region: str
    service: str
    signed: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.day}/{self.region}/{self.service}/aws4_request"


def verify(
    request: SignedRequest,
    find: Callable[[str], KeyPair | None],
    now: float,
    *,
    strict: bool = False,
    public: PublicAddress | None = None,
    service: str = SERVICE,
) -> KeyPair:
    """The key pair that signed the request; raises AWS's refusal if there is none.

    With `strict` each x-amz-* header must be signed, as AWS demands; else only those that say what is called, and when.
    What was sent to the `public` address is good too, whatever a proxy has made of its Host and path.
    """
    header = request.headers.get("authorization")
    if not header:
        raise FrontEndError("MissingAuthenticationTokenException", "Missing Authentication Token")
    date = request.headers.get("x-amz-date") or request.headers.get("date") or ""
    authorization = _read(header, date, service)
    _check_signed_headers(request, authorization, strict)
    pair = find(authorization.access_key)
    if pair is None:
        raise unknown_key()
    _check_date(date, authorization, now)
    versions = [request, *(public.versions(request) if public else ())]
    if not any(_matches(version, date, authorization, pair.secret_key) for version in versions):
        _log_mismatch(request, authorization, public)
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method. Consult the service documentation for details."
        )
    return pair


def unknown_key() -> FrontEndError:
    """The refusal of an access key that there is not, or not any more."""
    return FrontEndError("UnrecognizedClientException", "The security token included in the request is invalid.")


def _matches(request: SignedRequest, date: str, authorization: _Authorization, secret_key: str) -> bool:
    expected = signature(request, authorization.signed, date, authorization.scope, secret_key)
    return hmac.compare_digest(expected.encode(), authorization.signature.encode())


def _log_mismatch(request: SignedRequest, authorization: _Authorization, public: PublicAddress | None) -> None:
    # The client is told to look at its key, and cannot see what a proxy has made of its request.
    _log.warning(
        "a signature by %s does not match: the request came with Host %r and path %r%s. Either the secret key is "
        "wrong, or the client signed another Host or path: see whether a proxy changes them, and set public_url "
        "(mturk serve --public-url) to the address that clients use",
        authorization.access_key,
        request.headers.get("host", ""),
        request.path,
        f", public_url is {public.url}" if public else "",
    )


def _read(header: str, date: str, service: str) -> _Authorization:
    algorithm, _, rest = header.partition(" ")
    given = dict(part.strip().partition("=")[::2] for part in rest.split(",") if "=" in part)
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not given.get(name)
    ]
    if not date:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if algorithm != ALGORITHM or missing:
        text = " ".join([*missing, f"Authorization={algorithm}"])
        raise FrontEndError("IncompleteSignatureException", text)
    credential = given["Credential"].split("/")
    if len(credential) != 5:
        raise FrontEndError(
            "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{given['Credential']}'",
        )
    key, day, region, named, terminator = credential
    if named != service:
        raise _invalid(f"Credential should be scoped to correct service: '{service}'.")
    if terminator != "aws4_request":
        raise _invalid(f"Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'.")
    return _Authorization(key, day, region, service, tuple(given["SignedHeaders"].split(";")), given["Signature"])


def _check_signed_headers(request: SignedRequest, authorization: _Authorization, strict: bool) -> None:
    if len(set(authorization.signed)) < len(authorization.signed):
        # Named thousands of times, one header would make a text of hundreds of megabytes to be signed.
        raise _invalid("'SignedHeaders' in the AWS 'Authorization' header must name each header once.")
    always = ("x-amz-date", "x-amz-target")
    needed = (name for name in sorted(request.headers) if name in always or (strict and name.startswith("x-amz-")))
    for name in ("host", *needed):
        if name not in authorization.signed:
            raise _invalid(f"'{name}' must be a 'SignedHeader' in the AWS 'Authorization' header.")


def _check_date(date: str, authorization: _Authorization, now: float) -> None:
    if not re.fullmatch(r"\d{8}T\d{6}Z", date, re.ASCII):
        raise FrontEndError(
            "IncompleteSignatureException",
            f"Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601",
        )
    if date[:8] != authorization.day:
        raise _invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{authorization.day}' != '{date[:8]}', from '{date}'."
        )
    signed = _moment(date)
    if signed < now - _TOLERANCE:
        earliest = _written(now - _TOLERANCE)
        raise _invalid(f"Signature expired: {date} is now earlier than {earliest} ({_written(now)} - 5 min.)")
    if signed > now + _TOLERANCE:
        latest = _written(now + _TOLERANCE)
        raise _invalid(f"Signature not yet current: {date} is still later than {latest} ({_written(now)} + 5 min.)")


# Clients sign many requests in one second.
@lru_cache(maxsize=16)
def _moment(date: str) -> int:
    try:
        return calendar.timegm(time.strptime(date, DATE_FORM))
    except ValueError:
        raise FrontEndError("IncompleteSignatureException", f"There is no date '{date}'.") from None


def _written(moment: float) -> str:
    return time.strftime(DATE_FORM, time.gmtime(moment))


def _invalid(message: str) -> FrontEndError:
    return FrontEndError("InvalidSignatureException", message)
