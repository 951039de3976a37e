"""Pushing events to an address on the web: it is asked to confirm first, and told of nothing before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery import topic
from mturk.marketplace.delivery.certificate import Certificate
from mturk.marketplace.delivery.destination import check_push
from mturk.marketplace.delivery.envelope import Envelope, Stationery
from mturk.marketplace.delivery.exchange import Exchange, ExchangeError
from mturk.marketplace.delivery.outbox import ASKING, EventDocument
from mturk.marketplace.delivery.sender import Undelivered
from mturk.marketplace.delivery.topic import Topic


class Unconfirmed(Undelivered):
    """The address has not confirmed yet."""


class Push:
    """Posts envelopes; `address` is where the marketplace itself is reached, `now` is market time."""

    def __init__(
        self,
        store: Store,
        exchange: Exchange,
        certificate: Certificate,
        environment: Mapping[str, str],
        *,
        address: str,
        private: bool,
        real_time: Callable[[], float],
        now: Callable[[], int],
    ) -> None:
        self._store = store
        self._exchange = exchange
        self._certificate = certificate
        self._environment = environment
        self._address = address
        self._private = private
        self._real_time = real_time
        self._now = now

    def send(self, document: EventDocument) -> None:
        """Push a document; raises Unconfirmed where the address was asked to confirm instead."""
        found = self._store.read(lambda database: topic.of_outlet(database, document.outlet))
        if found is None or found.state == topic.UNSUBSCRIBED:
            return  # nobody wants it, which is how a topic without subscribers takes it
        paper = Stationery(self._certificate, self._address, self._real_time())
        if found.state == topic.CONFIRMED:
            if document.text:
                self._post(found, paper.notification(found, document.text, document.event_doc_id))
            return
        if found.asked <= self._now() - ASKING:
            raise Unconfirmed("it did not confirm its subscription in time; set the notification again")
        self._post(found, paper.confirmation(found))
        raise Unconfirmed("it has not confirmed its subscription yet")

    def _post(self, to: Topic, envelope: Envelope) -> None:
        try:
            # Again, because the rules may have changed since.
            endpoint = check_push(to.address, private=self._private)
            parts = urlsplit(to.address)
            path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            reply = self._exchange.post(
                endpoint,
                {"host": endpoint.authority, **envelope.headers},
                envelope.body,
                path=path,
                trust=self._environment.get("AWS_CA_BUNDLE") or None,
            )
        except ExchangeError as error:
            raise Undelivered(str(error)) from None
        except (ValueError, OSError) as error:
            raise Undelivered(f"it cannot be sent: {error}") from None
        if not 200 <= reply.status < 300:
            raise Undelivered(f"the answer was {reply.status}")
