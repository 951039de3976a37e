"""What is logged again and again is told once, and then counted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from mturk.marketplace.watch.repetition import WINDOW, Repetition


class Kept(logging.Handler):
    """Keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.traces: list[bool] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        self.traces.append(record.exc_info is not None)


class Bell:
    """An alarm that the test sounds."""

    def __init__(self) -> None:
        self.set: list[tuple[float, Callable[[], None]]] = []
        self.cancelled = 0

    def __call__(self, seconds: float, call: Callable[[], None]) -> Bell:
        self.set.append((seconds, call))
        return self

    def start(self) -> None:
        """It waits by itself."""

    def cancel(self) -> None:
        self.cancelled += 1

    def sound(self) -> None:
        self.set.pop(0)[1]()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def log(kept: Kept, bell: Bell) -> Iterator[logging.Logger]:
    logger = logging.Logger("test")
    handler = Repetition(kept, bell)
    logger.addHandler(handler)
    yield logger
    handler.close()


def fail(log: logging.Logger, text: str = "a call failed") -> None:
    try:
        raise KeyError
    except KeyError:
        log.exception(text)


def test_an_error_comes_through_at_once_with_its_traceback(log: logging.Logger, kept: Kept) -> None:
    fail(log)
    assert (kept.lines, kept.traces) == (["a call failed"], [True])


def test_two_thousand_errors_are_one_and_a_count(log: logging.Logger, kept: Kept, bell: Bell) -> None:
    for _ in range(2594):
        fail(log)
    assert len(kept.lines) == 1
    bell.sound()
    assert kept.lines[1:] == ["a call failed (and 2593 more within 60 seconds)"]
    assert kept.traces == [True, False]


def test_the_count_comes_after_a_minute_by_one_alarm(log: logging.Logger, bell: Bell) -> None:
    for _ in range(5):
        fail(log)
    assert [seconds for seconds, _ in bell.set] == [WINDOW]


def test_after_a_minute_it_is_told_anew(log: logging.Logger, kept: Kept, bell: Bell) -> None:
    fail(log)
    bell.sound()
    fail(log)
    assert kept.lines == ["a call failed"] * 2


def test_who_fails_again_and_again_does_not_hide_that_another_does(log: logging.Logger, kept: Kept) -> None:
    for who in ("one", "one", "two", "one", "two"):
        log.error("notifications to %s have to wait", who)
    assert kept.lines == ["notifications to one have to wait", "notifications to two have to wait"]


def test_so_many_values_are_told_and_the_rest_is_counted(log: logging.Logger, kept: Kept, bell: Bell) -> None:
    for number in range(100):
        log.error("key %s is wrong", number)
    assert len(kept.lines) == 10
    bell.sound()
    assert kept.lines[10:] == ["key 0 is wrong (and 90 more within 60 seconds)"]


def test_another_place_makes_another_thing_of_it(log: logging.Logger, kept: Kept) -> None:
    log.error("key %s is wrong", "one")
    fail(log, "key %s is wrong")
    assert kept.lines == ["key one is wrong", "key %s is wrong"]


def test_what_is_no_warning_comes_through_each_time(log: logging.Logger, kept: Kept) -> None:
    log.info("GET /")
    log.info("GET /")
    assert kept.lines == ["GET /"] * 2


def test_what_was_counted_is_told_at_the_end(log: logging.Logger, kept: Kept, bell: Bell) -> None:
    fail(log)
    fail(log)
    log.handlers[0].close()
    assert kept.lines[1:] == ["a call failed (and once more within 60 seconds)"]


def test_more_kinds_than_can_be_kept_are_told_each_time(log: logging.Logger, kept: Kept) -> None:
    for _ in range(2):
        for number in range(1001):
            log.error(f"thing {number}")
    assert len(kept.lines) == 1001 + 1


def test_where_no_alarm_can_be_set_all_is_told(kept: Kept) -> None:
    class Broken(Bell):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    log = logging.Logger("test")
    log.addHandler(Repetition(kept, Broken()))
    log.error("gone")
    log.error("gone")
    assert kept.lines == ["gone", "gone"]


def test_an_alarm_is_cancelled_at_the_end(kept: Kept, bell: Bell) -> None:
    handler = Repetition(kept, bell)
    log = logging.Logger("test")
    log.addHandler(handler)
    log.error("gone")
    handler.close()
    assert bell.cancelled == 1
