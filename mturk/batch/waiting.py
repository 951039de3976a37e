"""Waiting until all work of a batch is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import attrs

from mturk.batch.addition import missing
from mturk.data.enumeration import HITStatus
from mturk.model.hit import HIT

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

_OPEN = (HITStatus.ASSIGNABLE, HITStatus.UNASSIGNABLE)


@attrs.define
class Waiting:
    """One look after another at HITs that may still get submissions."""

    ids: set[str]
    connection: Connection
    _listed: set[str] = attrs.field(factory=set)
    _is_open: bool = False
    _gone: set[str] = attrs.field(factory=set)

    def look(self, hits: Iterable[HIT]) -> Iterator[HIT]:
        """The HITs as they pass by."""
        self._listed, self._is_open = set(), False
        for hit in hits:
            self._listed.add(hit.id)
            self._is_open = self._is_open or hit.status in _OPEN
            yield hit

    def is_over(self) -> bool:
        """Whether nobody can submit any more."""
        return not self._is_open and all(map(self._is_gone, self.ids - self._listed - self._gone))

    def _is_gone(self, id: str) -> bool:
        # The service's list lags behind what was published: what it lacks may be new.
        if missing(HIT(id, connection=self.connection)) is not None:
            return False
        self._gone.add(id)
        return True
