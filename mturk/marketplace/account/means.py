"""What accounts are kept with: the database, the real clock, chance, hashes, and what the operator decided."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from mturk.marketplace.account.password import Passwords
from mturk.marketplace.call import Deed
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.database.store import Store
from mturk.marketplace.dispatch import Dispatch


class Caller(NamedTuple):
    """Who asks: the address on the network, the secret of a browser that is known, and what it calls itself."""

    address: str
    device: str = ""
    browser: str = ""

    def __repr__(self) -> str:
        return f"<Caller {self.address}>"


@dataclass(frozen=True, kw_only=True)
class Means:
    """Shared by all that is done with accounts.

    `key` is the site's secret, not to be asked for within a transaction; `terms` the digest of what people must agree
    to, if anything is; `mail` whether mail can be sent; `say` translates what is written in mail for whoever asks now.
    """

    store: Store
    dispatch: Dispatch
    real_time: Callable[[], float]
    randomness: random.Random = field(repr=False)
    seal: Callable[[], Seal]
    key: Callable[[], str] = field(repr=False)
    passwords: Passwords = field(default_factory=Passwords)
    terms: str | None = None
    mail: bool = False
    say: Callable[[str], str] = str

    def note(self, database: Connection, step: str, worker_id: str | None = None, **subjects: object) -> None:
        """Note what somebody does with an account, in the transaction that does it, where that is kept or counted."""
        self.dispatch.note(database, Deed(step, subjects, worker_id))

    def refuse(self, step: str, worker_id: str | None, result: str) -> None:
        """Note that somebody was not let in, in a transaction of its own, where that is kept or counted."""
        watch, deed = self.dispatch.watch, Deed(step, worker_id=worker_id, result=result)
        if watch is not None and watch.keeps:
            self.store.write(lambda database: self.dispatch.note(database, deed))
        elif watch is not None:
            watch.count(deed)

    def now(self) -> int:
        """The real time, in milliseconds."""
        return int(self.real_time() * SECOND)
