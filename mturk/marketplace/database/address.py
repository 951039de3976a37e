"""Where a database is: what cannot be its name is refused before anything is opened."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import URL

from mturk.marketplace.error import MarketplaceError

_MEMORY = (None, "", ":memory:")
_HOW = "Name a file, as lab.sqlite3 or sqlite:///lab.sqlite3."


def check_name(database: str | os.PathLike[str]) -> None:
    """Refuse what is no name at all."""
    name = os.fspath(database)
    if not isinstance(name, str):
        raise MarketplaceError(f"A database is named by text, not by {name!r}. {_HOW}")
    if not name.strip():
        raise MarketplaceError(f"The name of the database is empty. {_HOW}")
    if "\0" in name:
        raise MarketplaceError(f"{name!r} has a NUL character in it, which no database's name can. {_HOW}")


def check_url(url: URL) -> None:
    """Refuse a URL of SQLite that would mean another file or another way of working than it seems."""
    if url.get_backend_name() != "sqlite":
        return
    if url.query:
        # Those of SQLite's own URIs would be taken into the file's name, the others would change how we work.
        options = ", ".join(sorted(url.query))
        raise MarketplaceError(f"A marketplace takes no options of SQLite, but the URL has: {options}. {_HOW}")
    if url.host or url.username:
        shown = url.render_as_string(hide_password=True)
        raise MarketplaceError(f"A file has no host: a slash is missing in {shown}. {_HOW}")


def file_of(url: URL) -> Path | None:
    """The file that a database is kept in, if it is one."""
    if url.get_backend_name() != "sqlite" or url.database in _MEMORY:
        return None
    return Path(url.database or "")


def is_missing(url: URL) -> bool:
    """Whether a database's file is not there, so that opening it would make it."""
    file = file_of(url)
    return file is not None and not os.path.exists(file)


def obstacle(url: URL) -> str | None:
    """What stands where a database's file should be, in the words that follow its name; None if nothing does."""
    file = file_of(url)
    if file is None:
        return None
    if os.path.isdir(file):
        return "is a folder. Name a file in it."
    for folder in file.absolute().parents:
        if os.path.isdir(folder):
            return None
        if os.path.exists(folder):
            return f"cannot be opened: {folder} is a file, not a folder. Name a file in a folder."
    return None
