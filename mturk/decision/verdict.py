"""What is decided on submissions: by functions of your own, or by the Approve and Reject columns of MTurk's site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mturk.data import limit
from mturk.data.enumeration import AssignmentStatus
from mturk.decision.errand import approval, rejection
from mturk.decision.plan import APPROVE, DECIDED, REJECT, Step
from mturk.errors import ValidationError
from mturk.table import results_file, sheet
from mturk.table.result import Result

Judge = Callable[[Result], Any]
"""Says of a submission whether it is so: True or False, or a text, which the worker is told."""
_MARKS = ("Approve", "Reject")
_MOST = 1024  # characters that a worker is told
_NO = ("false", "f", "0", "0.0", "no", "n", "-", "none", "null", "nan", "n/a")
_YES = ("true", "t", "1", "1.0", "yes", "y", "x")


def judged(results: Iterable[Result], accept: Judge | bool | None, reject: Judge | None) -> list[Step]:
    """A step for each submission that one of the functions says yes to."""
    for name, judge in (("accept", accept), ("reject", reject)):
        if judge is not None and not callable(judge) and not (name == "accept" and isinstance(judge, bool)):
            raise ValidationError(f"{name}: {judge!r}; expected a function that says it of a Result")
    steps = []
    for result in results:
        yes = accept if isinstance(accept, bool) or accept is None else accept(result)
        no = reject(result) if reject is not None else None
        if no and yes and not isinstance(accept, bool):
            raise ValidationError(f"{result!r}: both accepted and rejected; nothing was done")
        if no:
            steps.append(_rejection(result, no))
        elif yes:
            steps.append(_approval(result, yes))
    return steps


def _approval(result: Result, said: Any) -> Step:
    words = limit.text("what accept says", said, _MOST) if isinstance(said, str) else None
    work = result.assignment
    return Step(APPROVE, work.id, work.worker_id, words, key=result.key, errand=approval(work, words))


def _rejection(result: Result, said: Any) -> Step:
    if not isinstance(said, str):
        raise ValidationError(f"reject: {said!r:.60} for {result!r}; expected the reason, which the worker is told")
    words = limit.text("what reject says", said, _MOST, 1)
    work = result.assignment
    return Step(REJECT, work.id, work.worker_id, words, key=result.key, errand=rejection(work, words))


def marked(path: Path, encoding: str) -> dict[str, tuple[str, str]]:
    """What a reviewed file says of submissions, by their ids: the kind of decision, and the words.

    Any mark in Approve approves, but one that says no; what stands in Reject is the reason. A row without either is
    left as it is.
    """
    columns = sheet.columns(path, encoding)
    if "AssignmentId" not in columns or not {name.strip().capitalize() for name in columns} & set(_MARKS):
        raise ValidationError(
            f"{path}: its columns are {', '.join(columns[:8])}{' …' * (len(columns) > 8)}; expected AssignmentId, and "
            "Approve or Reject, as in a results file"
        )
    misnamed = [name for name in columns if name not in _MARKS and name.strip().capitalize() in _MARKS]
    if misnamed:
        raise ValidationError(f"{path}: a column {misnamed[0]!r}; expected Approve and Reject; nothing was done")
    found: dict[str, tuple[str, str]] = {}
    for number, cells in enumerate(results_file.rows(path, encoding), 1):
        decision = _decision(cells, f"{path}, row {number}")
        if decision is None:
            continue
        assignment_id = str(cells.get("AssignmentId") or "").strip()
        if not assignment_id:
            raise ValidationError(f"{path}, row {number}: it has no AssignmentId; nothing was done")
        if found.setdefault(assignment_id, decision) != decision:
            raise ValidationError(f"{path}, row {number}: {assignment_id} is decided in two ways; nothing was done")
    return found


def _decision(cells: Mapping[str, Any], place: str) -> tuple[str, str] | None:
    approve, reject = (str(cells.get(name) or "").strip() for name in ("Approve", "Reject"))
    if approve and reject:
        raise ValidationError(f"{place}: a mark in Approve and in Reject; expected one of them; nothing was done")
    # What data frames and spreadsheets write for yes and no: it must neither pay somebody nor be a worker's reason.
    if approve.lower() in _NO:
        raise ValidationError(
            f"{place}: Approve has {approve!r}, though any mark approves; expected nothing, or a mark such as x"
        )
    if reject.lower() in (*_NO, *_YES):
        raise ValidationError(
            f"{place}: Reject has {reject!r}; expected the reason, which the worker is told, or nothing"
        )
    if reject:
        return REJECT, reject
    return (APPROVE, "") if approve else None


def by_marks(results: Iterable[Result], marks: Mapping[str, tuple[str, str]]) -> tuple[list[Step], list[str]]:
    """The steps that a reviewed file asks for, and what of it cannot be done any more."""
    steps, notes, left = [], [], dict(marks)
    for result in results:
        kind, words = left.pop(result.assignment.id, ("", ""))
        status = result.assignment.status
        if not kind or status == DECIDED[kind]:
            continue
        if status != AssignmentStatus.SUBMITTED:
            notes.append(f"{result.assignment.id} is {status.value} already, and stays so though the file says {kind}")
        else:
            steps.append(_rejection(result, words) if kind == REJECT else _approval(result, True))
    if left:
        some = ", ".join(list(left)[:5])
        raise ValidationError(
            f"not of this batch, though the file has them: {some}{' …' * (len(left) > 5)}; nothing was done"
        )
    return steps, notes
