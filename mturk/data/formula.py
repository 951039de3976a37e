"""Cells that a spreadsheet would run as formulas: an apostrophe in front keeps them from it, till they are read."""

from __future__ import annotations

from typing import Literal

from mturk.errors import ValidationError

Formulas = Literal["quote", "keep"]
"""What is done with cells that a spreadsheet would take for formulas."""

# What a spreadsheet takes for a formula, also in wide forms; and the sign that says that it is none, so that reading
# back is exact.
_FORMULA = tuple("=+-@'\t\r\uff1d\uff0b\uff0d\uff20")


def expect_known(formulas: str) -> None:
    """ValidationError for a word that is none."""
    if formulas not in ("quote", "keep"):
        raise ValidationError(f"formulas: {formulas!r}; expected 'quote' or 'keep'")


def defused(cell: str) -> str:
    """The cell as it is written."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_it_was(cell: str) -> str:
    """The cell as it was before it was defused."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
