"""Handlers of events that run within their app's context, as views do."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Iterable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, cast

from attrs import field, frozen
from flask import Flask

from mturk.event.event_name import event_types
from mturk.event.listener import Handler, Listeners

if TYPE_CHECKING:
    from mturk.event.event import Event
    from mturk.event.events import Events
    from mturk.model.hit import HIT
    from mturk.model.hit_type import HITType


def _kept(names: str | Iterable[str]) -> str | tuple[str, ...]:
    return names if isinstance(names, str) else tuple(names)


@frozen(eq=False)
class Subscription:
    """A handler, and what it wants to hear, before it is known of which app's events; checked as it is made."""

    names: str | tuple[str, ...] = field(converter=_kept)
    handler: Handler
    hit_type: HITType | str | Sequence[HITType | str] | None = None
    hit: HIT | str | Sequence[HIT | str] | None = None
    once: bool = False

    def __attrs_post_init__(self) -> None:
        Listeners().add(self.names, self.handler, hit_type=self.hit_type, hit=self.hit)

    def matches(self, names: str | Iterable[str] | None, handler: Handler | None) -> bool:
        """Whether this is the one, or one of those, that `off` was told."""
        alike = names is None or event_types(names) == event_types(self.names)
        return alike and (handler is None or handler == self.handler)

    def join(self, events: Events, app: Flask) -> Handler:
        """Hear an app's events; the result is what hears them."""
        heard_by = _within(app, self.handler)
        add = events.once if self.once else events.on
        add(self.names, heard_by, hit_type=self.hit_type, hit=self.hit)
        return heard_by


def _within(app: Flask, handler: Handler) -> Handler:
    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def awaited(event: Event) -> object:
            with app.app_context():
                return await cast("Awaitable[object]", handler(event))

        return awaited

    @wraps(handler)
    def called(event: Event) -> object:
        with app.app_context():
            return handler(event)

    return called
