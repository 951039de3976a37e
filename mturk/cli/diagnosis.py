"""`mturk doctor --online`: what the service says to one harmless call, and the next step where something is wrong."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from email.utils import parsedate_to_datetime
from itertools import chain
from urllib.parse import urlsplit

import requests

from mturk.cli import doctor
from mturk.cli.account import reach
from mturk.cli.advice import finding
from mturk.cli.advice.finding import Finding
from mturk.connection.connection import Connection, transport_for
from mturk.connection.endpoint import PRODUCTION, SANDBOX, find_endpoint, find_region
from mturk.connection.settings import Settings
from mturk.connection.transport import MTURK, Answer, Transport
from mturk.data import wire
from mturk.data.safe_text import one_line
from mturk.errors import (
    AccessDenied,
    ConfigurationError,
    ServiceError,
    Throttled,
    TransportError,
    Unavailable,
    ValidationError,
)

REGION = "us-east-1"
_ASKED = "GetAccountBalance"
_PATIENCE = 20.0
_SKEW = 240.0  # AWS takes five minutes
_AMAZON = re.compile(r"mturk-requester(?:-sandbox)?\.([a-z0-9-]+)\.amazonaws\.com")
_BYGONE = re.compile(r"mechanicalturk\.(?:sandbox\.)?amazonaws\.com")
_UNKNOWN_KEY = ("UnrecognizedClientException", "InvalidClientTokenId")
_WRONG_SIGNATURE = ("InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignatureException")
_OUT_OF_DATE = ("ExpiredTokenException", "ExpiredToken", "RequestExpired")


def run(say: Callable[[str], object], where: Mapping[str, str | None], *, online: bool) -> int:
    """Say what was found; 1 if something is wrong, else 0."""
    settings = Settings(profile=where.get("profile"))
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(one_line(text))
        say(told[-1])

    found = chain(doctor.findings(settings, where.get("endpoint")), place(where, settings))
    return finding.tell(chain(found, ask(where, told) if online else ()), tell)


def place(where: Mapping[str, str | None], settings: Settings) -> Iterator[Finding]:
    """Whether an address of AWS's can be one that serves MTurk. Nothing is sent."""
    try:
        url = find_endpoint(where.get("endpoint"), settings)
        region = find_region(where.get("region"), url, settings)
    except ConfigurationError:
        return  # it was told before
    host = urlsplit(url).hostname or ""
    served = _AMAZON.fullmatch(host)
    if _BYGONE.fullmatch(host):
        yield Finding("Region: this is the address of the API of before 2019; say --endpoint production", good=False)
    elif served and served[1] != REGION:
        yield Finding(f"Region: MTurk was never served from {served[1]}; say --endpoint production", good=False)
    elif served and region != REGION:
        yield Finding(f"Region: it is signed for {region}, AWS takes {REGION} alone; leave --region out", good=False)
    if served:
        yield Finding(
            "Service: AWS's documentation announces its end for 30 September 2026; scripts can go on against a "
            "marketplace of your own (mturk serve)"
        )


def ask(where: Mapping[str, str | None], told: Sequence[str] = ()) -> Iterator[Finding]:
    """What the service says to a call that changes nothing; what was `told` is not told again."""
    try:
        connection = reach.connected(where)
    except (ConfigurationError, ValidationError) as error:
        why = "see above" if any(one_line(str(error)) in line for line in told) else str(error)
        yield Finding(f"Call: none was made; {why}", good=False)
        return
    with connection:
        transport = transport_for(connection, MTURK, connection.url, region=connection.region, patience=_PATIENCE)
        try:
            yield from _asked(transport, connection)
        except ConfigurationError as error:
            yield Finding(f"Credentials: {error}", good=False)
        except TransportError as error:
            yield unreached(error, connection.url)
        finally:
            transport.close()


def _asked(transport: Transport, connection: Connection) -> Iterator[Finding]:
    at = connection.clock.now()
    answer = transport.send(_ASKED, b"{}", at)
    yield Finding(f"Reached: {connection.url} answers")
    skew = _skew(answer, at)
    if skew is not None:
        yield clock(skew)
    if skew is not None and abs(skew) > _SKEW and answer.status != 200:
        # Signed for its time, to see what else there is.
        answer = transport.send(_ASKED, b"{}", connection.clock.now() + skew)
    yield verdict(answer, connection.url)


def _skew(answer: Answer, at: float) -> float | None:
    with suppress(TypeError, ValueError, OverflowError):
        return parsedate_to_datetime(answer.headers.get("Date", "")).timestamp() - at
    return None


