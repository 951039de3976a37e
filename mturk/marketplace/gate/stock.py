"""How many bytes of bodies are here: what has come of requests that are not answered yet."""

from __future__ import annotations

import threading
from collections import Counter

SMALL = 65_536
"""A body up to here is taken from everybody, whatever else is here."""


class Stock:
    """Bytes by the network that sent them; each may have a quarter of `most`.

    None is a trusted proxy that does not tell whose they are, and may have all of it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str | None] = Counter()
        self._lock = threading.Lock()

    @property
    def held(self) -> int:
        """All that is here."""
        with self._lock:
            return self._held.total()

    def add(self, network: str | None, size: int) -> bool:
        """Put so many bytes more down; whether there was still room for them."""
        with self._lock:
            self._held[network] += size
            mine = self._most if network is None else self._most // 4
            return self._held[network] <= mine and self._held.total() <= self._most

    def remove(self, network: str | None, size: int) -> None:
        """So many bytes are not here any more."""
        with self._lock:
            self._held[network] -= size
            if not self._held[network]:
                del self._held[network]
