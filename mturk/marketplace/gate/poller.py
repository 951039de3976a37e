"""Waits for what connections bring. Only those that had something to do are asked what they wait for next.

waitress asks every connection before each wait, which takes longer the more of them do nothing at all.
"""

from __future__ import annotations

import selectors
from collections.abc import Iterator
from typing import Any

from waitress import wasyncore


class Poller:
    """Connections by their file descriptors, and what each waits for.

    To tell the system costs as much as to read, so one that is being answered may stay as it was: if something comes
    meanwhile after all, it is found out here that it does not want to know.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._waits_for: dict[int, int] = {}

    def watch(self, member: Any, *, reads: bool, writes: bool = False) -> None:
        """From now on a member waits until it can read, or write, or for neither."""
        descriptor = member._fileno  # waitress' own name for it; `fileno()` fails when it is closed
        wanted = selectors.EVENT_READ * reads | selectors.EVENT_WRITE * writes
        before = self._waits_for.get(descriptor, 0)
        if wanted == before:
            return
        self._waits_for[descriptor] = wanted
        # One that waits for nothing is not registered at all, since its end would be told again and again.
        if not before:
            self._selector.register(descriptor, wanted, member)
        elif not wanted:
            self._selector.unregister(descriptor)
        else:
            self._selector.modify(descriptor, wanted, member)

    def forget(self, member: Any) -> None:
        """To be called before the member is closed."""
        if self._waits_for.pop(member._fileno, 0):
            self._selector.unregister(member._fileno)

    def wait(self, seconds: float) -> Iterator[Any]:
        """Wait for some that can read or write, have them do so, and say which they were."""
        for key, events in self._selector.select(seconds):
            member = key.data
            if member._fileno != key.fd:
                continue  # closed by what another one did in this round
            if events & selectors.EVENT_READ:
                if member.readable():
                    wasyncore.read(member)
                else:
                    self.watch(member, reads=False, writes=member.writable())
            if events & selectors.EVENT_WRITE and member._fileno == key.fd:
                wasyncore.write(member)
            yield member

    def close(self) -> None:
        """Give back what the system lent."""
        self._selector.close()
