"""The submissions of a batch: read when they are asked for, as a table, as MTurk's CSV, or one by one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mturk.alters_data import alters_data
from mturk.errors import ConfigurationError
from mturk.record.display import Table
from mturk.table import results_file
from mturk.table.result import ANSWER, COLUMNS, INPUT, Result
from mturk.table.results_file import Formulas

if TYPE_CHECKING:
    import pandas

_FEW = 10


class Results:
    """The submissions of a batch, or of a file that MTurk's site or this package wrote; read anew at each use.

    for result in batch.results():
        print(result.row["url"], result.worker_id, result.answers["label"])
    batch.results().to_csv("results.csv")
    """

    def __init__(self, read: Callable[[], Iterator[Result]], name: str = "results") -> None:
        self._source, self._name = read, name
        self._first: list[Result] = []

    @classmethod
    def read_csv(cls, path: str | os.PathLike[str], *, encoding: str = "utf-8-sig") -> Results:
        """The results in a CSV file that `to_csv`, MTurk's requester site or a spreadsheet wrote. No call."""
        file = Path(path).expanduser()
        return cls(lambda: results_file.read(file, encoding), f"results in {file.name}")

    def __iter__(self) -> Iterator[Result]:
        return self._read()

    def __repr__(self) -> str:
        return f"<Results: {self._name}>"

    def _repr_html_(self) -> str:
        """The first few as they were read last: to show something makes no call."""
        from html import escape

        if self._first:
            return _table(self._first)._repr_html_()
        return f"<p>{escape(repr(self))}: iterate over it, <code>.show()</code> the first few, or take a table</p>"

    def _read(self) -> Iterator[Result]:
        results, first = self._source(), list[Result]()
        for result in islice(results, _FEW):
            first.append(result)
            self._first = first
            yield result
        yield from results

    def show(self, number: int = _FEW) -> Table:
        """The first few as a table: the row, the worker, the state, the answers."""
        return _table(islice(self, number))

    def to_records(self) -> list[dict[str, Any]]:
        """All submissions as dicts by MTurk's names of the columns; each has all columns, nothing where it lacks one.

        Times are in UTC, amounts are Decimals, answers texts.
        """
        every = [result.fields() for result in self]
        columns = _columns(every)
        return [{name: each.get(name) for name in columns} for each in every]

    def to_pandas(self) -> pandas.DataFrame:
        """All submissions as a data frame with MTurk's columns; the reward is a number. Needs pandas."""
        try:
            import pandas
        except ImportError:
            raise ConfigurationError("A data frame needs pandas: pip install pandas") from None
        every = [result.fields() for result in self]
        columns = _columns(every) if every else list(COLUMNS)
        frame = pandas.DataFrame({name: [each.get(name) for each in every] for name in columns})
        frame["Reward"] = pandas.to_numeric(frame["Reward"])
        return frame

    @alters_data
    def to_csv(self, path: str | os.PathLike[str], *, formulas: Formulas = "quote") -> int:
        """Write all submissions as MTurk's requester site did, and say how many they are.

        The site's 27 columns, `Input.` and `Answer.` columns, Approve and Reject; UTF-8, all cells in quotes. A cell
        that a spreadsheet would run as a formula gets an apostrophe in front, which `read_csv` takes away;
        formulas="keep" writes it as it is. A file that is there is replaced when all is written.
        """
        every = list(self)
        inputs = dict.fromkeys(name for result in every for name in result.row)
        answers = sorted({name for result in every for name in result.cells})
        return results_file.write(Path(path).expanduser(), every, list(inputs), answers, formulas)


def _table(results: Iterable[Result]) -> Table:
    return Table.of(_shown(result) for result in results)


def _shown(result: Result) -> dict[str, Any]:
    """What is worth looking at; nothing of it needs a call."""
    status, spent = result.assignment.status, result.work_time
    return {
        "WorkerId": result.worker_id,
        "AssignmentStatus": status and status.value,
        "WorkTimeInSeconds": None if spent is None else int(spent.total_seconds()),
        **{f"{INPUT}{name}": cell for name, cell in result.row.items()},
        **{f"{ANSWER}{name}": cell for name, cell in result.cells.items()},
    }


def _columns(every: Iterable[dict[str, Any]]) -> list[str]:
    """All columns: the site's, the input's, then the answers' in the order of their names."""
    found = dict.fromkeys(COLUMNS)
    for each in every:
        found.update(dict.fromkeys(each))
    answers = sorted(name for name in found if name.startswith("Answer."))
    return [*(name for name in found if not name.startswith("Answer.")), *answers]
