"""Listening in the marketplace's own process: each event as it happens, without a queue or a socket."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, bindparam, select

from mturk.marketplace.alters_data import alters_data
from mturk.marketplace.call import Happening, Hear
from mturk.marketplace.database import table as t
from mturk.marketplace.database.store import afterwards
from mturk.marketplace.delivery.outbox import LARGEST, Event, written

_TYPE = (
    select(t.hit_type.c.hit_type_id, t.requester.c.name, t.requester.c.customer_id)
    .join(t.requester, t.requester.c.number == t.hit_type.c.requester)
    .where(t.hit_type.c.number == bindparam("of_type"))
)
_NO_OUTLET = 0

_log = logging.getLogger(__name__)


class Listening:
    """Somebody who listens, until `stop()`; also a context manager."""

    def __init__(self, callback: Callable[[str], Any], forget: Callable[[Listening], None]) -> None:
        self._callback = callback
        self._forget = forget
        self._texts: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        # A daemon, which ends with the program.
        self._thread = threading.Thread(target=self._run, name="mturk-listening", daemon=True)
        self._thread.start()

    def __enter__(self) -> Listening:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @alters_data
    def stop(self) -> None:
        """Listen no more; what happened before is told first."""
        self._forget(self)
        self._texts.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    @alters_data
    def tell(self, text: str) -> None:
        """Have the callback called with a text, after those that came before."""
        self._texts.put(text)

    def _run(self) -> None:
        while (text := self._texts.get()) is not None:
            try:
                self._callback(text)
            except Exception:
                _log.exception("a listener failed; the next event is told all the same")


class Listeners:
    """Those who listen to one requester's events in this process.

    `changed` is called with what hears events now: None while there is nobody, so that nothing is computed then.
    """

    def __init__(self, requester: str, new_id: Callable[[], str], changed: Callable[[Hear | None], None]) -> None:
        self._requester = requester
        self._new_id = new_id
        self._changed = changed
        self._all: tuple[Listening, ...] = ()
        self._lock = threading.Lock()

    def add(self, callback: Callable[[str], Any]) -> Listening:
        """Have every message from now on told to a callback, in a thread of its own."""
        new = Listening(callback, self._remove)
        with self._lock:
            self._all = (*self._all, new)
            self._changed(self.hear)
        return new

    def stop(self) -> None:
        """Stop all."""
        for one in self._all:
            one.stop()

    def hear(self, database: Connection, event_type: str, happenings: Sequence[Happening]) -> None:
        """Note events, in the transaction that causes them; they are told when it is on disk."""
        known = lru_cache(maxsize=None)(lambda number: database.execute(_TYPE, {"of_type": number}).one())
        mine = [one for one in happenings if known(one.hit_type).name == self._requester]
        events = [
            Event(_NO_OUTLET, event_type, one.time, known(one.hit_type).hit_type_id, one.hit_id, one.assignment_id)
            for one in mine
        ]
        if events:
            afterwards(database, partial(self._tell, known(mine[0].hit_type).customer_id, events))

    def _tell(self, customer_id: str, events: list[Event]) -> None:
        for first in range(0, len(events), LARGEST):
            text = written(customer_id, self._new_id(), events[first : first + LARGEST])
            for one in self._all:
                one.tell(text)

    def _remove(self, gone: Listening) -> None:
        with self._lock:
            self._all = tuple(one for one in self._all if one is not gone)
            self._changed(self.hear if self._all else None)
