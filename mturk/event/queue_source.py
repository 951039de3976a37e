"""A queue as a source: messages are taken, kept while their events are handled, and deleted then."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import attrs

from mturk.errors import MTurkError, Throttled, TransportError, Unavailable, UnreadableMessage
from mturk.event import message as messages_
from mturk.event.intake import PATIENCE

if TYPE_CHECKING:
    from mturk.event.intake import Intake
    from mturk.event.queue import Message, Queue

_WAIT = 20  # seconds of one long poll, the most that SQS allows
_SHORT = 1  # … where nobody waits for news; without any wait SQS asks few of its servers
_HIDDEN = 30  # seconds for which a message that was taken is hidden from other consumers, and that time extended
_IDS = 200  # that are asked for at once
_MOST_HELD = 1000  # messages that wait here for their events
_TICK = 0.25
_LOOK = 1.0
_LONGEST_PAUSE = 60.0

_log = logging.getLogger(__name__)


@attrs.define
class _Held:
    message: Message
    ids: list[str]
    hidden_until: float


class QueueSource:
    """Consumes one queue, beside any number of other consumers, here and elsewhere."""

    def __init__(self, queue: Queue, intake: Intake, *, attempts: int, hidden: int = _HIDDEN) -> None:
        self._queue = queue
        self._hidden = hidden
        self._intake = intake
        self._attempts = attempts
        self._held: list[_Held] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._news = threading.Event()
        # It may be in a long poll when the source stops, and nobody waits for it then.
        self._taker = threading.Thread(target=self._take_all, name="sqs-long-poll", daemon=True)
        self._settler = threading.Thread(target=self._settle_all, name="mturk-queue-settler", daemon=True)

    def __repr__(self) -> str:
        return f"<QueueSource {self._queue!r}>"

    def begin(self) -> None:
        """Look once without waiting, so that a wrong queue or key is told at once; then go on in the background."""
        self._take(self._queue.receive(wait=0, visibility=self._hidden))
        self._taker.start()
        self._settler.start()

    def once(self) -> None:
        """Take messages until the queue is empty, and delete them when their events are done; errors are raised."""
        while taken := self._queue.receive(wait=_SHORT, visibility=self._hidden):
            self._take(taken)
        self._settler.start()

    def halt(self) -> None:
        """Take no more messages."""
        self._stopping.set()

    def stop(self) -> None:
        """Delete the messages that are done, and let other consumers have the rest at once."""
        self._stopping.set()
        self._over.set()
        self._news.set()
        if self._settler.ident is not None:
            self._settler.join(PATIENCE)

    def ended(self) -> None:
        """Look at the messages whose events may all be done."""
        self._news.set()

    def _take_all(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            if len(self._held) >= _MOST_HELD:
                self._stopping.wait(_LOOK)
                continue
            try:
                self._take(self._queue.receive(wait=_WAIT, visibility=self._hidden))
                failures = 0
            except Exception as error:
                if self._stopping.is_set():
                    break
                failures += 1
                known = isinstance(error, MTurkError)
                told = "%r brings nothing at present, which is tried again: %s"
                _log.error(told, self._queue, error, exc_info=not known)
                self._stopping.wait(min(_LONGEST_PAUSE, 2.0**failures))
        self._queue.close()

    def _take(self, messages: list[Message]) -> None:
        until = time.monotonic() + self._hidden
        for number, one in enumerate(messages):
            if self._stopping.is_set():  # perhaps in a long poll that nobody waited for
                self._hide(messages[number:], 0)
                return
            try:
                events = messages_.read(one.body, "sqs", self._intake.connection)
            except UnreadableMessage as error:
                self._refuse(one, error)
                continue
            named = self._intake.put(events, sent=None if one.sent_at is None else one.sent_at.timestamp())
            with self._lock:
                self._held.append(_Held(one, [event.id for event in named], until))
        self._news.set()

    def _refuse(self, one: Message, error: UnreadableMessage) -> None:
        if one.receive_count < self._attempts:
            _log.warning("message %s of %r cannot be read, and is left there: %s", one.id, self._queue, error)
            self._hide([one], one.receive_count)
            return
        error.body = one.body
        self._intake.fail(None, error)
        self._delete([one])

    def _settle_all(self) -> None:
        while not self._over.is_set():
            self._news.wait(_LOOK)
            self._over.wait(_TICK)  # others may end meanwhile, and are deleted with it in one call
            self._news.clear()
            self._settle()
        self._settle()
        with self._lock:
            left, self._held = self._held, []
        self._hide([one.message for one in left], 0)
        self._queue.close()

    def _settle(self) -> None:
        with self._lock:
            held = list(self._held)
        try:
            unfinished = self._unfinished([event_id for one in held for event_id in one.ids])
        except MTurkError as error:
            _log.warning("the mark of events cannot be used, which is tried again: %s", error)
            return
        done = [one for one in held if not unfinished.intersection(one.ids)]
        # In the second half of its time, so that one failure on the way is made good.
        soon = time.monotonic() + self._hidden / 2
        late = [one for one in held if one not in done and one.hidden_until < soon]
        gone = self._delete([one.message for one in done])
        lost = self._hide([one.message for one in late], self._hidden)
        for one in late:
            one.hidden_until = time.monotonic() + self._hidden
        with self._lock:
            self._held = [one for one in self._held if one.message.id not in gone | lost]

    def _unfinished(self, ids: list[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), _IDS):
            found |= self._intake.mark.unfinished(ids[start : start + _IDS])
        return found

    def _delete(self, messages: list[Message]) -> set[str]:
        """Delete messages; the ids of those that need no more care."""
        try:
            self._queue.delete(messages)
        except MTurkError as error:
            return self._refused(messages, error)
        return {one.id for one in messages}

    def _hide(self, messages: list[Message], seconds: int) -> set[str]:
        """Keep messages from other consumers for so long; the ids of those that the queue does not hide."""
        try:
            self._queue.extend(messages, seconds)
        except MTurkError as error:
            return self._refused(messages, error)
        return set()

    def _refused(self, messages: list[Message], error: MTurkError) -> set[str]:
        """Those that are let go, because the queue knows better: it will bring them again, and they are known then."""
        told = "%r did not take what became of %d messages, which may come again: %s"
        _log.warning(told, self._queue, len(messages), error)
        passing = isinstance(error, (TransportError, Throttled, Unavailable))
        return set() if passing else {one.id for one in messages}
