"""What a large table takes grows with its rows, and not with their square."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from mturk import HITType
from tests.batch.conftest import MakeBatch

EXPECTED = {
    "EXISTS (SELECT": "state=? AND number=?",
    "SET state = 'sent'": "state=? AND number>? AND number<?",
    "ORDER BY h.number, h.part LIMIT 500": "number>?",
}


@pytest.mark.parametrize("words", EXPECTED)
def test_a_statement_that_runs_often_finds_its_rows_by_an_index(make: MakeBatch, tmp_path: Path, words: str) -> None:
    batch = make()
    said: list[str] = []
    connection: Any = batch._journal._store._connection()
    connection.set_trace_callback(said.append)
    batch.check()
    batch.publish()
    assert sum(1 for _ in batch.rows()) == 5
    connection.set_trace_callback(None)
    statement = next(each for each in said if words in each)
    with sqlite3.connect(tmp_path / "photos.journal") as database:
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}")]
    database.close()
    assert any("mturk_batch_hit_state" in step or "autoindex_mturk_batch_hit" in step for step in plan)
    assert any(EXPECTED[words] in step for step in plan)


def test_a_second_look_at_a_large_table_takes_no_more_steps_a_row(photos: HITType, page: Path, tmp_path: Path) -> None:
    steps = []
    for number in (500, 2_000):
        rows = [{"text": f"Photo {each}", "url": "u"} for each in range(number)]
        batch = photos.batch(rows, page, journal=tmp_path / f"{number}.journal", lifetime=86_400)
        batch.check()
        counted: list[int] = []
        connection: Any = batch._journal._store._connection()
        connection.set_progress_handler(lambda counted=counted: counted.append(1), 100)
        batch.check()
        steps.append(len(counted))
    assert steps[1] < 6 * steps[0]
