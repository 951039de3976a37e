"""A database of another program, read without changing anything in it; every cell is read as text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mturk.errors import ConfigurationError, ValidationError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

Row = dict[str, str | None]
_AT_ONCE = 5  # rows, each of which may have megabytes
_LARGEST_CELL = 16_000_001  # characters, one more than a marketplace takes; the rest is not read
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
_EXPECTED = "expected one such as postgresql://user:password@host/name"
MAGIC = b"SQLite format 3\0"


@attrs.frozen
class StudyDatabase:
    """A database that is open."""

    connection: Connection = attrs.field(repr=False)
    tables: dict[str, frozenset[str]]
    """The columns of each table."""

    def with_columns(self, *needed: str) -> list[str]:
        """The tables that have these columns."""
        return sorted(name for name, columns in self.tables.items() if columns.issuperset(needed))

    def rows(self, table: str, columns: Sequence[str], order: str, **only: Sequence[str]) -> Iterator[Row]:
        """The rows of a table in an order; columns that it has not are None."""
        import sqlalchemy as sa

        has = [name for name in columns if name in self.tables[table]]
        texts = {name: sa.cast(sa.column(name), sa.String) for name in has}
        query = sa.select(*(sa.func.substr(text, 1, _LARGEST_CELL).label(name) for name, text in texts.items()))
        place = sa.table(table, sa.column(order))
        # By the column itself, which has an index: rows that are sorted first are in memory together.
        query = query.select_from(place).order_by(place.c[order])
        for name, values in only.items():
            query = query.where(sa.cast(sa.column(name), sa.String).in_(values))
        streaming = {"stream_results": True, "yield_per": _AT_ONCE}
        for row in self.connection.execute(query, execution_options=streaming).mappings():
            yield {**dict.fromkeys(columns), **row}


def name_of(source: str) -> str:
    """What messages call a database: its URL without the password, and without options, which may have it too."""
    return _url(source).set(query={}).render_as_string(hide_password=True) if "://" in source else source


@contextmanager
def opened(source: str) -> Iterator[StudyDatabase]:
    """The database at that URL, or in that SQLite file, for reading only."""
    try:
        from sqlalchemy import inspect
        from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
    except ModuleNotFoundError:
        raise ConfigurationError("databases are read with SQLAlchemy: pip install 'mturk[marketplace]'") from None
    try:
        engine = _engine(source)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{name_of(source)}: its driver is missing: pip install {error.name}") from None
    except NoSuchModuleError:
        raise ValidationError(f"{name_of(source)}: no such database is known; {_EXPECTED}") from None
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            look = inspect(connection)
            tables = {name: frozenset(_names(look.get_columns(name))) for name in look.get_table_names()}
            yield StudyDatabase(connection, tables)
    except SQLAlchemyError as error:
        first = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise ValidationError(f"{name_of(source)} cannot be read: {first[:300]}") from None
    finally:
        engine.dispose()


def _names(columns: Sequence[Any]) -> list[str]:
    # What a column computes no program that we know has kept there: a small file could so have terabytes in it.
    return [str(column["name"]) for column in columns if "computed" not in column]


def _engine(source: str) -> Engine:
    from sqlalchemy import create_engine

    if "://" not in source:
        return _of_file(Path(source))
    url = _url(source)
    if url.get_backend_name() == "sqlite":
        return _of_file(Path(url.database or ""))
    return create_engine(url.set(drivername=_DRIVERS.get(url.drivername, url.drivername)))


def _url(source: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(source)
    except (ArgumentError, ValueError):
        # Without the text, which may have a password in it.
        raise ValidationError(f"that is no URL of a database; {_EXPECTED}") from None


def _of_file(path: Path) -> Engine:
    from sqlalchemy import create_engine

    if not path.is_file():
        raise ValidationError(f"{path}: there is no such file")

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        connection.text_factory = lambda text: text.decode(errors="replace")
        return connection

    return create_engine("sqlite://", creator=connect)
