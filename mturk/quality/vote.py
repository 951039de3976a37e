"""Votes: which worker gave which answer for which item, held small, so that hundreds of thousands fit."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Vote(NamedTuple):
    """One answer of one worker for one item."""

    item: str
    worker: str
    answer: str


class Votes:
    """Votes in the order in which they came; each name is kept once, each vote as three numbers."""

    def __init__(self, votes: Iterable[Vote] = ()) -> None:
        self._items: dict[str, int] = {}
        self._workers: dict[str, int] = {}
        self._answers: dict[str, int] = {}
        self._numbers = array("l")
        self._pairs: set[int] = set()
        for vote in votes:
            self.add(*vote)

    def add(self, item: str, worker: str, answer: str) -> None:
        """One more vote."""
        names = ((self._items, item), (self._workers, worker), (self._answers, answer))
        self._numbers.extend(known.setdefault(name, len(known)) for known, name in names)

    def add_first(self, item: str, worker: str, answer: str) -> None:
        """One more vote, if it is the first of those added so from this worker for this item."""
        known = self._items.setdefault(item, len(self._items)), self._workers.setdefault(worker, len(self._workers))
        pair = known[0] << 32 | known[1]
        if pair not in self._pairs:
            self._pairs.add(pair)
            self.add(item, worker, answer)

    def __len__(self) -> int:
        return len(self._numbers) // 3

    def __iter__(self) -> Iterator[Vote]:
        items, workers, answers = self.items, self.workers, self.answers
        numbers = iter(self._numbers)
        for item, worker, answer in zip(numbers, numbers, numbers, strict=True):
            yield Vote(items[item], workers[worker], answers[answer])

    @property
    def items(self) -> list[str]:
        """The items that have a vote, in the order in which they came."""
        return list(self._items)

    @property
    def workers(self) -> list[str]:
        """Who voted, in the order in which they came."""
        return list(self._workers)

    @property
    def answers(self) -> list[str]:
        """The different answers, in the order in which they came."""
        return list(self._answers)

    def counts(self) -> dict[str, dict[str, int]]:
        """For each item how often each answer was given: the commonest first, equals in the order of their texts."""
        found: dict[str, Counter[str]] = {item: Counter() for item in self._items}
        for vote in self:
            found[vote.item][vote.answer] += 1
        return {item: dict(sorted(each.items(), key=lambda pair: (-pair[1], pair[0]))) for item, each in found.items()}
