"""The extension: an app's connection to MTurk, its events, and its commands."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload
from weakref import WeakSet

from flask import Blueprint, Flask, has_app_context
from flask.globals import app_ctx

from mturk.alters_data import alters_data
from mturk.connection.connection import Connection
from mturk.errors import ConfigurationError
from mturk.event.listener import Handler
from mturk.flask import blueprint
from mturk.flask.command_group import group
from mturk.flask.framing import Framing
from mturk.flask.handler import Subscription
from mturk.flask.state import NAME, State, close_all, state_of

if TYPE_CHECKING:
    from mturk.event.events import Events
    from mturk.model.hit import HIT
    from mturk.model.hit_type import HITType

Function = TypeVar("Function", bound=Handler)

atexit.register(close_all)


class MTurk:
    """MTurk for Flask apps: a connection for each, in force in its requests and in `app.app_context()`.

        mturk = MTurk(app)                # or mturk = MTurk(), and mturk.init_app(app) later

        @app.get("/hits/<hit_id>")
        def title(hit_id):
            return HIT.get(hit_id).title  # by the app's connection

    The app's configuration says where to connect: MTURK_ENDPOINT, MTURK_ACCESS_KEY, MTURK_SECRET_KEY,
    MTURK_SESSION_TOKEN, MTURK_PROFILE, MTURK_REGION, MTURK_DATABASE, MTURK_TEMPLATES; what is left out is read from the
    environment and AWS's files, as `mturk.connect` does. MTURK_TOPICS, MTURK_CERTIFICATES, MTURK_MARK,
    MTURK_WORKERS and MTURK_ATTEMPTS are for events, MTURK_ALLOWED_HOSTS for task pages. They are checked in
    `init_app`, which sends nothing and opens nothing: connection and events are made when they are first used.
    """

    def __init__(self, app: Flask | None = None, *, connection: Connection | None = None) -> None:
        self._app = app
        self._subscriptions: list[Subscription] = []
        self._states: WeakSet[State] = WeakSet()
        if app is not None:
            self.init_app(app, connection=connection)
        elif connection is not None:
            raise ConfigurationError("A connection is given with its app: init_app(app, connection=…).")

    def init_app(self, app: Flask, *, connection: Connection | None = None) -> None:
        """Set an app up; a ConfigurationError lists whatever is wrong with its keys MTURK_….

        A `connection` of your own is used in place of the one that the configuration describes; you close it. Its
        events are those of the app then, or of the last app that it is given to; one that has events of its own
        already is refused with a ConfigurationError.
        """
        if NAME in app.extensions:
            raise ConfigurationError(f"The app {app.name!r} is set up already; write MTurk(app) or init_app(app).")
        state = State(app, self._subscriptions, connection)
        app.extensions[NAME] = state
        app.wsgi_app = Framing(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to put something around
        app.cli.add_command(group)
        self._states.add(state)

    @property
    def connection(self) -> Connection:
        """The connection of the current app; outside of all contexts that of the app given to `MTurk(app)`."""
        return self._state().connection

    @property
    def events(self) -> Events:
        """The events of the current app; outside of all contexts those of the app given to `MTurk(app)`."""
        return self._state().events

    @overload
    def on(
        self,
        names: str | Iterable[str],
        handler: None = None,
        *,
        hit_type: HITType | str | Sequence[HITType | str] | None = None,
        hit: HIT | str | Sequence[HIT | str] | None = None,
    ) -> Callable[[Function], Function]: ...
    @overload
    def on(
        self,
        names: str | Iterable[str],
        handler: Function,
        *,
        hit_type: HITType | str | Sequence[HITType | str] | None = None,
        hit: HIT | str | Sequence[HIT | str] | None = None,
    ) -> Function: ...
    def on(
        self,
        names: str | Iterable[str],
        handler: Function | None = None,
        *,
        hit_type: HITType | str | Sequence[HITType | str] | None = None,
        hit: HIT | str | Sequence[HIT | str] | None = None,
    ) -> Function | Callable[[Function], Function]:
        """Have a function called with each event of these names, within the app's context; also a decorator.

        It hears the events of every app of this extension, those set up later too. Names, `hit_type` and `hit` are as
        in `mturk.on`. Nothing is started: `flask mturk listen`, `flask mturk poll` and the receiver do that.
        """
        heard: Function | Callable[[Function], Function] = self._add(names, handler, hit_type, hit, once=False)
        return heard

    @overload
    def once(
        self,
        names: str | Iterable[str],
        handler: None = None,
        *,
        hit_type: HITType | str | Sequence[HITType | str] | None = None,
        hit: HIT | str | Sequence[HIT | str] | None = None,
    ) -> Callable[[Function], Function]: ...
    @overload
    def once(
        self,
        names: str | Iterable[str],
        handler: Function,
        *,
        hit_type: HITType | str | Sequence[HITType | str] | None = None,
        hit: HIT | str | Sequence[HIT | str] | None = None,
    ) -> Function: ...
    def once(
        self,
        names: str | Iterable[str],
        handler: Function | None = None,
        *,
        hit_type: HITType | str | Sequence[HITType | str] | None = None,
        hit: HIT | str | Sequence[HIT | str] | None = None,
    ) -> Function | Callable[[Function], Function]:
        """Like `on`, for the first such event alone that this process handles for an app."""
        heard: Function | Callable[[Function], Function] = self._add(names, handler, hit_type, hit, once=True)
        return heard

    @alters_data
    def off(self, names: str | Iterable[str] | None = None, handler: Handler | None = None) -> int:
        """Call no more what `on` added with these names, this handler, or both; returns how many that were."""
        going = [each for each in self._subscriptions if each.matches(names, handler)]
        for subscription in going:
            self._subscriptions.remove(subscription)
            for state in tuple(self._states):
                state.leave(subscription)
        return len(going)

    def receiver(self, *, name: str = "mturk_events", limit: int = blueprint.LIMIT) -> Blueprint:
        """The blueprint that takes what SNS posts: see `mturk.flask.receiver`."""
        return blueprint.receiver(name=name, limit=limit)

    @alters_data
    def close(self) -> None:
        """Let running handlers end, and close the connections of all apps; this is done at the process's end, too."""
        for state in tuple(self._states):
            state.close()

    def _add(self, names: Any, handler: Any, hit_type: Any, hit: Any, *, once: bool) -> Any:
        if handler is None:
            return lambda function: self._add(names, function, hit_type, hit, once=once)
        self._subscriptions.append(Subscription(names, handler, hit_type, hit, once))
        for state in tuple(self._states):
            state.hear()
        return handler

    def _state(self) -> State:
        app = app_ctx.app if has_app_context() else self._app
        if app is None:
            raise ConfigurationError("Which app is meant? Write it in a view, or within `with app.app_context():`.")
        state = state_of(app)
        if state not in self._states:
            raise ConfigurationError(f"The app {app.name!r} is set up by another MTurk object than this one.")
        return state
