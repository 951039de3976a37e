"""What one app has of this extension: its configuration, its connection, its events."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from weakref import WeakSet

from flask import Flask

from mturk.connection.connection import Connection
from mturk.connection.endpoint import PRODUCTION, SANDBOX, find_endpoint
from mturk.connection.settings import Settings
from mturk.errors import ConfigurationError
from mturk.event.engine import MARK
from mturk.event.events import Events
from mturk.event.listener import Handler
from mturk.flask.configuration import Configuration
from mturk.flask.handler import Subscription
from mturk.flask.in_force import Follower

NAME = "mturk"
"""Where the state stands in `app.extensions`."""
_HOW = (
    'has no connection: set MTURK_ENDPOINT in its configuration to "local", "sandbox", "production" or a URL, '
    "or the environment's MTURK_ENDPOINT."
)


class AppConnection(Connection):
    """The connection of an app, whose events are those of the app: `mturk.on` in the app hears them, too."""

    def __init__(self, state: State, where: str | None, **settings: Any) -> None:
        super().__init__(where, **settings)
        self._state = state

    @property
    def events(self) -> Events:
        """The app's events."""
        return self._state.events


class State:
    """What one app has of this extension; connection and events are made when they are first used."""

    def __init__(self, app: Flask, subscriptions: Sequence[Subscription], connection: Connection | None) -> None:
        self.app = app
        self.configuration = Configuration.of(app.config)
        self._subscriptions = subscriptions
        self.given = connection
        if connection is not None:
            self._hear_by(connection)
        self._follower = Follower(app, lambda: self.connection)
        self.renew()
        _all.add(self)

    def renew(self) -> None:
        """Forget what was made, without closing it: a forked child makes its own."""
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._events: Events | None = None
        self._heard_by: dict[Subscription, Handler] = {}
        self._origins: tuple[str, ...] | None = None

    @property
    def connection(self) -> Connection:
        """The app's connection."""
        with self._lock:
            if self._connection is None:
                self._connection = self.given or self._connect()
            return self._connection

    @property
    def events(self) -> Events:
        """The app's events, with the handlers of the extension."""
        with self._lock:
            if self._events is None:
                self._events = self._listen()
            return self._events

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The handlers that hear the app's events."""
        return tuple(self._subscriptions)

    def hear(self) -> None:
        """Have the handlers that were added meanwhile hear the app's events, if there are any yet."""
        with self._lock:
            if self._events is not None:
                self._join(self._events)

    def leave(self, subscription: Subscription) -> None:
        """Have a handler hear no more."""
        with self._lock:
            heard_by = self._heard_by.pop(subscription, None)
            if self._events is not None and heard_by is not None:
                self._events.off(subscription.names, heard_by)

    def origins(self) -> tuple[str, ...]:
        """Who may frame the app's task pages and take their answers, besides MTurk itself."""
        if self._origins is None:
            self._origins = (*self.configuration.origins(), *self._own_origin())
        return self._origins

    def close(self) -> None:
        """Let running handlers end, and close the connection; the next use makes new ones."""
        with self._lock:
            events, connection = self._events, self._connection
            self.renew()
        if events is not None:
            events.stop()
        if connection is not None and connection is not self.given:
            connection.close()

    def path(self, given: str | os.PathLike[str]) -> str:
        """A file in the app's instance folder, which is made; a whole path or a URL stays as it is."""
        name = os.path.expanduser(os.fspath(given))
        if "://" in name or name == ":memory:" or os.path.isabs(name):
            return name
        whole = Path(self.app.instance_path, name)
        whole.parent.mkdir(parents=True, exist_ok=True)
        return str(whole)

    def _connect(self) -> Connection:
        said = self.configuration
        try:
            find_endpoint(said.endpoint, Settings(profile=said.profile))
        except ConfigurationError as error:
            missing = f"The app {self.app.name!r} {_HOW}"
            raise ConfigurationError(missing if said.endpoint is None else str(error)) from None
        return AppConnection(
            self,
            said.endpoint,
            profile=said.profile,
            access_key=said.access_key,
            secret_key=said.secret_key,
            session_token=said.session_token,
            region=said.region,
            database=None if said.database is None else self.path(said.database),
            templates=[os.path.join(self.app.root_path, os.path.expanduser(folder)) for folder in said.templates],
        )

    def _hear_by(self, connection: Connection) -> None:
        if connection._events is not None:
            raise ConfigurationError(
                "The connection given to init_app has events of its own already, which the app would not hear: give it "
                "to the app before `connection.events` is used."
            )
        connection._events_source = lambda: self.events

    def _listen(self) -> Events:
        said = self.configuration
        events = Events(
            self.connection,
            mark=self._mark(),
            workers=said.workers,
            attempts=said.attempts,
            topics=said.topics,
            certificates=said.certificates,
        )
        self._join(events)
        return events

    def _join(self, events: Events) -> None:
        for subscription in self.subscriptions:
            if subscription not in self._heard_by:
                self._heard_by[subscription] = subscription.join(events, self.app)

    def _mark(self) -> str | None:
        """The mark's place: all processes of the app share it, from whatever folder they are started."""
        if self.configuration.mark is not None:
            return self.path(self.configuration.mark)
        if os.environ.get("MTURK_MARK") or self.connection.local_market is not None:
            return None
        return self.path(MARK)

    def _own_origin(self) -> list[str]:
        place = self._place()
        if place is None or place.startswith((PRODUCTION, SANDBOX)):
            return []
        parts = urlsplit(place)
        return [f"{parts.scheme}://{parts.netloc.lower()}"]

    def _place(self) -> str | None:
        """Where the connection leads, without a need for credentials: showing pages takes none."""
        if self.given is not None:
            return self.given.url
        said = self.configuration
        try:
            place = find_endpoint(said.endpoint, Settings(profile=said.profile))
        except ConfigurationError:
            return None
        return self.connection.url if place == "local" else place


def state_of(app: Flask) -> State:
    """What the app has of this extension."""
    state = app.extensions.get(NAME)
    if state is None:
        raise ConfigurationError(f"The app {app.name!r} is not set up: mturk.flask.MTurk(app), or init_app(app).")
    return cast(State, state)


_all: WeakSet[State] = WeakSet()


def close_all() -> None:
    """Close what all apps of this process have open."""
    for state in list(_all):
        state.close()


def _renew_all() -> None:
    for state in list(_all):
        state.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
