"""The submissions of a batch column by column, as a data frame takes them: their values, and nothing else of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mturk.model.hit import HIT
from mturk.table.result import ANSWER, COLUMNS, INPUT, Result, hit_values

_OF_HIT = 14


class Columns:
    """Lists of values under the names of the columns; what submissions have of their HIT is there once."""

    def __init__(self) -> None:
        self._number = 0
        self._of_hit: list[list[Any]] = [[] for _ in COLUMNS[:_OF_HIT]]
        self._of_work: list[list[Any]] = [[] for _ in COLUMNS[_OF_HIT:]]
        self._inputs: dict[str, list[Any]] = {}
        self._answers: dict[str, list[Any]] = {}
        self._hit: HIT | None = None
        self._hit_values: tuple[Any, ...] = ()

    @classmethod
    def of(cls, results: Iterable[Result]) -> dict[str, list[Any]]:
        """All columns of these results: the site's, the input's, then the answers' in the order of their names."""
        made = cls()
        for result in results:
            made._add(result)
        return made._named()

    def _add(self, result: Result) -> None:
        if result.hit is not self._hit:
            self._hit, self._hit_values = result.hit, hit_values(result.hit)
        for column, value in zip(self._of_hit, self._hit_values, strict=True):
            column.append(value)
        for column, value in zip(self._of_work, result._work_values(), strict=True):
            column.append(value)
        self._put(self._inputs, result.row.items())
        self._put(self._answers, result.cells.items())
        self._number += 1

    def _put(self, columns: dict[str, list[Any]], cells: Iterable[tuple[str, Any]]) -> None:
        number = self._number
        for name, cell in cells:
            column = columns.get(name)
            if column is None:
                column = columns[name] = []
            if len(column) < number:
                column += [None] * (number - len(column))
            column.append(cell)

    def _named(self) -> dict[str, list[Any]]:
        found = dict(zip(COLUMNS, (*self._of_hit, *self._of_work), strict=True))
        found.update((f"{INPUT}{name}", column) for name, column in self._inputs.items())
        found.update((f"{ANSWER}{name}", column) for name, column in sorted(self._answers.items()))
        for column in found.values():
            column += [None] * (self._number - len(column))
        return found
