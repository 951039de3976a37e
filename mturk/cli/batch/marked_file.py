"""The results file of a batch, which may hold marks that somebody made: it is replaced only if none of them is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mturk.data import whole_file
from mturk.data.enumeration import AssignmentStatus
from mturk.data.formula import Formulas
from mturk.decision.verdict import marked
from mturk.errors import ValidationError
from mturk.table import results_file, sheet
from mturk.table.result import ANSWER, COLUMNS, DECISION, INPUT
from mturk.table.results import Results
from mturk.table.sheet import Cells

_ENCODING = "utf-8-sig"
_SUBMITTED = AssignmentStatus.SUBMITTED.value
_FEW = 5
_LONG = 1e11  # from here on a spreadsheet leaves digits out


def write(results: Results, path: Path, formulas: Formulas) -> int:
    """Write the results, and say how many they are; ValidationError if a file is there that would be a loss."""
    if path.exists():
        _expect_file(path)
        _expect_results(path)
    with whole_file.replacing(path) as new:
        number = results.to_csv(new, formulas=formulas)
        if path.exists():
            _expect_results(path)
            _expect_no_loss(path, new)
    return number


def _expect_file(path: Path) -> None:
    if not path.is_file() and not path.is_dir():
        raise ValidationError(f"{path} is no regular file; name another one with --csv, where - is stdout")


def _expect_results(path: Path) -> None:
    """The file is one of results, which can be read."""
    try:
        columns = sheet.columns(path, _ENCODING)
    except ValidationError as error:
        raise ValidationError(f"{error}. It was left as it is; name another file with --csv") from None
    if "AssignmentId" not in columns:
        raise _kept(path, "has no results")
    others = [name for name in columns if name not in (*COLUMNS, *DECISION) and not name.startswith((INPUT, ANSWER))]
    if others:
        raise _own_columns(path, others)


def _expect_no_loss(path: Path, new: Path) -> None:
    """Nothing is in the file that is not in the new one, but for marks that are carried out."""
    columns = sheet.columns(path, _ENCODING)
    written = {*sheet.columns(new, _ENCODING), *DECISION}
    others = [name for name in columns if name not in written]
    if others:
        raise _own_columns(path, others)
    cells = [name for name in columns if name.startswith((INPUT, ANSWER))]
    known = {str(row["AssignmentId"]): (str(row["AssignmentStatus"]), _print(row, cells)) for row in _rows(new)}
    if set(DECISION) & set(columns):
        _expect_no_marks(path, {one: status for one, (status, _) in known.items()})
    gone, changed = list[str](), list[str]()
    for row in _rows(path):
        one = str(row.get("AssignmentId") or "").strip()
        if one not in known:
            # As after its HIT was deleted; a spreadsheet's empty rows at the end are nothing.
            gone += [one] if any(row.values()) else []
        elif _print(row, cells) != known[one][1]:
            changed.append(one)
    if gone:
        raise _kept(path, f"has submissions that cannot be read any more ({_some(gone)})")
    if changed:
        raise _kept(path, f"has cells of submissions that somebody changed ({_some(changed)})")


def _expect_no_marks(path: Path, states: Mapping[str, str]) -> None:
    """All marks in the file are on work that is decided, so that they are carried out or never can be."""
    marks = marked(path, _ENCODING)
    waiting = sum(states.get(one, _SUBMITTED) == _SUBMITTED for one in marks)
    if waiting:
        raise ValidationError(
            f"{path} has {waiting} marks in Approve or Reject that are not carried out, and was left as it is: review "
            "first, or name another file with --csv"
        )


def _print(row: Cells, names: Iterable[str]) -> int:
    """A fingerprint of these cells, with numbers and white space as a spreadsheet may have saved them."""
    return hash(tuple(_saved(str(row.get(name) or "")) for name in names))


def _saved(cell: str) -> str:
    if cell.lower() in ("true", "false"):
        return cell.lower()
    try:
        number = float(cell)
    except ValueError:
        return " ".join(cell.split())
    # As many digits as a spreadsheet shows, and saves.
    return f"{number:.9g}" if abs(number) < _LONG else f"{number:.6g}"


def _rows(path: Path) -> Iterator[Cells]:
    return results_file.rows(path, _ENCODING)


def _own_columns(path: Path, names: list[str]) -> ValidationError:
    return _kept(path, f"has columns of its own ({_some(names)})")


def _some(names: list[str]) -> str:
    return f"{', '.join(names[:_FEW])}{' …' * (len(names) > _FEW)}"


def _kept(path: Path, why: str) -> ValidationError:
    return ValidationError(f"{path} {why}, and was left as it is; name another file with --csv")
