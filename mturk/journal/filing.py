"""A table goes into the journal: new rows are added, and what was published before must not have changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import attrs

from mturk.journal.journal import ADDED, PLANNED, PUBLISHED, REFUSED, SENT, Journal, digest
from mturk.journal.journal_store import Statements
from mturk.table.sheet import Cells

Line = tuple[str, Cells, str | None]
"""A row's key, its cells, and the fingerprint of its question."""

_CHUNK = 200
_OPEN = f"('{PLANNED}', '{REFUSED}')"
# The others, named: with NOT IN SQLite would look through all HITs at each row.
_STARTED = f"('{SENT}', '{PUBLISHED}', '{ADDED}')"


_MOST = 10  # keys that are named


def _some(keys: list[str]) -> str:
    more = len(keys) - _MOST
    return ", ".join(keys[:_MOST]) + (f" and {more} more" if more > 0 else "")


@attrs.define
class Filed:
    """What was found while a table went into the journal."""

    rows: int = 0
    changed: list[str] = attrs.field(factory=list)
    """The keys of rows that are published, and differ from what was published."""
    twice: list[str] = attrs.field(factory=list)
    gone: int = 0
    """Rows that are published, and are not in the table any more."""
    is_another: bool = False
    """Whether none of the rows that are published is in the table."""

    def errors(self) -> list[str]:
        """What keeps the table out."""
        told = [f"key {key} is there twice" for key in self.twice[:_MOST]]
        if self.changed:
            way = "give a changed row another key, or start another journal"
            told.append(f"rows {_some(self.changed)}: published, and changed since; {way}")
        if self.is_another:
            told.append(
                f"none of the {self.gone} rows that are published is in this table: it seems to be another one, which "
                "needs a journal of its own"
            )
        return told

    def warnings(self) -> list[str]:
        """What is to be known about it."""
        return [f"{self.gone} rows that are published are not in the table any more"] if self.gone else []


def file(
    journal: Journal,
    rows: Iterable[Line],
    parts: Sequence[int],
    facts: Callable[[], Mapping[str, Any]],
    accept: Callable[[], bool],
) -> Filed:
    """Put the rows, each with its key, into the journal, and what is so for the batch.

    All of it or nothing: nothing where a row is a changed one or there twice, or where `accept`, which is asked after
    the last row, says no.
    """
    found = Filed()
    waiting = iter(rows)
    try:
        with journal._store.writing() as database:
            filing = _Filing(database, journal._name, parts, found)
            while chunk := list(islice(waiting, _CHUNK)):
                filing.add(chunk)
            filing.finish()
            journal._note(database, facts())
            if found.changed or found.twice or found.is_another or not accept():
                raise _Undone
    except _Undone:
        pass
    return found


class _Known(NamedTuple):
    """A row that is in the journal: whether something of it was sent, and at which filing it was there last."""

    digest: str
    filing: int
    started: bool


class _Undone(Exception):
    """Rolls back what was written."""


