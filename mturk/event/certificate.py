"""Certificates that messages are signed with: had from an address that is trusted already, kept, and verified by."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, TypeVar

import attrs

from mturk.errors import ConfigurationError, ForgedMessage, TransportError
from mturk.event.fetch import Fetch, Fetched, fetch

_Value = TypeVar("_Value")

_MOST_KEPT = 16
_SMALLEST_KEY = 2048  # bits
# A server of one's own may get another certificate at the same address. AWS's addresses name the certificate.
_LOOK_AGAIN_AFTER = 60.0
# Anybody may post messages that name an address: neither may that keep all threads of a web server waiting.
_PATIENCE = 5.0  # seconds to wait for what another thread is fetching
_MOST_FETCHED_AT_ONCE = 2


@attrs.frozen
class Certificate:
    """A certificate with an RSA key that is long enough."""

    _key: Any = attrs.field(repr=False)
    begins: datetime
    ends: datetime

    @classmethod
    def read(cls, pem: bytes) -> Certificate:
        """Read a certificate in PEM; ForgedMessage: it is none, or its key is of another kind, or too short."""
        x509, rsa = _cryptography()
        try:
            found = x509.load_pem_x509_certificate(pem)
            key = found.public_key()
        except Exception:  # whatever the library says of bytes that are no certificate
            raise ForgedMessage("What is at the certificate's address is no certificate.") from None
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_KEY:
            raise ForgedMessage(f"The certificate's key is not an RSA key of {_SMALLEST_KEY} bits or more.")
        return cls(key, found.not_valid_before_utc, found.not_valid_after_utc)

    def is_valid(self, at: float) -> bool:
        """Whether the certificate is in force at a time, in seconds since 1970."""
        return self.begins <= datetime.fromtimestamp(at, timezone.utc) <= self.ends

    def signed(self, text: bytes, signature: bytes, version: str) -> bool:
        """Whether the signature is this certificate's for the text; version "1" is SHA-1, "2" SHA-256."""
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        # SHA-1 is what SNS signs with unless a topic's SignatureVersion says otherwise.
        digest = {"1": hashes.SHA1, "2": hashes.SHA256}[version]()
        try:
            self._key.verify(signature, text, PKCS1v15(), digest)
        except InvalidSignature:
            return False
        except UnsupportedAlgorithm:
            raise ConfigurationError(
                "SHA-1 is switched off on this machine: set the topic's attribute SignatureVersion to 2."
            ) from None
        return True


@attrs.frozen
class _Kept:
    certificate: Certificate
    since: float


class _Busy(TransportError):
    """Nobody has asked for the certificate."""


class CertificateStore:
    """The certificates of the addresses that were asked for last, fetched when they are needed.

    Anybody may name addresses where there are some. Those by which nothing was verified push out no other.
    It may be used from any number of threads. An address without a good certificate is asked again after a minute, and
    no more than two are asked at a time; TransportError in the meantime, so that the message comes again.
    """

    def __init__(self, fetch: Fetch = fetch, now: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._now = now
        self._kept: dict[str, _Kept] = {}
        self._untried: dict[str, _Kept] = {}
        self._failed: dict[str, float] = {}
        self._asked: dict[str, threading.Event] = {}
        self._free: dict[int, deque[None]] = {}

    def verify(self, url: str, text: bytes, signature: bytes, version: str, *, changes: bool) -> None:
        """Raise ForgedMessage unless the certificate at the address signed the text.

        `changes` is for an address at which another certificate may be found later. TransportError: the certificate
        cannot be had just now.
        """
        kept = self._found(url)
        if kept is not None and kept.certificate.is_valid(self._now()):
            if kept.certificate.signed(text, signature, version):
                self._keep(url, kept)
                return
            if not changes or abs(self._now() - kept.since) < _LOOK_AGAIN_AFTER:
                raise ForgedMessage(_WRONG)
        kept = self._try(url)
        if not kept.certificate.signed(text, signature, version):
            raise ForgedMessage(_WRONG)
        self._keep(url, kept)

    def _found(self, url: str) -> _Kept | None:
        found = [one for one in (self._kept.get(url), self._untried.get(url)) if one is not None]
        return max(found, key=lambda one: one.since, default=None)

    # Replaced as a whole, so that no thread and no forked child has to wait for a lock.
    def _keep(self, url: str, kept: _Kept) -> None:
        if self._kept.get(url) is not kept:
            self._kept = _last({**self._kept, url: kept})

    def _try(self, url: str) -> _Kept:
        failed = self._failed.get(url)
        if failed is not None and abs(self._now() - failed) < _LOOK_AGAIN_AFTER:
            raise TransportError(
                "The certificate could not be had less than a minute ago, and is not asked for again yet."
            )
        mine = threading.Event()
        first = self._asked.setdefault(url, mine)
        if first is not mine:
            return self._awaited(url, first)
        try:
            with self._place():
                return self._load(url)
        except _Busy:
            raise
        except (ForgedMessage, TransportError):
            self._failed = _last({**self._failed, url: self._now()})
            raise
        finally:
            self._asked.pop(url, None)
            mine.set()

    def _awaited(self, url: str, asked: threading.Event) -> _Kept:
        """What another thread is asking for just now: the first messages after a start come together."""
        asked.wait(_PATIENCE)  # and not for ever: in a forked child nobody is asking
        self._asked.pop(url, None)
        kept = self._found(url)
        if kept is None:
            raise _Busy("The certificate could not be had by another thread that asked for it.")
        return kept

    @contextmanager
    def _place(self) -> Iterator[None]:
        # By process: the places that are taken at a fork are free in the child, which has none of those threads.
        free = self._free.setdefault(os.getpid(), deque([None] * _MOST_FETCHED_AT_ONCE))
        try:
            free.pop()
        except IndexError:
            raise _Busy("Too many certificates are being fetched just now.") from None
        try:
            yield
        finally:
            free.append(None)

    def _load(self, url: str) -> _Kept:
        certificate = Certificate.read(_content(self._fetch(url)))
        if not certificate.is_valid(self._now()):
            raise ForgedMessage("The certificate is not in force: it begins later, or has ended.")
        kept = _Kept(certificate, self._now())
        self._untried = _last({**self._untried, url: kept})
        return kept


def _last(all_of_them: dict[str, _Value]) -> dict[str, _Value]:
    """Those that came last, as many as are kept."""
    return dict(list(all_of_them.items())[-_MOST_KEPT:])


_WRONG = "The signature is not that of the certificate: the message was changed, or signed by somebody else."


def _content(found: Fetched) -> bytes:
    if found.status >= 500 or found.status == 429:
        raise TransportError(f"The certificate cannot be had just now: HTTP {found.status}.")
    if found.status != 200:
        raise ForgedMessage(f"There is no certificate at the address that the message names: HTTP {found.status}.")
    if found.is_too_large:
        raise ForgedMessage("What is at the certificate's address is too large for a certificate.")
    return found.content


def _cryptography() -> tuple[Any, Any]:
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import rsa
    except ImportError:
        raise ConfigurationError(
            "What SNS posts is verified with the package cryptography: pip install 'mturk[sns]'"
        ) from None
    return x509, rsa
