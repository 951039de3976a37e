"""Events without waiting for them: what is there now is handled and the program ends, or one event is told by hand."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from mturk.connection.connection import using
from mturk.event.listener import EARLY, Handler

if TYPE_CHECKING:
    from mturk.event.event import Event
    from mturk.event.events import Events

_LOOK = 0.05  # seconds between looks at whether all is done


def catch_up(events: Events, *sources: str) -> None:
    """Hear what is there now, and return when it is handled: for a job that runs from time to time.

    A poll looks once, a queue is read until it is empty. What failed, and is to be tried again later, stays for the
    next time. The sources are those of `Events.listening`.
    """
    engine, made = events._engine, events._made(events._chosen(sources), every=60)
    mark = engine.intake(events.connection).mark
    try:
        for source in made:
            engine.sources.append(source)
            source.once()
        events.start()
        while events._listeners and mark.has_work():
            time.sleep(_LOOK)
    finally:
        events.stop()


def tell(events: Events, event: Event) -> None:
    """Call the handlers of an event now, in this thread and once, whatever the mark says: for tests.

    What a handler raises is raised.
    """
    events._take_over(EARLY)
    with using(events.connection):
        for listener in events._listeners:
            if listener.hears(event) and events._listeners.take(listener):
                _call(listener.handler, event)


def _call(handler: Handler, event: Event) -> None:
    result = handler(event)
    if inspect.isawaitable(result):
        asyncio.run(_awaited(result))


async def _awaited(result: Awaitable[object]) -> None:
    await result
