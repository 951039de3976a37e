"""A way to a marketplace on which calls are refused for their number, and answers are lost."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

THROTTLED = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
AS_SENT = ("content-type", "x-amz-target", "x-amz-date", "authorization", "host", "x-amz-security-token")


class Way:
    """An address, the shares of all calls that are refused, and whose answers are lost, and how many came through."""

    def __init__(self) -> None:
        self.url = ""
        self.throttles = self.loses = 0.0
        self.loses_operations: set[str] = set()
        self.carried_out = 0


@contextmanager
def relay(url: str, seed: int = 7) -> Iterator[Way]:
    """A way to the service at `url`, which does no harm at first."""
    chance, lock, way = random.Random(seed), threading.Lock(), Way()
    inner = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                draw = chance.random()
            if draw < way.throttles:
                self.reply(400, THROTTLED)
                return
            status, answer = self.passed_on(body)
            with lock:
                way.carried_out += 1
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            if draw < way.throttles + way.loses or operation in way.loses_operations:
                self.close_connection = True
                self.connection.close()
            else:
                self.reply(status, answer)

        def passed_on(self, body: bytes) -> tuple[int, bytes]:
            further = http.client.HTTPConnection(str(inner.hostname), inner.port, timeout=20)
            headers = {name: value for name, value in self.headers.items() if name.lower() in AS_SENT}
            further.request("POST", "/", body, headers)
            answer = further.getresponse()
            read = answer.read()
            further.close()
            return answer.status, read

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a connection that was closed on purpose

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        way.url = f"http://127.0.0.1:{server.server_port}/"
        yield way
    finally:
        server.shutdown()
        server.server_close()
