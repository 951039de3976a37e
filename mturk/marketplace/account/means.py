"""What accounts are kept with: the database, the real clock, chance, hashes, and what the operator decided."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from mturk.marketplace.account.password import Passwords
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

    def now(self) -> int:
        """The real time, in milliseconds."""
        return int(self.real_time() * SECOND)
