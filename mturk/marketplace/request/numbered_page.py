"""Pages of lists by their numbers, in an order of the caller's, as the old API had them.

Such a page costs a look at all rows before it, and one at all rows to count them; today's pages cost neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func


@dataclass
class NumberedPage:
    """Which page of a list is asked for, and in which order; `total` is how much the list has, once it was cut."""

    number: int
    size: int
    sort: ColumnElement[Any] | None = None
    """What comes first in the order; without it that is the order of the list itself."""
    descending: bool = False
    total: int = 0

    @property
    def before(self) -> int:
        """How many rows the pages before this one have."""
        return (self.number - 1) * self.size

    def count(self, database: Connection, listed: Select[Any]) -> None:
        """Count what is in the list."""
        query = listed.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
        self.total = int(database.execute(query).scalar_one())

    def cut(self, listed: Select[Any], order: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """The query for the rows of this page."""
        return self.ordered(listed, order).limit(self.size).offset(self.before)

    def ordered(self, listed: Select[Any], order: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """The query with the rows in the order of the caller, and where that says nothing, of the list."""
        columns = order if self.sort is None else (self.sort, *order)
        return listed.order_by(*(column.desc() if self.descending else column for column in columns))
