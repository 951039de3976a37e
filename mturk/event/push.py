"""The marketplace of this process as a source: no socket, no settings, no waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mturk.errors import ConfigurationError
from mturk.event import message

if TYPE_CHECKING:
    from mturk.event.intake import Intake


class PushSource:
    """Hears every event that `connect("local")`'s marketplace causes in this process.

    What another process causes on the same database is not heard; `"poll"` finds that.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._market = intake.connection.local_market
        self._handle: Any = None
        if self._market is None:
            raise ConfigurationError(
                f'"push" is the marketplace in this process, of connect("local"), and {intake.connection.url} is '
                'elsewhere: listen to "poll" or a queue.'
            )

    def __repr__(self) -> str:
        return "<PushSource>"

    def begin(self) -> None:
        """Start to hear."""
        self._handle = self._market.listen(self._hear)

    def once(self) -> None:
        """What happens is heard as it happens, and nothing is kept."""

    def halt(self) -> None:
        """Hear no more."""
        if self._handle is not None:
            self._handle.stop()

    def stop(self) -> None:
        """Nothing is held here."""

    def ended(self) -> None:
        """Nothing is kept here."""

    def _hear(self, text: str) -> None:
        self._intake.put(message.read(text, "push", self._intake.connection))
