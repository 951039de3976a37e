"""Rows of a table that do not fit its columns: told as what could not be read, while the others are read."""

from __future__ import annotations

from collections.abc import Iterator

from mturk.moving.past import Thing, unread
from mturk.table.sheet import Cells, SheetError


class UnfitRows:
    """Counts them, and keeps those that were not told yet."""

    def __init__(self) -> None:
        self.number = 0
        self._waiting: list[SheetError] = []

    def note(self, error: SheetError) -> None:
        """One more."""
        self.number += 1
        self._waiting.append(error)

    def things(self) -> Iterator[Thing]:
        """Those that were not told yet, as things."""
        for error in self._waiting:
            place, _, words = str(error).rpartition(", line ")[2].partition(": ")
            yield unread(f"line {place}", "the row", words)
        self._waiting.clear()

    def among(self, rows: Iterator[Cells]) -> Iterator[tuple[int, Cells, bool]]:
        """The rows that fit: their numbers, and whether it is the last of the table."""
        before: tuple[int, Cells] | None = None
        for number, cells in enumerate(rows, 1):
            if before is not None:
                yield *before, False
            before = number + self.number, cells
        if before is not None:
            yield *before, True
