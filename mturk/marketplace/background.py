"""What works beside the server, in every process that serves the database: timekeeper, delivery and mailer."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

from mturk.marketplace import agenda
from mturk.marketplace.clock import Clock
from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery import outbox
from mturk.marketplace.delivery.certificate import Certificate
from mturk.marketplace.delivery.delivery import Delivery
from mturk.marketplace.delivery.exchange import Exchange
from mturk.marketplace.delivery.mailer import Mailer
from mturk.marketplace.delivery.old_notice import OldNotice
from mturk.marketplace.delivery.push import Push
from mturk.marketplace.delivery.sender import Sender
from mturk.marketplace.dispatch import PATIENCE, Dispatch
from mturk.marketplace.identifier import Identifiers
from mturk.marketplace.people import mail
from mturk.marketplace.people.requester import Keys
from mturk.marketplace.queue.waiting_room import WaitingRoom
from mturk.marketplace.timekeeper import Timekeeper


class Background:
    """Runs from `start` to `stop`; `address` is where others reach the marketplace.

    With `private` events may go to this machine and to private networks.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        dispatch: Dispatch,
        certificate: Certificate,
        room: WaitingRoom,
        identifiers: Identifiers,
        keys: Callable[[], Keys],
        *,
        randomness: random.Random,
        real_time: Callable[[], float],
        address: str,
        private: bool,
        mailer: Mailer | None = None,
        note: Callable[[int], None] = lambda _: None,
    ) -> None:
        exchange = Exchange()
        self._store = store
        self._dispatch = dispatch
        self._mailer = mailer
        self._timekeeper = Timekeeper(store, clock, dispatch, note)
        self._delivery = Delivery(
            store,
            Sender(exchange, os.environ, real_time, private=private),
            Push(
                store,
                exchange,
                certificate,
                os.environ,
                address=address,
                private=private,
                real_time=real_time,
                now=dispatch.now,
            ),
            OldNotice(store, exchange, keys, os.environ, private=private, real_time=real_time),
            room,
            new_id=identifiers.document,
            chance=randomness.random,
            real_time=real_time,
            break_off=exchange.close,
        )

    def start(self) -> None:
        """Start, with all that an earlier process left undone."""
        delivery = self._delivery
        self._store.listeners = {agenda.NEWS: self._timekeeper.planned, outbox.NEWS: lambda _: delivery.ring()}
        self._timekeeper.start()
        delivery.start()
        if self._mailer is not None:
            mailer = self._mailer
            self._store.listeners[mail.NEWS] = lambda _: mailer.ring()
            mailer.start()
        self._dispatch.patience = PATIENCE

    def stop(self) -> None:
        """Finish what is under way, or break it off."""
        self._store.listeners = {}
        self._dispatch.patience = None
        self._timekeeper.stop()
        self._delivery.stop()
        if self._mailer is not None:
            self._mailer.stop()

    def moved(self) -> None:
        """The clock was moved: look what is due now, after what can be done here and at once."""
        # Here, because calls do not wait for a long agenda.
        self._dispatch.catch_up()
        self._timekeeper.ring()
        self._delivery.ring()
