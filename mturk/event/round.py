"""One round of a poll, for programs that a timer starts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mturk.event.poll import Poll

if TYPE_CHECKING:
    from mturk.event.events import Events

_PAUSE = 0.05  # seconds between two looks at the mark


def poll_once(events: Events, stopped: threading.Event) -> None:
    """Look once at what a poll looks at, and come back when everything in the mark is handled or given up.

    What an earlier program left is handled, too, and a handler that fails is tried again as ever. Where nobody listens,
    what was found is kept for a program that does, and so is what was not begun when `stopped` is set.
    """
    intake = events._engine.intake(events.connection)
    try:
        Poll(intake, lambda: events._watched, every=60).round()
        events.start()
        while events._listeners and not intake.mark.is_done() and not stopped.wait(_PAUSE):
            pass
    finally:
        events.stop()
