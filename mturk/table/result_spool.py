"""Rows that wait on disk until all their columns are known: the first may lack what only the last one has."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import IO


class ResultSpool:
    """A file without a name, which is gone when it is closed."""

    def __init__(self, folder: Path) -> None:
        # Where the table goes, since there is room for it.
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="ascii", dir=folder)
        self._places: dict[str, int] = {}
        self.number = 0

    def __enter__(self) -> ResultSpool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, cells: Mapping[str, str]) -> None:
        """Keep a row's cells, which go by the names of their columns."""
        places = self._places
        for name in cells:
            if name not in places:
                places[name] = len(places)
        # In the order in which the columns were first seen, without what the row lacks at its end.
        row = list(map(cells.get, places))
        while row and row[-1] is None:
            row.pop()
        self._file.write(json.dumps(row))
        self._file.write("\n")
        self.number += 1

    def table(self, first: tuple[str, ...], then: str, last: str) -> tuple[list[str], Iterator[list[str]]]:
        """The names of the columns, and the rows, in which what a row lacks is empty.

        The `first` columns are always there; those that begin with `then` come as they were seen, those that begin with
        `last` in the order of their names.
        """
