"""Delivery: sends the documents of the outbox, and retries until their destinations have accepted them."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection

from sqlalchemy import Connection

from mturk.marketplace.clock import DAY, SECOND
from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery import outbox, topic
from mturk.marketplace.delivery.old_notice import OldNotice
from mturk.marketplace.delivery.outbox import EventDocument
from mturk.marketplace.delivery.own_queue import put
from mturk.marketplace.delivery.push import Push, Unconfirmed
from mturk.marketplace.delivery.sender import Sender, Undelivered
from mturk.marketplace.error import DatabaseError
from mturk.marketplace.queue.waiting_room import WaitingRoom
from mturk.marketplace.routine import LOOK, Routine

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15 * 60.0
"""Seconds of market time before a retry, at first and at most: each pause is twice as long as the one before."""
_AT_ONCE = 8  # destinations that are served at the same time, so that a slow one does not delay the others
_EACH = 2  # of one requester, so that slow ones do not delay those of other requesters
_TURN = 1000  # milliseconds for which one destination is served before it is another's turn
_GRACE = 3.0  # seconds that `stop` leaves to requests under way

_log = logging.getLogger(__name__)


def pause_after(attempts: int, chance: float) -> float:
    """Seconds to wait after this many failures in a row; `chance` is between 0 and 1."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 30))
    # Half of it is random, so that destinations that failed together are not retried together.
    return longest * (1 + chance) / 2


class Delivery:
    """Runs beside the server; each destination is served by one process at a time, one document after another."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        push: Push,
        notice: OldNotice,
        room: WaitingRoom,
        *,
        new_id: Callable[[], str],
        chance: Callable[[], float],
        real_time: Callable[[], float],
        break_off: Callable[[], None],
    ) -> None:
        self._store = store
        self._sender = sender
        self._push = push
        self._notice = notice
        self._room = room
        self._new_id = new_id
        self._chance = chance
        self._real_time = real_time
        self._break_off = break_off
        self._routine = Routine("mturk-delivery", self._look, look=LOOK)
        self._threads: dict[threading.Thread, EventDocument] = {}
        self._lock = threading.Lock()
        # The requesters who had their turn, of queues of our own and of others: the rest come before they come again.
        self._turns: dict[bool, set[int]] = {True: set(), False: set()}
        self._stopping = False

    def start(self) -> None:
        """Start, with all that an earlier process left undone."""
        self._routine.start()

    def stop(self) -> None:
        """Start nothing new, wait a moment for requests under way, then break them off."""
        self._stopping = True
        self._routine.stop()
        end = time.monotonic() + _GRACE
        for thread in self._under_way():
            thread.join(max(0, end - time.monotonic()))
        self._break_off()
        for thread in self._under_way():
            thread.join()

    def ring(self) -> None:
        """Look now: something was written, or the clock was moved."""
        self._routine.ring()

    def _look(self) -> None:
        # Queues of our own need no network, and never wait for what does.
        for own in (True, False):
            for _ in range(_AT_ONCE):
                number = self._due(own)
                if number is None:
                    break
                self._begin(number)

    def _due(self, own: bool) -> int | None:
        """The outlet whose turn it is, if there is a thread left for it."""
        with self._lock:
            served = [one.requester for one in self._threads.values() if (one.transport == outbox.QUEUE) == own]
        if self._stopping or len(served) >= _AT_ONCE:
            return None
        busy = {requester for requester, number in Counter(served).items() if number >= _EACH}
        turns = self._turns[own]
        found = self._waiting(own, {*served, *turns})
        if found is None and (served or turns):
            # All who wait are served, or have had their turn: it begins anew.
            turns.clear()
            found = self._waiting(own, busy)
        return found

    def _waiting(self, own: bool, without: Collection[int]) -> int | None:
        waiting = self._store.read(lambda database: outbox.waiting(database, self._real(), 1, own=own, without=without))
        return next(iter(waiting), None)

    def _begin(self, number: int) -> None:
        document = self._claim(number)
        if document is None:
            return
        self._turns[document.transport == outbox.QUEUE].add(document.requester)
        thread = threading.Thread(target=self._send_all, args=(document,), name="mturk-sender", daemon=True)
        with self._lock:
            self._threads[thread] = document
        try:
            thread.start()
        except RuntimeError:  # there are as many threads as may be: it is tried again
            with self._lock:
                del self._threads[thread]
            self._release(document)
            raise

    def _claim(self, number: int) -> EventDocument | None:
        holder = self._new_id()
        try:
            return self._store.write(
                lambda database: outbox.claim(database, number, self._real(), holder, self._new_id), together=True
            )
        except DatabaseError:
            raise
        except Exception:
            # The other outlets do not wait for one whose events cannot be told.
            _log.exception("notifications to outlet %d cannot be written, and have to wait", number)
            pause = round(LONGEST_PAUSE * SECOND)
            self._store.write(lambda database: outbox.put_off(database, number, self._real(), pause))
            return None

    def _send_all(self, first: EventDocument) -> None:
        document: EventDocument | None = first
        end = self._real() + _TURN
        try:
            while document is not None and self._real() < end:
                document = self._send(document)
            if document is not None:
                self._release(document)
        except Exception:
            # It is retried when the lease has expired.
            _log.exception("notifications to %s failed", first.destination)
        finally:
            with self._lock:
                self._threads.pop(threading.current_thread(), None)
            self._routine.ring()

    def _release(self, document: EventDocument) -> None:
        self._store.write(lambda database: outbox.release(database, document), together=True)

    def _send(self, document: EventDocument) -> EventDocument | None:
        """Send one document, and return the next one for the same destination."""
        if self._stopping:
            self._release(document)
            return None
        try:
            if document.transport == outbox.QUEUE:
                return self._store.write(
                    lambda database: put(database, document, self._room, self._real(), self._new_id), together=True
                )
            if document.transport == outbox.TOPIC:
                self._push.send(document)
            elif document.transport == outbox.REST:
                self._notice.send(document)
            else:
                self._sender.send(document.transport, document.destination, document.text)
        except Unconfirmed as error:
            self._fail(document, str(error), unless_confirmed=True)
            return None
        except Undelivered as error:
            self._fail(document, str(error))
            return None
        except DatabaseError:
            raise
        except Exception as error:
            # Whatever it is that cannot be sent waits longer each time, and is given up at its end.
            _log.exception("notifications to %s cannot be sent", document.destination)
            self._fail(document, type(error).__name__)
            return None
        if document.attempts:
            _log.warning("notifications to %s go through again", document.destination)
        return self._store.write(
            lambda database: outbox.delivered(database, document, self._real(), self._new_id), together=True
        )

    def _fail(self, document: EventDocument, reason: str, *, unless_confirmed: bool = False) -> None:
        if self._stopping:
            self._release(document)
            return
        pause = round(pause_after(document.attempts + 1, self._chance()) * SECOND)

        def write_down(database: Connection) -> int:
            if unless_confirmed and topic.is_confirmed(database, document.outlet):
                outbox.release(database, document)
                return 0
            return outbox.failed(database, document, self._real(), pause)

        dropped = self._store.write(write_down)
        if dropped:
            for_days = f"which has failed for {outbox.PATIENCE // DAY} days"
            _log.error("gave up %d notifications to %s, %s: %s", dropped, document.destination, for_days, reason)
        elif not document.attempts:
            _log.warning("notifications to %s have to wait: %s", document.destination, reason)

    def _under_way(self) -> list[threading.Thread]:
        with self._lock:
            return list(self._threads)

    def _real(self) -> int:
        return int(self._real_time() * SECOND)
