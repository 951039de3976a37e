"""Where things wait that are going to be brought: on disk, so that memory does not grow with them, and in order.

It is a database of SQLite's own without a name, which only this process can read, and which ends with it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Final

from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.importing.past_thing import QUALIFICATION, QUALIFICATION_TYPE, WORKER, PastThing

_TABLES: Final = """
CREATE TABLE thing (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, worker TEXT NOT NULL,
    place TEXT NOT NULL, members TEXT NOT NULL, refused INTEGER NOT NULL DEFAULT 0, UNIQUE (kind, id)
);
CREATE UNIQUE INDEX once_per_worker ON thing (parent, worker) WHERE kind = 'Assignment';
CREATE INDEX in_order ON thing (kind, parent, number);
"""
_ADD = "INSERT OR IGNORE INTO thing (kind, id, parent, worker, place, members) VALUES (?, ?, ?, ?, ?, ?)"
_SAME = "SELECT place, members FROM thing WHERE kind = ? AND id = ?"
_NEXT = " FROM thing WHERE kind = ? AND (parent, number) > (?, ?) ORDER BY parent, number LIMIT ?"
_SIZES = f"SELECT length(members){_NEXT}"
_PART = f"SELECT number, parent, id, worker, place, members{_NEXT}"
_LARGEST_PART = 8_000_000
"""Characters after which a part ends, as all of it is in memory several times: an answer alone may have 16 million."""
_MARK = "SELECT id FROM thing WHERE kind = 'Worker' AND id > ? ORDER BY id LIMIT 1000"


class Staging:
    """All that could be read of a source, each thing once."""

    def __init__(self, *, pages: int | None = None) -> None:
        """A new one; `pages` is how many pages of SQLite's it may have, where that is less than the disk."""
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(f"PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; {_TABLES}")
        if pages is not None:
            self._database.execute(f"PRAGMA max_page_count = {pages}")
        self._database.execute("BEGIN")
        self._digest = hashlib.sha256()

    def close(self) -> None:
        """Throw all of it away."""
        self._database.close()

    @property
    def digest(self) -> str:
        """What follows from all that was kept so far, and from nothing else."""
        return self._digest.hexdigest()[:16]

    def add(self, thing: PastThing) -> str:
        """Keep a thing, and its worker; why not, if another is in its place. A repetition is no other."""
        if thing.worker_id and thing.kind != WORKER:
            worker = PastThing(WORKER, thing.worker_id, "", "", thing.place, {"WorkerId": thing.worker_id}, {})
            self._put(worker, _text(worker))
        text = _text(thing)
        if self._put(thing, text):
            return ""
        same = self._database.execute(_SAME, (thing.kind, thing.id)).fetchone()
        if same is None:
            return f"worker {thing.worker_id} has another assignment of this HIT already, which counts"
        return "" if same[1] == text else f"it says something else than {same[0]}, which counts"

    def mark(self, name: str) -> None:
        """Have everybody who is in it marked by a qualification of that name."""
        kind = PastThing(QUALIFICATION_TYPE, f"name:{name}", "", "", "the mark", {"Name": name}, {})
        self._put(kind, _text(kind))
        last = ""
        while found := self._database.execute(_MARK, (last,)).fetchall():
            for (worker,) in found:
                values = {"Name": name, "WorkerId": worker, "IntegerValue": 1, "Status": "Granted"}
                one = PastThing(QUALIFICATION, f"{worker} name:{name}", "", worker, "the mark", values, {})
                self._put(one, _text(one))
            last = found[-1][0]

    def parts(self, kind: str, size: int) -> Iterator[list[PastThing]]:
        """The things of a kind, so many at a time or fewer large ones; those that belong together follow each other."""
        after = ("", 0)
        while few := self._fitting(kind, after, size):
            rows = self._database.execute(_PART, (kind, *after, few)).fetchall()
            after = (rows[-1][1], rows[-1][0])
            yield [
                PastThing(kind, id_, parent, worker, place, json.loads(members), {})
                for _, parent, id_, worker, place, members in rows
            ]

    def _fitting(self, kind: str, after: tuple[str, int], most: int) -> int:
        """How many of the things that come next are a part."""
        whole, number = 0, 0
        for (size,) in self._database.execute(_SIZES, (kind, *after, most)):
            whole, number = whole + size, number + 1
            if whole > _LARGEST_PART:
                break
        return number

    def refuse(self, thing: PastThing) -> None:
        """Note that a thing does not come in, nor what belongs to it."""
        self._database.execute("UPDATE thing SET refused = 1 WHERE kind = ? AND id = ?", (thing.kind, thing.id))

    def comes(self, kind: str, id_: str) -> bool:
        """Whether a thing is in it, and was not refused."""
        query = "SELECT 1 FROM thing WHERE kind = ? AND id = ? AND NOT refused"
        return self._database.execute(query, (kind, id_)).fetchone() is not None

    def _put(self, thing: PastThing, text: str) -> bool:
        values = (thing.kind, thing.id, thing.parent, thing.worker_id, thing.place, text)
        try:
            is_new = self._database.execute(_ADD, values).rowcount > 0
        except sqlite3.OperationalError as error:
            raise MarketplaceError(
                f"What was read could not be kept until it is brought in ({error}). It takes about as much room as its "
                "source: make room, or name another folder by SQLITE_TMPDIR. Nothing was brought in."
            ) from None
        if is_new:
            # Whether the name of a worker is known here already changes nothing of what was read.
            self._digest.update(json.dumps([thing.kind, thing.id, "" if thing.kind == WORKER else text]).encode())
        return is_new


def _text(thing: PastThing) -> str:
    return json.dumps(thing.members, sort_keys=True)
