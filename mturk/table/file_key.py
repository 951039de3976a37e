"""The keys of rows in a results file, which has no column for them: out of the annotation, else the HIT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# What a batch writes if it is not told otherwise; keys that are not ASCII it cannot write exactly.
_LABEL = re.compile(r"batch=([^;]*);row=([^\\]*);part=\d+", re.DOTALL)


class FileKeys:
    """Keys for the rows of one file.

    All submissions of a HIT have one key. Where a batch of this package wrote the annotation it is the key of the
    batch's row, so that HITs of one row come together; if a file holds several such batches, only for the first.
    """

    def __init__(self) -> None:
        self._batch: str | None = None

    def key_of(self, cells: Mapping[str, Any]) -> str:
        """The key of a submission."""
        found = _LABEL.fullmatch(cells.get("RequesterAnnotation") or "")
        if found is None:
            return str(cells["HITId"])
        if self._batch is None:
            self._batch = found[1]
        return found[2] if found[1] == self._batch else str(cells["HITId"])
