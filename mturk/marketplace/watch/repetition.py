"""What is logged again and again, told once with all there is to it, and then as a count for each minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Protocol

WINDOW: Final = 60.0
"""Seconds after which it is told how often something was repeated."""
_MOST_KEPT: Final = 1000
"""So many things are told apart; what is new beyond that is told each time."""

_MOST_VALUES: Final = 10
"""So often the same words are told with other values: one destination that fails must not hide that others do."""
_LONGEST = 500  # of values that are told apart

_What = tuple[str, int, str, object]


class _Told:
    """What was told: its first record, with which values, and how often it was not told again."""

    def __init__(self, record: logging.LogRecord) -> None:
        self.record = record
        self.values = {_values(record)}
        self.more = 0

    def is_new(self, values: str) -> bool:
        """Whether it is to be told with these values; else it is counted."""
        is_new = values not in self.values and len(self.values) < _MOST_VALUES
        self.values |= {values} if is_new else set()
        self.more += not is_new
        return is_new


class Alarm(Protocol):
    """What calls a function later, unless it is cancelled; a `threading.Timer`."""

    def cancel(self) -> None:
        """Do not call it any more."""

    def start(self) -> None:
        """Begin to wait."""


class Repetition(logging.Handler):
    """Hands warnings and errors on to another handler, each once in a minute, and says how often it was left out.

    What has the same words is told with a few values, and counted together with the rest.
    What is less than a warning is handed on as it is. `later` makes an alarm for a function and so many seconds.
    """

    def __init__(
        self,
        target: logging.Handler,
        later: Callable[[float, Callable[[], None]], Alarm] | None = None,
    ) -> None:
        super().__init__()
        self._target = target
        self._later = later or _timer
        self._known: dict[_What, _Told] = {}
        self._told = threading.Lock()
        self._alarm: Alarm | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record on, or count it."""
        if record.levelno < logging.WARNING or self._is_new(record):
            self._target.handle(record)

    def close(self) -> None:
        """Tell what was counted, and end."""
        if self._alarm is not None:
            self._alarm.cancel()
        self.sum_up()
        self._target.close()
        super().close()

    def sum_up(self) -> None:
        """Tell how often each thing was repeated since it was told last, and begin to count anew."""
        with self._told:
            known, self._known = self._known, {}
            self._alarm = None
        for told in known.values():
            if told.more:
                self._target.handle(_summary(told.record, told.more))

    def _is_new(self, record: logging.LogRecord) -> bool:
        what = _what(record)
        with self._told:
            if self._alarm is None and not self._set_alarm():
                return True
            if what in self._known:
                return self._known[what].is_new(_values(record))
            if len(self._known) < _MOST_KEPT:
                self._known[what] = _Told(record)
        return True

    def _set_alarm(self) -> bool:
        """Have it told later what is counted from now on; False where that cannot be."""
        alarm = self._later(WINDOW, self.sum_up)
        try:
            alarm.start()
        except RuntimeError:  # there are as many threads as may be, or the program is ending
            return False
        self._alarm = alarm
        return True


def _what(record: logging.LogRecord) -> _What:
    """What makes two records the same: the words, without what stands in their gaps, and where an error arose."""
    cause = record.exc_info[2] if isinstance(record.exc_info, tuple) else None
    kind = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
    return record.name, record.levelno, str(record.msg), (kind, _origin(cause))


def _values(record: logging.LogRecord) -> str:
    return repr(record.args)[:_LONGEST]


def _origin(trace: TracebackType | None) -> tuple[str, int] | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return None if trace is None else (trace.tb_frame.f_code.co_filename, trace.tb_lineno)


def _summary(record: logging.LogRecord, count: int) -> logging.LogRecord:
    often = "once" if count == 1 else str(count)
    text = f"{record.getMessage()} (and {often} more within {WINDOW:.0f} seconds)"
    summary = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, text, None, None)
    summary.repeated = count
    return summary


def _timer(seconds: float, call: Callable[[], None]) -> Alarm:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    return timer
