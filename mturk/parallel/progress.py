"""How far a batch is, while it is published: a bar in a terminal or notebook, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any

from mturk.errors import ValidationError
from mturk.parallel.tally import Tally

Told = Callable[[Tally], None]
_PAUSE = 60.0  # seconds between two lines of a log


@contextmanager
def showing(progress: Told | bool | None) -> Iterator[Told | None]:
    """What is to be told of each step: the user's own function, a display, or nothing."""
    if progress is not True and progress is not False and progress is not None:
        if not callable(progress):
            raise ValidationError(f"progress: {progress!r}; expected True, or a function that takes a Tally")
        yield progress
    elif progress:
        with Progress() as display:
            yield display
    else:
        yield None


class Progress:
    """Shows each tally that it is told of; `progress=True` makes it."""

    def __init__(self, file: IO[str] | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = file or sys.stderr
        self._clock = clock
        self._began = self._last = clock()
        self._bar = _bar(self._file)
        self._task: Any = None

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, tally: Tally) -> None:
        """Show how far it is."""
        if self._bar is not None:
            self._draw(tally)
        elif self._clock() - self._last >= _PAUSE or not tally.left:
            self._last = self._clock()
            print(self._line(tally), file=self._file, flush=True)

    def _draw(self, tally: Tally) -> None:
        if self._task is None:
            self._task = self._bar.add_task("Publishing", total=tally.total, completed=tally.before, cost="")
        self._bar.update(self._task, completed=tally.published + tally.before, cost=f"{tally.cost} USD")

    def _line(self, tally: Tally) -> str:
        rate = tally.published / max(self._clock() - self._began, 0.001)
        rest = f", {tally.left / rate / 60:.0f} minutes left" if rate and tally.left else ""
        return f"{tally}; {rate:.1f} a second{rest}"


def _bar(file: IO[str]) -> Any:
    """A bar of rich's, where it is installed and somebody looks."""
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress
    except ImportError:
        return None
    console = Console(file=None if file is sys.stderr else file, stderr=file is sys.stderr)
    if not (console.is_terminal or console.is_jupyter):
        return None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return RichProgress(*columns, TextColumn("{task.fields[cost]}"), console=console)
