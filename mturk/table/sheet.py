"""Tables of rows, wherever they come from: a CSV, TSV or JSON Lines file, a data frame, or mappings. Read lazily."""

from __future__ import annotations

import csv
import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from mturk.errors import ValidationError

Source = str | os.PathLike[str] | Iterable[Mapping[str, Any]] | Any
"""The path of a .csv, .tsv or .jsonl file, a data frame, or an iterable of mappings."""
Cells = dict[str, Any]
"""One row: its cells by the names of their columns. A cell is a text, a number, true or false, nothing, or lists and
mappings of these."""

_KINDS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_LINES = (".jsonl", ".ndjson")
_QUOTED = re.compile(r'"[^"]*"')
_SEPARATOR = re.compile("[,;]")
_ANSWER = "Answer."  # what the names of a results file's last columns begin with
_HALF = re.compile("[\ud800-\udfff]")
_RETURN = "\ud80d"  # half of a character, of which no file has any: a carriage return that ends no row
# Of more than 4,300 digits Python makes no text.
_MOST_BITS = 14_284
# The csv module's own limit, 131,072 characters, would refuse answers that workers may give (5 MB of XML).
_LARGEST_CELL = 16_000_000
_LONGEST_LINE = 64_000_000  # characters, all of which are in memory at once


class SheetError(ValidationError):
    """A table cannot be read; the text names the file and the line."""


def name_of(source: Source) -> str:
    """What messages call the table."""
    return os.fspath(source) if isinstance(source, (str, os.PathLike)) else "the rows"


def read(source: Source, encoding: str = "utf-8-sig") -> Iterator[Cells]:
    """The rows one after the other; SheetError where one cannot be read."""
    if isinstance(source, (str, os.PathLike)):
        return _file(Path(source).expanduser(), encoding)
    if isinstance(source, Mapping):
        raise ValidationError("rows: one mapping is one row; expected a list of them, a data frame or a path")
    return _mappings(source)


def _file(path: Path, encoding: str) -> Iterator[Cells]:
    kind = path.suffix.lower()
    if kind in _KINDS:
        return separated(path, encoding, _KINDS[kind])
    if kind in _LINES:
        return _opened(path, encoding, lambda file: _json_lines(file, path))
    raise ValidationError(f"{path}: a table's name ends in .csv, .tsv or .jsonl")


def separated(
    path: Path,
    encoding: str,
    delimiter: str = ",",
    *,
    may_be_short: bool = False,
    unread: Callable[[SheetError], object] | None = None,
) -> Iterator[Cells]:
    """The rows of a CSV or TSV file; cells that a row lacks at its end are not in it, where that may be.

    With `unread` a row that does not fit the columns is told to it and passed over.
    """
    return _opened(path, encoding, lambda file: _separated(file, path, delimiter, may_be_short, unread))


def columns(path: Path, encoding: str = "utf-8-sig") -> list[str]:
    """The names of a CSV file's columns."""

    def header(file: IO[str]) -> Iterator[Cells]:
        names = next(csv.reader(_lines(file, path), delimiter=_delimiter(file, ",", path)), [])
        yield dict.fromkeys(_header(_with_returns(names), path))

    return list(next(_opened(path, encoding, header)))


def _opened(path: Path, encoding: str, read: Callable[[IO[str]], Iterator[Cells]]) -> Iterator[Cells]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from read(file)
    except OSError as error:
        raise SheetError(f"{path} cannot be read: {error.strerror or error}") from None
    except LookupError:
        raise ValidationError(f"encoding: {encoding!r} is not known; expected 'utf-8', 'cp1252' or the like") from None
    except UnicodeDecodeError as error:
        raise SheetError(
            f"{path}: it is not in {encoding} (byte {error.object[error.start]:#04x} cannot be read); name its "
            "encoding, such as encoding='cp1252' for a file from Excel"
        ) from None


def _separated(
    file: IO[str],
    path: Path,
    delimiter: str,
    may_be_short: bool,
    unread: Callable[[SheetError], object] | None = None,
) -> Iterator[Cells]:
    if csv.field_size_limit() < _LARGEST_CELL:
        csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(_lines(file, path), delimiter=_delimiter(file, delimiter, path), strict=True)
    try:
        header = _header(_with_returns(next(reader, [])), path)
        for cells in map(_with_returns, reader):
            try:
                row = _row(header, cells, may_be_short, f"{path}, line {reader.line_num}")
            except SheetError as error:
                if cells and unread is None:
                    raise
                if cells and unread is not None:
                    unread(error)
                continue
            if cells:
                yield row
    except csv.Error as error:
        raise SheetError(f"{path}, line {reader.line_num}: {error}") from None


def _lines(file: IO[str], path: Path) -> Iterator[str]:
    """The lines of the file, in which a carriage return alone ends none where line feeds do.

    Data frames are saved without quotes around one, so that it would end a row wherever a worker has put it.
    """
    by_feeds = _ends_in_feeds(file)
    parts: list[str] = []
    length = 0
    while part := file.readline(_LONGEST_LINE - length):
        length += len(part)
        if length == _LONGEST_LINE:
            raise SheetError(f"{path}: a line has more than {_LONGEST_LINE:,} characters; expected a table")
        goes_on = by_feeds and part.endswith("\r")
        parts.append(f"{part[:-1]}{_RETURN}" if goes_on else part)
        if not goes_on:
            yield "".join(parts)
            parts, length = [], 0
    if parts:
        yield "".join(parts)


