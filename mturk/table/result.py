"""One submission of a batch, beside the row that it is for, and the columns in which MTurk's site showed it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

from mturk.data.safe_text import one_line
from mturk.errors import AnswerError
from mturk.model.assignment import Assignment
from mturk.model.hit import HIT
from mturk.question.answer import Answers
from mturk.table import answer_cell
from mturk.table.sheet import Cells

COLUMNS = (
    "HITId", "HITTypeId", "Title", "Description", "Keywords", "Reward", "CreationTime", "MaxAssignments",
    "RequesterAnnotation", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds", "Expiration",
    "NumberOfSimilarHITs", "LifetimeInSeconds", "AssignmentId", "WorkerId", "AssignmentStatus", "AcceptTime",
    "SubmitTime", "AutoApprovalTime", "ApprovalTime", "RejectionTime", "RequesterFeedback", "WorkTimeInSeconds",
    "LifetimeApprovalRate", "Last30DaysApprovalRate", "Last7DaysApprovalRate",
)  # fmt: skip
"""The fixed columns, in the site's order; the service tells nothing of the last three, nor of 13 and 14."""
INPUT, ANSWER = "Input.", "Answer."
DECISION = ("Approve", "Reject")


class Result:
    """A submission: the row's key and cells, its HIT, the assignment, and the answers as cells."""

    def __init__(
        self, key: str, row: Cells, hit: HIT, assignment: Assignment, cells: Mapping[str, str] | None = None
    ) -> None:
        self.key, self.row, self.hit, self.assignment = key, row, hit, assignment
        self._cells = cells

    def __repr__(self) -> str:
        return one_line(f"<Result row {self.key}: {self.assignment!r}>")

    @property
    def answers(self) -> Answers:
        """What the worker answered, see `Assignment.answers`; AnswerError if it cannot be read."""
        return self.assignment.answers

    @property
    def worker_id(self) -> str:
        """Who did it."""
        return self.assignment.worker_id

    @property
    def work_time(self) -> timedelta | None:
        """From accepting to submitting."""
        begun, ended = self.assignment.accept_time, self.assignment.submit_time
        if begun is None or ended is None:
            return None
        # Between whole seconds, which is what the site's files tell.
        return timedelta(seconds=int(ended.timestamp()) - int(begun.timestamp()))

    @cached_property
    def cells(self) -> Mapping[str, str]:
        """The answers as the columns `Answer.…` have them: several values of a field joined by `|`."""
        if self._cells is None:
            try:
                return answer_cell.cells(self.answers)
            except AnswerError:  # neither lost, nor in the way of others
                return {"answer_xml": self.assignment.answer_xml or ""}
        return self._cells

    def fields(self) -> dict[str, Any]:
        """All columns with their values: times and amounts as such, nothing where there is none."""
        found = dict(zip(COLUMNS, (*hit_values(self.hit), *self._work_values()), strict=True))
        found.update((f"{INPUT}{name}", cell) for name, cell in self.row.items())
        found.update((f"{ANSWER}{name}", cell) for name, cell in self.cells.items())
        return found

    def _work_values(self) -> tuple[Any, ...]:
        """The values of the columns that tell of the submission, the last 13 of `COLUMNS`."""
        work = self.assignment
        status = work.status
        return (
            work.id, work.worker_id, status and status.value, work.accept_time, work.submit_time,
            work.auto_approval_time, work.approval_time, work.rejection_time, work.requester_feedback,
            _seconds(self.work_time), None, None, None,
        )  # fmt: skip


def hit_values(hit: HIT) -> tuple[Any, ...]:
    """The values of the columns that tell of the HIT, the first 14 of `COLUMNS`."""
    return (
        hit.id, hit.hit_type_id, hit.title, hit.description, ", ".join(hit.keywords or ()), hit.reward,
        hit.creation_time, hit.max_assignments, hit.requester_annotation, _seconds(hit.assignment_duration),
        _seconds(hit.auto_approval_delay), hit.expiration, None, None,
    )  # fmt: skip


def _seconds(span: timedelta | None) -> int | None:
    # Whole seconds, as the site wrote them.
    return None if span is None else int(span.total_seconds())
