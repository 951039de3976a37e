"""Trying again: when a fault is worth another try, how long to wait first, and when to give up.

What surely did not reach the service costs nothing to try again: it waits for the service to come back, as it waits its
turn when it is throttled. So does what a proxy in front answers in its place, if it may be done again. Unless the
service never answered there: then the address is more likely to be wrong.
"""

from __future__ import annotations

import logging
import math
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import attrs

from mturk.connection.clock import SYSTEM, Clock
from mturk.connection.operation import REPEAT, Repeat
from mturk.errors import ServiceError, Throttled, TransportError, Unavailable

logger = logging.getLogger("mturk")

_Failure = TypeVar("_Failure", bound=TransportError | ServiceError)

_FIRST_DELAY = 0.3
_LONGEST_DELAY = 20.0
_LONGEST_KNOCK = 5.0  # between tries that come to nobody: those cost the service nothing

_TELL_AFTER = 4  # tries that came to nobody, so that a moment of it is not worth a line

# A clock that is wrong by less is not what the service complains of.
_SKEW = 240.0
_SKEW_CODES = frozenset(
    {"InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch"}
)


# Whether what runs here is done for the second time, so that each of its calls may have been carried out before.
_repeating: ContextVar[bool] = ContextVar("mturk repeating", default=False)


@contextmanager
def repeating(yes: bool) -> Iterator[None]:
    """Have verbs look before they complain while the block runs, because an earlier run may have done all of it."""
    token = _repeating.set(yes)
    try:
        yield
    finally:
        _repeating.reset(token)


# How many seconds what runs here waits for a service that is away, if that is less than its connection's patience.
_absence: ContextVar[float] = ContextVar("mturk absence", default=math.inf)


@contextmanager
def absence(seconds: float) -> Iterator[None]:
    """Wait no longer for a service that is away while the block runs, because who runs it comes back by itself."""
    token = _absence.set(seconds)
    try:
        yield
    finally:
        _absence.reset(token)


class Quota:
    """How many retries a connection may make before most of its calls must succeed again.

    When a service is down, every client that tries everything five times makes it worse.
    """

    FULL = 500.0

    def __init__(self) -> None:
        self._left = self.FULL
        self._lock = threading.Lock()

    def take(self, cost: float) -> bool:
        """Pay for a retry; False when there is not enough left."""
        with self._lock:
            if self._left < cost:
                return False
            self._left -= cost
            return True

    def give_back(self, amount: float) -> None:
        """Return what a success earns."""
        with self._lock:
            self._left = min(self.FULL, self._left + amount)


class Presence:
    """Whether the service answers at a connection's address: never yet, now, or no more."""

    def __init__(self) -> None:
        self.was_found = False
        self._is_missed = False

    def answered(self) -> None:
        """Note an answer of the service, whatever it says."""
        self.was_found, self._is_missed = True, False

    def miss(self) -> bool:
        """Note that nobody is there any more; True the first time since the last answer."""
        first, self._is_missed = not self._is_missed, True
        return first


@attrs.frozen
class RetryPolicy:
    """How patient a connection is: tries per call after faults, seconds of waiting where it is no fault of the call."""

    max_attempts: int = 5
    max_wait: float = 300.0
    clock: Clock = SYSTEM
    random: Callable[[], float] = random.random
    quota: Quota = attrs.field(factory=Quota, repr=False)
    presence: Presence = attrs.field(factory=Presence, repr=False)

    def delay(self, retry: int, longest: float = _LONGEST_DELAY) -> float:
        """Full jitter: any time up to a bound that doubles with each retry."""
        return self.random() * min(longest, _FIRST_DELAY * 2.0 ** min(retry - 1, 30))


class Tries:
    """The tries of one call."""

    def __init__(self, operation: str, policy: RetryPolicy) -> None:
        self._policy = policy
        self._repeat = REPEAT.get(operation, Repeat.NEVER)
        self._made = 0
        self._missed = 0
        self._paid = 0.0
        self.maybe_done = _repeating.get()
        self.last: TransportError | ServiceError | None = None
        self._clock_corrected = False
        self._patience = min(policy.max_wait, _absence.get())
        self._back_by = policy.clock.monotonic() + self._patience
        self.until = policy.clock.monotonic() + policy.max_wait

    def succeeded(self) -> None:
        """Return to the quota what the last retry took, or a little for a success at once."""
        self._policy.quota.give_back(self._paid or 1.0)

    def failed(self, error: TransportError | ServiceError) -> None:
        """Wait as long as it takes before another try, or raise the error if there is no use in one."""
        self.last = error
        ambiguous = isinstance(error, Unavailable) or (isinstance(error, TransportError) and error.maybe_done)
        self.maybe_done = error.maybe_done = self.maybe_done or ambiguous
        if isinstance(error, Throttled):
            self._wait(error, error.retry_after or 0.0)
        elif self._is_away(error) and not (ambiguous and self._repeat is Repeat.NEVER):
            self._wait_for_return(error)
        else:
            self._count(error, ambiguous)

    def skewed_by(self, error: ServiceError, local: float) -> float | None:
        """By how many seconds the local clock is wrong, if that is why a signature was refused; once for each call."""
        if error.code not in _SKEW_CODES or error.server_time is None or self._clock_corrected:
            return None
        self._clock_corrected = True
        skew = error.server_time - local
        return skew if abs(skew) > _SKEW else None

    def _count(self, error: TransportError | ServiceError, ambiguous: bool) -> None:
        worth_it = isinstance(error, (TransportError, Unavailable))
        if not worth_it or (ambiguous and self._repeat is Repeat.NEVER):
            raise error
        self._made += 1
        cost = 10.0 if isinstance(error, TransportError) else 5.0
        if self._made >= self._policy.max_attempts or not self._policy.quota.take(cost):
            raise self._never_found(error) if isinstance(error, TransportError) and error.unreachable else error
        self._paid = cost
        asked = error.retry_after if isinstance(error, ServiceError) else None
        self._wait(error, max(self._policy.delay(self._made), asked or 0.0))

    def _is_away(self, error: TransportError | ServiceError) -> bool:
        met_nobody = isinstance(error, (TransportError, Unavailable)) and error.unreachable
        return met_nobody and self._policy.presence.was_found

    def _wait_for_return(self, error: TransportError | ServiceError) -> None:
        policy = self._policy
        left = self._back_by - policy.clock.monotonic()
        if left <= 0:
            name = " (max_wait)" if self._patience == policy.max_wait else ""
            raise _with(error, f"It answered before, and was waited for up to {self._patience:g} seconds{name}.")
        self._missed += 1
        if self._missed >= _TELL_AFTER and policy.presence.miss():
            logger.warning("%s Calls wait up to %g seconds for it to come back.", error, policy.max_wait)
        asked = getattr(error, "retry_after", None) or 0.0
        policy.clock.sleep(min(max(policy.delay(self._missed, _LONGEST_KNOCK), asked), left))

    def _never_found(self, error: TransportError) -> TransportError:
        times = "once" if self._made == 1 else f"{self._made} times"
        return _with(error, f"Tried {times}, and nobody has answered this connection there yet: is the address right?")

    def _wait(self, error: TransportError | ServiceError, delay: float) -> None:
        clock = self._policy.clock
        if clock.monotonic() + delay > self.until:
            raise error
        if delay:
            clock.sleep(delay)


def _with(error: _Failure, more: str) -> _Failure:
    """The error, with a sentence more."""
    text = f"{error.args[0]} {more}"
    error.args = (text,)
    if isinstance(error, ServiceError):
        error.message = text
    return error
