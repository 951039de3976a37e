"""How far many calls are: a bar in a terminal or a notebook, a line each minute in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from html import escape
from types import TracebackType
from typing import IO, Any, Protocol

import attrs

from mturk.errors import ValidationError
from mturk.parallel.tally import Tally

Told = Callable[[Tally], None]
_PAUSE = 60.0  # seconds between two lines of a log
_GLANCE = 0.5  # seconds between two pictures in a notebook: each is sent to the browser


@attrs.frozen
class Mark:
    """How far it is: what was done now and before, what is left, and what it costs in US dollars."""

    now: int
    before: int
    left: int
    cost: Decimal
    words: str

    @property
    def done(self) -> int:
        """What is done, whenever it was."""
        return self.now + self.before


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

    def __init__(
        self,
        file: IO[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        name: str = "Publishing",
    ) -> None:
        self._clock, self._began = clock, clock()
        self._display = _display(file or sys.stderr, name)
        self._shown_at = self._began
        self._hidden: Mark | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # In a log the error tells how far it came.
        if self._hidden is not None and (error is None or not isinstance(self._display, _Log)):
            self._show(self._hidden)
        self._display.close()

    def __call__(self, tally: Tally) -> None:
        """Show how far it is."""
        self.reach(Mark(tally.published, tally.before, tally.left, tally.cost, str(tally)))

    def reach(self, mark: Mark) -> None:
        """Show how far it is, unless that was shown a moment ago."""
        if mark.left and self._clock() - self._shown_at < self._display.pause:
            self._hidden = mark
        else:
            self._show(mark)

    def _show(self, mark: Mark) -> None:
        self._hidden, self._shown_at = None, self._clock()
        rate = mark.now / max(self._clock() - self._began, 0.001)
        self._display.show(mark, f"{rate:.1f} a second", _rest(mark.left / rate) if rate and mark.left else "")


class _Display(Protocol):
    """A place where it is shown how far something is."""

    pause: float
    """Seconds between two pictures."""

    def show(self, mark: Mark, rate: str, rest: str) -> None:
        """Show this, and how fast it goes on."""
        ...

    def close(self) -> None:
        """Leave what is shown."""
        ...


def _display(file: IO[str], name: str) -> _Display:
    if file is sys.stderr and _in_notebook():
        return _Cell()
    return _Bar.on(file, name) or _Log(file)


def _rest(seconds: float) -> str:
    for unit, length, least in (("hours", 3600, 2 * 3600), ("minutes", 60, 90), ("seconds", 1, 0)):
        if seconds >= least:
            return f"{max(seconds / length, 1):.0f} {unit} left"
    return ""


def _line(mark: Mark, rate: str, rest: str) -> str:
    return f"{mark.words}; {rate}{f', {rest}' * bool(rest)}"


class _Log:
    """Lines in a file."""

    pause = _PAUSE

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def show(self, mark: Mark, rate: str, rest: str) -> None:
        print(_line(mark, rate, rest), file=self._file, flush=True)

    def close(self) -> None:
        self._file.flush()


class _Bar:
    """A bar of rich's."""

    pause = 0.0

    def __init__(self, bar: Any, name: str) -> None:
        self._bar, self._name = bar, name
        self._task: Any = None
        bar.start()

    @classmethod
    def on(cls, file: IO[str], name: str) -> _Bar | None:
        """A bar where rich is installed and somebody looks."""
        try:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        except ImportError:
            return None
        console = Console(file=None if file is sys.stderr else file, stderr=file is sys.stderr)
        if not console.is_terminal:
            return None
        texts = (TextColumn(f"{{task.fields[{field}]}}") for field in ("rate", "rest", "cost"))
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *texts)
        return cls(Progress(*columns, console=console), name)

    def show(self, mark: Mark, rate: str, rest: str) -> None:
        told = {"rate": rate, "rest": rest, "cost": f"{mark.cost} USD"}
        if self._task is None:
            self._task = self._bar.add_task(self._name, **told)
        self._bar.update(self._task, total=mark.done + mark.left, completed=mark.done, **told)

    def close(self) -> None:
        self._bar.stop()


class _Cell:
    """A bar in a notebook, drawn by the browser alone: one output, which is replaced."""

    pause = _GLANCE

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, mark: Mark, rate: str, rest: str) -> None:
        import IPython.display

        display: Any = IPython.display.display  # which tells no types
        line = _line(mark, rate, rest)
        bar = f"<progress value='{mark.done}' max='{mark.done + mark.left}'></progress>"
        content = {"text/plain": line, "text/html": f"<p>{bar} {escape(line)}</p>"}
        if self._handle is None:
            self._handle = display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)

    def close(self) -> None:
        self._handle = None


def _in_notebook() -> bool:
    """Whether a kernel runs this, as Jupyter's do; IPython in a terminal has none."""
    asked = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return asked is not None and getattr(asked(), "kernel", None) is not None
