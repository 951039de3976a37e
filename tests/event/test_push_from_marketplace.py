"""What a marketplace of one's own posts is opened, and nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue as Inbox

import pytest

from mturk import Connection, ForgedMessage, HITType, HTMLQuestion
from mturk.event.envelope import NOTIFICATION, SUBSCRIPTION, Envelopes
from mturk.marketplace import Marketplace
from tests.page import PAGE

Posted = tuple[bytes, dict[str, str]]


@pytest.fixture
def inbox() -> Iterator[tuple[str, Inbox[Posted]]]:
    """An address that can be posted to, and what was posted."""
    posted: Inbox[Posted] = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.put((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers.items())))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/events", posted
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_marketplace_s_own_push_is_confirmed_and_opened(inbox: tuple[str, Inbox[Posted]]) -> None:
    address, posted = inbox
    with Marketplace(database=":memory:") as market:
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        with Connection(market.url, **keys) as connection:
            photos = HITType.create("Label", "Say what is in the picture", "0.05", 600, connection=connection)
            photos.notify(address, ["HITCreated"])
            arn = market.topic(address).arn
            envelopes = Envelopes([arn], [f"{market.url}/sns/"])
            body, headers = posted.get(timeout=30)
            assert envelopes.open(body, headers).type == SUBSCRIPTION
            with pytest.raises(ForgedMessage, match="certificates="):
                Envelopes([arn]).open(body, headers)
            assert envelopes.read(body, headers) is None
            hit = photos.create_hit(HTMLQuestion(PAGE), 3_600)
            body, headers = posted.get(timeout=30)
            envelope = envelopes.open(body, headers)
            assert (envelope.type, envelope.topic_arn) == (NOTIFICATION, arn)
            assert hit.id in envelope.text
            with pytest.raises(ForgedMessage, match="signature"):
                envelopes.open(body.replace(b"HITCreated", b"HITExpired"), headers)
