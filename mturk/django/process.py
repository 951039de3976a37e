"""The connection and the events of this process, made on first use of what the setting MTURK says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakSet, ref

from django.utils.module_loading import import_string

from mturk.connection.connection import Connection, current
from mturk.django import conf, signals
from mturk.errors import ConfigurationError
from mturk.event.events import Events

_known: WeakSet[Events] = WeakSet()
_relaying: WeakSet[Events] = WeakSet()
_lock = threading.RLock()


def make_connection() -> Connection:
    """A connection as the settings say; sends nothing."""
    options = conf.arguments(conf.CONNECTION)
    return Connection(options.pop("endpoint", None), **options)


def make_events(connection: Connection) -> Events:
    """The events of a connection as the settings say; starts nothing."""
    options = conf.arguments(conf.EVENTS)
    options["mark"] = conf.mark(local=connection.local_market is not None)
    options["on_failure"] = _function(options.get("on_failure"))
    made = Events(connection, **options)
    if watched := conf.option("WATCH"):
        made.watch(*watched)
    return relaying(made)


def connection() -> Connection:
    """The connection in force: that of `mturk.using` or `mturk.connect`, else the one that the setting MTURK describes.

    It is made on first use, one for each process. Nothing is sent. ConfigurationError if the setting, or what it leaves
    to the environment, is not enough.
    """
    return current()


def events() -> Events:
    """The events of `connection()`, as the setting MTURK describes them: its mark, topics, workers.

    They tell the signals of `mturk.django.signals`, and what is added by `mturk.on` or `events().on`.
    """
    return relaying(connection().events)


def relaying(events: Events) -> Events:
    """The same events, which tell the signals from now on."""
    with _lock:
        if events not in _known:
            _known.add(events)
            events.surround(signals.fresh_connections)
            signals.when_wanted(_hook(events))
    return events


def _hook(events: Events) -> signals.Hook:
    weak = ref(events)

    def hook(type_id: str | None) -> None:
        there = weak()
        if there is None:
            return
        with _lock:
            first = there not in _relaying
            _relaying.add(there)
        if first:
            there.on("any", signals.relay)
        if type_id is not None:
            there.watch(type_id)  # so that a poll looks at that type's submissions

    return hook


def _function(given: Any) -> Callable[..., Any] | None:
    if not isinstance(given, str):
        return given  # type: ignore[no-any-return]  # the settings' check has seen to it
    try:
        found: Callable[..., Any] = import_string(given)
    except ImportError as error:
        raise ConfigurationError(f"MTURK['ON_FAILURE'] is {given!r}, which cannot be imported: {error}") from error
    return found
