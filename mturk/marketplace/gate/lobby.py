"""Who is here: all open connections, how many of them are whose, and which one can be sent away for another."""

from __future__ import annotations

from enum import IntEnum
from typing import Generic, TypeVar

Guest = TypeVar("Guest")


class Rank(IntEnum):
    """Why a connection waits; who stands first here goes first."""

    NEW = 0
    """It has never sent a whole request."""
    IDLE = 1
    """It has, and may send another one."""
    SLOW = 2
    """It does not take its answer."""


class _Line(Generic[Guest]):
    """Those who wait, for each rank in the order in which they began to."""

    def __init__(self) -> None:
        self.size = 0
        self.ranks: tuple[dict[Guest, None], ...] = tuple({} for _ in Rank)

    def first(self) -> Guest | None:
        return next((guest for rank in self.ranks for guest in rank), None)


class Lobby(Generic[Guest]):
    """Used by one thread. Who has no rank is being answered, and cannot be sent away."""

    def __init__(self) -> None:
        self._all: _Line[Guest] = _Line()
        self._of: dict[str, _Line[Guest]] = {}
        self._places: dict[Guest, tuple[str, Rank | None]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, guest: Guest, network: str) -> None:
        """Somebody has come; they wait from now on."""
        self._of.setdefault(network, _Line())
        for line in (self._all, self._of[network]):
            line.size += 1
            line.ranks[Rank.NEW][guest] = None
        self._places[guest] = network, Rank.NEW

    def move(self, guest: Guest, rank: Rank | None) -> None:
        """Somebody waits for another reason, at the end of that line, or is being answered."""
        network, before = self._places[guest]
        if rank == before:
            return
        for line in (self._all, self._of[network]):
            if before is not None:
                del line.ranks[before][guest]
            if rank is not None:
                line.ranks[rank][guest] = None
        self._places[guest] = network, rank

    def leave(self, guest: Guest) -> None:
        """Somebody has gone, whom nobody may ever have seen come."""
        if guest not in self._places:
            return
        self.move(guest, None)
        network, _ = self._places.pop(guest)
        for line in (self._all, self._of[network]):
            line.size -= 1
        if not self._of[network].size:
            del self._of[network]

    def number(self, network: str) -> int:
        """How many of that network are here."""
        line = self._of.get(network)
        return line.size if line else 0

    def longest(self, network: str | None = None) -> Guest | None:
        """Who is to go first, of all or of one network, if anybody can be sent away."""
        line = self._all if network is None else self._of.get(network)
        return line.first() if line else None
