"""The names that people have elsewhere, while what they did there is brought: who comes under one is known again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, exists, or_, select

from mturk.marketplace.account import alias, person
from mturk.marketplace.account.means import Means
from mturk.marketplace.call import Call
from mturk.marketplace.database import table as t
from mturk.marketplace.error import WorkerError


class KnownNames:
    """Finds workers by such names, and gives them to those who are new."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._found: dict[str, str | None] = {}
        self._has_any: bool | None = None

    def worker_id(self, name: str) -> str | None:
        """The id of the worker who has this name here; None if nobody has. Nothing is written."""
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def get_ready(self) -> None:
        """Have the key with which names are written down, which is not to be asked for within a transaction."""
        if self._found:
            self._means.key()

    def give(self, call: Call, names: Mapping[str, int]) -> None:
        """Write down which worker has which name, and that there is a person behind each; a name has one worker."""
        for name, number in names.items():
            digest = alias.digest_of(name, self._means.key())
            if alias.worker_of(call.database, name, digest) is None:
                person.add(call.database, number, self._means.now(), self._means.randomness, password=None)
                alias.add(call.database, name, digest, number)

    def _look_up(self, name: str) -> str | None:
        if self._has_any is None:
            self._has_any = self._means.store.read(
                lambda database: bool(database.execute(select(exists(select(t.alias.c.digest)))).scalar_one())
            )
        if not self._has_any or not can_be_one(name):
            return None
        digest = alias.digest_of(name, self._means.key())
        return self._means.store.read(lambda database: _id_of(database, name, digest))


def can_be_one(name: str) -> bool:
    """Whether somebody can be known by this name."""
    try:
        return alias.read(name) == name
    except WorkerError:
        return False


def _id_of(database: Connection, name: str, digest: str) -> str | None:
    column = t.alias.c
    query = (
        select(t.worker.c.worker_id)
        .join(t.alias, column.worker == t.worker.c.number)
        .where(or_(column.digest == digest, column.name == name))
    )
    found: str | None = database.execute(query).scalars().first()
    return found
