"""Lists that are read a page at a time, as far as somebody looks, and are lists for all that."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, TypeVar, overload

T = TypeVar("T")
Place = TypeVar("Place")

PAGE = 100
"""So many things are read at a time."""


class PagedList(Sequence[T]):
    """Things of a marketplace in their order, read in pages of at most 100 as you get to them, and remembered.

        for group in worker.groups():
            ...

    The first page is read at once, so that a short list is as it was when you asked for it; later pages are as they are
    when you get there, and need the database. It has an index, a length and slices, and equals a list with the same
    items: `len()`, `[-1]` and `in`, for what is not there, read to the end. `list(…)` is a list of your own, to sort or
    to write as JSON; a pickle is a list, too. It may be shared by threads.
    """

    def __init__(self, read: Callable[[Place | None], tuple[Sequence[T], Place | None]]) -> None:
        """`read` gives the page that begins after a place (None: the first) and where it ends; None where all ends."""
        self._read: Callable[[Any], tuple[Sequence[T], Any]] = read
        self._items: list[T] = []
        self._after: Any = None
        self._turn = threading.Lock()
        self._is_whole = False
        self._read_on()

    def __iter__(self) -> Iterator[T]:
        place = 0
        while self._reach(place + 1):
            yield self._items[place]
            place += 1

    def __len__(self) -> int:
        self._reach(math.inf)
        return len(self._items)

    def __bool__(self) -> bool:
        return self._reach(1)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            ends = (index.start or 0, math.inf if index.stop is None else index.stop, index.step or 1)
            self._reach(math.inf if min(ends) < 0 else ends[1])
        else:
            self._reach(math.inf if index < 0 else index + 1)
        return self._items[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (list, PagedList)):
            return NotImplemented
        nothing = object()
        return all(mine == theirs for mine, theirs in zip_longest(self, other, fillvalue=nothing))

    def __repr__(self) -> str:
        known = [*map(repr, self._items), *(() if self._is_whole else ("...",))]
        return f"[{', '.join(known)}]"

    def __reduce__(self) -> tuple[type[list[T]], tuple[list[T]]]:
        return list, (list(self),)

    def _reach(self, number: float) -> bool:
        """Read on until so many are known; False if there are fewer."""
        if len(self._items) < number and not self._is_whole:
            with self._turn:
                while len(self._items) < number and not self._is_whole:
                    self._read_on()
        return len(self._items) >= number

    def _read_on(self) -> None:
        items, self._after = self._read(self._after)
        self._items.extend(items)
        self._is_whole = self._after is None


def page(rows: Sequence[T], place: Callable[[T], Place]) -> tuple[Sequence[T], Place | None]:
    """The rows of one page, of which one more than fits was asked for, and where it ends if there are others."""
    return rows[:PAGE], place(rows[PAGE - 1]) if len(rows) > PAGE else None
