"""The names under which a proxy of the operator's signs people in, and which worker each of them is."""

from __future__ import annotations

from sqlalchemy import Connection, select

from mturk.marketplace.account.secret import digest
from mturk.marketplace.database import table as t
from mturk.marketplace.error import WorkerError

LONGEST = 255


def read(name: str) -> str:
    """A name as the proxy sends it; refused if it cannot be one.

    A header that is sent twice arrives as one, with a comma between: then one of the two may be a browser's own.
    """
    text = name.strip()
    if not text or len(text) > LONGEST or not text.isprintable() or "," in text:
        raise WorkerError("The name that you were signed in with cannot be used here. Tell whoever runs this site.")
    return text


def worker_of(database: Connection, name: str) -> int | None:
    """The number of the worker who has this name."""
    found = database.execute(select(t.alias.c.worker).where(t.alias.c.digest == digest(name)))
    return found.scalar_one_or_none()


def add(database: Connection, name: str, number: int) -> None:
    """Write down which worker has this name."""
    database.execute(t.alias.insert(), {"digest": digest(name), "name": name, "worker": number})


def forget(database: Connection, number: int) -> None:
    """Forget the name of a worker; whoever comes under it again is still known to be this worker."""
    database.execute(t.alias.update().where(t.alias.c.worker == number).values(name=None))
