"""The keys of rows in a results file, which has no column for them: out of the annotation, else the HIT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# What a batch writes if it is not told otherwise; what is not ASCII in a key it writes as a backslash and a number.
_LABEL = re.compile(r"batch=([^;]*);row=(.*);part=\d+", re.DOTALL)
_INPUT = "Input."
_OF_THE_SITE = "BatchId:"  # there each row had one HIT


class FileKeys:
    """Keys for the rows of one file.

    All submissions of a HIT have one key. Where a batch of this package wrote the annotation it is the key of the
    batch's row, so that HITs of one row come together; if a file holds several such batches, only for the first. With
    an annotation of your own it is the first of the HITs that have it, and the same input.
    """

    def __init__(self) -> None:
        self._batch: str | None = None
        self._keys: dict[str, str] = {}
        self._rows: dict[int, list[dict[str, str]]] = {}

    def key_of(self, cells: Mapping[str, Any]) -> str:
        """The key of a submission."""
        found = _LABEL.fullmatch(cells.get("RequesterAnnotation") or "")
        key = None if found is None else _key_in(found[2], cells)
        if found is None or key is None:
            return self._alike(cells)
        if self._batch is None:
            self._batch = found[1]
        return key if found[1] == self._batch else str(cells["HITId"])

    def _alike(self, cells: Mapping[str, Any]) -> str:
        """The first of the HITs with this annotation and these input cells.

        A batch gives each HIT of a row a HIT type of its own: those of one type are of several rows, though equal.
        """
        hit, kind, label = str(cells["HITId"]), cells.get("HITTypeId"), cells.get("RequesterAnnotation") or ""
        given = frozenset((name, cell) for name, cell in cells.items() if name.startswith(_INPUT))
        if not kind or not label or not given or label.startswith(_OF_THE_SITE):
            return hit
        if hit not in self._keys:
            rows = self._rows.setdefault(hash((label, given)), [])
            row = next((row for row in rows if kind not in row), None)
            if row is None:
                rows.append(row := {})
            row[kind] = hit
            self._keys[hit] = next(iter(row.values()))
        return self._keys[hit]


def _key_in(written: str, cells: Mapping[str, Any]) -> str | None:
    """The key as it was: out of the row's own cells where the annotation has it in ASCII only."""
    if "\\" not in written:
        return written
    texts = {str(cell) for name, cell in cells.items() if name.startswith(_INPUT) and cell}
    fitting = [text for text in texts if text.encode("ascii", "backslashreplace").decode() == written]
    return fitting[0] if len(fitting) == 1 else None
