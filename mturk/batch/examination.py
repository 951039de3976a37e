"""Each row is held against the page before anything is sent: what is missing, too large, or has no place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import attrs

from mturk.batch.batch_report import BatchReport, Findings
from mturk.batch.row_question import Asking
from mturk.data import safe_text
from mturk.errors import MTurkError
from mturk.question import question
from mturk.question.layout import Layout
from mturk.question.question import Examined
from mturk.table.sheet import Cells, SheetError, has_half

_MOST = 20  # columns that are named


@attrs.define
class Examination:
    """What is found while rows pass by."""

    asking: Asking
    limit: int
    """Of a question's XML, in bytes."""
    rows: int = 0
    columns: dict[str, None] = attrs.field(factory=dict)
    _errors: Findings = attrs.field(factory=Findings)
    _warnings: Findings = attrs.field(factory=Findings)
    _unreadable: list[str] = attrs.field(factory=list)

    def pass_by(self, rows: Iterable[tuple[str, Cells]]) -> Iterator[tuple[str, Cells, str | None]]:
        """The rows, each with what tells its question from another; an unreadable table ends where it breaks."""
        try:
            for key, cells in rows:
                self.rows += 1
                self.columns.update(dict.fromkeys(cells))
                yield key, cells, self._examine(key, cells)
        except SheetError as error:
            self._unreadable.append(str(error))

    @property
    def accepts(self) -> bool:
        """Whether nothing is in the way of publishing."""
        return self.rows > 0 and not self._errors and not self._unreadable and not self._other_engine()

    def report(self, more_errors: Iterable[str] = (), more_warnings: Iterable[str] = ()) -> BatchReport:
        """What was found."""
        errors = [*self._unreadable, *self._errors.told(), *self._other_engine(), *more_errors]
        if not self.rows and not errors:
            errors.append("there are no rows")
        return BatchReport(self.rows, tuple(errors), (*self._unused(), *self._warnings.told(), *more_warnings))

    def _examine(self, key: str, cells: Cells) -> str | None:
        halves = [safe_text.writable(name) for name, cell in cells.items() if has_half(name) or has_half(cell)]
        if halves:
            named = ", ".join(halves[:_MOST])
            self._errors.add(f"{named}: half of a character (a lone surrogate), which no file takes", key)
            return None
        missing = [name for name in self.asking.needs or () if name not in cells]
        if missing:
            self._errors.add(f"no column {', '.join(missing)}, for which the page has a place", key)
            return None
        uses = self.asking.uses
        for name, cell in cells.items():
            if cell in ("", None) and (uses is None or name in uses):
                self._warnings.add(f"{name} is empty", key)
        return self._document(key, cells)

    def _document(self, key: str, cells: Cells) -> str | None:
        try:
            known = self.asking.cast(cells)
            if known is not None and len(known.xml.encode()) <= self.limit:
                return self._told(key, known)
            asked = self.asking.make(cells)
            if isinstance(asked, Layout):
                asked.validate()
                return None
            found = question.examine(asked, self.limit)
        except MTurkError as error:
            self._errors.add(str(error), key)
            return None
        except Exception as error:  # of the user's own function
            self._errors.add(f"{type(error).__name__}: {error}", key)
            return None
        return self._told(key, found)

    def _told(self, key: str, found: Examined) -> str:
        for words in found.problems:
            self._errors.add(words, key)
        for words in found.doubts:
            self._warnings.add(words, key)
        return fingerprint(found.xml)

    def _other_engine(self) -> list[str]:
        """A page for Jinja2 would be published as it stands."""
        named = [name for name in self.columns if name in self.asking.braces]
        if not named or self.asking.uses:
            return []
        return [f"the page has {{{{ {named[0]} }}}}, which is Jinja2's, and no ${{…}}; give engine='jinja'"]

    def _unused(self) -> list[str]:
        uses = self.asking.uses
        unused = [] if uses is None else [name for name in self.columns if name not in uses]
        if not unused:
            return []
        what = "columns" if len(unused) > 1 else "column"
        more = f" and {len(unused) - _MOST} more" if len(unused) > _MOST else ""
        named = safe_text.writable(", ".join(unused[:_MOST]))
        return [f"the page has no place for the {what} {named}{more}: in the results as Input., not in the HITs"]


def fingerprint(xml: str) -> str:
    """What tells a question from another."""
    return hashlib.sha256(xml.encode(errors="replace")).hexdigest()[:32]
