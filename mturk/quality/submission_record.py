"""What is read of each submission to judge it: who, for which item, what, how it was decided, and how long it took."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from mturk.data.enumeration import AssignmentStatus
from mturk.quality import truth


class SubmissionRecord(NamedTuple):
    """One submission."""

    item: str
    worker: str
    answer: str | None = None
    """None where the field was left empty, or is not in what was sent."""
    truth: str | None = None
    """What is known to be right for the item; None where nothing is."""
    status: AssignmentStatus | None = None
    seconds: float | None = None
    submitted: datetime | None = None

    @property
    def is_rejected(self) -> bool:
        """The work was turned down."""
        return self.status == AssignmentStatus.REJECTED

    @property
    def is_right(self) -> bool | None:
        """The answer is what is known to be right; None where nothing is known, or nothing was answered."""
        return None if self.truth is None or self.answer is None else truth.is_right(self.answer, self.truth)
