"""A table as a CSV file, which spreadsheets and scripts read; nothing is an empty cell."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from mturk.data import formula, whole_file
from mturk.data.formula import Formulas


class Rows:
    """Rows in an open file, each ended by a line feed, with quotes around cells that need them."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        # Around a carriage return alone, by which readers end a row, the csv module puts quotes only where its own
        # rows end so.
        self._writer = csv.writer(self)

    def add(self, cells: Iterable[str]) -> None:
        """One more row."""
        self._writer.writerow(cells)

    def write(self, row: str) -> object:
        """Take a row from the csv module."""
        return self._file.write(row.removesuffix("\r\n") + "\n")


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], formulas: Formulas) -> int:
    """Write the rows under their header, and say how many there were; a file that is there is replaced at the end."""
    formula.expect_known(formulas)
    number = 0
    with whole_file.written(path) as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        for row in rows:
            number += 1
            cells = ["" if cell is None else str(cell) for cell in row]
            writer.writerow([formula.defused(cell) for cell in cells] if formulas == "quote" else cells)
    return number
