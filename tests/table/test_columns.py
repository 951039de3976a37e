"""A data frame has what the records have, in less memory."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk import HIT, Assignment, Result, Results
from mturk.table.columns import Columns

CELLS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "x", "=1"]), max_size=3)
SOME = st.lists(st.tuples(CELLS, CELLS, st.booleans()), max_size=6)


def result(number: int, row: dict[str, Any], answers: dict[str, str], hit: HIT | None = None) -> Result:
    if hit is None:
        hit = HIT(f"3HIT{number}")
        hit._set(hit_type_id="3TYPE", title="Label", description="…", keywords=("a", "b"), reward=Decimal("0.05"),
                 creation_time=datetime(2019, 10, 17, tzinfo=timezone.utc), max_assignments=2,
                 requester_annotation=f"row={number}", assignment_duration=None, auto_approval_delay=None,
                 expiration=None)  # fmt: skip
    work = Assignment(f"3ASSIGNMENT{number}")
    moment = datetime(2019, 10, 17, 12, 0, number % 60, tzinfo=timezone.utc)
    work._set(hit_id=hit.id, worker_id=f"A{number % 7}", status=None, accept_time=moment, submit_time=moment,
              auto_approval_time=None, approval_time=None, rejection_time=None, requester_feedback=None)  # fmt: skip
    return Result(str(number), row, hit, work, answers)


def several(given_rows: list[tuple[dict[str, str], dict[str, str], bool]]) -> list[Result]:
    made: list[Result] = []
    for number, (row, answers, is_same_hit) in enumerate(given_rows):
        made.append(result(number, row, answers, made[-1].hit if made and is_same_hit else None))
    return made


@given(SOME)
def test_columns_hold_what_the_records_hold(rows: list[tuple[dict[str, str], dict[str, str], bool]]) -> None:
    every = several(rows)
    records = Results(lambda: iter(every)).to_records()
    columns = Columns.of(every)
    assert [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)] == records
    if records:
        assert list(columns) == list(records[0])


def answered(xml_of: dict[str, Any]) -> Result:
    """A submission in whose answers a crowd form has these fields."""
    made = result(1, {}, {})
    made.assignment._set(answer_xml="<QuestionFormAnswers><Answer><QuestionIdentifier>taskAnswers</QuestionIdentifier>"
                         f"<FreeText>{json.dumps([xml_of])}</FreeText></Answer></QuestionFormAnswers>")  # fmt: skip
    return Result(made.key, made.row, made.hit, made.assignment)


HOSTILE = {
    "fields": {str(number): 1 for number in range(2_001)},
    "leaves": {"label": {str(number): 1 for number in range(2_001)}},
    "names": {"k" * 100_000: {str(number): 1 for number in range(2_000)}},
}


@pytest.mark.parametrize("fields", HOSTILE.values(), ids=HOSTILE)
def test_one_submission_makes_no_table_many_times_its_size(fields: dict[str, Any]) -> None:
    columns = Columns.of([answered({"label": {"cat": True}}), answered(fields)])
    names = [name for name in columns if name.startswith("Answer.")]
    assert len(names) == 2
    assert "Answer.label.cat" in names
    assert sum(map(len, names)) < 200_000


def test_a_frame_is_that_of_the_records() -> None:
    every = several([({"a": "x"}, {"b": "y"}, False), ({"a": "z"}, {"a": "=1"}, True)])
    results = Results(lambda: iter(every))
    records = pandas.DataFrame(results.to_records())
    records["Reward"] = pandas.to_numeric(records["Reward"])
    pandas.testing.assert_frame_equal(results.to_pandas(), records)


def made(number: int) -> Iterator[Result]:
    """Results as they are read: each gone when the next one comes."""
    for each in range(number):
        last = {"last": "z"} if each == number - 1 else {}
        yield result(each, {"text": "A picture" * 20}, {"label": "a cat" * 40, **last})


def test_a_file_of_any_number_takes_the_same_memory(tmp_path: Path) -> None:
    peaks = []
    for number in (500, 5_000):
        gc.collect()
        tracemalloc.start()
        assert Results(lambda number=number: made(number)).to_csv(tmp_path / "results.csv") == number
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 100_000
    header, *_, last = (tmp_path / "results.csv").read_text().split("\n")
    assert '"Answer.label","Answer.last"' in header
    assert last.endswith('"z"')


def test_results_are_read_once_for_a_file(tmp_path: Path) -> None:
    times = []

    def read() -> Iterator[Result]:
        times.append(1)
        return made(3)

    Results(read).to_csv(tmp_path / "results.csv")
    assert len(times) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


def test_a_frame_holds_no_submissions() -> None:
    alive: WeakSet[Result] = WeakSet()
    most = []

    def read() -> Iterator[Result]:
        for each in made(200):
            alive.add(each)
            most.append(len(alive))
            yield each

    assert len(Results(read).to_pandas()) == 200
    assert max(most) < 20
