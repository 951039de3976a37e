"""Agreement: for each item, which share of its answers is the commonest one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mturk.errors import ValidationError
from mturk.quality.label import CLOSE
from mturk.quality.listing import SHOWN, Listing, rest, share
from mturk.quality.vote import Votes
from mturk.record.display import Table, shown


class Agreement(Listing, Mapping[str, float]):
    """For each row's key the share of its commonest answer among its answers, above 0 and up to 1.

        agreement = batch.results().agreement("label")
        agreement["p1"]         # 0.67 where two of three said the same
        agreement.below(2/3)    # the keys of rows where fewer did

    In the order of the rows; a row without an answer is not in it, one with a single answer has 1.0.
    """

    def __init__(self, votes: Votes, field: str = "answers") -> None:
        self.field = field
        self.votes: Mapping[str, Mapping[str, int]] = votes.counts()
        """For each key how often each answer was given, the commonest first."""
        self._shares = {item: max(each.values()) / sum(each.values()) for item, each in self.votes.items()}

    def __getitem__(self, key: str) -> float:
        return self._shares[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shares)

    def __len__(self) -> int:
        return len(self._shares)

    def _summary(self) -> str:
        mean = "nothing to compare" if self.mean is None else f"mean {share(self.mean)}"
        return f" on {shown(self.field)}: {mean}, {len(self)} row{'s' * (len(self) != 1)}"

    @property
    def mean(self) -> float | None:
        """The mean over all rows, each counted once; None if there is none."""
        return sum(self._shares.values()) / len(self) if self._shares else None

    def below(self, limit: float) -> tuple[str, ...]:
        """The keys of the rows whose share is below this one, in the order of the rows; 2/3 is not below 2/3."""
        return below(self._shares, limit)

    def _table(self) -> Table:
        """The rows that agree least, with their answers."""
        lowest = sorted(self._shares, key=lambda key: self._shares[key])[:SHOWN]
        rows = [(key, share(self[key]), *_told(self.votes[key])) for key in lowest]
        caption = f"{self!r}, the lowest first{rest(len(self))}"
        return Table(("row", "agreement", "votes", "answers"), rows, caption)


def below(shares: Mapping[str, float], limit: float) -> tuple[str, ...]:
    """The keys whose share is below a limit from 0 to 1."""
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not 0 <= limit <= 1:
        raise ValidationError(f"limit: {limit!r}; expected a share from 0 to 1, such as 2/3")
    return tuple(key for key, each in shares.items() if each < limit - CLOSE)


def _told(answers: Mapping[str, int]) -> tuple[int, str]:
    return sum(answers.values()), ", ".join(f"{answer}: {number}" for answer, number in answers.items())
