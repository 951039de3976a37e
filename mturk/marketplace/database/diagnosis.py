"""Why a database cannot be used, in words that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from mturk.marketplace.database.address import Address
from mturk.marketplace.error import MarketplaceError


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn an error of the database into a MarketplaceError that says what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        # PostgreSQL's texts have several lines.
        reason = _obstacle(address) or _explanation(address, " ".join(str(cause).split()))
        raise MarketplaceError(f"The database {address} {reason}") from None


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
    if "locked" in cause or "lock timeout" in cause:
        return "is locked by another program. Stop that program, or name another file."
    return f"cannot be used: {cause.rstrip('.')}."
