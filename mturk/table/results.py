"""The submissions of a batch: read when they are asked for, as a table, as MTurk's CSV, or one by one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mturk.alters_data import alters_data
from mturk.data.formula import Formulas
from mturk.errors import ConfigurationError, ValidationError
from mturk.quality.aggregation import Aggregation, Method
from mturk.quality.agreement import Agreement
from mturk.quality.gold import GoldAnswers
from mturk.quality.reliability import Level, Reliability, reliability
from mturk.quality.worker_table import WorkerTable, worker_table
from mturk.record.display import Table
from mturk.table import ballot, results_file
from mturk.table.ballot import Field
from mturk.table.chart import Kind, chart
from mturk.table.columns import Columns
from mturk.table.result import ANSWER, COLUMNS, INPUT, Result

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

_FEW = 10


class Results:
    """The submissions of a batch, or of a file that MTurk's site or this package wrote; read anew at each use.

    for result in batch.results():
        print(result.row["url"], result.worker_id, result.answers.get("label"))
    batch.results().to_csv("results.csv")
    """

    def __init__(self, read: Callable[[], Iterator[Result]], name: str = "results") -> None:
        self._source, self._name = read, name
        self._first: list[Result] = []

    @classmethod
    def read_csv(cls, path: str | os.PathLike[str], *, encoding: str = "utf-8-sig") -> Results:
        """The results in a CSV file that `to_csv`, MTurk's requester site or a spreadsheet wrote. No call.

        Of several rows with one AssignmentId the first counts. SheetError names the row that cannot be read.
        """
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
        columns = Columns.of(self)
        frame = pandas.DataFrame(columns)
        frame["Reward"] = pandas.to_numeric(frame["Reward"])
        return frame

    def agreement(self, field: Field, *, rejected: bool = False) -> Agreement:
        """For each row the share of the commonest answer to this field, 0 to 1: how far workers agree.

            batch.more(where=batch.results().agreement("label").below(2 / 3), assignments=2)

        The field is named as its column without `Answer.`; a function of a Result that gives a text, or None for no
        answer, can make like answers the same. What counts is the text of the cell, so several values of a field are
        one answer together, `cat|dog`. Empty and missing answers are none, and rejected submissions do not count
        unless rejected=True. ValidationError if no submission has such a field.
        """
        return Agreement(ballot.votes(self, field, rejected=rejected), ballot.name_of(field))

    def aggregate(self, field: Field, method: Method = "majority", *, rejected: bool = False) -> Aggregation:
        """For each row one label out of its answers to this field, with how sure it is; answers as in `agreement`.

        majority: the commonest answer; its share is the confidence, and a worker's skill the share of their answers
        that are the label. The others need mturk[aggregate] and estimate at the same time labels and workers:
        dawid_skene (how often each worker takes which label for which; Dawid and Skene 1979; the skill is the share
        of their answers that are right), one_coin_dawid_skene (only how often each is right; Zhang et al. 2016; for
        few answers a worker), glad (ability of workers, difficulty of rows; Whitehill et al. 2009; the skill is alpha:
        0 guesses, below 0 misleads), mace (who guesses; Hovy et al. 2013; the skill is the probability of not
        guessing). For 100,000 answers glad and mace take half a minute, the others a second.

        Of labels that come out equal the first in the order of their texts is taken, and `tied` has the row. The same
        votes give the same labels, in whatever order they came.
        """
        return Aggregation(ballot.votes(self, field, rejected=rejected), method, ballot.name_of(field))

    def reliability(self, field: Field, *, level: Level = "nominal", rejected: bool = False) -> Reliability:
        """How far the answers to this field can be relied on as a whole: Krippendorff's alpha and others.

        Each is defined in `Reliability`. `level` says what answers are: names, ranks (ordinal) or numbers (interval);
        answers as in `agreement`. Needs mturk[aggregate].
        """
        return reliability(ballot.votes(self, field, rejected=rejected), ballot.name_of(field), level)

    def gold(self, field: Field, gold: str) -> GoldAnswers:
        """How often workers gave the right answer to the rows where it is known, in the input column `gold`.

        An answer is right if it is the same text, leaving aside blanks around it, or the same number. Rows whose cell
        is empty are without gold; rejected submissions count, since it is the workers who are measured.
        """
        return GoldAnswers(ballot.submissions(self, field, gold), ballot.name_of(field))

    def workers(self, field: Field | None = None, *, gold: str | None = None, rejected: bool = False) -> WorkerTable:
        """What each worker has done: submissions, approved, rejected, the median work time; the busiest first.

        With a field also how far they agree with the others, and with the input column `gold` how many answers to
        gold rows are right. A worker's own rejected answers are looked at too; those of others are compared with only
        if rejected=True.
        """
        if gold is not None and field is None:
            raise ValidationError("gold: it needs the field that it is the answer to: workers('label', gold='truth')")
        read = ballot.submissions(self, field, gold)
        return worker_table(read, has_gold=gold is not None, rejected=rejected)

    def plot(self, kind: Kind | None = None, *, field: Field | None = None, rejected: bool = False) -> Figure:
        """A figure of agreement on a field, work time or throughput; without a kind all of them side by side.

            batch.results().plot(field="label").savefig("quality.png")

        A notebook shows it; no window opens. Work time and throughput are those of all submissions. Needs mturk[plot].
        """
        return chart(self, kind, field, rejected=rejected)

    @alters_data
    def to_csv(self, path: str | os.PathLike[str], *, formulas: Formulas = "quote") -> int:
        """Write all submissions as MTurk's requester site did, and say how many they are.

        The site's 27 columns, `Input.` and `Answer.` columns, Approve and Reject; UTF-8, all cells in quotes. A cell
        that a spreadsheet would run as a formula gets an apostrophe in front, which `read_csv` takes away;
        formulas="keep" writes it as it is, and of a cell that begins with `'=` itself `read_csv` then takes the
        apostrophe. A file that is there is replaced when all is written. Submissions are
        read once and wait on disk, beside the file, until all columns are known: a million take no more memory. Each
        name of a field that anybody sent is a column, with a cell in every row.
        """
        return results_file.write(Path(path).expanduser(), self, formulas)


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
