"""Signatures: Version 4 and the one before it, for the requests that we verify and for those that we send.

`http.verification` compares the signature of a call with the one that is computed here, and `delivery.sender` signs
with it what goes to SQS and SNS.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

ALGORITHM = "AWS4-HMAC-SHA256"
DATE_FORM = "%Y%m%dT%H%M%SZ"
"""How the header `x-amz-date` writes a time, for `time.strftime`."""


@dataclass(frozen=True)
class SignedRequest:
    """What a signature covers. Header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    path: str = "/"
    query: str = ""
    caller: str = ""
    """The address that it comes from, which no signature covers."""


def sign(request: SignedRequest, access_key: str, secret_key: str, region: str, service: str) -> str:
    """The Authorization header for a request that we send ourselves, over all of its headers."""
    date = request.headers["x-amz-date"]
    signed = tuple(sorted(request.headers))
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    made = signature(request, signed, date, scope, secret_key)
    return f"{ALGORITHM} Credential={access_key}/{scope}, SignedHeaders={';'.join(signed)}, Signature={made}"


def signature(request: SignedRequest, signed: tuple[str, ...], date: str, scope: str, secret_key: str) -> str:
    """The signature that the holder of the secret would make."""
    lines = [ALGORITHM, date, scope, hashlib.sha256(canonical(request, signed).encode()).hexdigest()]
    day, region, service, _ = scope.split("/")
    key = _signing_key(secret_key, day, region, service)
    return hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def concatenated(secret_key: str, *texts: str) -> str:
    """The signature of the old API: of some texts, one after another."""
    return base64.b64encode(hmac.digest(secret_key.encode(), "".join(texts).encode(), "sha1")).decode()


def canonical(request: SignedRequest, signed: tuple[str, ...]) -> str:
    """The request in the one form that both sides compute the signature from."""
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in signed]
    query = "&".join(sorted(part if "=" in part else f"{part}=" for part in request.query.split("&") if part))
    body = hashlib.sha256(request.body).hexdigest()
    return "\n".join([request.method, request.path, query, *headers, "", ";".join(signed), body])


# One key a day for each requester; deriving it takes four rounds of HMAC.
@lru_cache(maxsize=256)
def _signing_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
