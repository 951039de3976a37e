"""The key pairs that signed calls of late, so that who calls is known without a transaction of its own.

A pair may have been revoked since, by another process too. So it is only good for a call that has it looked up again
in its own transaction, by `expect`.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from mturk.marketplace.clock import DAY
from mturk.marketplace.database.store import Store
from mturk.marketplace.http.verification import unknown_key
from mturk.marketplace.people.requester import KeyPair, Keys, note_use


class KeyRing:
    """Remembers pairs by their access keys, so many at most."""

    def __init__(self, store: Store, keys: Callable[[], Keys], most: int = 1000) -> None:
        self._store = store
        self._keys = keys
        self._most = most
        self._pairs: dict[str, KeyPair] = {}
        self._used: set[str] = set()
        self._noted: dict[str, int] = {}

    def find(self, key: str) -> KeyPair | None:
        """The pair of an access key that is good, or was so of late."""
        return self._pairs.get(key) or self._store.read(lambda database: self.look_up(database, key))

    def look_up(self, database: Connection, key: str) -> KeyPair | None:
        """The pair of an access key that is good now; of one that is remembered the secret is not opened again."""
        known = self._pairs.get(key)
        if known is None:
            return self._remembered(self._keys().pair(database, key))
        if self._keys().is_good(database, key):
            return known
        self._pairs.pop(key, None)
        return None

    def used(self, key: str) -> None:
        """Remember that a key has signed a call, until that is noted."""
        self._used.add(key)

    def note_uses(self, now: int) -> None:
        """Note which keys have signed calls: each is written down once a day, and no call waits for that."""
        day, used = now // DAY, set(self._used)
        self._used -= used  # calls add to it all the time: it is copied in one step, and walked through by nobody
        new = sorted(key for key in used if self._noted.get(key) != day)
        if new:
            self._store.write(lambda database: note_use(database, new, now))
            self._noted.update(dict.fromkeys(new, day))

    def expect(self, database: Connection, key: str) -> None:
        """Refuse a key that was revoked since its pair was remembered, and forget the pair."""
        if not self.is_good(database, key):
            raise unknown_key()

    def is_good(self, database: Connection, key: str) -> bool:
        """Whether a key was not revoked since its pair was remembered; if it was, the pair is forgotten."""
        if self._keys().is_good(database, key):
            return True
        self._pairs.pop(key, None)
        return False

    def _remembered(self, pair: KeyPair | None) -> KeyPair | None:
        if pair is not None:
            if len(self._pairs) >= self._most:
                self._pairs.clear()
            self._pairs[pair.access_key] = pair
        return pair
