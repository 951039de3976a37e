"""Events told to an address on the web as the old API did: a GET with the events in its query, signed by their owner.

The signature is made with the requester's oldest good key, of service, operation and time, as that of a call is. No
call has that operation, so that nobody can call with the signature of a notice. Nobody is asked to confirm.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery.destination import check_push
from mturk.marketplace.delivery.exchange import Exchange, ExchangeError
from mturk.marketplace.delivery.outbox import EventDocument
from mturk.marketplace.delivery.sender import Undelivered
from mturk.marketplace.people.requester import Keys
from mturk.marketplace.signature import concatenated

_SERVICE, _OPERATION = "AWSMechanicalTurkRequesterNotification", "Notify"
_VERSION = "2006-05-05"
_NAMES = {"EventTimestamp": "EventTime"}


class OldNotice:
    """Sends notices; `keys` are those of the requesters, once the database is open."""

    def __init__(
        self,
        store: Store,
        exchange: Exchange,
        keys: Callable[[], Keys],
        environment: Mapping[str, str],
        *,
        private: bool,
        real_time: Callable[[], float],
    ) -> None:
        self._store = store
        self._exchange = exchange
        self._keys = keys
        self._environment = environment
        self._private = private
        self._real_time = real_time

    def send(self, document: EventDocument) -> None:
        """Tell the events of a document; raises Undelivered unless the address takes them."""
        query = urlencode([*self._head(document.requester), *_events(document.text)])
        try:
            # Again, because the rules may have changed since.
            endpoint = check_push(document.destination, private=self._private)
            parts = urlsplit(document.destination)
            reply = self._exchange.get(
                endpoint,
                {"host": endpoint.authority},
                path=f"{parts.path or '/'}?{f'{parts.query}&' if parts.query else ''}{query}",
                trust=self._environment.get("AWS_CA_BUNDLE") or None,
            )
        except ExchangeError as error:
            raise Undelivered(str(error)) from None
        except (ValueError, OSError) as error:
            raise Undelivered(f"it cannot be sent: {error}") from None
        if not 200 <= reply.status < 300:
            raise Undelivered(f"the answer was {reply.status}")

    def _head(self, requester: int) -> list[tuple[str, str]]:
        pair = self._store.read(lambda database: self._keys().oldest(database, requester))
        if pair is None:
            raise Undelivered("it cannot be signed, because its requester has no key that is good")
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._real_time()))
        signature = concatenated(pair.secret_key, _SERVICE, _OPERATION, moment)
        return [("method", _OPERATION), ("Signature", signature), ("Timestamp", moment), ("Version", _VERSION)]


def _events(text: str) -> list[tuple[str, str]]:
    return [
        (f"Event.{number}.{_NAMES.get(name, name)}", value)
        for number, event in enumerate(json.loads(text)["Events"], start=1)
        for name, value in event.items()
    ]
