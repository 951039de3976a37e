"""Cells that a spreadsheet would run as formulas: an apostrophe in front keeps them from it, till they are read.

A cell may be several to a spreadsheet. Where a comma stands in numbers, it takes semicolons for what separates cells,
or tabs; then quotes around a text count for nothing, and the text's own semicolons, tabs and line ends begin cells. So
what stands behind one of these is looked at as the beginning of the text is.
"""

from __future__ import annotations

import re
from typing import Literal

from mturk.errors import ValidationError

Formulas = Literal["quote", "keep"]
"""What is done with cells that a spreadsheet would take for formulas."""

# What a spreadsheet takes for a formula, also in wide forms; and the sign that says that it is none, so that reading
# back is exact.
_FORMULA = "=+\\-@'\t\r\uff1d\uff0b\uff0d\uff20"
_BEGINNING = r"(\A|[;\t\r\n])"
_RUN = re.compile(f'{_BEGINNING}(?="*[{_FORMULA}])')
_DEFUSED = re.compile(f"{_BEGINNING}'(?=\"*[{_FORMULA}])")


def expect_known(formulas: str) -> None:
    """ValidationError for a word that is none."""
    if formulas not in ("quote", "keep"):
        raise ValidationError(f"formulas: {formulas!r}; expected 'quote' or 'keep'")


def defused(cell: str) -> str:
    """The cell as it is written."""
    return _RUN.sub(r"\1'", cell)


def as_it_was(cell: str) -> str:
    """The cell as it was before it was defused."""
    return _DEFUSED.sub(r"\1", cell)
