"""A table is read, held against the page, and put into the journal; or it is told what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from mturk.batch.batch_report import BatchReport
from mturk.batch.examination import Examination
from mturk.batch.offering import labelled
from mturk.batch.row_question import Asking
from mturk.errors import ValidationError
from mturk.journal.filing import file
from mturk.journal.journal import PUBLISHED, Journal
from mturk.table import sheet
from mturk.table.sheet import Cells, Source

State = tuple[object, object]
"""What tells a table and its page from changed ones."""


def state_of(source: Source, asking: Asking) -> State:
    """The state of both now; of a table that is neither a file, a list nor a data frame nothing can be told."""
    page = asking.described.get("template")
    return _table_state(source), _file_state(Path(page)) if page else None


def _table_state(source: Source) -> object:
    if isinstance(source, (str, os.PathLike)):
        return _file_state(Path(source).expanduser())
    is_frame = hasattr(source, "itertuples") or hasattr(source, "iter_rows")
    if not is_frame and not isinstance(source, (list, tuple)):
        return None
    found = hashlib.sha256()
    try:
        for cells in sheet.read(source):
            found.update(json.dumps(cells).encode())
    except sheet.SheetError as error:
        found.update(str(error).encode(errors="replace"))
    return found.digest()


def _file_state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@attrs.frozen
class Loading:
    """How a table gets into a journal."""

    source: Source
    encoding: str
    key: str | None
    """The column that names a row; its number does without."""
    asking: Asking
    annotation: str
    limit: int
    """Of a question's XML, in bytes."""
    parts: Sequence[int]
    """The assignments of each HIT of a row."""
    facts: Mapping[str, Any]
    """What is so for the whole batch."""

    def load(self, journal: Journal) -> BatchReport:
        """Put the table into the journal, all of it or nothing, and say what was found."""
        examination = Examination(self.asking, self.limit)
        changed = self._changed_page(journal)
        lines = examination.pass_by(self._keyed(journal.id))
        kept = self._other_parts(journal)
        filed = file(journal, lines, self.parts, lambda: self._facts(examination), lambda: examination.accepts)
        report = examination.report(filed.errors(), [*filed.warnings(), *changed, *kept])
        if not report:
            return report
        equal = [f"{number} rows are equal to row {key}" for key, number in journal.equal_rows()]
        return BatchReport(report.rows, report.errors, (*report.warnings, *equal))

    def _facts(self, examination: Examination) -> dict[str, Any]:
        about = {"columns": list(examination.columns), "asking": dict(self.asking.described), "page": self.asking.page}
        return {**self.facts, **about}

    def _changed_page(self, journal: Journal) -> list[str]:
        published = journal.counts().get(PUBLISHED, (0, 0))[0]
        if not published or journal.fact("page") == self.asking.page:
            return []
        return [f"the page is another one than that of the {published} HITs that are published, which keep theirs"]

    def _other_parts(self, journal: Journal) -> list[str]:
        """Rows that are published with another number of assignments keep it."""
        sizes = journal.sizes()
        others = sum(size.number for size in sizes if size.is_published and size.assignments not in self.parts)
        if not others:
            return []
        wanted = sum(self.parts)
        return [f"{others} HITs are published with another number of assignments than {wanted}, and keep it"]

    def _keyed(self, batch_id: str) -> Iterator[tuple[str, Cells]]:
        for number, cells in enumerate(sheet.read(self.source, self.encoding), 1):
            key = str(number) if self.key is None else self._key_of(cells, self.key, number)
            labelled(self.annotation, batch_id, key, 0, cells)
            yield key, cells

    def _key_of(self, cells: Cells, name: str, number: int) -> str:
        if name not in cells:
            raise ValidationError(f"key: there is no column {name!r}; the columns are {', '.join(cells)}")
        if cells[name] in ("", None):
            raise sheet.SheetError(f"row {number}: its key, in the column {name}, is empty")
        if sheet.has_half(cells[name]):
            raise sheet.SheetError(f"row {number}: its key, in the column {name}, holds half of a character")
        return str(cells[name])
