"""Faults on demand, so that a client can be tested against the failures of a real service."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("lost answer", "refused", "slow")


@dataclass(frozen=True)
class Fault:
    """A failure of every n-th call of one operation: `Fault("SendBonus", "lost answer", every=3)`.

    Kinds: "lost answer" (the call is carried out, then the connection is closed), "refused" (a ServiceFault
    before anything happened), "slow" (the answer takes `seconds` longer). The operation "*" stands for all.
    """

    operation: str
    kind: str
    every: int = 1
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"A fault's kind is one of {', '.join(KINDS)}, not {self.kind!r}.")
        if self.every < 1:
            raise ValueError(f"A fault's every is 1 or more, not {self.every!r}.")
        if self.seconds < 0:
            raise ValueError(f"A fault's seconds are 0 or more, not {self.seconds!r}.")


class FaultPlan:
    """Counts the calls of each operation, and says which faults the next one has."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = tuple(faults)
        self._seen: Counter[Fault] = Counter()
        self._lock = threading.Lock()

    def due(self, operation: str) -> tuple[Fault, ...]:
        """Count a call of the operation, and return its faults."""
        matching = [fault for fault in self._faults if fault.operation in (operation, "*")]
        if not matching:
            return ()
        with self._lock:
            self._seen.update(set(matching))
            return tuple(fault for fault in matching if self._seen[fault] % fault.every == 0)
