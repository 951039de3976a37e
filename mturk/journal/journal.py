"""The journal of a batch: its rows, and what became of each, written before and after each call."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from mturk.errors import ValidationError
from mturk.journal.journal_store import Statements, store_at
from mturk.model.hit import HIT
from mturk.table.sheet import Cells

PLANNED: Final = "planned"
SENT: Final = "sent"
"""Given to a call whose answer is not known: it may have been carried out."""
PUBLISHED: Final = "published"
REFUSED: Final = "refused"
ADDED: Final = "added"
"""More assignments of a HIT that was there: its own piece has them now."""

_VERSION = 1
_PAGE = 500
_TABLES = (
    "CREATE TABLE IF NOT EXISTS mturk_batch ("
    "batch TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (batch, name))",
    "CREATE TABLE IF NOT EXISTS mturk_batch_row ("
    "batch TEXT NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, "
    "filing INTEGER NOT NULL, cells TEXT NOT NULL, document TEXT, "
    "PRIMARY KEY (batch, number), UNIQUE (batch, key))",
    "CREATE TABLE IF NOT EXISTS mturk_batch_hit ("
    "batch TEXT NOT NULL, number INTEGER NOT NULL, part INTEGER NOT NULL, assignments INTEGER NOT NULL, "
    "state TEXT NOT NULL, hit TEXT, run INTEGER NOT NULL DEFAULT 0, sent BIGINT, made BIGINT, ends BIGINT, error TEXT, "
    "adds_to INTEGER, hit_type TEXT, asked INTEGER NOT NULL DEFAULT 0, label TEXT, "
    "PRIMARY KEY (batch, number, part))",
    "CREATE TABLE IF NOT EXISTS mturk_batch_bonus ("
    "batch TEXT NOT NULL, worker TEXT NOT NULL, amount TEXT NOT NULL, reason TEXT NOT NULL, wanted TEXT NOT NULL, "
    "assignment TEXT NOT NULL, is_paid INTEGER NOT NULL DEFAULT 0, "
    "PRIMARY KEY (batch, worker, amount, reason, wanted))",
    "CREATE INDEX IF NOT EXISTS mturk_batch_hit_state ON mturk_batch_hit (batch, state, number, part)",
)


class SheetRow(NamedTuple):
    """A row of the table, as it is in the journal."""

    number: int
    key: str
    cells: Cells


class Piece(NamedTuple):
    """One HIT of a batch: a row, or a part of its assignments, and what became of it. Times are in milliseconds."""

    number: int
    key: str
    part: int
    assignments: int
    state: str
    hit_id: str | None
    sent: int | None
    made: int | None
    ends: int | None
    error: str | None
    cells_json: str
    document: str | None
    """The fingerprint of the question that was examined."""
    adds_to: int | None = None
    """The part of the row whose HIT gets these assignments; None where they are a HIT of their own."""
    hit_type: str | None = None
    """The HIT type of a HIT that is published, or that is to have another type than the batch's."""
    asked: int = 0
    """1 for what was asked for beyond what the batch began with."""
    label: str | None = None
    """The annotation of a HIT that is published; None where it is not known."""

    @property
    def cells(self) -> Cells:
        """The row's cells."""
        found: Cells = json.loads(self.cells_json)
        return found


PIECE = (
    "h.number, r.key, h.part, h.assignments, h.state, h.hit, h.sent, h.made, h.ends, h.error, r.cells, r.document, "
    "h.adds_to, h.hit_type, h.asked, h.label"
)
JOINED = "mturk_batch_hit h JOIN mturk_batch_row r ON r.batch = h.batch AND r.number = h.number"


class Published(NamedTuple):
    """What an answer told of a piece: its HIT, or why there is none."""

    number: int
    part: int
    hit_id: str | None = None
    made: int | None = None
    ends: int | None = None
    error: str | None = None
    adds_to: int | None = None
    hit_type: str | None = None
    label: str | None = None


