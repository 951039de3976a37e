"""What others wrote is no formula in a spreadsheet, whatever separates cells there, and is read as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk.data.formula import as_it_was, defused

SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
HOSTILE = [
    "=1+1",
    "\uff1d1+1",
    "x;=WEBSERVICE(B1&A2);y",
    "x;+1",
    "x;;@SUM(A1)",
    "x\t-1",
    "x\n=1",
    "x\r\n=1",
    'x;"=1+1;y',
    "x;\t=1",
    "';=1",
]


def cells_of(cell: str, separator: str, quoting: int) -> list[str]:
    """The cells that a spreadsheet with this separator finds in a line that has the cell in its middle."""
    file = io.StringIO()
    csv.writer(file, quoting=quoting).writerow(["A1", cell, "z"])  # type: ignore[arg-type]  # typeshed's own word for it
    return [one for row in csv.reader(file.getvalue().splitlines(keepends=True), delimiter=separator) for one in row]


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL], ids=["all", "minimal"])
@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_of_a_spreadsheet_is_a_formula(cell: str, separator: str, quoting: int) -> None:
    assert not [one for one in cells_of(defused(cell), separator, quoting) if one.startswith(SIGNS)]


@given(st.text(alphabet="=-'\";\t\r\n a"))
def test_a_cell_is_read_as_it_was(cell: str) -> None:
    assert as_it_was(defused(cell)) == cell


@pytest.mark.parametrize("cell", ["", "cat", "a;b", "a=b; c", "two\nlines", 'a "word"', "1,5"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert defused(cell) == cell
