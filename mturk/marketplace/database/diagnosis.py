"""Why a database cannot be used, in words that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from mturk.marketplace.database.address import Address
from mturk.marketplace.error import DatabaseBusy, DatabaseError

# What psycopg says where the server is not there, or no more.
_UNREACHED = (
    "connection failed",
    "connection is bad",  # psycopg 3.1
    "connection to server",
    "server closed the connection",
    "connection is lost",
    "connection timeout",
    "the connection is closed",
    "terminating connection",
    "failed to resolve host",
    "could not translate host name",
    "timeout expired",
)


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn every error of the database, while it is opened, into one that says what to do."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _diagnosed(address, error) from None


@contextmanager
def failures_explained(address: Address) -> Iterator[None]:
    """Turn what any statement can meet (a server that is down, a lock, damage) into an error that says what to do."""
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        raise _diagnosed(address, error) from error
    except exc.DatabaseError as error:
        if type(error) is not exc.DatabaseError:  # the kinds of it that are left are mistakes of ours
            raise
        raise _diagnosed(address, error) from error


def _diagnosed(address: Address, error: exc.SQLAlchemyError) -> DatabaseError:
    cause = getattr(error, "orig", None) or error
    # PostgreSQL's texts have several lines.
    text = " ".join(str(cause).split())
    busy = _occupation(error, text)
    if busy is not None:
        return DatabaseBusy(f"The database {address} {busy}")
    return DatabaseError(f"The database {address} {_obstacle(address) or _explanation(address, text)}")


def _occupation(error: exc.SQLAlchemyError, cause: str) -> str | None:
    """Who else is at work in the database."""
    if isinstance(error, exc.TimeoutError):
        return "is busy: all connections of this process are in use for longer than anybody waits."
    if "locked" in cause or "lock timeout" in cause:
        return "is locked by another program. Stop that program, or name another file."
    return None


def _obstacle(address: Address) -> str | None:
    """What is in the place of a database's file or of one of its folders."""
    file = address.file
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


def _explanation(address: Address, cause: str) -> str:
    if "unable to open" in cause and address.file is not None:
        folder = address.file.resolve().parent
        reason = f"in {folder}" if folder.is_dir() else f"because the folder {folder} does not exist"
        return f"cannot be opened or made {reason}. Name a file in a folder that you can write to."
    if "readonly" in cause:
        return "cannot be written to. Change its permissions, or name another file."
    if "not a database" in cause or "malformed" in cause:
        return f"is damaged or something else ({cause}). Restore a copy of it, or name another file."
    if "authentication failed" in cause:
        return f"refuses this user or password ({_short(cause)}). Correct the URL."
    if 'database "' in cause and "does not exist" in cause:
        return f"is not there ({_short(cause)}). Make it with createdb, or correct the URL."
    if "too many clients" in cause or "remaining connection slots" in cause:
        return "takes no more connections. Raise its max_connections, or serve by fewer processes, with 16 each."
    if any(words in cause for words in _UNREACHED):
        return f"cannot be reached: {_short(cause)}. Start its server, or correct the URL."
    return f"cannot be used: {cause.rstrip('.')}."


def _short(cause: str) -> str:
    """What PostgreSQL says, without its guess at the end."""
    return cause.partition(" Is the server running")[0].rstrip(".")