class Size(NamedTuple):
    """Pieces of a batch that are alike."""

    is_published: bool
    assignments: int
    whole: int
    """The assignments of the HIT: those of an addition together with what is there, since its fee goes by them."""
    number: int
    """How many there are."""


class WantedBonus(NamedTuple):
    """A bonus as it is asked for; asked for again it is the same one."""

    worker_id: str
    amount: Decimal
    reason: str
    assignment_id: str | None
    """The submission that was asked for, if it mattered."""


class Bonus(NamedTuple):
    """A bonus that was to be paid: for which submission, and whether it surely was."""

    assignment_id: str
    is_paid: bool


def milliseconds(moment: datetime | None) -> int | None:
    """A time as the journal has it."""
    return None if moment is None else round(moment.timestamp() * 1000)


def digest(cells: Mapping[str, Any]) -> str:
    """What tells a row from a changed one; the order of its columns does not matter."""
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()[:32]


class Journal:
    """What is known of a batch, in one file or database; each change is on disk when the call that made it returns."""

    def __init__(self, place: str | os.PathLike[str], *, new: bool = True) -> None:
        self._store = store_at(place)
        if not new and not self._store.is_there():
            raise ValidationError(f"journal: there is none at {self._store!r}; make the batch with hit_type.batch(…)")
        self._name = self._store.name
        self._store.prepare(_TABLES)
        with self._store.writing() as database:
            database.run(
                "INSERT INTO mturk_batch (batch, name, value)"
                " VALUES (:batch, 'id', :value), (:batch, 'version', :version) ON CONFLICT (batch, name) DO NOTHING",
                batch=self._name,
                value=json.dumps(secrets.token_hex(8)),
                version=json.dumps(_VERSION),
            )
        if self.fact("version") != _VERSION:
            raise ValidationError(f"journal: {self._store!r} was made by another version of mturk")
        self.id = str(self.fact("id"))

    def __repr__(self) -> str:
        return f"<Journal {self._store!r}>"

    def close(self) -> None:
        """Let go of the file or database."""
        self._store.close()

    def fact(self, name: str) -> Any:
        """Something that is so for the whole batch; None if it is not known."""
        with self._store.reading() as database:
            return self._fact(database, name)

    def _fact(self, database: Statements, name: str) -> Any:
        found = database.rows(
            "SELECT value FROM mturk_batch WHERE batch = :batch AND name = :name", batch=self._name, name=name
        )
        return json.loads(found[0][0]) if found else None

    def note(self, **facts: Any) -> None:
        """Write down what is so for the whole batch."""
        with self._store.writing() as database:
            self._note(database, facts)

    def _note(self, database: Statements, facts: Mapping[str, Any]) -> None:
        for name, value in facts.items():
            database.run(
                "INSERT INTO mturk_batch (batch, name, value) VALUES (:batch, :name, :value)"
                " ON CONFLICT (batch, name) DO UPDATE SET value = excluded.value",
                batch=self._name,
                name=name,
                value=json.dumps(value),
            )

    def row_count(self) -> int:
        """How many rows there are."""
        return int(self._one("SELECT COUNT(*) FROM mturk_batch_row WHERE batch = :batch")[0])

    def rows(self) -> Iterator[SheetRow]:
        """All rows, in their order."""
        after = 0
        while True:
            with self._store.reading() as database:
                found = database.rows(
                    "SELECT number, key, cells FROM mturk_batch_row WHERE batch = :batch AND number > :after"
                    f" ORDER BY number LIMIT {_PAGE}",
                    batch=self._name,
                    after=after,
                )
            for number, key, cells in found:
                yield SheetRow(number, key, json.loads(cells))
            if len(found) < _PAGE:
                return
            after = found[-1][0]

    def pieces(self, *states: str) -> Iterator[Piece]:
        """All HITs to be or made, or those in some states, in the order of the rows."""
        wanted = f" AND h.state IN ({', '.join(map(repr, states))})" if states else f" AND h.state <> '{ADDED}'"
        number, part = 0, 0
        while True:
            with self._store.reading() as database:
                found = database.rows(
                    f"SELECT {PIECE} FROM {JOINED} WHERE h.batch = :batch{wanted}"
                    " AND (h.number > :number OR (h.number = :number AND h.part > :part))"
                    f" ORDER BY h.number, h.part LIMIT {_PAGE}",
                    batch=self._name,
                    number=number,
                    part=part,
                )
            yield from map(Piece._make, found)
            if len(found) < _PAGE:
                return
            number, part = found[-1][0], found[-1][2]

    def piece(self, number: int, part: int) -> Piece:
        """One of them."""
        found = self._one(
            f"SELECT {PIECE} FROM {JOINED} WHERE h.batch = :batch AND h.number = :number AND h.part = :part",
            number=number,
            part=part,
        )
        return Piece._make(found)

    def equal_rows(self) -> list[tuple[str, int]]:
        """The keys of rows that are there more than once under several keys, and how often; ten at most."""
        with self._store.reading() as database:
            found = database.rows(
                "SELECT MIN(key), COUNT(*) FROM mturk_batch_row WHERE batch = :batch GROUP BY digest"
                " HAVING COUNT(*) > 1 ORDER BY MIN(number) LIMIT 10",
                batch=self._name,
            )
        return [(key, number) for key, number in found]

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each state how many HITs are in it, and how many assignments they have."""
        with self._store.reading() as database:
            found = database.rows(
                "SELECT state, COUNT(*), SUM(assignments) FROM mturk_batch_hit"
                f" WHERE batch = :batch AND state <> '{ADDED}' GROUP BY state",
                batch=self._name,
            )
        return {state: (count, int(assignments)) for state, count, assignments in found}

    def has_begun(self) -> bool:
        """Whether anything was sent."""
        return any(state in (PUBLISHED, SENT) for state in self.counts())

    def sizes(self) -> list[Size]:
        """How many HITs and additions to HITs there are of each size."""
        with self._store.reading() as database:
            found = database.rows(
                f"SELECT CASE WHEN h.state = '{PUBLISHED}' THEN 1 ELSE 0 END AS is_published, h.assignments,"
                " h.assignments + COALESCE(o.assignments, 0) AS whole, COUNT(*) FROM mturk_batch_hit h"
                " LEFT JOIN mturk_batch_hit o ON o.batch = h.batch AND o.number = h.number AND o.part = h.adds_to"
                f" WHERE h.batch = :batch AND h.state <> '{ADDED}' GROUP BY is_published, h.assignments, whole",
                batch=self._name,
            )
        return [Size(bool(published), assignments, whole, number) for published, assignments, whole, number in found]

    def hit_ids(self) -> set[str]:
        """The ids of all HITs that are published."""
        return {str(piece.hit_id) for piece in self.pieces(PUBLISHED)}

    def hit_types(self) -> set[str]:
        """The ids of the HIT types that HITs have, or are to have."""
        types = "SELECT DISTINCT hit_type FROM mturk_batch_hit WHERE batch = :batch AND hit_type IS NOT NULL"
        with self._store.reading() as database:
            return {str(found) for (found,) in database.rows(types, batch=self._name)}

    def succeed(self, batch_id: str) -> None:
        """Be the journal of this batch, of which nothing else is left: its tokens and marks are found again."""
        self.note(id=batch_id, lanes=[])
        self.id = batch_id

    def last_parts(self) -> dict[int, int]:
        """The highest part that each row has had."""
        with self._store.reading() as database:
            found = database.rows(
                "SELECT number, MAX(part) FROM mturk_batch_hit WHERE batch = :batch GROUP BY number", batch=self._name
            )
        return {number: int(part) for number, part in found}

    def plan_more(self, pieces: Iterable[Piece]) -> None:
        """Write down what rows are asked for beyond what they have; what was refused of that before is let go.

        Each has the part that came next when the row was looked at: what another process has planned since has it too,
        and is enough.
        """
        lines = [{**piece._asdict(), "batch": self._name} for piece in pieces]
        with self._store.writing() as database:
            database.run_all(
                f"UPDATE mturk_batch_hit SET state = '{ADDED}', assignments = 0"
                f" WHERE batch = :batch AND number = :number AND asked = 1 AND state = '{REFUSED}'",
                lines,
            )
            database.run_all(
                "INSERT INTO mturk_batch_hit (batch, number, part, assignments, state, hit, adds_to, hit_type, asked)"
                f" VALUES (:batch, :number, :part, :assignments, '{PLANNED}', :hit_id, :adds_to, :hit_type, 1)"
                " ON CONFLICT (batch, number, part) DO NOTHING",
                lines,
            )

    def adopt(self, found: Iterable[tuple[Piece, HIT]]) -> None:
        """Write down HITs that were published otherwise."""
        with self._store.writing() as database:
            database.run_all(
                f"UPDATE mturk_batch_hit SET state = '{PUBLISHED}', hit = :hit, assignments = :assignments,"
                " hit_type = :type, label = :label, made = :made, ends = :ends, error = NULL"
                " WHERE batch = :batch AND number = :number AND part = :part",
                [
                    {
                        "hit": hit.id,
                        "assignments": hit.max_assignments,
                        "type": hit.hit_type_id,
                        "label": hit.requester_annotation or "",
                        "made": milliseconds(hit.creation_time),
                        "ends": milliseconds(hit.expiration),
                        "batch": self._name,
                        "number": piece.number,
                        "part": piece.part,
                    }
                    for piece, hit in found
                ],
            )

    def bonuses(self) -> dict[WantedBonus, Bonus]:
        """All bonuses that were ever planned."""
        with self._store.reading() as database:
            found = database.rows(
                "SELECT worker, amount, reason, wanted, assignment, is_paid FROM mturk_batch_bonus"
                " WHERE batch = :batch",
                batch=self._name,
            )
        return {
            WantedBonus(worker, Decimal(amount), reason, wanted or None): Bonus(assignment, bool(is_paid))
            for worker, amount, reason, wanted, assignment, is_paid in found
        }

    def plan_bonuses(self, chosen: Mapping[WantedBonus, str]) -> None:
        """Write down for which submissions bonuses are to be paid; what was written down before stays."""
        with self._store.writing() as database:
            database.run_all(
                "INSERT INTO mturk_batch_bonus (batch, worker, amount, reason, wanted, assignment)"
                " VALUES (:batch, :worker, :amount, :reason, :wanted, :assignment)"
                " ON CONFLICT (batch, worker, amount, reason, wanted) DO NOTHING",
                [{**self._bonus(wanted), "assignment": assignment} for wanted, assignment in chosen.items()],
            )

    def note_paid(self, wanted: WantedBonus) -> None:
        """Write down that a bonus is paid."""
        with self._store.writing() as database:
            database.run(
                "UPDATE mturk_batch_bonus SET is_paid = 1 WHERE batch = :batch AND worker = :worker"
                " AND amount = :amount AND reason = :reason AND wanted = :wanted",
                **self._bonus(wanted),
            )

    def _bonus(self, wanted: WantedBonus) -> dict[str, str]:
        return {
            "batch": self._name,
            "worker": wanted.worker_id,
            "amount": f"{wanted.amount:.2f}",
            "reason": wanted.reason,
            "wanted": wanted.assignment_id or "",
        }

    def _one(self, sql: str, **values: Any) -> tuple[Any, ...]:
        with self._store.reading() as database:
            return database.rows(sql, batch=self._name, **values)[0]
