"""The key pairs that signed calls of late, so that who calls is known without a transaction of its own.

A pair may have been revoked since, by another process too. So it is only good for a call that has it looked up again
in its own transaction, by `expect`.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from mturk.marketplace.database.store import Store
from mturk.marketplace.http.verification import unknown_key
from mturk.marketplace.people.requester import KeyPair, Keys


class KeyRing:
    """Remembers pairs by their access keys, so many at most."""

    def __init__(self, store: Store, keys: Callable[[], Keys], most: int = 1000) -> None:
        self._store = store
        self._keys = keys
        self._most = most
        self._pairs: dict[str, KeyPair] = {}

    def find(self, key: str) -> KeyPair | None:
        """The pair of an access key that is good, or was so of late."""
        pair = self._pairs.get(key) or self._store.read(lambda database: self.look_up(database, key))
        if pair is not None:
            if len(self._pairs) >= self._most:
                self._pairs.clear()
            self._pairs[key] = pair
        return pair

    def look_up(self, database: Connection, key: str) -> KeyPair | None:
        """The pair of an access key that is good now."""
        return self._keys().pair(database, key)

    def expect(self, database: Connection, key: str) -> None:
        """Refuse a key that was revoked since its pair was remembered, and forget the pair."""
        if not self._keys().is_good(database, key):
            self._pairs.pop(key, None)
            raise unknown_key()
