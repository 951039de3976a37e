"""Workers: how much each has done, how it was decided, how long it took, and how good it looks."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import attrs

from mturk.data.enumeration import AssignmentStatus
from mturk.errors import ConfigurationError
from mturk.quality.listing import SHOWN, Listing, rest, share
from mturk.quality.submission_record import SubmissionRecord
from mturk.quality.vote import Votes
from mturk.record.display import Table

if TYPE_CHECKING:
    import pandas


@attrs.frozen
class WorkerQuality:
    """What one worker has done in a batch."""

    worker_id: str
    submissions: int
    approved: int
    rejected: int
    work_time: timedelta | None
    """The median, from accepting to submitting; None where no time is known."""
    agreement: float | None = None
    """The mean over their answers of the share of others' answers to the same row that are the same; None where
    nobody else answered, or no field was named."""
    gold: int | None = None
    """Answers to rows whose right answer is known; None where no gold column was named."""
    gold_right: int | None = None
    """How many of them are right."""

    @property
    def gold_share(self) -> float | None:
        """The share of right ones; None where there are none."""
        return self.gold_right / self.gold if self.gold and self.gold_right is not None else None


class WorkerTable(Listing, Mapping[str, WorkerQuality]):
    """For each worker's id what they have done, the busiest first.

    workers = batch.results().workers("label", gold="truth")
    workers["A1ADA"].agreement
    [worker.worker_id for worker in workers.values() if worker.gold_share == 0]
    """

    def __init__(self, workers: Iterable[WorkerQuality]) -> None:
        busiest = sorted(workers, key=lambda each: (-each.submissions, each.worker_id))
        self._workers = {each.worker_id: each for each in busiest}

    def __getitem__(self, worker_id: str) -> WorkerQuality:
        return self._workers[worker_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._workers)

    def __len__(self) -> int:
        return len(self._workers)

    def _summary(self) -> str:
        done = sum(each.submissions for each in self.values())
        return f": {len(self)} worker{'s' * (len(self) != 1)}, {done} submissions"

    def to_records(self) -> list[dict[str, Any]]:
        """A dict for each worker, with the fields of `WorkerQuality` and `gold_share`."""
        return [{**attrs.asdict(each), "gold_share": each.gold_share} for each in self.values()]

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame with a row for each worker, as `to_records` has it. Needs pandas."""
        try:
            import pandas
        except ImportError:
            raise ConfigurationError("A data frame needs pandas: pip install pandas") from None
        columns = [*(field.name for field in attrs.fields(WorkerQuality)), "gold_share"]
        return pandas.DataFrame(self.to_records(), columns=columns)

    def _table(self) -> Table:
        """The busiest workers; columns for which nothing was named are left out."""
        return Table.of(map(_shown, list(self.values())[:SHOWN]), f"{self!r}{rest(len(self))}")


def _shown(worker: WorkerQuality) -> dict[str, object]:
    return {
        "worker": worker.worker_id,
        "submissions": worker.submissions,
        "approved": worker.approved,
        "rejected": worker.rejected,
        "work time": None if worker.work_time is None else timedelta(seconds=round(worker.work_time.total_seconds())),
        "agreement": None if worker.agreement is None else share(worker.agreement),
        "gold": worker.gold,
        "right": worker.gold_right,
        "gold share": None if worker.gold_share is None else share(worker.gold_share),
    }


@attrs.define
class _Tally:
    """What is counted of one worker."""

    states: Counter[AssignmentStatus | None] = attrs.field(factory=Counter)
    seconds: array[float] = attrs.field(factory=lambda: array("d"))
    gold: int = 0
    right: int = 0

    def add(self, submission: SubmissionRecord) -> None:
        self.states[submission.status] += 1
        if submission.seconds is not None:
            self.seconds.append(submission.seconds)
        if submission.is_right is not None:
            self.gold += 1
            self.right += submission.is_right


def worker_table(submissions: Iterable[SubmissionRecord], *, has_gold: bool, rejected: bool = False) -> WorkerTable:
    """The table of these submissions. A worker's rejected answers are theirs too; others are not held against them."""
    tallies: dict[str, _Tally] = {}
    answers, rejections = Votes(), Votes()
    for each in submissions:
        tallies.setdefault(each.worker, _Tally()).add(each)
        if each.answer is not None:
            kept = rejections if each.is_rejected and not rejected else answers
            kept.add_first(each.item, each.worker, each.answer)
    agreements = _agreements(answers, rejections)
    return WorkerTable(_quality(worker, tally, agreements.get(worker), has_gold) for worker, tally in tallies.items())


def _quality(worker: str, tally: _Tally, agreement: float | None, has_gold: bool) -> WorkerQuality:
    return WorkerQuality(
        worker_id=worker,
        submissions=tally.states.total(),
        approved=tally.states[AssignmentStatus.APPROVED],
        rejected=tally.states[AssignmentStatus.REJECTED],
        work_time=timedelta(seconds=median(tally.seconds)) if tally.seconds else None,
        agreement=agreement,
        gold=tally.gold if has_gold else None,
        gold_right=tally.right if has_gold else None,
    )


def _agreements(answers: Votes, rejections: Votes) -> dict[str, float]:
    """For each worker the mean share of others' answers that are the same as theirs, where there are others."""
    counts = answers.counts()
    numbers = {item: sum(each.values()) for item, each in counts.items()}
    own = Counter((vote.worker, vote.item) for vote in answers)
    same = Counter(answers)
    shares: dict[str, float] = {}
    compared: Counter[str] = Counter()
    for votes in (answers, rejections):
        for vote in votes:
            others = numbers.get(vote.item, 0) - own[vote.worker, vote.item]
            if others:
                alike = counts[vote.item].get(vote.answer, 0) - same[vote]
                shares[vote.worker] = shares.get(vote.worker, 0.0) + alike / others
                compared[vote.worker] += 1
    return {worker: shares[worker] / number for worker, number in compared.items()}
