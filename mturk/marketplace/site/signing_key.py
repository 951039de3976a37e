"""The key that the site signs its cookies and addresses with: made once, and sealed in the database."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable

from sqlalchemy import Connection, select

from mturk.marketplace.database import table as t
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.database.store import Store
from mturk.marketplace.error import MarketplaceError

LABEL = "site"
"""The label under which the key is sealed."""
_LENGTH = 32


class SigningKey:
    """Finds the key in the database, or makes it; all processes that share the database have the same."""

    def __init__(self, store: Store, seal: Callable[[], Seal]) -> None:
        self._store = store
        self._seal = seal
        self._key: str | None = None
        self._making = threading.Lock()

    def __repr__(self) -> str:
        return "<SigningKey>"

    def text(self) -> str:
        """The key; what is signed with it is only good for this marketplace."""
        with self._making:
            self._key = self._key or self._store.read(self._read) or self._store.write(self._make)
            return self._key

    def _read(self, database: Connection) -> str | None:
        sealed = database.execute(select(t.market.c.sealed_site_key)).scalar_one()
        try:
            return None if sealed is None else self._seal().open(sealed, LABEL)
        except MarketplaceError:
            # Another one in its place would end all visits, and let who closed an account come back as somebody new.
            raise MarketplaceError(
                f"The key that the site signs with cannot be read with {self._seal().where}. Put the master key back "
                "that it was sealed with. If that is lost for good, stop every process of the marketplace and do "
                "mturk keys new-site: then everybody signs in again, and closed accounts are not recognized any more."
            ) from None

    def _make(self, database: Connection) -> str:
        before = self._read(database)
        if before is not None:
            return before
        made = secrets.token_urlsafe(_LENGTH)
        database.execute(t.market.update().values(sealed_site_key=self._seal().close(made, LABEL)))
        return made
