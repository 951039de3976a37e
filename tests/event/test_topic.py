"""A topic of the marketplace posts to a program, and the SDK proves that it was the marketplace."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mturk import Connection, Events, ForgedMessage, HITType, HTMLQuestion, MTurkError
from mturk.marketplace import Marketplace
from tests.event.said import Ear, eventually
from tests.page import PAGE


class Program:
    """A program on the web that hands what is posted to it to its events."""

    def __init__(self) -> None:
        self.posted: list[tuple[bytes, dict[str, str]]] = []
        program = self

        class Page(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body, headers = self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers.items())
                program.posted.append((body, headers))
                self.send_response(program.take(body, headers))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._ready = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"

    def listen(self, events: Events) -> None:
        """Take what is posted, from now on."""
        self._events = events
        self._ready.set()

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer."""
        # The subscription may be posted before its topic is told to the events.
        assert self._ready.wait(20)
        try:
            self._events.receive(body, headers)
        except MTurkError:
            return 403
        return 200


@pytest.fixture
def program() -> Iterator[Program]:
    program = Program()
    thread = threading.Thread(target=program.server.serve_forever)
    thread.start()
    yield program
    program.server.shutdown()
    thread.join()
    program.server.server_close()


@pytest.fixture
def events(
    program: Program, mturk_market: Marketplace, mturk_connection: Connection, tmp_path: Path
) -> Iterator[Events]:
    topic = mturk_market.topic(program.url)
    certificates = [f"{mturk_market.url}/sns/"]
    mark = tmp_path / "mark.sqlite3"
    events = Events(mturk_connection, mark=mark, topics=[topic.arn], certificates=certificates)
    program.listen(events)
    yield events
    events.stop()


def test_a_worker_submits_and_the_program_hears_of_it(
    events: Events, program: Program, mturk_market: Marketplace
) -> None:
    ear = events.on("AssignmentSubmitted", Ear())
    hit_type = HITType.create("Label", "Say what it is", "0.05", 600)
    hit_type.notify(program.url, ["AssignmentSubmitted"])
    hit = hit_type.create_hit(HTMLQuestion(PAGE), 3600)
    worker = mturk_market.worker("A1")
    worker.submit(worker.accept(hit.id), {"label": "cat"})
    (event,) = ear.wait(1)
    assert (event.source, event.hit) == ("sns", hit)
    assert event.assignment is not None
    assert event.assignment.answers["label"] == "cat"


def test_what_somebody_changed_on_the_way_is_refused(
    events: Events, program: Program, mturk_market: Marketplace
) -> None:
    hit_type = HITType.create("Label", "Say what it is", "0.05", 600)
    hit_type.notify(program.url, ["HITCreated"])
    hit_type.create_hit(HTMLQuestion(PAGE), 3600)
    eventually(lambda: len(program.posted) > 1)
    body, headers = program.posted[-1]
    envelope: dict[str, Any] = json.loads(body)
    assert envelope["Type"] == "Notification"
    envelope["Message"] = envelope["Message"].replace("HITCreated", "HITExpired")
    with pytest.raises(ForgedMessage):
        events.receive(json.dumps(envelope), headers)
    assert len(events.receive(body, headers)) == 1
