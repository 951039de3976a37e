"""Statements that are constants of their modules, run on the driver's own cursor.

A call asks a few statements, which are always the same. The database takes a few microseconds for each, and SQLAlchemy
several times as many: it looks for the compiled text, and keeps books of a result. Here a text is compiled once for
each database and each set of values, which are texts, whole numbers, truth values and None, and rows are plain tuples.

What is SQLAlchemy's besides is kept: its types read what the driver does not (booleans on SQLite), its errors are
raised, and a connection that was lost is given up. Where somebody listens to its events, as what traces a program does,
statements go through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIModule

Result = TypeVar("Result")
Statement = Select[Any] | Insert | Update | Delete
Values = Mapping[str, Any]
Row = tuple[Any, ...]

_LARGEST_PIPELINE = 200_000  # characters of the values


class _Text(NamedTuple):
    """A statement as a database takes it."""

    text: str
    order: tuple[str, ...] | None
    """The names of the values in the order of their places; None where the places have names."""
    fixed: dict[str, Any]
    """Values that stand in the statement itself."""
    readers: tuple[tuple[int, Callable[[Any], Any]], ...]
    """How columns are read that the driver leaves as the database has them, by their places."""

    def bound(self, values: Values) -> Any:
        """The values as the driver takes them."""
        known = {**self.fixed, **values} if self.fixed else values
        return known if self.order is None else [known[name] for name in self.order]

    def read(self, row: Row) -> Row:
        """A row as SQLAlchemy's types read it."""
        if not self.readers:
            return row
        columns = list(row)
        for place, reader in self.readers:
            columns[place] = reader(columns[place])
        return tuple(columns)


def is_watched(database: Connection) -> bool:
    """Whether somebody listens to statements, which therefore go through SQLAlchemy, one by one."""
    events = database.engine.dispatch
    return bool(events.before_cursor_execute or events.after_cursor_execute or events.before_execute)


def row(database: Connection, query: Select[Any], values: Values) -> Row | None:
    """The row that a query finds, of which there is one at most."""
    if is_watched(database):
        seen = database.execute(query, values).one_or_none()
        return None if seen is None else tuple(seen)
    text = _compiled(query, database.dialect, tuple(values))
    found = _run(database, text, values, _one)
    return None if found is None else text.read(found)


def change(database: Connection, statement: Insert | Update | Delete, values: Values) -> int:
    """Change what a statement says, and count the rows that it was."""
    if is_watched(database):
        return database.execute(statement, values).rowcount
    return _run(database, _compiled(statement, database.dialect, tuple(values)), values, _count)


def commit_all(database: Connection, changes: Iterable[tuple[Insert | Update | Delete, Values]]) -> None:
    """Change what statements say, of none of which anything is asked, and commit, in one go: a pipeline of psycopg.

    Of what is large each statement goes by itself: a pipeline of megabytes fills the system's buffer, and then psycopg
    waits for ever in it.
    """
    raw: Any = database.connection.driver_connection
    changes = list(changes)
    base = database.dialect.loaded_dbapi.Error
    failures: list[DBAPIModule.Error] = []
    try:
        with raw.pipeline() if _size(changes) <= _LARGEST_PIPELINE else nullcontext():
            try:
                for statement, values in changes:
                    text = _compiled(statement, database.dialect, tuple(values))
                    raw.execute(text.text, text.bound(values))
                raw.commit()
            except base as error:  # here, because psycopg warns of what leaves a pipeline
                failures.append(error)
    except base as error:
        failures.append(error)
    if failures:
        raise _told(database, None, "the end of a transaction", None, failures[0]) from failures[0]


def _size(changes: Iterable[tuple[Insert | Update | Delete, Values]]) -> int:
    """How many characters or bytes the values have, all together."""
    return sum(len(value) for _, values in changes for value in values.values() if isinstance(value, (str, bytes)))


def add(database: Connection, insertion: Insert, values: Values) -> int:
    """Add a row to a table whose rows are numbered, and say its number."""
    if is_watched(database):
        return int((database.execute(insertion, values).inserted_primary_key or (0,))[0])
    return _run(database, _compiled(insertion, database.dialect, tuple(values)), values, _number)


def _one(cursor: Any) -> Row | None:
    found: Row | None = cursor.fetchone()
    return found


def _count(cursor: Any) -> int:
    return int(cursor.rowcount)


def _number(cursor: Any) -> int:
    # PostgreSQL returns it as a row; SQLite's driver knows it.
    return int(cursor.fetchone()[0] if cursor.description else cursor.lastrowid)


def _run(database: Connection, text: _Text, values: Values, take: Callable[[Any], Result]) -> Result:
    bound = text.bound(values)
    cursor: Any = None
    try:
        cursor = database.connection.cursor()
        cursor.execute(text.text, bound)
        return take(cursor)
    except database.dialect.loaded_dbapi.Error as error:
        raise _told(database, cursor, text.text, bound, error) from error
    finally:
        if cursor is not None:
            cursor.close()


def _told(database: Connection, cursor: Any, text: str, bound: Any, error: DBAPIModule.Error) -> BaseException:
    """An error of the driver as SQLAlchemy tells it."""
    dialect = database.dialect
    base = dialect.loaded_dbapi.Error
    is_lost = dialect.is_disconnect(error, database.connection, cursor)
    if is_lost:
        database.invalidate(error)
    hidden = database.engine.hide_parameters
    return DBAPIError.instance(text, bound, error, base, hidden, connection_invalidated=is_lost, dialect=dialect)


@lru_cache(maxsize=1024)
def _compiled(statement: Statement, dialect: Dialect, names: tuple[str, ...]) -> _Text:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a statement is compiled by
    if compiled.post_compile_params:
        raise TypeError(f"The text of a statement here is the same for all values: {compiled}")
    return _Text(
        compiled.string,
        None if compiled.positiontup is None else tuple(compiled.positiontup),
        {name: value for name, value in compiled.params.items() if name not in names and value is not None},
        tuple(_readers(statement, dialect)) if isinstance(statement, Select) else (),
    )


def _readers(query: Select[Any], dialect: Dialect) -> list[tuple[int, Callable[[Any], Any]]]:
    readers = (
        (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
        for place, column in enumerate(query.selected_columns)
    )
    return [(place, reader) for place, reader in readers if reader is not None]
