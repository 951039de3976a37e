"""Signature Version 4, as AWS checks it: who signed this request, and is it fresh?

Only the real clock counts here, because clients sign with theirs. The region is not looked at: this
marketplace is in none, and clients are set to all kinds.
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mturk.marketplace.error import FrontEndError
from mturk.marketplace.people.requester import KeyPair

SERVICE = "mturk-requester"
_ALGORITHM = "AWS4-HMAC-SHA256"
_TOLERANCE = 5 * 60
_DATE_FORM = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class SignedRequest:
    """What a signature is about. Header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    path: str = "/"
    query: str = ""


@dataclass(frozen=True)
class _Authorization:
    access_key: str
    day: str
    region: str
    signed: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.day}/{self.region}/{SERVICE}/aws4_request"


def verify(request: SignedRequest, find: Callable[[str], KeyPair | None], now: float) -> KeyPair:
    """The key pair that the request was signed with, or AWS's refusal."""
    header = request.headers.get("authorization")
    if not header:
        raise FrontEndError("MissingAuthenticationTokenException", "Missing Authentication Token")
    date = request.headers.get("x-amz-date") or request.headers.get("date") or ""
    authorization = _read(header, date)
    _check_signed_headers(request, authorization)
    pair = find(authorization.access_key)
    if pair is None:
        raise FrontEndError("UnrecognizedClientException", "The security token included in the request is invalid.")
    _check_date(date, authorization, now)
    expected = signature(request, authorization.signed, date, authorization.scope, pair.secret_key)
    if not hmac.compare_digest(expected.encode(), authorization.signature.encode()):
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method. Consult the service documentation for details."
        )
    return pair


def sign(request: SignedRequest, access_key: str, secret_key: str, region: str, service: str) -> str:
    """The Authorization header for a request that we send ourselves, over all of its headers."""
    date = request.headers["x-amz-date"]
    signed = tuple(sorted(request.headers))
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    made = signature(request, signed, date, scope, secret_key)
    return f"{_ALGORITHM} Credential={access_key}/{scope}, SignedHeaders={';'.join(signed)}, Signature={made}"


def signature(request: SignedRequest, signed: tuple[str, ...], date: str, scope: str, secret_key: str) -> str:
    """The signature that the holder of the secret would make."""
    lines = [_ALGORITHM, date, scope, hashlib.sha256(canonical(request, signed).encode()).hexdigest()]
    day, region, service, _ = scope.split("/")
    key = _signing_key(secret_key, day, region, service)
    return hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def canonical(request: SignedRequest, signed: tuple[str, ...]) -> str:
    """The request in the one form that both sides compute the signature from."""
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in signed]
    query = "&".join(sorted(part if "=" in part else f"{part}=" for part in request.query.split("&") if part))
    body = hashlib.sha256(request.body).hexdigest()
    return "\n".join([request.method, request.path, query, *headers, "", ";".join(signed), body])


# One key a day for each requester; making it costs four rounds of HMAC.
@lru_cache(maxsize=256)
def _signing_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _read(header: str, date: str) -> _Authorization:
    algorithm, _, rest = header.partition(" ")
    given = dict(part.strip().partition("=")[::2] for part in rest.split(",") if "=" in part)
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not given.get(name)
    ]
    if not date:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if algorithm != _ALGORITHM or missing:
        text = " ".join([*missing, f"Authorization={algorithm}"])
        raise FrontEndError("IncompleteSignatureException", text)
    credential = given["Credential"].split("/")
    if len(credential) != 5:
        raise FrontEndError(
            "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{given['Credential']}'",
        )
    key, day, region, service, terminator = credential
    if service != SERVICE:
        raise _invalid(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if terminator != "aws4_request":
        raise _invalid(f"Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'.")
    return _Authorization(key, day, region, tuple(given["SignedHeaders"].split(";")), given["Signature"])


def _check_signed_headers(request: SignedRequest, authorization: _Authorization) -> None:
    needed = ["host", *(name for name in ("x-amz-date", "x-amz-target") if name in request.headers)]
    for name in needed:
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
    try:
        signed = calendar.timegm(time.strptime(date, _DATE_FORM))
    except ValueError:
        raise FrontEndError("IncompleteSignatureException", f"There is no date '{date}'.") from None
    clock = _written(now)
    if signed < now - _TOLERANCE:
        earliest = _written(now - _TOLERANCE)
        raise _invalid(f"Signature expired: {date} is now earlier than {earliest} ({clock} - 5 min.)")
    if signed > now + _TOLERANCE:
        latest = _written(now + _TOLERANCE)
        raise _invalid(f"Signature not yet current: {date} is still later than {latest} ({clock} + 5 min.)")


def _written(moment: float) -> str:
    return time.strftime(_DATE_FORM, time.gmtime(moment))


def _invalid(message: str) -> FrontEndError:
    return FrontEndError("InvalidSignatureException", message)
