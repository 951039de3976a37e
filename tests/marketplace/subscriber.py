"""An address on the web that events are pushed to: it keeps what it gets, and confirms when it is told to."""

from __future__ import annotations

import base64
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.marketplace.inbox import WAIT

NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
"""The fields that AWS documents as signed, in their order."""


class Post(NamedTuple):
    """What was posted."""

    path: str
    headers: dict[str, str]
    fields: dict[str, str]

    def check(self) -> None:
        """Raise InvalidSignature unless the certificate that is named has signed it."""
        certificate = x509.load_pem_x509_certificate(requests.get(self.fields["SigningCertURL"], timeout=WAIT).content)
        names = NOTIFICATION if self.fields["Type"] == "Notification" else CONFIRMATION
        text = "".join(f"{name}\n{self.fields[name]}\n" for name in names if name in self.fields)
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        signature = base64.b64decode(self.fields["Signature"], validate=True)
        key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())

    def events(self) -> list[dict[str, str]]:
        """The events that it tells."""
        found: list[dict[str, str]] = json.loads(self.fields["Message"])["Events"]
        return found


class Subscriber:
    """Takes what is posted to `url`, and answers with `status`."""

    def __init__(self) -> None:
        self.posts: queue.Queue[Post] = queue.Queue()
        self.status = 200
        self.confirms = False
        """Whether it confirms by itself, before it answers."""
        self.headers: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.host = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.url = f"{self.host}/events"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next(self, wait: float = WAIT) -> Post:
        """The next post, as soon as it comes."""
        return self.posts.get(timeout=wait)

    def confirm(self) -> Post:
        """Confirm, as the next post asks."""
        asked = self.next()
        assert asked.fields["Type"] == "SubscriptionConfirmation"
        assert requests.get(asked.fields["SubscribeURL"], timeout=WAIT).status_code == 200
        return asked


def _handler(subscriber: Subscriber) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            post = Post(self.path, headers, json.loads(body))
            if subscriber.confirms and "SubscribeURL" in post.fields:
                requests.get(post.fields["SubscribeURL"], timeout=WAIT)
            subscriber.posts.put(post)
            self.send_response(subscriber.status)
            for name, value in subscriber.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Tests say by themselves what went wrong."""

    return Handler
