"""The first rows of a query, so many that the number stands in the statement: then PostgreSQL plans it once.

A plan that is good for any number is one for a tenth of all rows, which it never takes where there are millions. So it
would plan each call anew, which takes as long as to carry it out.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Select, literal_column


def first_rows(query: Select[Any], number: int) -> Select[Any]:
    """The query, for so many rows at most."""
    return query.limit(literal_column(str(number), Integer))
