"""Where sources hand over what they bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.event.event import Event
    from mturk.event.mark import Mark


PATIENCE = 4.0
"""Seconds for which a source that stops waits for a server; what is left then comes to its end by itself."""


class Source(Protocol):
    """Something that brings events, from `begin` to `stop`."""

    def begin(self) -> None:
        """Start, with a first look whose failure is raised."""
        ...

    def once(self) -> None:
        """Bring what is there now, and no more."""
        ...

    def halt(self) -> None:
        """Bring nothing more; handlers may still be at work."""
        ...

    def stop(self) -> None:
        """Let go of everything; the handlers are done."""
        ...

    def ended(self) -> None:
        """Hear that an event was handled."""
        ...


@attrs.frozen
class Intake:
    """What a source needs: the connection, the mark, and what to call when there is something new or unreadable."""

    connection: Connection
    mark: Mark
    ring: Callable[[], None]
    fail: Callable[[Event | None, Exception], None]

    def put(self, events: Iterable[Event], *, sent: float | None = None) -> list[Event]:
        """Keep events, and have them handled."""
        named = self.mark.put(events, sent=sent)
        self.ring()
        return named
