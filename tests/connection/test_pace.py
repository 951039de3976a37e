"""Nothing holds calls back until the service throttles; then its own rate does. Time here is made up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from mturk.connection.pace import Pace
from tests.conftest import Time

FOREVER = float("inf")


class Bucket:
    """A service that gives out `rate` permissions a second, and `burst` at once."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst, self.level, self.at = rate, burst, burst, now

    def take(self, now: float) -> bool:
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


def one_after_another(timing: Time, bucket: Bucket, calls: int, latency: float = 0.01) -> tuple[float, int]:
    """Make calls by one thread; gives the seconds it took and how many answers were throttled."""
    return many(timing, bucket, Pace(timing.clock), calls, latency)


def many(timing: Time, bucket: Bucket, pace: Pace, calls: int, latency: float = 0.01) -> tuple[float, int]:
    """The same with a pace that may have a past."""
    started, throttled, passed = timing.now(), 0, 0
    while passed < calls:
        assert pace.enter(FOREVER)
        sent = timing.now()
        ok = bucket.take(sent)
        timing.advance(latency)
        pace.leave(sent, throttled=not ok, passed=ok)
        passed += ok
        throttled += not ok
    return timing.now() - started, throttled


def test_a_service_without_a_limit_is_never_waited_for(timing: Time) -> None:
    pace = Pace(timing.clock)
    for _ in range(1000):
        assert pace.enter(timing.now())
        pace.leave(timing.now(), throttled=False, passed=True)
    assert timing.slept == []
    assert pace.rate is None


@pytest.mark.parametrize(("rate", "burst"), [(20, 20), (5, 5), (2, 10), (50, 50), (100, 100), (50, 5), (90, 5)])
def test_the_service_s_own_rate_is_found_and_kept(timing: Time, rate: float, burst: float) -> None:
    calls = 400
    took, throttled = one_after_another(timing, Bucket(rate, burst, timing.now()), calls)
    least = (calls - burst) / rate
    assert took < 1.10 * least + 2
    assert throttled < 0.15 * calls


def test_a_throttled_answer_makes_the_next_call_wait(timing: Time) -> None:
    pace = Pace(timing.clock)
    assert pace.enter(FOREVER)
    pace.leave(timing.now(), throttled=True, passed=False)
    assert pace.rate is not None
    before = timing.now()
    assert pace.enter(FOREVER)
    assert timing.now() > before


def test_a_turn_that_would_come_too_late_is_refused_without_waiting(timing: Time) -> None:
    pace = Pace(timing.clock)
    pace.enter(FOREVER)
    pace.leave(timing.now(), throttled=True, passed=False)
    before = timing.now()
    assert not pace.enter(before)
    assert timing.now() == before


def test_the_first_calls_under_way_double_with_each_that_ends(timing: Time) -> None:
    pace = Pace(timing.clock)
    inside: list[float] = []

    def enter() -> None:
        pace.enter(timing.now())
        inside.append(timing.now())

    threads = [threading.Thread(target=enter, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for ended, expected in ((0, 2), (1, 4), (2, 6), (3, 8)):
        if ended:
            pace.leave(timing.now(), throttled=False, passed=True)
        wait_until(lambda expected=expected: len(inside) == expected)  # type: ignore[misc]  # bound at once
    for thread in threads:
        thread.join()


def wait_until(true: Callable[[], bool]) -> None:
    """Real time, for real threads; fails after ten seconds."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.parametrize("idle", [5, 60, 3600])
def test_after_idle_time_calls_go_as_fast_as_before(timing: Time, idle: float) -> None:
    bucket, pace = Bucket(20, 20, timing.now()), Pace(timing.clock)
    many(timing, bucket, pace, 150)
    timing.advance(idle)
    took, _ = many(timing, bucket, pace, 150)
    assert took < 1.10 * (150 - 20) / 20 + 1


def test_a_limit_that_was_lifted_is_noticed(timing: Time) -> None:
    pace = Pace(timing.clock)
    bucket = Bucket(2, 2, timing.now())
    passed = 0
    while passed < 60:
        pace.enter(FOREVER)
        sent = timing.now()
        ok = bucket.take(sent)
        pace.leave(sent, throttled=not ok, passed=ok)
        passed += ok
    assert pace.rate is not None
    assert pace.rate < 4
    for _ in range(300):
        pace.enter(FOREVER)
        pace.leave(timing.now(), throttled=False, passed=True)
    assert pace.rate > 20


def test_late_news_of_the_same_empty_bucket_changes_nothing(timing: Time) -> None:
    pace = Pace(timing.clock)
    sent = timing.now()
    pace.enter(FOREVER)
    pace.enter(FOREVER)
    timing.advance(1.0)
    pace.leave(sent, throttled=True, passed=False)
    rate = pace.rate
    pace.leave(sent, throttled=True, passed=False)
    assert pace.rate == rate
