"""Rows that wait on disk until all their columns are known: the first may lack what only the last one has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO


class ResultSpool:
    """Rows in a file that can be written and read; none of them is in memory."""

    def __init__(self, file: IO[str], columns: Sequence[str]) -> None:
        self._file = file
        self._places = {name: place for place, name in enumerate(columns)}
        self.number = 0

    @property
    def columns(self) -> list[str]:
        """All columns so far: those that were given, then others as they were first seen."""
        return list(self._places)

    def add(self, cells: Mapping[str, str]) -> None:
        """Keep a row, its cells by the names of their columns."""
        places = self._places
        for name in cells:
            places.setdefault(name, len(places))
        # In the order of the columns so far; later ones are what the row lacks at its end.
        self._file.write(json.dumps([cells.get(name, "") for name in places]))
        self._file.write("\n")
        self.number += 1

    def rows(self, columns: Sequence[str]) -> Iterator[list[str]]:
        """The cells of each row in the order of these columns; what a row lacks is empty."""
        order = [self._places[name] for name in columns]
        self._file.seek(0)
        for line in self._file:
            cells = json.loads(line)
            cells += [""] * (len(self._places) - len(cells))
            yield [cells[place] for place in order]
