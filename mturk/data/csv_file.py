"""A table as a CSV file, which spreadsheets and scripts read; nothing is an empty cell."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from mturk.data import formula, whole_file
from mturk.data.formula import Formulas


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