def _ends_in_feeds(file: IO[str]) -> bool:
    """Whether a line feed stands outside of quotes, as none does in files of old Macs."""
    quotes, is_found = 0, False
    while not is_found and (part := file.readline(_LARGEST_CELL)):
        quotes += part.count('"')
        is_found = part.endswith("\n") and quotes % 2 == 0
    file.seek(0)
    return is_found


def _with_returns(cells: list[str]) -> list[str]:
    return [cell.replace(_RETURN, "\r") for cell in cells]


def _delimiter(file: IO[str], delimiter: str, path: Path) -> str:
    line = file.readline(_LARGEST_CELL)
    file.seek(0)
    if delimiter != ",":
        return delimiter
    # From the first answer on names are a worker's words, which must not decide what is a cell.
    names = _QUOTED.sub("", line.partition(_ANSWER)[0])
    if not _SEPARATOR.search(names):
        _expect_known(names.rstrip('"')[-1:] if _ANSWER in line else "", path)
        names = _first_separator(_QUOTED.sub("", line), path)
    # Spreadsheets write semicolons where the comma is the decimal sign.
    return ";" if names.count(";") > names.count(",") else ","


def _expect_known(sign: str, path: Path) -> None:
    """SheetError if another sign stands in front of the first answer: then those in names would be taken for it."""
    if sign and not sign.isalnum() and sign not in " _-.(":
        raise SheetError(f"{path}: {sign!r} stands between its columns; expected commas or semicolons")


def _first_separator(line: str, path: Path) -> str:
    """The first one between names; SheetError where the first name is an answer's, and it may stand within that."""
    # What begins with a quote and has no end goes on in the next line.
    found = _SEPARATOR.findall(line.partition('"')[0])
    if line.startswith(_ANSWER) and len(set(found)) > 1:
        raise SheetError(
            f"{path}: its first column is an answer, and its names have commas and semicolons, of which either may "
            "stand between cells; put AssignmentId first"
        )
    return found[0] if found else ""


def _header(cells: list[str], path: Path) -> list[str]:
    # A spreadsheet leaves nameless columns at the end.
    names = list(cells)
    while names and not names[-1].strip():
        names.pop()
    if not names:
        raise SheetError(f"{path}: it is empty; expected a line with the names of the columns, then the rows")
    if "" in names:
        raise SheetError(f"{path}: column {names.index('') + 1} has no name")
    twice = sorted(name for name, number in Counter(names).items() if number > 1)
    if twice:
        raise SheetError(f"{path}: two columns are called {', '.join(twice)}")
    return names


def _row(header: list[str], cells: list[str], may_be_short: bool, place: str) -> Cells:
    more = any(cells[len(header) :])
    if more or (len(cells) < len(header) and not may_be_short):
        raise SheetError(f"{place}: the row has {len(cells)} cells, and there are {len(header)} columns")
    return dict(zip(header, cells, strict=False))


def _json_lines(file: IO[str], path: Path) -> Iterator[Cells]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise SheetError(f"{path}, line {number}: no JSON ({error})") from None
        if not isinstance(found, dict):
            raise SheetError(f"{path}, line {number}: expected an object, one for each row")
        yield plain(found)


def _mappings(source: Any) -> Iterator[Cells]:
    for number, row in enumerate(_rows_of(source), 1):
        if not isinstance(row, Mapping):
            raise SheetError(f"row {number} is {row!r:.60}; expected a mapping of column names to cells")
        try:
            yield {str(name): plain(cell) for name, cell in row.items()}
        except ValidationError as error:
            raise SheetError(f"row {number}: {error}") from None


def _rows_of(source: Any) -> Iterable[Any]:
    if callable(getattr(source, "itertuples", None)):  # pandas
        names = [str(name) for name in source.columns]
        return (dict(zip(names, row, strict=True)) for row in source.itertuples(index=False, name=None))
    if callable(getattr(source, "iter_rows", None)):  # polars
        frame: Iterable[Any] = source.iter_rows(named=True)
        return frame
    if not isinstance(source, Iterable):
        raise ValidationError(f"rows: {source!r:.60}; expected a path, a data frame or an iterable of mappings")
    return source


def has_half(cell: Any) -> bool:
    """Whether a cell, or the name of a column, holds half of a character, which cannot be written as UTF-8."""
    if isinstance(cell, (dict, list)):
        cell = json.dumps(cell, ensure_ascii=False)
    return isinstance(cell, str) and not cell.isascii() and _HALF.search(cell) is not None


def plain(value: Any) -> Any:
    """A cell as JSON has it: what it has no word for is text, and what is not a number is nothing."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise ValidationError("a whole number of more than 4,300 digits, which is no text or JSON; give it as a text")
    if value is None or isinstance(value, (str, bool, int)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    if isinstance(value, Mapping):
        return {str(name): plain(cell) for name, cell in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(cell) for cell in value]
    if type(value).__name__ in ("NAType", "NaTType"):  # pandas' own words for nothing
        return None
    if callable(getattr(value, "item", None)):  # numpy's numbers
        return plain(value.item())
    return value.isoformat() if callable(getattr(value, "isoformat", None)) else str(value)