class _Filing:
    """One table on its way into a journal."""

    def __init__(self, database: Statements, name: str, parts: Sequence[int], found: Filed) -> None:
        self._database, self._name, self._parts, self._found = database, name, parts, found
        self._filing = 0
        self._next = 1 + self._number("SELECT COALESCE(MAX(number), 0) FROM mturk_batch_row WHERE batch = :batch")
        self._filing = 1 + self._number("SELECT COALESCE(MAX(filing), 0) FROM mturk_batch_row WHERE batch = :batch")

    def add(self, chunk: list[Line]) -> None:
        """Some more rows."""
        self._found.rows += len(chunk)
        known = self._known([line[0] for line in chunk])
        new: dict[str, Line] = {}
        again: dict[str, Line] = {}
        for line in chunk:
            key = line[0]
            if key in new or key in again or (key in known and known[key].filing == self._filing):
                self._found.twice.append(key)
            elif key in known:
                again[key] = line
            else:
                new[key] = line
        self._insert(new.values())
        self._update(line for key, line in again.items() if self._may_change(line, known[key]))

    def finish(self) -> None:
        """Rows that are not in the table any more go, unless they are published; what is new gets its HITs to be."""
        started = f"SELECT number FROM mturk_batch_hit WHERE batch = :batch AND state NOT IN {_OPEN}"
        gone = "SELECT number FROM mturk_batch_row WHERE batch = :batch AND filing < :filing"
        kept = f"number NOT IN ({started})"
        self._run(f"DELETE FROM mturk_batch_hit WHERE batch = :batch AND number IN ({gone}) AND {kept}")
        self._run(f"DELETE FROM mturk_batch_row WHERE batch = :batch AND filing < :filing AND {kept}")
        self._found.gone = self._number(f"SELECT COUNT(*) FROM ({gone}) AS gone")
        published = self._number(f"SELECT COUNT(DISTINCT number) FROM ({started}) AS started")
        self._found.is_another = 0 < published == self._found.gone
        if self._other_parts():
            self._run(f"DELETE FROM mturk_batch_hit WHERE batch = :batch AND {kept}")
        parts = ", ".join(f"({part}, {assignments})" for part, assignments in enumerate(self._parts))
        self._run(
            "INSERT INTO mturk_batch_hit (batch, number, part, assignments, state)"
            f" SELECT r.batch, r.number, p.column1, p.column2, '{PLANNED}'"
            f" FROM mturk_batch_row r CROSS JOIN (VALUES {parts}) AS p WHERE r.batch = :batch"
            " AND r.number NOT IN (SELECT number FROM mturk_batch_hit WHERE batch = :batch)"
        )

    def _other_parts(self) -> bool:
        """Whether what is planned has other assignments than are wanted now."""
        planned = self._database.rows(
            f"SELECT DISTINCT part, assignments FROM mturk_batch_hit WHERE batch = :batch AND state IN {_OPEN}"
            " AND asked = 0",
            batch=self._name,
        )
        return bool(planned) and sorted(planned) != list(enumerate(self._parts))

    def _known(self, keys: list[str]) -> dict[str, _Known]:
        names = ", ".join(f":k{place}" for place in range(len(keys)))
        found = self._database.rows(
            "SELECT r.key, r.digest, r.filing, EXISTS (SELECT 1 FROM mturk_batch_hit h WHERE h.batch = r.batch"
            f" AND h.number = r.number AND h.state IN {_STARTED})"
            f" FROM mturk_batch_row r WHERE r.batch = :batch AND r.key IN ({names})",
            batch=self._name,
            **{f"k{place}": key for place, key in enumerate(keys)},
        )
        return {key: _Known(*rest) for key, *rest in found}

    def _may_change(self, line: Line, known: _Known) -> bool:
        """Whether the row is as it was, or nothing of it was sent yet."""
        if known.started and known.digest != digest(line[1]):
            self._found.changed.append(line[0])
            # It is in the table, though not as it was.
            self._run("UPDATE mturk_batch_row SET filing = :filing WHERE batch = :batch AND key = :key", key=line[0])
            return False
        return True

    def _insert(self, lines: Iterable[Line]) -> None:
        values = [{**self._values(line), "number": number} for number, line in enumerate(lines, self._next)]
        self._database.run_all(
            "INSERT INTO mturk_batch_row (batch, number, key, digest, filing, cells, document)"
            " VALUES (:batch, :number, :key, :digest, :filing, :cells, :document)",
            values,
        )
        self._next += len(values)

    def _update(self, lines: Iterable[Line]) -> None:
        self._database.run_all(
            "UPDATE mturk_batch_row SET digest = :digest, filing = :filing, cells = :cells, document = :document"
            " WHERE batch = :batch AND key = :key",
            [self._values(line) for line in lines],
        )

    def _values(self, line: Line) -> dict[str, Any]:
        key, cells, document = line
        return {
            "batch": self._name,
            "key": key,
            "digest": digest(cells),
            "filing": self._filing,
            "cells": json.dumps(cells),
            "document": document,
        }

    def _run(self, sql: str, **values: Any) -> None:
        self._database.run(sql, batch=self._name, filing=self._filing, **values)

    def _number(self, sql: str) -> int:
        values = {"batch": self._name, "filing": self._filing} if ":filing" in sql else {"batch": self._name}
        return int(self._database.rows(sql, **values)[0][0])
