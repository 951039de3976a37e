"""Trying again: when a fault is worth another try, how long to wait first, and when to give up."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import attrs

from mturk.connection.clock import SYSTEM, Clock
from mturk.connection.operation import REPEAT, Repeat
from mturk.errors import ServiceError, Throttled, TransportError, Unavailable

_FIRST_DELAY = 0.3
_LONGEST_DELAY = 20.0

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


@attrs.frozen
class RetryPolicy:
    """How patient a connection is: tries per call after faults, seconds of waiting after throttling."""

    max_attempts: int = 5
    max_wait: float = 300.0
    clock: Clock = SYSTEM
    random: Callable[[], float] = random.random
    quota: Quota = attrs.field(factory=Quota, repr=False)

    def delay(self, retry: int) -> float:
        """Full jitter: any time up to a bound that doubles with each retry."""
        return self.random() * min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** (retry - 1))


class Tries:
    """The tries of one call."""

    def __init__(self, operation: str, policy: RetryPolicy) -> None:
        self._policy = policy
        self._repeat = REPEAT.get(operation, Repeat.NEVER)
        self._made = 0
        self._paid = 0.0
        self.maybe_done = _repeating.get()
        self.last: TransportError | ServiceError | None = None
        self._clock_corrected = False
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
            raise error
        self._paid = cost
        asked = error.retry_after if isinstance(error, ServiceError) else None
        self._wait(error, max(self._policy.delay(self._made), asked or 0.0))

    def _wait(self, error: TransportError | ServiceError, delay: float) -> None:
        clock = self._policy.clock
        if clock.monotonic() + delay > self.until:
            raise error
        if delay:
            clock.sleep(delay)
