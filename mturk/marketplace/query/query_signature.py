"""Who sent a request of the old API, and is it fresh? The two signatures that its programs made.

Most signed the service, the operation and the time, and none of the parameters: whoever reads such a request can send
the same operation with others for a quarter of an hour. boto 2 signed all parameters, one after another without a mark
between them (signature version 1). Neither protects from who is on the way: only TLS does.
"""

from __future__ import annotations

import calendar
import hmac
import re
import time
from collections.abc import Callable, Mapping

from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.query.query_error import QueryError
from mturk.marketplace.signature import concatenated

SERVICE = "AWSMechanicalTurkRequester"
TOLERANCE = 15 * 60
"""Seconds by which a client's clock may differ from the server's."""
_NEEDED = ("Operation", "AWSAccessKeyId", "Timestamp", "Signature")
_KEY = re.compile(r"[A-Za-z0-9]{1,128}")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z", re.ASCII)


def verify(given: Mapping[str, str], find: Callable[[str], KeyPair | None], now: float) -> KeyPair:
    """The key pair that signed these parameters; raises the old API's refusal if there is none."""
    missing = [name for name in _NEEDED if not given.get(name)]
    if missing:
        text = f"Your request is missing required parameters. Required parameters include {', '.join(missing)}."
        raise QueryError("AWS.MissingParameters", text, in_front=True)
    _check_service(given)
    _check_time(given["Timestamp"], now)
    pair = find(given["AWSAccessKeyId"]) if _KEY.fullmatch(given["AWSAccessKeyId"]) else None
    # A blank is what a form makes of a plus that was not encoded, and no signature has one.
    signature = given["Signature"].replace(" ", "+")
    if pair is None or not hmac.compare_digest(_expected(given, pair.secret_key).encode(), signature.encode()):
        raise not_authorized()
    return pair


def not_authorized() -> QueryError:
    """The refusal of a signature that is not the one of the key, and of a key that there is not, or not any more."""
    text = "The identity contained in the request is not authorized to use this AWSAccessKeyId"
    return QueryError("AWS.NotAuthorized", text, in_front=True)


def _expected(given: Mapping[str, str], secret_key: str) -> str:
    version = given.get("SignatureVersion", "0")
    if version == "1":
        return concatenated(secret_key, *(f"{name}{given[name]}" for name in _signed(given)))
    if version == "0":
        return concatenated(secret_key, SERVICE, given["Operation"], given["Timestamp"])
    text = "The value of SignatureVersion is not valid: 0 (or none) and 1 are served."
    raise QueryError("AWS.BadClaimsSupplied", text, in_front=True)


def _signed(given: Mapping[str, str]) -> list[str]:
    return sorted((name for name in given if name != "Signature"), key=str.lower)


def _check_service(given: Mapping[str, str]) -> None:
    # boto 2 names none.
    if given.get("Service", SERVICE) != SERVICE:
        text = f"The Service parameter is invalid. Valid values are {SERVICE}."
        raise QueryError("AWS.InvalidServiceParameter", text, in_front=True)


def _check_time(written: str, now: float) -> None:
    found = _TIME.fullmatch(written)
    try:
        signed = calendar.timegm(time.strptime(found[1], "%Y-%m-%dT%H:%M:%S")) if found else None
    except ValueError:
        signed = None
    if signed is None:
        text = "One or more of the claims in your request are malformed: Timestamp is like 2005-01-31T23:59:59Z."
        raise QueryError("AWS.BadClaimsSupplied", text, in_front=True)
    if abs(now - signed) > TOLERANCE:
        here = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        text = f"The request has expired: Timestamp may be {TOLERANCE // 60} minutes from the server's clock, {here}."
        raise QueryError("AWS.RequestExpired", text, in_front=True)
