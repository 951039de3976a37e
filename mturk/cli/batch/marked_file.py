"""The results file of a batch, which may hold marks that somebody made: it is replaced only if none of them is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mturk.data.formula import Formulas
from mturk.decision.plan import DECIDED
from mturk.decision.verdict import marked
from mturk.errors import ValidationError
from mturk.table import results_file, sheet
from mturk.table.result import ANSWER, COLUMNS, DECISION, INPUT
from mturk.table.results import Results

_ENCODING = "utf-8-sig"


def write(results: Results, path: Path, formulas: Formulas) -> int:
    """Write the results, and say how many they are; ValidationError if a file is there that would be a loss."""
    if path.exists():
        _expect_results(path)
    with _beside(path) as new:
        number = results.to_csv(new, formulas=formulas)
        if path.exists():
            _expect_no_loss(path, new)
        os.replace(new, path)
    return number


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file of this process, from which the one at the path is made."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield new
    finally:
        for left in (new, new.with_name(f"{new.name}.part")):
            left.unlink(missing_ok=True)


def _expect_results(path: Path) -> None:
    """The file is one of ours, and has nothing in it that we would not write again."""
    try:
        columns = sheet.columns(path, _ENCODING)
    except ValidationError as error:
        raise ValidationError(f"{error}. It was left as it is; name another file with --csv") from None
    others = [name for name in columns if name not in (*COLUMNS, *DECISION) and not name.startswith((INPUT, ANSWER))]
    if others or "AssignmentId" not in columns:
        what = f"has columns of its own ({', '.join(others[:5])})" if "AssignmentId" in columns else "has no results"
        raise ValidationError(f"{path} {what}, and was left as it is; name another file with --csv")


def _expect_no_loss(path: Path, new: Path) -> None:
    """All marks in the file are carried out, as the new results tell."""
    _expect_results(path)
    if not set(DECISION) & set(sheet.columns(path, _ENCODING)):
        return
    marks = marked(path, _ENCODING)
    if not marks:
        return
    states = {str(cells["AssignmentId"]): cells["AssignmentStatus"] for cells in results_file.rows(new)}
    waiting = sum(states.get(one) != DECIDED[kind].value for one, (kind, _) in marks.items())
    if waiting:
        raise ValidationError(
            f"{path} has {waiting} marks in Approve or Reject that are not carried out, and was left as it is: review "
            "first, or name another file with --csv"
        )
