"""What the rows of a query are: NamedTuples that stand beside their queries, so that a type checker knows the columns.

The rows themselves are SQLAlchemy's own, which are named tuples too; whoever runs a query says by `cast` which.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, LargeBinary, Table, case, func, select

Value = TypeVar("Value")


def known(value: Value | None) -> Value:
    """A value that is None in other states of the row than the one it is in."""
    assert value is not None  # noqa: S101 - the tables cannot say which states these are
    return value


def count(database: Connection, table: Table, *which: ColumnElement[bool]) -> int:
    """How many rows of a table there are of which this is true."""
    found: int = database.execute(select(func.count()).select_from(table).where(*which)).scalar_one()
    return found


def octets(database: Connection, column: ColumnElement[str]) -> ColumnElement[int]:
    """How many bytes a text has; both databases count characters unless they are asked otherwise."""
    if database.dialect.name == "sqlite":  # which knows octet_length since 3.43 only
        return func.length(column.cast(LargeBinary))
    return func.octet_length(column)


def at_least(number: ColumnElement[int], least: int) -> ColumnElement[int]:
    """A number, or the least if it is less; the databases have no name for that in common."""
    return case((number < least, least), else_=number)
