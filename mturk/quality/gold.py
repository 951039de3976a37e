"""Gold: rows whose right answer is known beforehand, and how often workers give it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mturk.quality.agreement import below
from mturk.quality.listing import SHOWN, Listing, rest, share
from mturk.quality.submission_record import SubmissionRecord
from mturk.record.display import Table, shown


class GoldAnswers(Listing, Mapping[str, float]):
    """For the key of each gold row the share of its answers that are right, in the order of the rows.

        gold = batch.results().gold("label", gold="truth")
        gold.share           # over all answers to gold rows
        gold.below(0.5)      # rows that most got wrong: the known answer may be wrong itself

    Gold rows are those with something in the gold column; one that nobody has answered yet is not in it.
    """

    def __init__(self, submissions: Iterable[SubmissionRecord], field: str = "answers") -> None:
        self.field = field
        self.truth: dict[str, str] = {}
        """For each key what is known to be right; where submissions of one row have several such, all, with ` | `."""
        self._given: dict[str, int] = {}
        self._right: dict[str, int] = {}
        truths: dict[str, dict[str, None]] = {}
        for each in submissions:
            if each.truth is not None and each.is_right is not None:
                known = truths.setdefault(each.item, {})
                known[each.truth] = None
                self.truth[each.item] = " | ".join(known)
                self._given[each.item] = self._given.get(each.item, 0) + 1
                self._right[each.item] = self._right.get(each.item, 0) + each.is_right

    def __getitem__(self, key: str) -> float:
        return self._right[key] / self._given[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def _summary(self) -> str:
        told = "" if self.share is None else f" ({_percent(self.share)})"
        return f" to {shown(self.field)}: {self.right} of {self.answers} right{told}"

    @property
    def answers(self) -> int:
        """How many answers were given to gold rows."""
        return sum(self._given.values())

    @property
    def right(self) -> int:
        """How many of them are right."""
        return sum(self._right.values())

    @property
    def share(self) -> float | None:
        """The share of right ones; None if there are no answers."""
        return self.right / self.answers if self.answers else None

    def below(self, limit: float) -> tuple[str, ...]:
        """The keys of the gold rows that fewer than this share got right."""
        return below(dict(self), limit)

    def _table(self) -> Table:
        """The rows that were got wrong most."""
        lowest = sorted(self._given, key=lambda key: self[key])[:SHOWN]
        rows = [(key, self.truth[key], self._given[key], self._right[key], share(self[key])) for key in lowest]
        caption = f"{self!r}, the lowest first{rest(len(self))}"
        return Table(("row", "gold", "answers", "right", "share"), rows, caption)


def _percent(share: float) -> str:
    """100 % only where it is all."""
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"
