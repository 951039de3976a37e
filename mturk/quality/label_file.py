"""Labels as a CSV file, which spreadsheets and scripts read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from mturk.data import formula
from mturk.data.formula import Formulas
from mturk.errors import ValidationError


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], formulas: Formulas) -> int:
    """Write the rows under their header, and say how many there were; a file that is there is replaced at the end."""
    formula.expect_known(formulas)
    if not path.parent.is_dir():
        raise ValidationError(f"{path}: there is no folder {path.parent}")
    number = 0
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        for row in rows:
            number += 1
            cells = [str(cell) for cell in row]
            writer.writerow([formula.defused(cell) for cell in cells] if formulas == "quote" else cells)
    unfinished.replace(path)
    return number
