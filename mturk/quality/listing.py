"""What is shown as a table of its first rows, by a prompt, by print and by a notebook."""

from __future__ import annotations

from typing import Any

from mturk.quality.label import CLOSE
from mturk.record.display import Table

SHOWN = 20
"""How many rows a table shows at most."""


class Listing:
    """Something that is one line in a message, and a table where a person looks at it."""

    def _table(self) -> Table:
        raise NotImplementedError

    def _summary(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{self._summary()}>"

    def __str__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # For IPython's prompt, which looks for it where __repr__ is.
        printer.text(str(self))


def rest(number: int) -> str:
    """What a caption says of the rows that are not shown."""
    return f"; {number - SHOWN} more are not shown" if number > SHOWN else ""


def share(value: float | None) -> str:
    """A share as a table shows it: with two decimals, 1.00 only where it is all; nothing where there is none."""
    if value is None:
        return ""
    return ">0.99" if 0.995 <= value < 1 - CLOSE else f"{value:.2f}"
