"""What a file or a database is, and the things in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mturk.errors import ValidationError
from mturk.moving import account_lines, dallinger_study, psiturk_study, site_results, study_database, worker_list
from mturk.moving.past import Thing
from mturk.table import sheet
from mturk.table.result import ANSWER

_KNOWN = (
    "expected the results or the workers of MTurk's requester site (CSV), results of turkle (CSV), what mturk export "
    "wrote (JSON Lines), or the database of psiTurk or Dallinger"
)
_HEAD = 1000  # characters of the first line that are looked at


def name_of(source: str) -> str:
    """What messages and the audit trail call it: no folder and no password."""
    return study_database.name_of(source) if "://" in source else Path(source).name


def things(source: str, *, encoding: str = "utf-8-sig", table: str | None = None) -> Iterator[Thing]:
    """Everything in a file, or in a database by its URL; ValidationError where it is nothing that is known.

    `table` names that of psiTurk's participants where there are several; `encoding` is that of a CSV file.
    """
    if "://" in source:
        return _of_database(source, table)
    path = Path(source).expanduser()
    if not path.is_file():
        raise ValidationError(f"{path}: there is no such file")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(study_database.MAGIC):
        return _of_database(str(path), table)
    if account_lines.is_one(head.decode("utf-8", "replace")):
        return account_lines.things(path)
    return _of_table(path, encoding)


def _of_table(path: Path, encoding: str) -> Iterator[Thing]:
    columns = sheet.columns(path, encoding)
    if site_results.NEEDED.issubset(columns):
        return site_results.things(path, encoding, columns)
    if worker_list.is_one(columns):
        return worker_list.things(path, encoding, columns)
    if any(name.startswith(ANSWER) for name in columns):
        lacks = ", ".join(sorted(site_results.NEEDED.difference(columns)))
        raise ValidationError(f"{path}: it has answers, but no {lacks}; expected the results as they were downloaded")
    raise ValidationError(f"{path}: its columns are {', '.join(columns)[:200]}; {_KNOWN}")


def _of_database(source: str, table: str | None) -> Iterator[Thing]:
    with study_database.opened(source) as database:
        name = study_database.name_of(source)
        if table is None and dallinger_study.PARTICIPANT in database.with_columns(*dallinger_study.NEEDED):
            yield from dallinger_study.things(database)
            return
        found = database.with_columns(*psiturk_study.NEEDED)
        if table is not None and table not in found:
            raise ValidationError(f"{name}: there is no table {table!r} of participants; found: {found}")
        if not found:
            raise ValidationError(f"{name}: it has tables of neither psiTurk nor Dallinger; {_KNOWN}")
        if table is None and len(found) > 1:
            raise ValidationError(f"{name}: several tables have participants ({', '.join(found)}); name one: --table")
        yield from psiturk_study.things(database, table or found[0])
