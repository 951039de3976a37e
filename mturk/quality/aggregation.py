"""Aggregation: one label for each item out of the answers of several workers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from mturk.alters_data import alters_data
from mturk.data import csv_file
from mturk.data.formula import Formulas
from mturk.errors import ConfigurationError, ValidationError
from mturk.quality.crowd_model import modelled
from mturk.quality.label import Labels, label
from mturk.quality.listing import SHOWN, Listing, rest, share
from mturk.quality.vote import Votes
from mturk.record.display import Table, shown

if TYPE_CHECKING:
    import pandas

Method = Literal["majority", "dawid_skene", "one_coin_dawid_skene", "glad", "mace"]
"""Ways to take a label, see `Results.aggregate`."""
COLUMNS = ("row", "label", "confidence", "votes")


class Aggregation(Listing, Mapping[str, str]):
    """For each row's key the label that its answers come to, in the order of the rows.

        labels = batch.results().aggregate("label", method="dawid_skene")
        labels["p1"], labels.confidence["p1"]
        labels.to_csv("labels.csv")

    A row without an answer is not in it. Where two labels come out equal, the first in the order of their texts is
    taken, and the row is in `tied`. Models compute step by step: what comes out equal by majority may come out apart
    by one of them, and is no tie there.
    """

    def __init__(self, votes: Votes, method: Method = "majority", field: str = "answers") -> None:
        if method not in get_args(Method):
            raise ValidationError(f"method: {method!r}; expected one of {', '.join(get_args(Method))}")
        self.method, self.field = method, field
        counts = votes.counts()
        # Where all say the same there is nothing to model, and models divide by the number of other answers.
        found = _majority(votes, counts) if method == "majority" or len(votes.answers) < 2 else modelled(votes, method)
        self._labels = {item: found.of_items[item] for item in counts}
        self.confidence: Mapping[str, float] = {item: each.confidence for item, each in self._labels.items()}
        """For each key the share of the votes that are for the label (majority), else the label's probability."""
        self.tied = tuple(item for item, each in self._labels.items() if each.is_tied)
        """The keys of rows where another label came out equal."""
        self.votes: Mapping[str, int] = {item: sum(each.values()) for item, each in counts.items()}
        """For each key the number of its answers."""
        self.skills: Mapping[str, float] = {worker: found.skills[worker] for worker in sorted(votes.workers)}
        """For each worker, in the order of their ids, what the method says of them, see `Results.aggregate`."""

    def __getitem__(self, key: str) -> str:
        return self._labels[key].answer

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)

    def _summary(self) -> str:
        tied = f", {len(self.tied)} tied" if self.tied else ""
        rows = f"{len(self)} row{'s' * (len(self) != 1)}"
        return f" of {shown(self.field)} by {self.method}: {rows}, {len(self.skills)} workers{tied}"

    def to_records(self) -> list[dict[str, Any]]:
        """A dict for each row: row, label, confidence, votes."""
        return [dict(zip(COLUMNS, line, strict=True)) for line in self._lines()]

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame with the columns row, label, confidence, votes. Needs pandas."""
        try:
            import pandas
        except ImportError:
            raise ConfigurationError("A data frame needs pandas: pip install pandas") from None
        return pandas.DataFrame(self.to_records(), columns=list(COLUMNS))

    @alters_data
    def to_csv(self, path: str | os.PathLike[str], *, formulas: Formulas = "quote") -> int:
        """Write row, label, confidence and votes as CSV, and say how many rows they are.

        A cell that a spreadsheet would run as a formula gets an apostrophe in front; formulas="keep" writes it as it
        is. A file that is there is replaced when all is written.
        """
        return csv_file.write(Path(path).expanduser(), COLUMNS, self._lines(), formulas)

    def _table(self) -> Table:
        """The first rows."""
        first = self.to_records()[:SHOWN]
        rows = [(each["row"], each["label"], share(each["confidence"]), each["votes"]) for each in first]
        return Table(COLUMNS, rows, f"{self!r}{rest(len(self))}")

    def _lines(self) -> Iterator[tuple[str, str, float, int]]:
        return ((key, each.answer, each.confidence, self.votes[key]) for key, each in self._labels.items())


def _majority(votes: Votes, counts: Mapping[str, Mapping[str, int]]) -> Labels:
    """The commonest answers; a worker's skill is the share of their answers that are such."""
    given, right = Counter[str](), Counter[str]()
    labels = {}
    for item, each in counts.items():
        number = sum(each.values())
        labels[item] = label((answer, count / number) for answer, count in each.items())
    for vote in votes:
        given[vote.worker] += 1
        right[vote.worker] += vote.answer == labels[vote.item].answer
    return Labels(labels, {worker: right[worker] / number for worker, number in given.items()})
