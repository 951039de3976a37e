"""The opening of a database: made with what a marketplace begins with, or found, and unsealed with its master key."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import Connection, select

from mturk.marketplace.clock import Clock
from mturk.marketplace.database import seal
from mturk.marketplace.database import table as t
from mturk.marketplace.database.store import Store, pulse
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import MarketplaceError, SettingError
from mturk.marketplace.identifier import Identifiers
from mturk.marketplace.people import ledger, requester
from mturk.marketplace.people.requester import KeyPair, Keys

FIRST_REQUESTER = "requester"


def expect_usual(deposit: int, name_hold: timedelta) -> None:
    """Refuse the settings that a sandbox does not have."""
    if deposit != ledger.IN_SANDBOX or name_hold:
        raise SettingError(
            "In a sandbox each balance is 10,000.00 always, and names are free at once: leave out deposit and "
            "name_hold."
        )


class Opening:
    """Opens a database once; `deposit`, in cents, is what its first requester begins with.

    With `sandbox` a new one becomes a sandbox, and another one must be. Whether it is stands in the database, since one
    that was a sandbox for a while has work in it that nobody paid.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        dispatch: Dispatch,
        identifiers: Identifiers,
        *,
        deposit: int,
        master_key: str | None,
        existing: bool,
        sandbox: bool = False,
    ) -> None:
        self._store = store
        self._clock = clock
        self._dispatch = dispatch
        self._identifiers = identifiers
        self._deposit = deposit
        self._master_key = master_key
        self._existing = existing
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._is_open = False
        # Of a database in memory; others are unsealed when they are opened.
        self.seal = seal.passing()
        self.keys = Keys(self.seal, identifiers, self._now)
        self.is_new = False
        """Whether the database was made here, and not by another program or an earlier one."""

    def open(self) -> None:
        """Open the database, which is made if it is new; once it is open this does nothing."""
        with self._lock:
            if not self._is_open:
                self._clock.restart()
                self._store.expect_whole(seal.key_file)
                self._store.prepare(None if self._existing else self._begin)
                self._store.read(lambda database: self._unseal(database, make=False))
                self._go_by_its_rules()
                self._is_open = True

    def close(self) -> None:
        """Let go of the database, which can be opened again."""
        self._store.close()
        self._is_open = False

    def find_key(self, key: str) -> KeyPair | None:
        """The pair that belongs to an access key, if it is known, was not revoked, and has not ended."""
        return self._store.read(lambda database: self.keys.pair(database, key))

    def pair(self, name: str, deposit: int) -> KeyPair:
        """The oldest good pair of the requester with that name, who is made with a deposit if there is none."""

        def find(database: Connection) -> KeyPair | None:
            number = requester.find(database, name)
            return None if number is None else self.keys.oldest(database, number)

        # Another process may have made it in the meantime, so the writing transaction looks again.
        return self._store.read(find) or self._dispatch.run(lambda context: self.keys.requester(context, name, deposit))

    def _now(self, database: Connection) -> int:
        shift, reached, _ = pulse(database)
        return self._clock.at(shift, reached)

    def _go_by_its_rules(self) -> None:
        if self._store.read(lambda database: database.execute(select(t.market.c.sandbox)).scalar_one()):
            self._dispatch.spend_nothing()
        elif self._sandbox:
            raise MarketplaceError(
                f"{self._store.name} is no sandbox: its requesters spend what they have. Name a new database."
            )

    def _begin(self, database: Connection) -> None:
        self._unseal(database, make=True)
        if self._sandbox:
            database.execute(t.market.update().values(sandbox=True))
        ledger.open_accounts(database, ledger.OUTSIDE, ledger.FEES)
        context = self._dispatch.context(database, self._clock.at(0, 0))
        self.keys.requester(context, FIRST_REQUESTER, self._deposit)
        self.is_new = True

    def _unseal(self, database: Connection, *, make: bool) -> None:
        file = self._store.file(database)
        if file or not self._store.sqlite:
            self.seal = seal.find(self._master_key, file, make=make)
            self.keys = Keys(self.seal, self._identifiers, self._now)
        self.keys.check(database)
