"""Receiving messages: at once, or as soon as there are some, without holding the database meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection

from mturk.marketplace.call import Answer
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.store import Store
from mturk.marketplace.queue import message_attribute, queue, queue_member, queue_message
from mturk.marketplace.queue.queue import LONGEST_HIDING, LONGEST_WAIT, Queue
from mturk.marketplace.queue.queue_member import Members
from mturk.marketplace.queue.queue_message import Message
from mturk.marketplace.queue.waiting_room import WaitingRoom

_MOST = 10


class _Wish(NamedTuple):
    most: int
    hiding: int
    wait: int
    attributes: list[str]
    system: list[str]


class Receiver:
    """Carries out ReceiveMessage. Between two looks a receiver holds nothing but its thread."""

    def __init__(self, store: Store, room: WaitingRoom, real_time: Callable[[], float]) -> None:
        self._store = store
        self._room = room
        self._real_time = real_time

    def receive(
        self, requester: int, given: Members, gone: Callable[[], bool], expect: Callable[[Connection], object]
    ) -> Answer:
        """Some messages, or none if none comes while the caller waits; one that is `gone` gets none.

        `expect` refuses a caller who may not have them any more, in the transaction that hands them out.
        """
        url = queue_member.text(given, "QueueUrl")
        of = self._store.read(lambda database: queue.at(database, requester, url))
        wish = _wish(of, given)
        # Whoever hung up would never delete it, and others would have to wait for it.
        found = [] if gone() else self._some(of, wish, expect)
        if not found and wish.wait:
            with self._room.place(requester) as has_place:
                found = self._wait(of, wish, gone, expect) if has_place else []
        return {"Messages": [_told(message, wish) for message in found]} if found else {}

    def _wait(
        self, of: Queue, wish: _Wish, gone: Callable[[], bool], expect: Callable[[Connection], object]
    ) -> list[Message]:
        end = time.monotonic() + wish.wait
        while True:
            rings = self._room.rings(of.number)
            due = self._store.read(lambda database: queue_message.next_time(database, of))
            real = self._real()
            if due is not None and due <= real and not gone():
                found = self._some(of, wish, expect)
                if found:
                    return found
            left = end - time.monotonic()
            pause = left if due is None or due <= real else min(left, (due - real) / SECOND)
            if left <= 0 or gone() or not self._room.wait(of.number, rings, pause):
                return []

    def _some(self, of: Queue, wish: _Wish, expect: Callable[[Connection], object]) -> list[Message]:
        due = self._store.read(lambda database: queue_message.next_time(database, of))
        if due is None or due > self._real():
            return []

        def take(database: Connection) -> list[Message]:
            expect(database)
            return self._take(database, of, wish)

        return self._store.write(take, together=True)

    def _take(self, database: Connection, of: Queue, wish: _Wish) -> list[Message]:
        # It may have been deleted meanwhile, and its number be another queue's.
        now = queue.find(database, of.requester, of.name)
        if now is None or now.number != of.number:
            return []
        return queue_message.receive(database, now, wish.most, wish.hiding, self._real())

    def _real(self) -> int:
        return int(self._real_time() * SECOND)


def _wish(of: Queue, given: Members) -> _Wish:
    most = queue_member.number(given, "MaxNumberOfMessages", 1, _MOST)
    hiding = queue_member.number(given, "VisibilityTimeout", 0, LONGEST_HIDING)
    wait = queue_member.number(given, "WaitTimeSeconds", 0, LONGEST_WAIT)
    return _Wish(
        most=most or 1,
        hiding=of.value("VisibilityTimeout") if hiding is None else hiding,
        wait=of.value("ReceiveMessageWaitTimeSeconds") if wait is None else wait,
        attributes=queue_member.texts(given, "MessageAttributeNames"),
        # Asked for by its name of today and by that of before.
        system=[
            *queue_member.texts(given, "MessageSystemAttributeNames"),
            *queue_member.texts(given, "AttributeNames"),
        ],
    )


def _told(message: Message, wish: _Wish) -> Answer:
    system = {name: value for name, value in message.system.items() if "All" in wish.system or name in wish.system}
    chosen = message_attribute.chosen(message.attributes, wish.attributes)
    told: Answer = {
        "MessageId": message.message_id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": queue_message.digest(message.body),
        "Body": message.body,
    }
    if system:
        told["Attributes"] = system
    if chosen:
        told |= {"MessageAttributes": chosen, "MD5OfMessageAttributes": message_attribute.digest(chosen)}
    return told
