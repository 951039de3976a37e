"""What the tables are made of: the columns that many of them have, and the one list that all of them stand in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, text

metadata = MetaData()

NUMBER = BigInteger().with_variant(Integer, "sqlite")  # only "INTEGER" counts up by itself on SQLite
ID = String(64)


def number() -> Column[int]:
    """The number by which rows are known inside."""
    return Column("number", NUMBER, primary_key=True)


def reference(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """The number of a row of another table."""
    return Column(name, NUMBER, ForeignKey(f"{target}.number"), nullable=nullable)


def count(name: str) -> Column[int]:
    """A number of things, which begins at 0."""
    return Column(name, Integer, nullable=False, server_default="0")


def only(name: str, *columns: str, where: str) -> Index:
    """An index of those rows alone for which the condition is true."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
