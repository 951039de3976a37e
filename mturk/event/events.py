"""Events: who listens, where events come from, and what is remembered of them."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar, overload

from mturk.alters_data import alters_data
from mturk.connection.connection import current, existing, using
from mturk.data import limit
from mturk.errors import MTurkError, ValidationError
from mturk.event import message
from mturk.event.certificate import CertificateStore
from mturk.event.crew import OnFailure
from mturk.event.engine import Engine
from mturk.event.envelope import NOTIFICATION, Envelopes
from mturk.event.fetch import fetch
from mturk.event.intake import Intake, Source
from mturk.event.listener import EARLY, Handler, Listener, Listeners, checked
from mturk.event.poll import ALL, Poll
from mturk.event.probe import check
from mturk.event.push import PushSource
from mturk.event.queue import Queue
from mturk.event.queue_source import QueueSource
from mturk.record.record import Record, kind_of

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.event.event import Event
    from mturk.event.listener import Hits, Names, Types
    from mturk.model.hit import HIT
    from mturk.model.hit_type import HITType
    from mturk.model.notification import Notification

H = TypeVar("H", bound=Handler)

POLL, PUSH = "poll", "push"
_log = logging.getLogger(__name__)
_LOOK = 0.05  # seconds between looks at whether all is done
_GRACE = 1.0  # seconds after the last handler was added until a lazy start
_SOURCES = 'the URL of an SQS queue, "poll", or "push" for connect("local")'


class Events:
    """Tells handlers what happens, once for each event, whichever sources bring it.

        events = Events(connection)

        @events.on("AssignmentSubmitted", hit_type=photos)
        def review(event):
            event.assignment.approve()

        events.listen("https://sqs.us-east-1.amazonaws.com/123456789012/turk", "poll")

    `on` starts nothing unless `lazy_start`; `listen` and `listening` do. `mark` is a file, or a database's URL where
    several machines share the work; without it MTURK_MARK, or `mturk-events.sqlite3` in the current folder (beside the
    database with `connect("local")`). All processes with one mark share the events among them, so programs that each
    want all of them need marks of their own.

    `workers` handlers run at the same time, those of one HIT one after another. A handler that raises is called again,
    after pauses that grow from half a second, `attempts` times in all; then `on_failure(event, error)` is called, with
    None for a message that could not be read. When a process is killed, what it had begun is handled again within
    half a minute by another that shares the mark, or when it is started again: that is why verbs are safe to repeat.

    `topics` and `certificates` are for `receive`.
    """

    def __init__(
        self,
        connection: Connection | None = None,
        *,
        mark: str | os.PathLike[str] | None = None,
        workers: int = 4,
        attempts: int = 5,
        on_failure: OnFailure | None = None,
        lazy_start: bool = False,
        topics: Sequence[str] = (),
        certificates: Sequence[str] = (),
    ) -> None:
        self._given = connection
        self._attempts = limit.whole("attempts", attempts, 1, 1000)
        if on_failure is not None and not callable(on_failure):
            raise ValidationError(f"on_failure must be a function (event, error), not {on_failure!r}")
        self._lazy = lazy_start
        self._timer: threading.Timer | None = None
        self.topics = _texts("topics", topics)
        self.certificates = _texts("certificates", certificates)
        self._certificate_store = CertificateStore(fetch, time.time)
        self._listeners = Listeners()
        self._watched: frozenset[str] = frozenset()
        self._engine = Engine(
            self._listeners,
            mark=mark,
            workers=limit.whole("workers", workers, 1, 1000),
            attempts=self._attempts,
            on_failure=on_failure,
        )

    def __repr__(self) -> str:
        sources = ", ".join(map(repr, self._engine.sources))
        state = f"listening to {sources}" if sources else "not listening"
        return f"<Events {state}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("events cannot be pickled: make them where they are needed")

    @property
    def connection(self) -> Connection:
        """The connection that events are about, and that is in force in handlers."""
        if self._given is None:
            self._given = current()
        return self._given

    # Handlers.

    @overload
    def on(
        self, names: Names, handler: None = None, *, hit_type: Types = None, hit: Hits = None
    ) -> Callable[[H], H]: ...
    @overload
    def on(self, names: Names, handler: H, *, hit_type: Types = None, hit: Hits = None) -> H: ...
    @alters_data
    def on(
        self, names: Names, handler: H | None = None, *, hit_type: Types = None, hit: Hits = None
    ) -> H | Callable[[H], H]:
        """Have a function, a method or an async function called with each event of these names; also a decorator.

        The names are AWS's (`AssignmentSubmitted`, `HITReviewable`, `Ping` …) or "any". With `hit_type` or `hit`,
        records or ids, only what happens to those; they are watched, too, where there is a poll.
        """
        return self._add(names, handler, hit_type, hit, once=False)

    @overload
    def once(
        self, names: Names, handler: None = None, *, hit_type: Types = None, hit: Hits = None
    ) -> Callable[[H], H]: ...
    @overload
    def once(self, names: Names, handler: H, *, hit_type: Types = None, hit: Hits = None) -> H: ...
    @alters_data
    def once(
        self, names: Names, handler: H | None = None, *, hit_type: Types = None, hit: Hits = None
    ) -> H | Callable[[H], H]:
        """Like `on`, for the first such event alone that this process handles."""
        return self._add(names, handler, hit_type, hit, once=True)

    @alters_data
    def off(self, names: Names | None = None, handler: Handler | None = None) -> int:
        """Call no more what was added with these names, this handler, or both; without arguments nothing at all.

        Returns how many were taken away.
        """
        return self._listeners.remove(names, handler)

    @alters_data
    def watch(self, *things: HIT | HITType | str) -> None:
        """Have a poll look at the assignments of these HITs, and of the HITs of these types. Records or ids.

        `watch("all")` is for all HITs of the account: the first look at each costs a call or two.
        """
        if not things:
            raise ValidationError("name what to watch: HITs and HIT types, or their ids")
        ids = [_watched_id(thing) for thing in things]
        self._watched = self._watched.union(ids)

    @property
    def watched(self) -> frozenset[str]:
        """The ids of HITs and types whose assignments a poll looks at; "all" is among them where it looks at all."""
        return self._watched

    # Listening.

    @alters_data
    def listen(self, *sources: str, every: float = 60) -> None:
        """Hear events until Ctrl-C, or until somebody calls `stop`; the arguments are those of `listening`."""
        with self.listening(*sources, every=every):
            try:
                while not self._engine.stopped.wait(1.0):  # a wait without end would not hear Ctrl-C on Windows
                    pass
            except KeyboardInterrupt:
                pass

    @alters_data
    @contextmanager
    def listening(self, *sources: str, every: float = 60) -> Iterator[Events]:
        """Hear events in the background while the block runs.

        A source is the URL of an SQS queue, "poll" (every `every` seconds, 60 unless told) or "push", the marketplace
        of `connect("local")` in this process. Without any it is "poll", and "push" too for `connect("local")`. A
        source that cannot be used at all (a wrong key, no such queue) raises here; one that fails later is tried again,
        and the log says so.
        """
        self._begin(sources, every)
        try:
            yield self
        finally:
            self.stop()

    @alters_data
    def start(self) -> None:
        """Handle what is in the mark and what `receive` brings, in the background, without a source.

        Nothing is handled while there is no handler.
        """
        if existing() is self.connection and self.connection.events is self:
            self._take_over(EARLY)
        self._engine.start(self.connection)

    @alters_data
    def catch_up(self, *sources: str, stopped: threading.Event | None = None) -> None:
        """Hear what is there now, and return when it is handled: for a job that runs from time to time.

        A poll looks once, a queue is read until it is empty. What failed, and is to be tried again later, stays for the
        next time, and so does what was not begun when `stopped` is set. The sources are those of `listening`; what goes
        wrong with one is raised.
        """
        made = self._made(self._chosen(sources), every=60)
        mark = self._engine.intake(self.connection).mark
        try:
            self.start()
            for source in made:
                self._engine.sources.append(source)
                source.once()
            while self._listeners and mark.has_work() and not (stopped or self._engine.stopped).wait(_LOOK):
                pass
        finally:
            self.stop()

    @alters_data
    def surround(self, around: Callable[[], AbstractContextManager[object]]) -> None:
        """Handle each event within such a context, made for it in the handlers' thread: for what frameworks tidy up."""
        self._listeners.around = around

    @alters_data
    def tell(self, event: Event) -> None:
        """Call the handlers of an event now, in this thread and once, whatever the mark says: for tests.

        What a handler raises is raised.
        """
        self._take_over(EARLY)
        with using(self.connection):
            self._listeners.tell(event)

    @alters_data
    def stop(self) -> None:
        """End the sources, and wait for the handlers that run. What was not begun is kept for the next start.

        A handler may call it, too; then it returns at once, and all ends when the handlers have.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._engine.stop()

    @alters_data
    def receive(
        self,
        body: bytes | str,
        headers: Mapping[str, str],
        *,
        raw: bool = False,
        topics: Sequence[str] | None = None,
        certificates: Sequence[str] | None = None,
    ) -> tuple[Event, ...]:
        """Take what SNS posted to your program, verify it, and have its events handled in the background.

        It is kept when this returns, so answer 200 then. A subscription of one of `topics` (ARNs; required, here or in
        `Events`) is confirmed and brings no events. `certificates` are the addresses at which marketplaces of your own
        show theirs, such as "https://turk.my-lab.org/sns/". `raw` takes raw delivery, which nothing proves.

        ForgedMessage for what is refused (answer 403), UnreadableMessage for what cannot be read (400),
        TransportError when the certificate cannot be had just now (503, so that it comes again).
        """
        envelopes = Envelopes(
            self.topics if topics is None else topics,
            self.certificates if certificates is None else certificates,
            store=self._certificate_store,
            now=self.connection.clock.now,
        )
        envelope = envelopes.open(body, headers, raw=raw)
        if envelope.type != NOTIFICATION:
            envelopes.confirm(envelope)
            return ()
        events = message.read(envelope.text, "sns", self.connection)
        named = self._engine.intake(self.connection).put(events, sent=envelope.time.timestamp())
        self.start()
        return tuple(named)

    @alters_data
    def check(self, notification: Notification, timeout: float = 60.0) -> None:
        """Have a test event sent, and wait until it is in the queue: see `HITType.notify`."""
        check(self.connection, notification, timeout)

    def _add(self, names: Names, handler: H | None, hit_type: Types, hit: Hits, *, once: bool) -> H | Callable[[H], H]:
        if handler is None:
            kept = checked(names, hit_type, hit)
            return lambda function: self._add(kept, function, hit_type, hit, once=once)  # type: ignore[return-value]  # of a function
        listener = self._listeners.add(names, handler, hit_type=hit_type, hit=hit, once=once)
        self._watch_for(listener)
        if self._lazy and not self._engine.sources:
            self._begin_soon()
        self._engine.ring()
        return handler

    def _begin(self, places: Sequence[str], every: float) -> None:
        chosen = self._chosen(places)
        made = self._made(chosen, every)
        self.start()
        self._warn_of_deaf_listeners(chosen)
        self._engine.begin(made)

    def _begin_soon(self) -> None:
        # What an earlier program left is handled at once, and the other handlers of this one come in the next lines.
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(_GRACE, self._begin_lazily)
        self._timer.daemon = True
        self._timer.start()

    def _begin_lazily(self) -> None:
        try:
            self._begin((), 60)
        except MTurkError as error:
            _log.error("listening did not begin: %s", error)

    def _chosen(self, places: Sequence[str]) -> Sequence[str]:
        local = self.connection.local_market is not None
        return places or ((PUSH, POLL) if local else (POLL,))

    def _made(self, places: Sequence[str], every: float) -> list[Source]:
        intake = self._engine.intake(self.connection)
        return [self._source(place, intake, every) for place in places]

    def _warn_of_deaf_listeners(self, places: Sequence[str]) -> None:
        if not self._listeners:
            _log.warning("Nobody listens to these events yet: add handlers with the on() of this very object.")
        deaf = sorted({listener.name for listener in self._listeners if not listener.types_of_hits})
        if deaf and not self._watched and set(places) == {POLL}:
            _log.warning(
                "%s will hear nothing: a poll tells of assignments only for what is watched. Name the HIT type in "
                "on(…, hit_type=…), or call events.watch(hit_type).",
                ", ".join(deaf),
            )

    def _source(self, place: str, intake: Intake, every: float) -> Source:
        if place == POLL:
            return Poll(intake, lambda: self._watched, every=every)
        if place == PUSH:
            return PushSource(intake)
        if not isinstance(place, str) or "://" not in place:
            raise ValidationError(f"{place!r} is no source of events; write {_SOURCES}")
        return QueueSource(Queue(place, self.connection), intake, attempts=self._attempts)

    def _take_over(self, early: Listeners) -> None:
        for listener in early:
            self._watch_for(listener)
        early.move_to(self._listeners)

    def _watch_for(self, listener: Listener) -> None:
        self._watched = self._watched.union(listener.hit_types or (), listener.hits or ())


def _watched_id(thing: HIT | HITType | str) -> str:
    if isinstance(thing, str) and thing == ALL:
        return ALL
    if isinstance(thing, Record) and not isinstance(thing, (kind_of("HIT"), kind_of("HITType"))):
        raise ValidationError(f"a HIT or a HIT type can be watched, not {thing!r}")
    return limit.identifier("watch", thing.id if isinstance(thing, Record) else thing)


def _texts(name: str, values: Sequence[str]) -> tuple[str, ...]:
    listed = [values] if isinstance(values, str) else values
    if not isinstance(listed, Iterable) or not all(isinstance(one, str) and one for one in listed):
        raise ValidationError(f"{name} must be a list of str, not {values!r}")
    return tuple(listed)
