"""Events of the connection in force: `mturk.on`, `mturk.listen` and their like."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeVar, overload

from mturk.connection.connection import current, existing
from mturk.event.events import Events
from mturk.event.listener import EARLY, Handler, checked

if TYPE_CHECKING:
    from mturk.event.listener import Hits, Names, Types

H = TypeVar("H", bound=Handler)


@overload
def on(names: Names, handler: None = None, *, hit_type: Types = None, hit: Hits = None) -> Callable[[H], H]: ...
@overload
def on(names: Names, handler: H, *, hit_type: Types = None, hit: Hits = None) -> H: ...
def on(names: Names, handler: H | None = None, *, hit_type: Types = None, hit: Hits = None) -> H | Callable[[H], H]:
    """Have a function called with each event of these names: see `Events.on`. Also a decorator.

    It may stand before `connect`: the handler is for the first connection that becomes the default.
    """
    return _add(names, handler, hit_type, hit, once=False)


@overload
def once(names: Names, handler: None = None, *, hit_type: Types = None, hit: Hits = None) -> Callable[[H], H]: ...
@overload
def once(names: Names, handler: H, *, hit_type: Types = None, hit: Hits = None) -> H: ...
def once(names: Names, handler: H | None = None, *, hit_type: Types = None, hit: Hits = None) -> H | Callable[[H], H]:
    """Like `on`, for the first such event alone."""
    return _add(names, handler, hit_type, hit, once=True)


def off(names: Names | None = None, handler: Handler | None = None) -> int:
    """Call no more what was added with these names, this handler, or both; how many there were."""
    connection = existing()
    return EARLY.remove(names, handler) + (connection.events.off(names, handler) if connection else 0)


def listen(*sources: str, every: float = 60) -> None:
    """Hear events until Ctrl-C: see `Events.listening` for the sources."""
    _events().listen(*sources, every=every)


def listening(*sources: str, every: float = 60) -> AbstractContextManager[Events]:
    """Hear events in the background while the block runs: see `Events.listening`."""
    return _events().listening(*sources, every=every)


def _events() -> Events:
    events = current().events
    events._take_over(EARLY)
    return events


def _add(names: Names, handler: H | None, hit_type: Types, hit: Hits, *, once: bool) -> H | Callable[[H], H]:
    if existing() is not None:
        return _events()._add(names, handler, hit_type, hit, once=once)
    if handler is None:
        kept = checked(names, hit_type, hit)
        return lambda function: _add(kept, function, hit_type, hit, once=once)  # type: ignore[return-value]  # of a function
    EARLY.add(names, handler, hit_type=hit_type, hit=hit, once=once)
    return handler
