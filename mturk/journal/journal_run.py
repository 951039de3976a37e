"""One run over what is not published yet: it takes each piece once, and writes down what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from mturk.journal.journal import ADDED, JOINED, PIECE, PUBLISHED, REFUSED, SENT, Journal, Piece, Published
from mturk.journal.journal_store import Statements

_THE_PIECE = "batch = :batch AND number = :number AND part = :part"


@attrs.frozen
class JournalRun:
    """A run, by its number, which grows: another process has another one."""

    journal: Journal
    number: int
    before: int = 0
    """When the run before began, in milliseconds; 0 for the first."""

    @classmethod
    def begin(cls, journal: Journal, now: int) -> JournalRun:
        """The next run."""
        with journal._store.writing() as database:
            number = int(journal._fact(database, "run") or 0) + 1
            before = int(journal._fact(database, "used") or 0)
            journal._note(database, {"run": number, "used": now})
        return cls(journal, number, before)

    def take(self, states: Iterable[str], most: int, now: int, asked: int = 0) -> list[Piece]:
        """The next pieces in these states, which count as sent from now on.

        What was sent before keeps its time: until its answer is known, only that time tells whether its token counts.
        """
        found: list[Piece] = []
        with self.journal._store.writing() as database:
            for state in states:
                found += self._take(database, state, most - len(found), now, asked)
        return found

    def _take(self, database: Statements, state: str, most: int, now: int, asked: int) -> list[Piece]:
        found = database.rows(
            f"SELECT {PIECE} FROM {JOINED} WHERE h.batch = :batch AND h.state = :state"
            " AND h.run < :run AND h.asked >= :asked ORDER BY h.number, h.part LIMIT :most",
            batch=self.journal._name,
            state=state,
            run=self.number,
            most=most,
            asked=asked,
        )
        pieces = [Piece._make(one) for one in found]
        if not pieces:
            return []
        # One statement for all of them: at each the threads that publish would have to wait.
        numbers = ", ".join(f"({piece.number}, {piece.part})" for piece in pieces)
        database.run(
            f"UPDATE mturk_batch_hit SET state = '{SENT}', run = :run,"
            f" sent = CASE WHEN state = '{SENT}' THEN sent ELSE :now END"
            f" WHERE batch = :batch AND state = :state AND run < :run AND (number, part) IN (VALUES {numbers})"
            " AND number BETWEEN :first AND :last",  # without it SQLite would look through all HITs
            batch=self.journal._name,
            run=self.number,
            first=pieces[0].number,
            last=pieces[-1].number,
            state=state,
            now=now,
        )
        return pieces

    def settle(self, answers: Iterable[Published]) -> set[tuple[int, int]]:
        """Write down what became of pieces that were sent, and tell of which it was not known yet.

        A run that began later sends again what this one waits for, and may have been told of the same HIT before.
        """
        with self.journal._store.writing() as database:
            return {(one.number, one.part) for one in answers if self._settle(database, one)}

    def _settle(self, database: Statements, one: Published) -> bool:
        if one.adds_to is not None:
            return self._let_go(database, one) if one.error else self._add(database, one)
        changed = database.run(
            "UPDATE mturk_batch_hit SET state = :state, hit = :hit, made = :made, ends = :ends, error = :error,"
            " hit_type = COALESCE(:type, hit_type), label = :label"
            f" WHERE {_THE_PIECE} AND state NOT IN ('{PUBLISHED}', '{ADDED}')",
            **self._settled(one),
        )
        return bool(changed)

    def _let_go(self, database: Statements, one: Published) -> bool:
        """What is refused of an addition is told once, and may be asked anew."""
        refused = f"UPDATE mturk_batch_hit SET state = '{ADDED}', assignments = 0, error = :error"
        changed = database.run(
            f"{refused} WHERE {_THE_PIECE} AND state <> '{ADDED}'", **self._place(one), error=one.error
        )
        return bool(changed)

    def _settled(self, one: Published) -> dict[str, Any]:
        return {
            "state": PUBLISHED if one.hit_id and not one.error else REFUSED,
            "hit": one.hit_id,
            "made": one.made,
            "ends": one.ends,
            "error": one.error,
            "type": one.hit_type,
            "label": one.label,
            "batch": self.journal._name,
            "number": one.number,
            "part": one.part,
        }

    def _add(self, database: Statements, one: Published) -> bool:
        """The assignments of an addition go to the HIT that got them, once."""
        values = self._place(one)
        changed = database.run(
            f"UPDATE mturk_batch_hit SET state = '{ADDED}', error = NULL WHERE {_THE_PIECE} AND state <> '{ADDED}'",
            **values,
        )
        if changed:
            added = f"SELECT assignments FROM mturk_batch_hit WHERE {_THE_PIECE}"
            database.run(
                f"UPDATE mturk_batch_hit SET assignments = assignments + ({added}), ends = :ends"
                " WHERE batch = :batch AND number = :number AND part = :adds_to",
                **values,
                adds_to=one.adds_to,
                ends=one.ends,
            )
        return bool(changed)

    def _place(self, one: Published) -> dict[str, Any]:
        return {"batch": self.journal._name, "number": one.number, "part": one.part}

    def put_back(self, pieces: Iterable[Piece]) -> None:
        """Pieces that were taken, and surely not sent, are as they were before."""
        with self.journal._store.writing() as database:
            database.run_all(
                "UPDATE mturk_batch_hit SET state = :state, sent = :sent"
                f" WHERE {_THE_PIECE} AND state = '{SENT}' AND run = :run",
                [{**self._of(one), "state": one.state, "sent": one.sent} for one in pieces],
            )

    def _of(self, piece: Piece) -> dict[str, Any]:
        return {"batch": self.journal._name, "number": piece.number, "part": piece.part, "run": self.number}
