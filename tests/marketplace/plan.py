"""How SQLite finds what it is asked for: by an index, or by a walk over everything."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def plans(*of: str, everywhere: bool = False) -> Iterator[list[str]]:
    """How SQLite finds what this thread, or any, asks for, or what other statements are about, a line for each step."""
    lines: list[str] = []
    here = threading.get_ident()
    kinds = of or ("SELECT", "WITH")

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, _: object, many: bool) -> None:
        if (everywhere or threading.get_ident() == here) and statement.startswith(kinds):
            one = parameters[0] if many else parameters
            plan = cursor.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", one)
            lines.extend(f"{row[3]} in {statement}" for row in plan.fetchall())

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield lines
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def walks(lines: Sequence[str]) -> list[str]:
    """The steps that look at everything there is."""
    # The market has one row, and what a part of the same question found is in memory.
    inner = ("SCAN market ", "SCAN anon", "SCAN (subquery", "SCAN CONSTANT ROW")
    return [line for line in lines if line.startswith("SCAN ") and not line.startswith(inner)]
