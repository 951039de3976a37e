"""The names that people have elsewhere, such as on a platform for studies, and which worker each of them is.

A proxy of the operator's signs people in under them, and the operator's programs name workers by them.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection, or_, select

from mturk.marketplace.database import table as t
from mturk.marketplace.error import WorkerError

LONGEST = 255


def read(name: str) -> str:
    """A name as the proxy sends it; refused if it cannot be one.

    A header that is sent twice arrives as one, with a comma between: then one of the two may be a browser's own.
    Only what a header may have around it is taken away: with another kind of blank it is another person's name.
    """
    text = name.strip(" \t\r\n")
    if not text or len(text) > LONGEST or not text.isprintable() or "," in text:
        raise WorkerError("The name that you were signed in with cannot be used here. Tell whoever runs this site.")
    return text


def digest_of(name: str, key: str) -> str:
    """How a name is known once it is forgotten; without the key nobody can try names until one fits."""
    return hmac.new(key.encode(), f"alias\0{name}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def worker_of(database: Connection, name: str, digest: str) -> int | None:
    """The number of the worker who has this name."""
    column = t.alias.c
    query = select(column.worker, column.digest).where(or_(column.digest == digest, column.name == name))
    found = database.execute(query).one_or_none()
    if found is None:
        return None
    if found.digest != digest:  # the key was lost
        database.execute(t.alias.update().where(column.digest == found.digest).values(digest=digest))
    return int(found.worker)


def add(database: Connection, name: str, digest: str, number: int) -> None:
    """Write down which worker has this name."""
    database.execute(t.alias.insert(), {"digest": digest, "name": name, "worker": number})


def forget(database: Connection, number: int) -> None:
    """Forget the name of a worker; whoever comes under it again is still known to be this worker."""
    database.execute(t.alias.update().where(t.alias.c.worker == number).values(name=None))
