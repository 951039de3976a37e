"""Where a database is: a path, a URL or ":memory:". What cannot be a name is refused before anything is opened."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from mturk.marketplace.error import MarketplaceError

_MEMORY = (None, "", ":memory:")
_POSTGRESQL = "postgresql+psycopg"
_HOW = "Name a file, as lab.sqlite3 or sqlite:///lab.sqlite3."


class Address:
    """Where a database is, as its owner named it."""

    def __init__(self, database: str | os.PathLike[str]) -> None:
        _check_name(database)
        self.url = _url(os.fspath(database))
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            _check_sqlite(self.url)

    def __str__(self) -> str:
        """The URL without its password, for messages."""
        return self.url.render_as_string(hide_password=True)

    @property
    def name(self) -> str:
        """Where the database is, for people: a file's whole path, or a URL without its password."""
        if self.file is not None:
            return str(self.file.absolute())
        return ":memory:" if self.sqlite else str(self)

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None in memory, and elsewhere."""
        return None if not self.sqlite or self.in_memory else Path(self.url.database or "")

    @property
    def in_memory(self) -> bool:
        """Whether it is an SQLite database without a file."""
        return self.sqlite and self.url.database in _MEMORY

    @property
    def is_missing(self) -> bool:
        """Whether the database's file does not exist, so that opening it would make it."""
        return self.file is not None and not os.path.exists(self.file)

    @property
    def with_driver(self) -> URL:
        """The URL with our driver, unless it names another."""
        plain = self.url.drivername in ("postgres", "postgresql")
        return self.url.set(drivername=_POSTGRESQL) if plain else self.url


def _check_name(database: str | os.PathLike[str]) -> None:
    name = os.fspath(database)
    if not isinstance(name, str):
        raise MarketplaceError(f"A database is named by text, not by {name!r}. {_HOW}")
    if not name.strip():
        raise MarketplaceError(f"The name of the database is empty. {_HOW}")
    if "\0" in name:
        raise MarketplaceError(f"{name!r} has a NUL character in it, which no database's name can. {_HOW}")


def _url(name: str) -> URL:
    if name == ":memory:":
        return URL.create("sqlite")
    try:
        return make_url(name) if "://" in name else URL.create("sqlite", database=name)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise MarketplaceError(
            f"{_without_password(name)!r} is not a database URL; "
            "write sqlite:///file.sqlite3 or postgresql://user:password@host/name."
        ) from None


def _without_password(url: str) -> str:
    return re.sub(r"//([^:/@]*):[^@]*@", r"//\1:***@", url)


def _check_sqlite(url: URL) -> None:
    """Refuse a URL that SQLite would read in another way than its owner means."""
    if url.query:
        # The options of SQLite's own URIs would become a part of the file's name, others would change how we work.
        options = ", ".join(sorted(url.query))
        raise MarketplaceError(f"A marketplace takes no options of SQLite, but the URL has: {options}. {_HOW}")
    if url.host or url.username:
        shown = url.render_as_string(hide_password=True)
        raise MarketplaceError(f"A file has no host: a slash is missing in {shown}. {_HOW}")
