"""How many connections a process holds, how long each may take, and how much may be on its way in."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from mturk.marketplace.error import SettingError


@dataclass(frozen=True)
class ConnectionLimits:
    """What strangers can take of a marketplace: `Marketplace(limits=ConnectionLimits(connections=5_000))`.

    All of it is of one process. A trusted proxy's connections are not counted by address. Times are in seconds,
    sizes in bytes.
    """

    connections: int = 2_000
    """When there are so many, the one that has waited longest without a whole request makes place for the next one."""
    per_address: int = 500
    """The same for the connections of one address; of IPv6 of the first half of one."""
    silence: float = 20
    """After so long a connection is closed on which nothing comes, and which waits for no answer."""
    head: float = 20
    """So long may the head of a request take as a whole; a body has so long, and what `least_rate` gives it."""
    least_rate: int = 4_000
    """A body comes, and an answer is taken, with so many bytes a second at least, after the first `head` seconds."""
    bodies: int = 256_000_000
    """So many bytes of bodies may be here at once; no address has more than a quarter of them."""
    answers: int = 1_000_000_000
    """So many bytes of answers may wait for who does not take them; beyond, who has most of them is cut off."""
    refusals: int = 60
    """So many requests without a good key an address may send in a minute; further ones are answered 429."""
    farewell: float = 0.02
    """When the server ends, connections on which nothing happens are kept so long, since a request may be under way."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
                raise SettingError(f"{field.name} is a number above 0, not {value!r}.")
