"""Signed calls and plain sockets, from an address that can be chosen, with each part spoilt that shall be."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from mturk.marketplace.actor import Requester
from mturk.marketplace.signature import SignedRequest, sign

if TYPE_CHECKING:
    from tests.attacks.arena import Attacker

PATIENCE = 60
TARGETS = {"mturk-requester": "MTurkRequesterServiceV20170117.", "sqs": "AmazonSQS."}
TYPES = {"mturk-requester": "application/x-amz-json-1.1", "sqs": "application/x-amz-json-1.0"}


class Reply(NamedTuple):
    """An answer of the API."""

    status: int
    members: dict[str, Any]

    @property
    def code(self) -> str:
        """The service's word for what is wrong, or ok."""
        if self.status == 200:
            return "ok"
        found = self.members.get("TurkErrorCode") or self.members["__type"]
        return str(found).rpartition("#")[2].rpartition(".")[2]


class Call:
    """Calls of a requester, or of somebody who has no key."""

    def __init__(self, attacker: Attacker, requester: Requester | None) -> None:
        self._attacker = attacker
        self._requester = requester

    def __call__(self, operation: str, **members: Any) -> str:
        """What becomes of a call, in one word."""
        return self.send(operation, json.dumps(members).encode()).code

    def answer(self, operation: str, **members: Any) -> dict[str, Any]:
        """The answer to a call that is taken."""
        reply = self.send(operation, json.dumps(members).encode())
        assert reply.status == 200, reply
        return reply.members

    def queues(self, operation: str, **members: Any) -> Reply:
        """The same of the queues."""
        return self.send(operation, json.dumps(members).encode(), service="sqs")

    def spoilt(self, operation: str = "GetAccountBalance", **spoilt: Any) -> str:
        """What becomes of a call with parts that are not as they should be."""
        return self.send(operation, spoilt.pop("body", b"{}"), **spoilt).code

    def send(self, operation: str, body: bytes, **spoilt: Any) -> Reply:
        """The answer to a signed body."""
        return self.send_again(*self.written(operation, body, **spoilt))

    def written(self, operation: str, body: bytes, **spoilt: Any) -> tuple[dict[str, str], bytes]:
        """The headers and the body of a call; `sent` and `more` replace what was signed, `unsigned` is not."""
        service = spoilt.get("service", "mturk-requester")
        headers = {
            "host": spoilt.get("host") or urlsplit(self._attacker.url).netloc,
            "x-amz-date": spoilt.get("date") or written(time.time() + spoilt.get("late", 0)),
            "x-amz-target": TARGETS[service] + operation,
            "content-type": TYPES[service],
            **spoilt.get("signed", {}),
        }
        covered = {name: value for name, value in headers.items() if name != spoilt.get("unsigned")}
        request = SignedRequest(covered, body)
        key, secret = self._keys()
        key, secret = spoilt.get("key", key), spoilt.get("secret", secret)
        authorization = sign(request, key, secret, "us-east-1", spoilt.get("scope", service)) if key else ""
        authorization = spoilt.get("authorization", lambda header: header)(authorization)
        sent = {**headers, **({"authorization": authorization} if authorization else {}), **spoilt.get("more", {})}
        return sent, spoilt.get("sent", body)

    def send_again(self, headers: dict[str, str], body: bytes) -> Reply:
        """The answer to a request that was written, or overheard."""
        parts = urlsplit(self._attacker.url)
        place = parts.hostname or "", parts.port
        options: dict[str, Any] = {"timeout": PATIENCE, "source_address": (self._attacker.source, 0)}
        tls = self._attacker.tls
        made = partial(http.client.HTTPSConnection, context=tls) if tls else http.client.HTTPConnection
        line = made(*place, **options)
        try:
            line.request("POST", "/", body, headers)
            reply = line.getresponse()
            text = reply.read()
        finally:
            line.close()
        return Reply(reply.status, json.loads(text))

    def _keys(self) -> tuple[str, str]:
        who = self._requester
        return (who.access_key, who.secret_key) if who else ("", "")


def written(moment: float) -> str:
    """A time as signatures have it."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))


class Line:
    """A connection on which anything can be sent."""

    def __init__(self, url: str, source: str, tls: ssl.SSLContext | None) -> None:
        parts = urlsplit(url)
        plain = socket.create_connection((parts.hostname, parts.port), PATIENCE, source_address=(source, 0))
        self._socket = tls.wrap_socket(plain, server_hostname=parts.hostname) if tls else plain

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def send(self, *texts: str) -> None:
        """Send texts whose lines end as those of requests do; a vertical tab stands for a LF by itself."""
        with suppress(OSError):  # who is refused by the first bytes may not take the rest
            for text in texts:
                self._socket.sendall(text.replace("\n", "\r\n").replace("\v", "\n").encode())

    def everything(self) -> bytes:
        """What is answered until the end."""
        content = b""
        with suppress(ConnectionError, ssl.SSLError):
            while chunk := self._socket.recv(65_536):
                content += chunk
        return content

    def drip(self, piece: str) -> int:
        """Send a piece ten times a second until there is an answer, and say its status; 0 is the mere end."""
        self._socket.settimeout(0.1)
        end = time.monotonic() + PATIENCE
        answer = b""
        with suppress(ConnectionError, ssl.SSLError):
            while not answer and time.monotonic() < end:
                self.send(piece)
                with suppress(TimeoutError):
                    answer = self._socket.recv(1000)
                    break
        assert time.monotonic() < end, "it is still waited for"
        return int(answer.split()[1]) if answer else 0
