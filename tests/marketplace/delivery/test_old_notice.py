"""Notices of the old API: a signed GET with the events in its query, to where today's rules let events go."""

from __future__ import annotations

import base64
import hmac
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.delivery.outbox import LARGEST_QUERY
from tests.marketplace.inbox import WAIT
from tests.marketplace.query.conftest import HIT
from tests.marketplace.query.old_program import OldProgram, Refused


class Receptor:
    """Keeps the addresses that it is asked for; `status` is what it answers with."""

    def __init__(self) -> None:
        self.asked: queue.Queue[str] = queue.Queue()
        self.status = 200
        receptor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                receptor.asked.put(self.path)
                self.send_response(receptor.status)
                self.send_header("content-length", "0")
                self.send_header("location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Tests say by themselves what went wrong."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/notices?for=me"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def next(self) -> dict[str, str]:
        """The parameters of the next notice."""
        parts = urlsplit(self.asked.get(timeout=WAIT))
        assert parts.path == "/notices"
        given = parse_qsl(parts.query, strict_parsing=True)
        assert len(dict(given)) == len(given)
        return dict(given)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receptor() -> Iterator[Receptor]:
    receptor = Receptor()
    yield receptor
    receptor.close()


@pytest.fixture
def market(database: str) -> Iterator[Marketplace]:
    with Marketplace(database, query_api=True) as market:
        yield market


@pytest.fixture
def program(market: Marketplace) -> OldProgram:
    return OldProgram(market)


def specification(url: str, *event_types: str) -> dict[str, str]:
    """A notification as boto 2 wrote it."""
    told = {"Destination": url, "Transport": "REST", "Version": "2006-05-05", "Active": "True"}
    told |= {f"EventType.{number}": name for number, name in enumerate(event_types, start=1)}
    return {f"Notification.1.{name}": value for name, value in told.items()}


def set_notification(program: OldProgram, url: str, *event_types: str) -> str:
    """A HIT whose events are told there."""
    hit = program.call("CreateHIT", HIT)
    program.call("SetHITTypeNotification", {"HITTypeId": hit.findtext("HITTypeId"), **specification(url, *event_types)})
    return str(hit.findtext("HITId"))


def test_an_event_comes_as_it_did_and_signed(market: Marketplace, program: OldProgram, receptor: Receptor) -> None:
    hit_id = set_notification(program, receptor.url, "AssignmentAccepted")
    assignment_id = market.worker("A1ADA").accept(hit_id)
    told = receptor.next()
    text = f"AWSMechanicalTurkRequesterNotificationNotify{told['Timestamp']}"
    digest = hmac.digest(market.secret_key.encode(), text.encode(), "sha1")
    assert told.pop("Signature") == base64.b64encode(digest).decode()
    assert told.pop("Event.1.EventTime").endswith("Z")
    assert told.pop("Timestamp").endswith("Z")
    assert told.pop("Event.1.HITTypeId")
    assert told == {
        "for": "me",
        "method": "Notify",
        "Version": "2006-05-05",
        "Event.1.EventType": "AssignmentAccepted",
        "Event.1.HITId": hit_id,
        "Event.1.AssignmentId": assignment_id,
    }


def test_a_test_event_comes_without_any_hit(program: OldProgram, receptor: Receptor) -> None:
    program.call("SendTestEventNotification", specification(receptor.url))
    assert receptor.next()["Event.1.EventType"] == "Ping"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_notice_that_was_not_taken_comes_again_and_follows_no_redirect(
    market: Marketplace, program: OldProgram, receptor: Receptor, status: int
) -> None:
    receptor.status = status
    hit_id = set_notification(program, receptor.url, "AssignmentAccepted")
    market.worker("A1ADA").accept(hit_id)
    first = receptor.next()
    receptor.status = 200
    market.clock.advance(seconds=60)
    again = receptor.next()
    assert again["Event.1.AssignmentId"] == first["Event.1.AssignmentId"]


def test_many_events_come_in_addresses_that_servers_take(
    market: Marketplace, program: OldProgram, receptor: Receptor
) -> None:
    hit_id = set_notification(program, receptor.url, "AssignmentAccepted", "AssignmentReturned")
    receptor.status = 500
    for _ in range(LARGEST_QUERY):
        market.worker("A1ADA").return_assignment(market.worker("A1ADA").accept(hit_id))
    receptor.status = 200
    market.clock.advance(seconds=3600)
    seen: set[str] = set()
    found = 0
    while found < 2 * LARGEST_QUERY:
        address = receptor.asked.get(timeout=WAIT)
        assert len(address) < 8000
        given = dict(parse_qsl(urlsplit(address).query))
        ids = {name: value for name, value in given.items() if name.endswith("EventType")}
        assert len(ids) <= LARGEST_QUERY
        found += len(ids)
        seen |= set(ids.values())
    assert seen == {"AssignmentAccepted", "AssignmentReturned"}


def test_who_has_no_good_key_any_more_gets_notices_by_the_next_one(
    market: Marketplace, program: OldProgram, receptor: Receptor
) -> None:
    hit_id = set_notification(program, receptor.url, "AssignmentAccepted")
    second = market.requester("requester").add_key()
    market.revoke_key(program.access_key)
    market.worker("A1ADA").accept(hit_id)
    told = receptor.next()
    text = f"AWSMechanicalTurkRequesterNotificationNotify{told['Timestamp']}"
    digest = hmac.digest(second.secret_key.encode(), text.encode(), "sha1")
    assert told["Signature"] == base64.b64encode(digest).decode()


@pytest.mark.parametrize(
    ("private", "url"),
    [
        (False, "http://127.0.0.1:9/"),
        (False, "https://127.0.0.1:9/"),
        (False, "https://10.0.0.1/"),
        (False, "http://example.com/"),
        (True, "http://10.0.0.1/"),
        (True, "https://169.254.169.254/latest/meta-data/"),
        (True, "ftp://127.0.0.1/"),
        (True, "https://user:password@example.com/"),
        (True, "https://example.com/ HTTP/1.1"),
        (True, "https://example.com/\r\nHost: x"),
    ],
)
def test_a_notice_goes_nowhere_else_than_other_events(database: str, private: bool, url: str) -> None:
    with Marketplace(database, query_api=True, allow_private_destinations=private) as market:
        program = OldProgram(market)
        with pytest.raises(Refused):
            program.call("SendTestEventNotification", specification(url))


@pytest.mark.parametrize("transport", ["SOAP", "Email"])
def test_a_transport_that_is_not_served_is_refused(program: OldProgram, transport: str) -> None:
    given = {**specification("someone@my-lab.org", "HITReviewable"), "Notification.1.Transport": transport}
    with pytest.raises(Refused, match=r"SOAP is not served|sends no e-mail"):
        program.call("SendTestEventNotification", given)


def test_todays_api_knows_no_notices(market: Marketplace, connect: Any, receptor: Receptor) -> None:
    client = connect(market)
    told = {"Destination": receptor.url, "Transport": "REST", "Version": "2006-05-05", "EventTypes": ["Ping"]}
    with pytest.raises(client.exceptions.ClientError, match="Member must satisfy enum value set"):
        client.send_test_event_notification(Notification=told, TestEventType="Ping")
