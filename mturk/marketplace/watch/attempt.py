"""Calls that were refused, on their way into the audit trail: those alike are merged, so that nobody fills the disk."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final

SPELL: Final = 600.0
"""Seconds from a requester's first refused call, after which it is told how often each was repeated."""
MOST: Final = 20
"""So many kinds of refused calls of a requester are told apart in one spell."""
SEVERAL: Final = "SeveralCalls"
"""What the others are told as, all together."""
_KEPT = 1000  # entries that wait for a database which cannot be written to

Row = Mapping[str, object]


class _Kind:
    """What is alike: its first entry, and how many more there were."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.more = 0


class _Spell:
    """What one requester was refused since a time."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.kinds: dict[tuple[object, ...], _Kind] = {}


class Attempts:
    """Entries of the trail that are to be written.

    The first call of a kind is an entry at once; how often it was repeated is another one, at the end of the spell.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._spells: dict[int, _Spell] = {}
        self._waiting: deque[Row] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def tell(self, requester: int, kind: tuple[object, ...], row: Callable[[], Row]) -> None:
        """Count a refused call; `row` makes its entry, if it is the first of its kind."""
        with self._lock:
            self._end(everything=False)
            kinds = self._spells.setdefault(requester, _Spell(self._now())).kinds
            is_beyond = kind not in kinds and len(kinds) >= MOST
            kind = (SEVERAL,) if is_beyond else kind
            if kind in kinds:
                kinds[kind].more += 1
                return
            made = {**row(), "operation": SEVERAL, "subjects": "{}", "result": "Refused"} if is_beyond else row()
            kinds[kind] = _Kind(made)
            self._waiting.append(made)

    def take(self, *, everything: bool = False) -> list[Row]:
        """What is to be written now; with `everything` all spells end."""
        with self._lock:
            self._end(everything=everything)
            taken = list(self._waiting)
            self._waiting.clear()
            return taken

    def put_back(self, rows: Sequence[Row]) -> None:
        """Keep entries that could not be written; of very many some are lost."""
        with self._lock:
            self._waiting.extendleft(reversed(rows))

    def _end(self, *, everything: bool) -> None:
        last = self._now() - SPELL
        for requester, spell in list(self._spells.items()):
            if everything or spell.begun <= last:
                del self._spells[requester]
                self._waiting.extend(_repeated(kind) for kind in spell.kinds.values() if kind.more)


def _repeated(kind: _Kind) -> Row:
    return {**kind.row, "subjects": json.dumps({"Repeated": kind.more}), "request_id": None}
