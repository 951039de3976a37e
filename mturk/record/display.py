"""How things look in a prompt: plain text in a terminal, a table in a notebook. Nothing here makes a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

import attrs

from mturk.data.safe_text import one_line

_LONGEST = 60
NO_FORMULAS = 'class="tex2jax_ignore mathjax_ignore"'
"""Has a notebook take no dollar signs of workers for formulas, which can have links and hide what stands there."""


def shown(value: object) -> str:
    """A value in a cell: short, on one line, times in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        text = f"{value:%Y-%m-%d %H:%M:%S}"
    elif isinstance(value, (tuple, list)):
        text = ", ".join(map(str, value))
    else:
        text = str(value)
    text = one_line(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


@attrs.frozen(repr=False)
class Table:
    """Rows under headings, shown by a terminal as text and by a notebook as a table."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    caption: str = ""

    @classmethod
    def of(cls, dicts: Iterable[Mapping[str, object]], caption: str = "") -> Table:
        """A table of mappings; columns that are empty in every row are left out."""
        kept = list(dicts)
        names = dict.fromkeys(name for each in kept for name, value in each.items() if value is not None)
        return cls(list(names), [[each.get(name) for name in names] for each in kept], caption)

    def __repr__(self) -> str:
        cells = [list(map(shown, self.columns)), *([shown(value) for value in row] for row in self.rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(self.columns))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
        ]
        return "\n".join([self.caption, *lines] if self.caption else lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(shown(name))}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(shown(value))}</td>" for value in row) + "</tr>" for row in self.rows
        )
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        return f"<table {NO_FORMULAS}>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
