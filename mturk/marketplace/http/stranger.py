"""Callers without a good key: who was refused too often is not listened to for a while, by their address.

A guess at a signature costs the server a look into the database and a few digests, and each is a line of the log.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

from mturk.marketplace.account import slowdown
from mturk.marketplace.error import FrontEndError, Refusal
from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.signature import SignedRequest

_MINUTE = 60.0
_MOST = 10_000  # networks, and pairs of a network and a key, that are remembered
_KEY = re.compile(r"Credential=([A-Za-z0-9]{1,128})/")

network = lru_cache(maxsize=4096)(slowdown.network)


class TooManyRefusals(FrontEndError):
    """Refused without a look at the request."""

    status = 429

    def __init__(self, retry_after: float) -> None:
        super().__init__("ThrottlingException", "Rate exceeded", retry_after=retry_after)


class Strangers:
    """Counts refusals, of which each network may have so many in a minute.

    A key that was good from a network is heard there all the same: a program with a wrong key keeps no neighbours out.
    Who names no key costs no look, and is not counted: any page on the web has browsers send such requests.
    """

    def __init__(self, most: float, now: Callable[[], float]) -> None:
        self._most = most
        self._now = now
        self._refused: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._refused)

    def check(self, request: SignedRequest) -> None:
        """Refuse a request from where too many were refused."""
        whose = network(request.caller)
        if whose in self._refused:
            self._expect_known(whose, _key(request))

    def check_key(self, caller: str, key: str) -> None:
        """The same for a request that names its key otherwise."""
        whose = network(caller)
        if whose in self._refused:
            self._expect_known(whose, key)

    def watch(self, request: SignedRequest, verify: Callable[[], KeyPair]) -> KeyPair:
        """The pair that signed the request; if there is none though a key is named, that is counted."""
        return verify() if not _key(request) else self.watch_caller(request.caller, verify)

    def watch_caller(self, caller: str, verify: Callable[[], KeyPair]) -> KeyPair:
        """The same for a request from that address."""
        whose = network(caller)
        try:
            pair = verify()
        except Refusal:
            self._count(whose)
            raise
        if (whose, pair.access_key) not in self._known:
            with self._lock:
                self._known[whose, pair.access_key] = None
                _shorten(self._known)
        return pair

    def _expect_known(self, whose: str, key: str) -> None:
        level = self._level(whose)
        if level < 1 and (whose, key) not in self._known:
            raise TooManyRefusals((1 - level) * _MINUTE / self._most)

    def _count(self, whose: str) -> None:
        with self._lock:
            self._refused[whose] = max(0.0, self._level(whose) - 1), self._now()
            self._refused.move_to_end(whose)
            _shorten(self._refused)

    def _level(self, whose: str) -> float:
        """How many refusals the network has left."""
        now = self._now()
        level, last = self._refused.get(whose, (self._most, now))
        return min(self._most, level + (now - last) * self._most / _MINUTE)


def _key(request: SignedRequest) -> str:
    found = _KEY.search(request.headers.get("authorization", ""))
    return found.group(1) if found else ""


def _shorten(remembered: OrderedDict[str, tuple[float, float]] | OrderedDict[tuple[str, str], None]) -> None:
    """Forget the one that came first."""
    if len(remembered) > _MOST:
        remembered.popitem(last=False)