def clock(skew: float) -> Finding:
    """By how much this machine's time is another one than the service's."""
    if abs(skew) <= _SKEW:
        return Finding("Clock: right enough to sign with")
    how = "behind" if skew > 0 else "ahead of"
    return Finding(
        f"Clock: this machine's is {abs(skew):.0f} seconds {how} the service's, which takes 300; set it, by "
        "timedatectl set-ntp true or the like (mturk corrects its own calls meanwhile)",
        good=False,
    )


def verdict(answer: Answer, url: str) -> Finding:
    """What an answer says of the key, its rights and the account."""
    amazon = url.startswith((PRODUCTION, SANDBOX))
    if answer.status == 200:
        return _balance(answer)
    if answer.status in (301, 302, 307, 308):
        there = answer.headers.get("Location", "elsewhere")
        return Finding(f"Endpoint: it leads on to {there}; name that address itself", good=False)
    error = answer.error()
    if isinstance(error, (Unavailable, Throttled)):
        return Finding(f"Service: it is in trouble or busy ({error.message}); try again in some minutes", good=False)
    if error.code is None and error.turk_code is None:
        return _no_service(f"HTTP {answer.status}")
    return _refused(error, url, amazon=amazon)


def _balance(answer: Answer) -> Finding:
    try:
        available = wire.money(answer.members()["AvailableBalance"])
    except (TransportError, KeyError, *wire.UNREADABLE):
        return _no_service("no balance")
    return Finding(f"Rights: {_ASKED} is allowed; {available} USD to spend")


def _no_service(answered: str) -> Finding:
    return Finding(
        f"Endpoint: what answers there does not speak MTurk's API ({answered}); take the address that mturk serve "
        "prints, or look for a proxy in between",
        good=False,
    )


def _refused(error: ServiceError, url: str, *, amazon: bool) -> Finding:
    if error.code in _UNKNOWN_KEY:
        step = "see in AWS's console under IAM whether it is there and active" if amazon else "see mturk requester list"
        return Finding(f"Key: the service does not know this access key; {step}", good=False)
    if error.code in _WRONG_SIGNATURE:
        return _wrong_signature(error, amazon=amazon)
    if error.code in _OUT_OF_DATE:
        return Finding("Key: it was good for some time, which is over; sign in anew (aws sso login)", good=False)
    if "link" in error.message.lower() or (error.turk_code or "").endswith("AWS.NotAuthorized"):
        site = "requestersandbox" if url.startswith(SANDBOX) else "requester"
        return Finding(
            f"Account: this AWS account is not linked to a requester; link it at https://{site}.mturk.com/developer, "
            "and wait some minutes",
            good=False,
        )
    if isinstance(error, AccessDenied):
        return Finding(
            f"Rights: the key may not call {_ASKED}; attach the policy AmazonMechanicalTurkFullAccess to its user, or "
            f"allow mechanicalturk:{_ASKED}",
            good=False,
        )
    return Finding(f"Service: it refused the call, {error}; docs/errors.md says what that means", good=False)


def _wrong_signature(error: ServiceError, *, amazon: bool) -> Finding:
    if "region" in error.message.lower():
        return Finding(f"Region: the service takes another one; say --region {REGION}", good=False)
    step = (
        "make a new pair in AWS's console under IAM, and put both halves into the profile"
        if amazon
        else "see mturk requester keys NAME where the marketplace runs, and docs/deploy.md where a proxy is in between"
    )
    return Finding(f"Key: the secret key is not that of the access key; {step}", good=False)


def unreached(error: TransportError, url: str) -> Finding:
    """Why no answer came."""
    causes = list(_causes(error))
    text = f"{error}"
    parts = urlsplit(url)
    if any(isinstance(each, requests.exceptions.ProxyError) for each in causes):
        why = "the proxy of the environment does not answer; see HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    elif any(isinstance(each, requests.exceptions.SSLError) for each in causes):
        why = _tls(text)
    elif any(isinstance(each, socket.gaierror) for each in causes):
        why = f"the name {parts.hostname} is not known; see how it is written, and whether there is a network"
    elif any(isinstance(each, ConnectionRefusedError) for each in causes):
        why = f"nothing listens at {parts.netloc}; start it (mturk serve), or see whether the port is right"
    elif any(isinstance(each, requests.Timeout) for each in causes):
        why = "no answer came in time; see whether a firewall or a proxy is in between"
    else:
        why = f"{text} See whether a firewall or a proxy is in between"
    return Finding(f"Reached: no, {why}", good=False)


def _tls(text: str) -> str:
    if "certificate" in text.lower():
        named = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE")
        also = f", which is {named} now" if named else ""
        return f"its certificate is not trusted; name a file of those you trust in AWS_CA_BUNDLE{also}"
    return "it speaks no TLS there; a marketplace without a proxy is reached by http://, not https://"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that is in it: requests and urllib3 wrap causes in arguments and reasons."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        held = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        waiting += [inner for inner in held if isinstance(inner, BaseException)]
