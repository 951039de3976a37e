"""Events into a queue of this marketplace: by no network, and by one transaction, so that each is there once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from mturk.marketplace.database.store import afterwards
from mturk.marketplace.delivery import outbox
from mturk.marketplace.delivery.outbox import EventDocument
from mturk.marketplace.delivery.sender import Undelivered
from mturk.marketplace.people.requester import account_of
from mturk.marketplace.queue import queue, queue_message
from mturk.marketplace.queue.queue_message import Letter
from mturk.marketplace.queue.waiting_room import WaitingRoom


def put(
    database: Connection, document: EventDocument, room: WaitingRoom, real: int, new_document: Callable[[], str]
) -> EventDocument | None:
    """Move a document from the outbox into its queue, and return the next one; raises Undelivered without a queue."""
    if not outbox.is_held(database, document):
        return None  # the lease expired, and another process has taken over
    into = queue.find(database, document.requester, document.destination)
    if into is None:
        raise Undelivered("there is no such queue any more")
    account = account_of(database, document.requester)
    queue_message.send(database, into, Letter(document.text, {}), account, real)
    afterwards(database, partial(room.ring, into.number))
    return outbox.delivered(database, document, real, new_document)
