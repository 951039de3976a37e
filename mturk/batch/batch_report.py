"""What is wrong with a table and its page, told at once, before anything is published."""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from mturk.data.safe_text import one_line

_MOST = 10  # rows that are named of one thing
_KINDS = 200  # things that are told apart
_SIZE, _A_SIZE = re.compile(r" ([\d,]+) bytes long"), " {} bytes long"


@attrs.frozen(repr=False)
class BatchReport:
    """What `batch.check()` found: errors, with which nothing is published, and warnings.

    It is true if there are no errors.
    """

    rows: int
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.errors

    def __repr__(self) -> str:
        return f"<BatchReport {self.rows} rows, {len(self.errors)} errors, {len(self.warnings)} warnings>"

    def __str__(self) -> str:
        found = [
            *(f"error: {one_line(each)}" for each in self.errors),
            *(f"warning: {one_line(each)}" for each in self.warnings),
        ]
        counts = {"row": self.rows, "error": len(self.errors), "warning": len(self.warnings)}
        first = ", ".join(f"{number} {name}{'s' * (number != 1)}" for name, number in counts.items())
        return "\n".join([first, *found])

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


@attrs.define
class Findings:
    """The same thing found at many rows, told once with the first of them; of sizes the largest is told."""

    _places: dict[str, list[str]] = attrs.field(factory=dict)
    _counts: dict[str, int] = attrs.field(factory=dict)
    _sizes: dict[str, tuple[int, int]] = attrs.field(factory=dict)
    """The smallest and the largest."""
    _further: int = 0

    def add(self, words: str, row: str) -> None:
        """Something was found at this row."""
        size = _SIZE.search(words)
        words = _SIZE.sub(_A_SIZE, words)
        if words not in self._places and len(self._places) >= _KINDS:
            self._further += 1
            return
        places = self._places.setdefault(words, [])
        self._counts[words] = self._counts.get(words, 0) + 1
        if len(places) < _MOST:
            places.append(row)
        if size is not None:
            number = int(size[1].replace(",", ""))
            smallest, largest = self._sizes.get(words, (number, number))
            self._sizes[words] = min(smallest, number), max(largest, number)

    def __bool__(self) -> bool:
        return bool(self._places)

    def told(self) -> Iterable[str]:
        """One line for each thing."""
        for words, places in self._places.items():
            more = self._counts[words] - len(places)
            also = f" and {more} more" if more else ""
            yield f"{'row' if len(places) == 1 else 'rows'} {', '.join(places)}{also}: {self._whole(words)}"
        if self._further:
            yield f"and {self._further} more"

    def _whole(self, words: str) -> str:
        if words not in self._sizes:
            return words
        smallest, largest = self._sizes[words]
        return words.replace(_A_SIZE, f" {'up to ' * (smallest < largest)}{largest:,} bytes long")
