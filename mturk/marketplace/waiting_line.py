"""Where those wait who have turns: whoever waits for many gets no more turns than whoever waits for one."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Waiting = TypeVar("Waiting")


class WaitingLine(Generic[Waiting]):
    """A queue in which turns go round among those who wait; what one of them waits for keeps its order.

    `whose` says who waits. With `more` those who are one to it have their turns go round among them in the same way:
    so nobody gains turns by having many names within. It can stand where waitress has a deque.
    """

    def __init__(self, whose: Callable[[Waiting], Hashable], *more: Callable[[Waiting], Hashable]) -> None:
        self._whose = whose
        self._more = more
        self._lines: OrderedDict[Hashable, deque[Waiting] | WaitingLine[Waiting]] = OrderedDict()
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Waiting]:
        for line in self._lines.values():
            yield from line

    def append(self, one: Waiting) -> None:
        """Wait behind all that the same one waits for."""
        who = self._whose(one)
        if who not in self._lines:
            self._lines[who] = WaitingLine(*self._more) if self._more else deque()
        self._lines[who].append(one)
        self._number += 1

    def popleft(self) -> Waiting:
        """The next in turn; whose it is has the next turn after all others."""
        who, line = self._lines.popitem(last=False)
        one = line.popleft()
        if line:
            self._lines[who] = line
        self._number -= 1
        return one

    def remove(self, one: Waiting) -> None:
        """Have it wait no longer."""
        who = self._whose(one)
        line = self._lines[who]
        line.remove(one)
        if not line:
            del self._lines[who]
        self._number -= 1

    def clear(self) -> None:
        """Have nobody wait any more."""
        self._lines.clear()
        self._number = 0
